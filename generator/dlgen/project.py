"""A project that dlgen made, as it stands: what `.dlgen/` records, and your files beside it."""

import hashlib
import json
import os
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dlgen import record
from dlgen.errors import DlgenError

RECORD, PRISTINE = f"{record.FOLDER}/project.json", f"{record.FOLDER}/pristine.zip"
OURS_ONLY = "Commands such as this one work in a project that dlgen new has made."


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

    def in_the_way(self, path: str, gone: set[str]) -> bool:
        """Whether something stands at `path`, or on the way to it, that is not dlgen's to replace.

        Args:
            gone: files that will be removed before.
        """
        place = self.folder
        *above, _ = path.split("/")
        for name in above:
            place = place / name
            if place.relative_to(self.folder).as_posix() in gone:
                return False
            if place.is_symlink() or (place.exists() and not place.is_dir()):
                return True
        place = self.folder / path
        if place.is_dir() and not place.is_symlink():
            inside = (each for each in place.rglob("*") if each.is_symlink() or not each.is_dir())
            return any(each.relative_to(self.folder).as_posix() not in gone for each in inside)
        return place.is_symlink() or (place.exists() and not place.is_file())


def read(folder: Path, path: str) -> Entry | None:
    """The plain file at `path`; None where there is none, or only through a link."""
    place = folder
    for name in path.split("/"):
        place = place / name
        if place.is_symlink():
            return None
    if not place.is_file():
        return None
    return _entry(place.read_bytes(), place.stat().st_mode)


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
    from dlgen import applying

    applying.recover(home)
    return Made(home, _facts(home), pristine(home / PRISTINE))


def _facts(home: Path) -> dict[str, Any]:
    file = home / RECORD
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DlgenError(f"{RECORD} is missing\n{OURS_ONLY}") from None
    except ValueError as error:
        raise _damaged(RECORD, str(error)) from None
    kinds = {"template": str, "source": str, "answers": dict, "settings": dict, "parts": list, "files": dict}
    for key, kind in kinds.items():
        if not isinstance(facts, dict) or not isinstance(facts.get(key), kind):
            raise _damaged(RECORD, f"it has no {key}")
    return dict(facts)


def pristine(archive: Path) -> dict[str, Entry]:
    """The files in a pristine.zip by their path.

    Raises:
        DlgenError: where it is missing, damaged or names a file outside the project.
    """
    files = {}
    try:
        with zipfile.ZipFile(archive) as opened:
            for item in opened.infolist():
                if item.filename.startswith(".git/"):  # of a template's hook that ran git init
                    continue
                if not is_inside(item.filename):
                    raise _damaged(PRISTINE, f"it names {item.filename}")
                files[item.filename] = _entry(opened.read(item), item.external_attr >> 16)
    except FileNotFoundError:
        raise _damaged(PRISTINE, "it is missing") from None
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise _damaged(PRISTINE, str(error)) from None
    except Exception as error:  # zlib.error, and whatever else a damaged archive leads to
        if isinstance(error, DlgenError):
            raise
        raise _damaged(PRISTINE, str(error)) from None
    return files


def is_inside(path: str) -> bool:
    """Whether a path in an archive or a journal stays in the project and out of `.dlgen/` and `.git/`."""
    names = path.split("/")
    good = all(name not in ("", ".", "..") and "\\" not in name and ":" not in name for name in names)
    return good and names[0].lower() not in (record.FOLDER, ".git")


def _entry(data: bytes, mode: int) -> Entry:
    return Entry(data, None if os.name == "nt" else bool(mode & 0o100), mode & 0o777)


def _damaged(name: str, why: str) -> DlgenError:
    return DlgenError(
        f"{name} is damaged: {why}\nTake it from your version control, or make the project anew beside this one."
    )
