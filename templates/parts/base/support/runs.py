"""A run is a folder: settings, versions, history, model, scores, figures and reports of one training.

python -m support.runs            all runs in a table, the newest last
python -m support.runs --json     the same for a program
"""

import contextlib
import json
import platform
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import IO, Any, TypeVar

from pydantic import Field

from support import settings
from support.errors import ProjectError, run
from support.files import read_json, write_json
from support.settings import PROJECT, Settings
from support.splits import Splits

FOLDER = PROJECT / "runs"
PACKAGES = ("tensorflow", "tensorflow-cpu", "keras", "numpy", "scikit-learn")

C = TypeVar("C", bound=Settings)


@dataclass(frozen=True)
class Run:
    """The paths of one run."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def model(self) -> Path:
        return self.folder / "model.keras"

    @property
    def figures(self) -> Path:
        folder = self.folder / "figures"
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def exports(self) -> Path:
        return self.folder / "export"

    @property
    def spec(self) -> dict[str, Any]:
        return dict(read_json(self.folder / "spec.json"))

    def config(self, cls: type[C]) -> C:
        """The settings that this run was trained with."""
        return settings.check(cls, read_json(self.folder / "config.json"))

    def read(self, name: str) -> Any:
        """The content of one of the run's JSON files; an empty dict where there is none yet."""
        path = self.folder / name
        return read_json(path) if path.exists() else {}

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Keep a second training out of this run; the system lets go of the lock however this process ends.

        Raises:
            ProjectError: where another process is training this run.
        """
        with (self.folder / "training.lock").open("a+") as file:
            try:
                _lock(file)
            except OSError:
                raise ProjectError(
                    f"{self} is being trained by another process\nWait for it, or stop it first."
                ) from None
            yield

    def __str__(self) -> str:
        return shown(self.folder)


def start(config: Settings, splits: Splits) -> Run:
    """Make the folder of a new run, with its settings, versions and what is known about the data."""
    name = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    folder = FOLDER / name
    for number in range(2, 1000):
        try:
            folder.mkdir(parents=True)
            break
        except FileExistsError:  # two runs within one second
            folder = FOLDER / f"{name}_{number}"
    return begin(folder, config, splits)


def begin(folder: Path, config: Settings, splits: Splits) -> Run:
    """The run in `folder`, which is there: its settings, versions and what is known about the data are written."""
    write_json(folder / "environment.json", {**environment(), "data_fingerprint": splits.fingerprint()})
    write_json(folder / "spec.json", {**splits.spec, "source": splits.source, "note": splits.note})
    write_json(folder / "config.json", config.model_dump(mode="json"))  # last: a folder without it is no run
    return Run(folder)


def find(wanted: str | None, file: str = "model.keras") -> Run:
    """The run with this name or path; without one, the newest that has `file`.

    Raises:
        ProjectError: where there is none.
    """
    if wanted is not None:
        for folder in (Path(wanted), FOLDER / wanted):
            if (folder / "config.json").exists():
                if not (folder / file).exists():
                    raise ProjectError(
                        f"{shown(folder)} has no {file}: its training did not get that far\nTrain again: python train.py"
                    )
                return Run(folder.resolve())
        raise ProjectError(f"there is no run {wanted}\nThe runs there are: python -m support.runs")
    finished = [folder for folder in folders() if (folder / file).exists()]
    if not finished:
        raise ProjectError("nothing is trained yet: there is no finished run in runs/\nTrain first: python train.py")
    return Run(finished[-1])


def folders() -> list[Path]:
    """The folders of all runs, the oldest first."""
    if not FOLDER.exists():
        return []
    found = [folder for folder in FOLDER.iterdir() if (folder / "config.json").exists()]
    return sorted(found, key=lambda folder: (folder.name[:19], len(folder.name), folder.name))


def check_model_file(path: Path) -> None:
    """Look at a .keras file without TensorFlow.

    Raises:
        ProjectError: where it is missing, cut off or not a Keras model.
    """
    if not path.exists():
        raise ProjectError(f"there is no file {shown(path)}\nTrain first: python train.py")
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.testzip() is None and {"config.json", "model.weights.h5"} <= set(archive.namelist()):
                return
    except (zipfile.BadZipFile, OSError, EOFError):
        pass
    raise ProjectError(
        f"{shown(path)} is damaged or not a Keras model\nTrain again (python train.py), or name another run with --run."
    )


def load_model(path: Path) -> Any:
    """The keras.Model saved at `path`, compiled as it was trained.

    Raises:
        ProjectError: where the file is damaged.
    """
    check_model_file(path)
    import keras

    import model  # noqa: F401  what is registered there (or in what it imports) may be a part of the saved model

    try:
        return keras.saving.load_model(path, safe_mode=True)
    except (ValueError, OSError, KeyError, TypeError) as error:
        raise ProjectError(
            f"{shown(path)} cannot be loaded: {str(error).splitlines()[0]}\nTrain again (python train.py), or name another run with --run."
        ) from error


def check_same_data(run: Run, splits: Splits) -> None:
    """Raises ProjectError where the data are no longer those that the run was trained on: its test examples may have been seen."""
    trained_on = run.read("environment.json").get("data_fingerprint")
    if trained_on != splits.fingerprint():
        raise ProjectError(
            f"the data changed since {run} was trained ({splits.source})\nScores on other data would not be this model's: train again (python train.py)."
        )


def environment() -> dict[str, Any]:
    """Versions, machine and state of the code, without importing TensorFlow."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return {
        "started": datetime.now().isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        "packages": versions,
        "git": _git_state(),
    }


