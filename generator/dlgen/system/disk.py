"""What is at a path, without following links, and files written so that a power cut leaves whole ones.

Every component of a path is looked at: a link anywhere on the way leads to nothing. The folder that a path starts from
is taken as it is.
"""

import os
import stat
import sys
import tempfile
from pathlib import Path

NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
PLAIN = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def look(root: Path, path: str) -> os.stat_result | None:
    """What is at `path` itself; None for nothing, or where the way to it is not through folders."""
    if blocked(root, path) is not None:
        return None
    try:
        return (root / path).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def blocked(root: Path, path: str) -> str | None:
    """The first part of the way to `path` that is something else than a folder: a link, a file; None where none is."""
    place, names = root, path.split("/")[:-1]
    for depth, name in enumerate(names, 1):
        place = place / name
        try:
            found = place.lstat()
        except FileNotFoundError:
            return None
        if is_link(found) or not stat.S_ISDIR(found.st_mode):
            return "/".join(names[:depth])
    return None


def is_link(found: os.stat_result) -> bool:
    """Whether it is a link; on Windows also a junction, which is a link between folders."""
    if sys.platform == "win32":
        return found.st_reparse_tag in (stat.IO_REPARSE_TAG_SYMLINK, stat.IO_REPARSE_TAG_MOUNT_POINT)
    return stat.S_ISLNK(found.st_mode)


def is_file(found: os.stat_result | None) -> bool:
    """Whether it is a regular file."""
    return found is not None and stat.S_ISREG(found.st_mode) and not is_link(found)


def is_folder(found: os.stat_result | None) -> bool:
    """Whether it is a folder, and not a link to one."""
    return found is not None and stat.S_ISDIR(found.st_mode) and not is_link(found)


def read(root: Path, path: str) -> tuple[bytes, int] | None:
    """The bytes and the mode of the regular file at `path`; None where there is none."""
    if not is_file(look(root, path)):
        return None
    try:
        handle = os.open(root / path, os.O_RDONLY | NOFOLLOW | PLAIN)
    except FileNotFoundError:
        return None
    with os.fdopen(handle, "rb") as file:
        return file.read(), os.fstat(handle).st_mode


def create(file: Path) -> int:
    """A handle of a new, empty file; what was there before, even a link, is removed and not written to.

    Raises:
        OSError: where a folder is in the way.
    """
    file.unlink(missing_ok=True)
    return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NOFOLLOW | PLAIN, 0o600)


def fill(handle: int, data: bytes, mode: int) -> None:
    """Write all of a new file, give it its mode, wait for the disk and close it."""
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        if os.name != "nt":
            os.fchmod(handle, mode)
        file.flush()
        os.fsync(handle)


def write(target: Path, data: bytes, mode: int) -> None:
    """Write a file whole or not at all: a temporary file beside it takes its place."""
    handle, name = tempfile.mkstemp(prefix=".dlgen-", dir=target.parent)
    try:
        fill(handle, data, mode)
        if os.name == "nt":
            Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    if os.name != "nt":  # which cannot, and need not
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
