"""The files of a project: their bytes and modes, and which paths can be files of a project at all.

A project may come from elsewhere: nothing is followed through a link.
"""

import hashlib
import os
from collections.abc import Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dlgen.system import disk, paths


@dataclass(frozen=True)
class Entry:
    """A file's bytes, and whether it may be executed (None where the system has no such thing).

    `mode` is all of its permissions, which two computers may set differently: they are not compared.
    """

    data: bytes
    executable: bool | None = None
    mode: int = field(default=0o644, compare=False)

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def read(folder: Path, path: str) -> Entry | None:
    """The regular file at `path`; None where there is none, or only behind a link."""
    found = disk.read(folder, path)
    return found and entry(*found)


def holds_only(folder: Path, path: str, gone: Set[str]) -> bool:
    """Whether all that the folder at `path` holds, in all folders within, are the files `gone`."""
    for place, folders, files in os.walk(folder / path):
        here = Path(place)
        links = [name for name in folders if (here / name).is_symlink()]
        if any((here / name).relative_to(folder).as_posix() not in gone for name in [*files, *links]):
            return False
    return True


def is_inside(path: str) -> bool:
    """Whether a path in an archive or a journal stays in the project and out of what dlgen and git keep there.

    It is one on every system: no `..`, no root, no device, and no name that any of them takes for `.git` or `.dlgen`.
    """
    names = path.split("/")
    return all(name not in ("", ".", "..") and "\\" not in name for name in names) and paths.reason(path) is None


def shown(path: str) -> str:
    """A path from an archive, without what would move a terminal's cursor."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in path)


def file_and_folder(names: "dict[str, Any]") -> str | None:
    """A path that is both a file and a folder above another."""
    for name in names:
        parts = name.split("/")
        for depth in range(1, len(parts)):
            if "/".join(parts[:depth]) in names:
                return "/".join(parts[:depth])
    return None


def entry(data: bytes, mode: int) -> Entry:
    """A file's bytes, and of its mode what this system knows."""
    return Entry(data, None if os.name == "nt" else bool(mode & 0o100), mode & 0o777)