def shown(path: Path) -> str:
    """A path as one would type it from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _lock(file: IO[str]) -> None:
    """Raises OSError where another process holds the lock."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _git_state() -> str | None:
    """The commit of the project, with "+changes" where files were edited since; None outside git."""
    if not (PROJECT / ".git").exists():
        return None
    try:
        commit = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=PROJECT, capture_output=True, text=True, timeout=10, check=True
        )
        status = subprocess.run(
            ["git", "status", "--porcelain"], cwd=PROJECT, capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return commit.stdout.strip() + ("+changes" if status.stdout.strip() else "")


class Options(Settings):
    """Compare the runs."""

    as_json: bool = Field(False, alias="json", description="print JSON instead of a table")
    prune: bool = Field(False, description="remove old runs: all but the newest, --keep of them")
    keep: int = Field(5, ge=1, description="with --prune: how many runs stay")
    dry_run: bool = Field(False, description="with --prune: say what would be removed, remove nothing")


def summaries() -> list[dict[str, Any]]:
    """What the table shows of each run, the oldest first; `settings` holds those in which the runs differ."""
    configs = [Run(folder).read("config.json") for folder in folders()]
    differing = [
        name for name in dict.fromkeys(name for config in configs for name in config)
        if len({json.dumps(config.get(name)) for config in configs}) > 1
    ]  # fmt: skip
    rows = []
    for folder, config in zip(folders(), configs, strict=True):
        one = Run(folder)
        training, metrics = one.read("training.json"), one.read("metrics.json")
        rows.append(
            {
                "run": one.name,
                "state": training.get("state", "unfinished"),
                "epochs": training.get("epochs"),
                "seconds": training.get("seconds"),
                "test": metrics.get("test", {}),
                "data": config.get("data"),
                "settings": {name: config.get(name) for name in differing},
            }
        )
    return rows


def prune(keep: int, dry_run: bool) -> None:
    """Remove all runs but the newest `keep`, saying each; one that is being trained stays."""
    for folder in folders()[:-keep]:
        print(f"{'would remove' if dry_run else 'removed'} {shown(folder)}")
        if not dry_run:
            with Run(folder).lock():
                shutil.rmtree(folder)


def main() -> None:
    options = settings.read(Options, toml=False)
    if options.prune:
        prune(options.keep, options.dry_run)
        return
    rows = summaries()
    if options.as_json:
        print(json.dumps(rows, indent=2))
        return
    if not rows:
        print("No runs yet. Train first: python train.py")
    for row in rows:
        scores = "  ".join(
            f"{name} {value:.4f}" for name, value in list(row["test"].items())[:2] if isinstance(value, float)
        )
        changed = "  ".join(f"{name}={value}" for name, value in row["settings"].items())
        times = f"{row['epochs'] or 0:>4} epochs {row['seconds'] or 0:>7} s"
        print(f"{row['run']:22} {row['state']:10} {times}  {scores or 'not evaluated'}  {changed}".rstrip())


if __name__ == "__main__":
    run(main)
