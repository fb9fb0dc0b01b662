"""All runs in a table, the newest last.

python -m support.runs                      a line for each
python -m support.runs --json               the same for a program
python -m support.runs --prune --keep 3     remove all but the newest three
"""

import json
import shutil
from typing import Any

from support import errors, settings
from support.errors import ProjectError
from support.runs import Run, folders, shown
from support.settings import Settings
from support.terminal import one_line

from pydantic import Field


class Options(Settings):
    """Compare the runs."""

    as_json: bool = Field(False, alias="json", description="print JSON instead of a table")
    prune: bool = Field(False, description="remove old runs: all but the newest --keep")
    keep: int = Field(5, ge=1, description="number of runs that --prune keeps")
    dry_run: bool = Field(False, description="list what --prune would remove; remove nothing")


def summaries() -> list[dict[str, Any]]:
    """What the table shows of each run, the oldest first; `settings` holds those in which the runs differ.

    A run with a damaged file is in the table too, with an `error` that says so.
    """
    rows: list[dict[str, Any]] = []
    configs: list[dict[str, Any]] = []
    for folder in folders():
        one, config = Run(folder), {}
        row: dict[str, Any] = {"run": folder.name}
        try:
            config = one.read("config.json")
            training, metrics = one.read("training.json"), one.read("metrics.json")
            row |= {
                "state": training.get("state", "unfinished"),
                "epochs": training.get("epochs"),
                "of": config.get("epochs"),
                "seconds": training.get("seconds"),
                "test": metrics.get("test", {}),
                "data": config.get("data"),
            }
        except (ProjectError, OSError) as error:
            row |= {"state": "damaged", "error": str(error).splitlines()[0]}
        rows.append(row)
        configs.append(config)
    whole = [config for config in configs if config]
    differing = [
        name for name in dict.fromkeys(name for config in whole for name in config)
        if len({json.dumps(config.get(name)) for config in whole}) > 1
    ]  # fmt: skip
    for row, config in zip(rows, configs, strict=True):
        row["settings"] = {name: config.get(name) for name in differing} if config else {}
    return rows


def line(row: dict[str, Any]) -> str:
    """One run in the table."""
    if "error" in row:
        return f"{row['run']:22} {row['error']}"
    scores = "  ".join(
        f"{name} {value:.4f}" for name, value in list(row["test"].items())[:2] if isinstance(value, float)
    )
    changed = "  ".join(f"{name}={value}" for name, value in row["settings"].items())
    of = "" if row["state"] == "finished" else f" of {row['of']}"
    times = f"{row['epochs'] or 0:>4}{of} epochs {row['seconds'] or 0:>7} s"
    return f"{row['run']:22} {row['state']:10} {times}  {scores or 'not evaluated'}  {changed}".rstrip()


def prune(keep: int, dry_run: bool) -> None:
    """Remove all runs but the newest `keep`, saying each; one that is being trained stays."""
    old = folders()[:-keep]
    if not old:
        print(f"Nothing to remove: there are no more than {keep} runs.")
    for folder in old:
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
        print(one_line(line(row)))


if __name__ == "__main__":
    errors.run(main)
