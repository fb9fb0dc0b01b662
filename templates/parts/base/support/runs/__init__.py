"""A run is a folder: settings, versions, history, model, scores, figures and reports of one training."""

import contextlib
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from support import environment, records, settings
from support.environment import PROJECT
from support.errors import ProjectError
from support.files import write_json
from support.locks import hold
from support.settings import Settings
from support.splits import Splits

FOLDER = PROJECT / "runs"

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
        return records.read_spec(self.folder / "spec.json")

    def add_to_spec(self, values: dict[str, Any]) -> None:
        """Keep what was chosen after the data were read, such as a threshold."""
        records.write_spec(self.folder / "spec.json", {**self.spec, **values})

    def config(self, cls: type[C]) -> C:
        """The settings that this run was trained with."""
        names = {name: f"{self}/config.json: {name}" for name in cls.model_fields}
        return settings.check(cls, records.read(self.folder / "config.json"), names)

    def read(self, name: str) -> Any:
        """The content of one of the run's JSON files; an empty dict where there is none yet.

        Raises:
            ProjectError: where the file is damaged.
        """
        path = self.folder / name
        return records.read(path) if path.exists() else {}

    @property
    def incomplete(self) -> str:
        """Why this training is not what its settings ask for, such as "stopped after 1 of 9 epochs"; "" where it is finished."""
        training = self.read("training.json")
        state = training.get("state", "interrupted")
        if state == "finished":
            return ""
        wanted = self.read("config.json").get("epochs", "?")
        after = f" after {training['epochs']} of {wanted} epochs" if "epochs" in training else ""
        return f"{state}{after}"

    def warn_if_incomplete(self) -> None:
        """Say on stderr that what a step is about to show is about a training that did not reach its end."""
        if reason := self.incomplete:
            again = "Train again, with a smaller --learning-rate: python train.py"
            if not reason.startswith("diverged"):
                again = f"Go on with it: python train.py --resume --run {self.name}"
            print(
                f"warning: {self}: training {reason}, so what follows is about an unfinished model\n{again}",
                file=sys.stderr,
            )

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Keep a second training out of this run; the system releases the lock however this process ends.

        Raises:
            ProjectError: where another process is training this run.
        """
        with (self.folder / "training.lock").open("a+") as file:
            try:
                hold(file)
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
    number = 1 + max((_number(other) for other in folders()), default=0)  # counts on, whatever the clock says
    facts = {"number": number, **environment.describe(), "data_fingerprint": splits.fingerprint()}
    write_json(folder / "environment.json", facts)
    records.write_spec(folder / "spec.json", {**splits.spec, "source": splits.source, "note": splits.note})
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
    """The folders of all runs, the oldest first: in the order in which they began, even if the clock was set back between them."""
    if not FOLDER.is_dir():
        return []
    found = [folder for folder in FOLDER.iterdir() if (folder / "config.json").exists()]
    return sorted(found, key=lambda folder: (_number(folder), folder.name[:19], len(folder.name), folder.name))


def _number(folder: Path) -> int:
    """Which run of this project it is, counted from 1; 0 where that is not known, so that it is the newest only where there is no other."""
    try:
        return int(Run(folder).read("environment.json").get("number", 0))
    except ProjectError:
        return 0


def check_model_file(path: Path) -> None:
    """Look at a .keras file without TensorFlow.

    Raises:
        ProjectError: where it is missing, cut off or not a Keras model.
    """
    if not path.exists():
        raise ProjectError(f"there is no file {shown(path)}\nTrain first: python train.py")
    try:
        if not path.is_file():  # a pipe may never deliver, a device may never end
            raise OSError("no file")
        with zipfile.ZipFile(path) as archive:
            if archive.testzip() is None and {"config.json", "model.weights.h5"} <= set(archive.namelist()):
                return
    except (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, RuntimeError):
        pass  # RuntimeError: encrypted, or packed in a way that Python does not know
    raise ProjectError(
        f"{shown(path)} is damaged or not a Keras model\nTrain again (python train.py), or name another run with --run."
    )


def load_model(path: Path) -> Any:
    """The keras.Model saved at `path`, compiled as it was trained. `import model` first: its own layers may be parts of the file.

    Raises:
        ProjectError: where the file is damaged.
    """
    check_model_file(path)
    import keras

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


def shown(path: Path) -> str:
    """A path as one would type it from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
