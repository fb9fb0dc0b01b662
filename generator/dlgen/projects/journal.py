"""What a change takes, in one file: the old and the new state of each file that it touches.

A journal may have come with a project from elsewhere: what it names is checked before anything is done with it.
"""

import json
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlgen.errors import DlgenError
from dlgen.projects import content, record
from dlgen.projects.record import PRISTINE, RECORD
from dlgen.system import archives, disk

LOCAL = f"{record.FOLDER}/local"
FILES = ("update.zip", "update.tmp", "undo.zip")
OPEN = {"file", "link"}


@dataclass(frozen=True)
class State:
    """What is at a path at one moment: of a file its bytes and mode, of a link where it leads.

    `kind` is file or link; or what no change puts anywhere or replaces: a folder with files in it, something behind
    a link or a file ("behind"), or something special, such as a pipe.
    """

    data: bytes
    mode: int = 0
    kind: str = "file"

    @property
    def can_be_put(self) -> bool:
        return self.kind in OPEN

    @property
    def words(self) -> str:
        """What is in the way, for a message."""
        known = {"folder": "a folder is there", "behind": "a link or a file is on the way to it"}
        return known.get(self.kind, "something is there that is neither a file nor a folder")

    @property
    def facts(self) -> dict[str, Any]:
        if self.kind == "link":
            return {"link": True, "mode": 0}
        return {"sha256": content.Entry(self.data).hash, "mode": self.mode}


@dataclass(frozen=True)
class Step:
    """One file before and after; None where there is none."""

    path: str
    old: State | None
    new: State | None


def write(local: Path, steps: list[Step], what: str) -> None:
    """Write update.zip whole, or not at all.

    Raises:
        DlgenError: where it is more than `read` would take.
    """
    if sum(len(each.data) for step in steps for each in (step.old, step.new) if each) > archives.MANY_MB << 20:
        raise DlgenError(
            f"this would change more than {archives.MANY_MB} MB, which dlgen could not undo\nNothing was written."
        )
    listed = [
        {"path": step.path, "old": step.old and step.old.facts, "new": step.new and step.new.facts} for step in steps
    ]
    temporary = local / "update.tmp"
    try:
        with os.fdopen(disk.create(temporary), "wb") as file:
            with zipfile.ZipFile(file, "w") as archive:
                archive.writestr("journal.json", json.dumps({"what": what, "steps": listed}, indent=1))
                for number, step in enumerate(steps):
                    for side, content in (("old", step.old), ("new", step.new)):
                        if content:
                            archive.writestr(f"{side}/{number}", content.data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(local / "update.zip")
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    disk.sync_folder(local)


def read(home: Path, name: str) -> tuple[str, list[Step]]:
    """What a journal was written for, and its steps.

    Raises:
        DlgenError: where it is damaged, too large, or names something that is not a file of the project.
    """
    shown = f"{LOCAL}/{name}"
    if not disk.is_file(disk.look(home, shown)):
        raise DlgenError(f"{shown} is not a regular file made by dlgen\nRemove it.")
    try:
        with archives.opened(home / shown) as archive:
            journal = json.loads(archive.read("journal.json").decode("utf-8"))
            steps = [_step(item, number, archive, shown) for number, item in enumerate(journal["steps"])]
            what = journal["what"]
    except RecursionError:
        raise _damaged(shown, "it is nested too deeply") from None
    except (archives.TooLarge, archives.Damaged, KeyError, TypeError, ValueError) as error:
        raise _damaged(shown, content.shown(str(error))) from None
    if not isinstance(what, str) or not what.isprintable() or len(what) > 1000:
        raise _damaged(shown, "it does not say what it is for")
    names = [step.path for step in steps]
    if len(set(names)) < len(names):
        raise _damaged(shown, "it names a file twice")
    for side in ("old", "new"):
        both = content.file_and_folder({step.path: None for step in steps if getattr(step, side)})
        if both:
            raise _damaged(shown, f"it has {content.shown(both)} as a file and as a folder")
    return what, steps


def _step(item: Any, number: int, archive: zipfile.ZipFile, shown: str) -> Step:
    path = item["path"]
    if not isinstance(path, str):
        raise TypeError("a path is not text")
    if not content.is_inside(path) and path not in (RECORD, PRISTINE):
        raise DlgenError(f"{shown} names {content.shown(path)}, which is not a file of the project\nRemove it.")
    states: list[State | None] = []
    for side in ("old", "new"):
        facts = item[side]
        if facts is None:
            states.append(None)
            continue
        data, mode = archive.read(f"{side}/{number}"), facts["mode"]
        if facts.get("link") is True:
            if not data or b"\0" in data:
                raise ValueError(f"{path} is a link to nothing")
            states.append(State(data, kind="link"))
            continue
        if type(mode) is not int or not 0 <= mode <= 0o777:
            raise ValueError(f"{path} has an invalid mode")
        if facts["sha256"] != content.Entry(data).hash:
            raise ValueError(f"{path} does not match its hash")
        states.append(State(data, mode))
    if path in (RECORD, PRISTINE) and any(each and each.kind != "file" for each in states):
        raise ValueError(f"{path} cannot be a link")
    return Step(path, *states)


def _damaged(shown: str, why: str) -> DlgenError:
    return DlgenError(f"{shown} is damaged: {why}\nRemove it, and look at your files.")
