"""The hidden folder beside a project in which it is made, so that one rename puts the finished project into place."""

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dlgen.errors import DlgenError

DAY = 24 * 60 * 60


_folders: list[Path] = []  # that are removed at the end, temporary ones and those made above the project
_above: list[Path] = []


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A temporary folder on the disk of `target`, removed at the end whatever happens.

    What a killed dlgen has left for the same target is removed first.
    """
    place = next(folder for folder in target.parents if folder.is_dir())
    _remove_left_over(place, target.name)
    with _made(place / f".{target.name}.dlgen-{os.getpid()}-{os.urandom(4).hex()}") as folder:
        yield folder


@contextmanager
def elsewhere() -> Iterator[Path]:
    """A temporary folder in the system's own place, for what is only looked at."""
    with _made(Path(tempfile.gettempdir()) / f"dlgen-{os.urandom(8).hex()}") as folder:
        yield folder


@contextmanager
def _made(folder: Path) -> Iterator[Path]:
    _folders.append(folder)  # first: Ctrl-C may come between any two lines
    try:
        try:
            folder.mkdir(mode=0o700)
        except FileNotFoundError:  # /proc and its like
            raise DlgenError(f"no folder can be made in {folder.parent}\nChoose a folder of your own.") from None
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _folders.remove(folder)


def remove_all() -> None:
    """Remove what Ctrl-C has left."""
    for folder in _folders:
        shutil.rmtree(folder, ignore_errors=True)
    for folder in _above:
        with suppress(OSError):  # not empty: the project is in it, or what somebody else has made
            folder.rmdir()


def move(project: Path, target: Path) -> None:
    """Put the finished folder `project` at `target`, which does not exist or is an empty folder, in one step.

    Raises:
        DlgenError: where somebody else has put something there meanwhile.
    """
    _above[:] = [folder for folder in target.parents if not folder.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if os.name == "nt" and target.is_dir():
            target.rmdir()  # rename does not replace a folder there
        project.rename(target)
    except BaseException as error:
        for folder in _above:
            with suppress(OSError):
                folder.rmdir()
        if isinstance(error, FileExistsError | NotADirectoryError | IsADirectoryError) or (
            isinstance(error, OSError) and error.errno == errno.ENOTEMPTY
        ):
            raise DlgenError(f"something is at {target} now: another program made it\nGive another name.") from None
        raise
    _above.clear()


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
