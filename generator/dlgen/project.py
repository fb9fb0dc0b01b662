"""A project that dlgen made, as it stands: what `.dlgen/` records, and your files beside it.

A project may come from elsewhere: nothing in `.dlgen/` is followed through a link, and what it says is checked first.
"""

import hashlib
import json
import os
import re
from collections.abc import Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dlgen import __version__, archives, disk, paths, record
from dlgen.errors import DlgenError

RECORD, PRISTINE = f"{record.FOLDER}/project.json", f"{record.FOLDER}/pristine.zip"
OURS_ONLY = "Commands such as this one work in a project that dlgen new has made."
KINDS: dict[str, type] = {
    "template": str,
    "source": str,
    "answers": dict,
    "settings": dict,
    "parts": list,
    "files": dict,
}
DEEP = 20  # levels of lists and tables in an answer
LARGE = 16 << 20  # bytes of project.json; that of a project is a few thousand


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


@dataclass(frozen=True)
class Made:
    """A project: `facts` is its project.json, `pristine` are the files as they were rendered."""

    folder: Path
    facts: dict[str, Any]
    pristine: dict[str, Entry]

    def read(self, path: str) -> Entry | None:
        """Your file at `path`, or None where there is no plain file: nothing, a folder or a link."""
        return read(self.folder, path)

    def has(self, path: str) -> bool:
        """Whether anything stands at `path`, be it a link or a folder."""
        return disk.look(self.folder, path) is not None or disk.blocked(self.folder, path) is not None

    def path(self, file: Path) -> str:
        """The path from the project's root of a file that was named on the command line.

        Raises:
            DlgenError: where it lies outside of the project.
        """
        place = Path(os.path.normpath(Path.cwd() / file))
        place = place.parent.resolve() / place.name
        if place.is_relative_to(self.folder):
            inside = place.relative_to(self.folder).as_posix()
            return "" if inside == "." else inside
        raise DlgenError(f"{file} is not in the project {self.folder}")

    def in_the_way(self, path: str, gone: Set[str]) -> bool:
        """Whether something stands at `path`, or on the way to it, that is not dlgen's to replace.

        Args:
            gone: files that will be removed before.
        """
        blocked = disk.blocked(self.folder, path)
        if blocked is not None:
            return blocked not in gone
        found = disk.look(self.folder, path)
        if disk.is_folder(found):
            return not holds_only(self.folder, path, gone)
        return found is not None and not disk.is_file(found)


def read(folder: Path, path: str) -> Entry | None:
    """The plain file at `path`; None where there is none, or only through a link."""
    found = disk.read(folder, path)
    return found and _entry(*found)


def holds_only(folder: Path, path: str, gone: Set[str]) -> bool:
    """Whether all that the folder at `path` holds, in all folders within, are the files `gone`."""
    for place, folders, files in os.walk(folder / path):
        here = Path(place)
        links = [name for name in folders if (here / name).is_symlink()]
        if any((here / name).relative_to(folder).as_posix() not in gone for name in [*files, *links]):
            return False
    return True


def find(folder: Path) -> Made:
    """The project in `folder` or in a folder above it.

    An update that was interrupted is finished first.

    Raises:
        DlgenError: where there is no project, or what `.dlgen/` holds is damaged.
    """
    start = folder.resolve()
    home = next((place for place in (start, *start.parents) if (place / record.FOLDER).is_dir()), None)
    if home is None:
        raise DlgenError(f"there is no project in {folder}: no {record.FOLDER}/ here or above\n{OURS_ONLY}")
    if not disk.is_folder(disk.look(home, record.FOLDER)):
        raise DlgenError(f"{record.FOLDER} in {home} is a link, which dlgen does not follow\n{OURS_ONLY}")
    facts = _facts(home)  # first: what a newer dlgen has begun, this one does not finish
    from dlgen import applying

    if applying.recover(home):
        facts = _facts(home)
    return Made(home, facts, pristine(home))


