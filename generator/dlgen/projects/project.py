"""A project that dlgen made: what `.dlgen/` records, and your files beside it."""

import os
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlgen.errors import DlgenError
from dlgen.projects import content, record, transaction
from dlgen.projects.content import Entry
from dlgen.system import disk


@dataclass(frozen=True)
class Made:
    """A project: `facts` is its project.json, `pristine` are the files as they were rendered."""

    folder: Path
    facts: dict[str, Any]
    pristine: dict[str, Entry]

    def read(self, path: str) -> Entry | None:
        """Your file at `path`, or None where there is no regular file: nothing, a folder or a link."""
        return content.read(self.folder, path)

    def has(self, path: str) -> bool:
        """Whether there is anything at `path`, including a link or a folder."""
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
        """Whether there is something at `path`, or on the way to it, that dlgen must not replace.

        Args:
            gone: files that will be removed before.
        """
        blocked = disk.blocked(self.folder, path)
        if blocked is not None:
            return blocked not in gone
        found = disk.look(self.folder, path)
        if disk.is_folder(found):
            return not content.holds_only(self.folder, path, gone)
        return found is not None and not disk.is_file(found)


def find(folder: Path) -> Made:
    """The project in `folder` or in a folder above it.

    An update that was interrupted is finished first.

    Raises:
        DlgenError: where there is no project, or what `.dlgen/` holds is damaged.
    """
    start = folder.resolve()
    home = next((place for place in (start, *start.parents) if (place / record.FOLDER).is_dir()), None)
    if home is None:
        raise DlgenError(f"there is no project in {folder}: no {record.FOLDER}/ here or above\n{record.OURS_ONLY}")
    if not disk.is_folder(disk.look(home, record.FOLDER)):
        raise DlgenError(f"{record.FOLDER} in {home} is a link, which dlgen does not follow\n{record.OURS_ONLY}")
    facts = record.facts(home)  # first: what a newer dlgen has begun, this one does not finish
    if transaction.recover(home):
        facts = record.facts(home)
    return Made(home, facts, record.pristine(home))
