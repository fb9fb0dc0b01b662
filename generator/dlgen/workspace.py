"""The hidden folder beside a project in which it is made, so that one rename puts the finished project into place."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dlgen.errors import DlgenError

DAY = 24 * 60 * 60


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A temporary folder on the disk of `target`, removed at the end whatever happens.

    What a killed dlgen has left for the same target is removed first.
    """
    place = next(folder for folder in target.parents if folder.is_dir())
    _remove_left_over(place, target.name)
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.dlgen-{os.getpid()}-", dir=place))
    except FileNotFoundError:  # /proc and its like
        raise DlgenError(f"no folder can be made in {place}\nChoose a folder of your own.") from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def elsewhere() -> Iterator[Path]:
    """A temporary folder in the system's own place, for what is only looked at."""
    with tempfile.TemporaryDirectory(prefix="dlgen-") as folder:
        yield Path(folder)


def move(project: Path, target: Path) -> None:
    """Put the finished folder `project` at `target`, which does not exist or is an empty folder, in one step."""
    made = [folder for folder in target.parents if not folder.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if os.name == "nt" and target.is_dir():
            target.rmdir()  # rename does not replace a folder there
        project.rename(target)
    except BaseException:
        for folder in made:
            if folder.is_dir():
                folder.rmdir()
        raise


def _remove_left_over(place: Path, name: str) -> None:
    prefix = f".{name}.dlgen-"
    for folder in place.iterdir():
        if folder.name.startswith(prefix) and folder.is_dir() and not folder.is_symlink():
            process = folder.name.removeprefix(prefix).partition("-")[0]
            if process.isdigit() and not _may_be_alive(int(process), folder):
                shutil.rmtree(folder, ignore_errors=True)


def _may_be_alive(process: int, folder: Path) -> bool:
    if os.name == "nt":  # os.kill(process, 0) would end the process there
        return time.time() - folder.stat().st_mtime < DAY
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return process != os.getpid()