def _facts(home: Path) -> dict[str, Any]:
    found = disk.look(home, RECORD)
    if found is None:
        raise DlgenError(f"{RECORD} is missing\n{OURS_ONLY}")
    if not disk.is_file(found):
        raise _damaged(RECORD, "it is no plain file")
    if found.st_size > LARGE:
        raise _damaged(RECORD, f"it is larger than {LARGE >> 20} MB")
    data = (disk.read(home, RECORD) or (b"", 0))[0]
    try:
        facts = json.loads(data.decode("utf-8"))
        json.dumps(facts, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise _damaged(RECORD, "it holds half a character") from None
    except ValueError as error:
        raise _damaged(RECORD, str(error)) from None
    except RecursionError:
        raise _damaged(RECORD, "it is too deep") from None
    version = facts.get("dlgen") if isinstance(facts, dict) else None
    if version is not None:
        _check_version(version)
    for key, kind in KINDS.items():
        if not isinstance(facts, dict) or not isinstance(facts.get(key), kind):
            raise _damaged(RECORD, f"it has no {key}")
    wrong = _wrong(facts)
    if wrong:
        raise _damaged(RECORD, wrong)
    return dict(facts)


def _check_version(version: object) -> None:
    """Refuse what a newer dlgen wrote: this one may not know all that it means, and would bring older files."""
    numbers = [
        [int(number) for number in match[0].split(".")]
        if isinstance(text, str) and (match := re.match(r"[0-9]{1,9}(\.[0-9]{1,9}){0,3}", text))
        else None
        for text in (version, __version__)
    ]
    theirs, ours = numbers
    if theirs is None:
        raise _damaged(RECORD, "dlgen is no version")
    if ours is not None and theirs > ours:
        raise DlgenError(f"this project is of dlgen {version}, and you have {__version__}\nInstall the newer dlgen.")


def _wrong(facts: dict[str, Any]) -> str | None:
    """What is wrong with the values of a record, in words."""
    scalars = (str, int, float, bool)
    if not all(isinstance(each, str) for each in facts["parts"]):
        return "parts are texts"
    if not all(isinstance(each, str) for each in facts["files"].values()):
        return "files have hashes, which are texts"
    for value in facts["settings"].values():
        items = value if isinstance(value, list) else [value]
        if not all(each is None or isinstance(each, scalars) for each in items):
            return "a setting is a number, a text, or a list of them"
    for key, value in facts["answers"].items():
        if _deeper(value, DEEP):
            return f"the answer to {key} is too deep"
    origin = facts.get("origin", {})
    if not isinstance(origin, dict) or not all(isinstance(each, str) for each in origin.values()):
        return "origin is a table of texts"
    return None


def _deeper(value: object, levels: int) -> bool:
    """Whether lists and tables stand within one another in more levels than that."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(levels == 0 or _deeper(each, levels - 1) for each in inside)


def pristine(home: Path) -> dict[str, Entry]:
    """The files in a project's pristine.zip by their path.

    Raises:
        DlgenError: where it is missing, damaged, too large, or names a file outside the project.
    """
    found = disk.look(home, PRISTINE)
    if found is None:
        raise _damaged(PRISTINE, "it is missing")
    if not disk.is_file(found):
        raise _damaged(PRISTINE, "it is no plain file")
    files: dict[str, Entry] = {}
    try:
        with archives.opened(home / PRISTINE) as archive:
            for item in archive.infolist():
                if item.filename.startswith(".git/"):  # of a template's hook that ran git init
                    continue
                if not is_inside(item.filename):
                    raise _damaged(PRISTINE, f"it names {shown(item.filename)}")
                if item.filename in files:
                    raise _damaged(PRISTINE, f"it names {shown(item.filename)} twice")
                files[item.filename] = _entry(archive.read(item), item.external_attr >> 16)
    except (archives.TooLarge, archives.Damaged, OSError, ValueError) as error:
        raise _damaged(PRISTINE, str(error)) from None
    both = file_and_folder(files)
    if both:
        raise _damaged(PRISTINE, f"it has {shown(both)} as a file and as a folder")
    return files


def file_and_folder(names: "dict[str, Any]") -> str | None:
    """A path that is both a file and a folder above another."""
    for name in names:
        parts = name.split("/")
        for depth in range(1, len(parts)):
            if "/".join(parts[:depth]) in names:
                return "/".join(parts[:depth])
    return None


def is_inside(path: str) -> bool:
    """Whether a path in an archive or a journal stays in the project and out of what dlgen and git keep there.

    It is one on every system: no `..`, no root, no device, and no name that any of them takes for `.git` or `.dlgen`.
    """
    names = path.split("/")
    return all(name not in ("", ".", "..") and "\\" not in name for name in names) and paths.reason(path) is None


def shown(path: str) -> str:
    """A path from an archive, without what would move a terminal's cursor."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in path)


def _entry(data: bytes, mode: int) -> Entry:
    return Entry(data, None if os.name == "nt" else bool(mode & 0o100), mode & 0o777)


def _damaged(name: str, why: str) -> DlgenError:
    return DlgenError(
        f"{name} is damaged: {why}\nTake it from your version control, or make the project anew beside this one."
    )
