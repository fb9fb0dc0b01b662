"""Many files changed as one: killed at any moment, the project is as before or, after the next command, as after.

All that a change takes is written first into one file, `.dlgen/local/update.zip`: the old and the new bytes of each
file. One rename puts it into place, and from there on the change happens: whoever finds it carries it out. When all
files are written it is renamed to `undo.zip`, which `dlgen undo` reads. Nothing is decided anywhere else.
"""

import json
import os
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from dlgen import project, record
from dlgen.errors import DlgenError
from dlgen.project import PRISTINE, RECORD

LOCAL = f"{record.FOLDER}/local"  # git ignores it: .gitignore within
BESIDE = ".from-template"
FIRST = 0o644


@dataclass(frozen=True)
class State:
    """A file at one moment: its bytes and its mode."""

    data: bytes
    mode: int

    @property
    def facts(self) -> dict[str, Any]:
        return {"sha256": project.Entry(self.data).hash, "mode": self.mode}


@dataclass(frozen=True)
class Step:
    """One file before and after; None where there is none."""

    path: str
    old: State | None
    new: State | None


def state(home: Path, path: str) -> State | None:
    """The plain file at `path` as it is now."""
    entry = project.read(home, path)
    return State(entry.data, entry.mode) if entry else None


def read_bytes(home: Path, path: str) -> bytes | None:
    """What stands in a file now."""
    now = state(home, path)
    return now.data if now else None


def apply(home: Path, steps: list[Step], what: str) -> None:
    """Carry out the steps, all of them or none, and remember them for `dlgen undo` as `what`.

    Raises:
        DlgenError: where a file is not what a step expects, or another dlgen is at work here.
    """
    with _alone(home) as local:
        for step in steps:
            if state(home, step.path) != step.old:
                raise DlgenError(f"{step.path} was changed while dlgen was at work\nRun the same command again.")
        _stage(local, steps, what)
        _carry_out(home, local)


def recover(home: Path) -> None:
    """Finish a change that was interrupted; do nothing where there is none."""
    local = home / LOCAL
    if not (local / "update.zip").exists():
        return
    with _alone(home):
        if (local / "update.zip").exists():
            print("Finishing a change of this project that was interrupted.", file=sys.stderr)
            _carry_out(home, local)


def undo(home: Path, force: bool = False) -> tuple[str, list[str]]:
    """Put every file back as it was before the last change; return what that was, and the files.

    Raises:
        DlgenError: where nothing can be undone, or files were edited since and not `force`.
    """
    file = home / LOCAL / "undo.zip"
    if not file.exists():
        raise DlgenError(
            "there is nothing to undo\nOnly the last dlgen update, add or undo of this copy can be undone."
        )
    what, steps = _load(file)
    now = {step.path: state(home, step.path) for step in steps}
    edited = [step.path for step in steps if now[step.path] != step.new]
    if edited and not force:
        raise DlgenError(
            f"edited since: {', '.join(edited)}\nGive --force to put {'it' if len(edited) == 1 else 'them'} back "
            "all the same; a second dlgen undo brings your edits back."
        )
    back = [Step(step.path, now[step.path], step.old) for step in steps if now[step.path] != step.old]
    again = what.removeprefix("undo of ") if what.startswith("undo of ") else f"undo of {what}"
    apply(home, back, again)
    return what, [step.path for step in back]


def _stage(local: Path, steps: list[Step], what: str) -> None:
    """Write update.zip whole, or not at all."""
    journal = [
        {"path": step.path, "old": step.old and step.old.facts, "new": step.new and step.new.facts} for step in steps
    ]
    with (local / "update.tmp").open("wb") as file:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("journal.json", json.dumps({"what": what, "steps": journal}, indent=1))
            for number, step in enumerate(steps):
                for side, content in (("old", step.old), ("new", step.new)):
                    if content:
                        archive.writestr(f"{side}/{number}", content.data)
        _sync(file)
    (local / "update.tmp").replace(local / "update.zip")
    _sync_folder(local)


def _load(file: Path) -> tuple[str, list[Step]]:
    try:
        with zipfile.ZipFile(file) as archive:
            journal = json.loads(archive.read("journal.json"))
            steps = []
            for number, item in enumerate(journal["steps"]):
                if not project.is_inside(item["path"]) and item["path"] not in (RECORD, PRISTINE):
                    raise DlgenError(f"{LOCAL}/{file.name} names {item['path']}, which is no file of the project")
                old, new = (
                    item[side] and State(archive.read(f"{side}/{number}"), int(item[side]["mode"]))
                    for side in ("old", "new")
                )
                steps.append(Step(item["path"], old, new))
        return str(journal["what"]), steps
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError) as error:
        raise DlgenError(f"{LOCAL}/{file.name} is damaged: {error}\nRemove it, and look at your files.") from None


def _carry_out(home: Path, local: Path) -> None:
    """Bring each file from its old to its new state; doing it twice is doing it once."""
    _, steps = _load(local / "update.zip")
    for step in sorted(steps, key=lambda step: step.new is not None):  # a folder may take the place of a file
        now = state(home, step.path)
        if now == step.new:
            continue
        if now != step.old:  # edited between the interruption and now
            if step.new:
                _put(home, local, f"{step.path}{BESIDE}", step.new)
            print(f"You edited {step.path} meanwhile: it was left as it is.", file=sys.stderr)
        elif step.new:
            _put(home, local, step.path, step.new)
        else:
            (home / step.path).unlink()
            _prune(home, step.path)
    (local / "update.zip").replace(local / "undo.zip")
    _sync_folder(local)


def _put(home: Path, local: Path, path: str, new: State) -> None:
    target = home / path
    for above in [*target.parents][::-1]:
        if above.is_relative_to(home) and (above.is_symlink() or (above.exists() and not above.is_dir())):
            raise DlgenError(f"{above} is in the way\nMove it elsewhere and run the same command again.")
    with suppress(OSError):
        target.rmdir()  # an empty folder may be where a file goes
    target.parent.mkdir(parents=True, exist_ok=True)
    with (local / "next.tmp").open("wb") as file:
        file.write(new.data)
        _sync(file)
    (local / "next.tmp").chmod(new.mode)
    (local / "next.tmp").replace(target)


def _prune(home: Path, path: str) -> None:
    """Remove the folders that a removed file leaves empty."""
    for above in (home / path).parents:
        if above == home or any(above.iterdir()):
            break
        above.rmdir()


@contextmanager
def _alone(home: Path) -> Iterator[Path]:
    """The folder of journals, while no other dlgen changes this project; a lock ends with its process."""
    local = home / LOCAL
    local.mkdir(exist_ok=True)
    if not (local / ".gitignore").exists():
        (local / ".gitignore").write_text("*\n", encoding="utf-8")
    with (local / "lock").open("wb") as file:
        try:
            _lock(file)
        except OSError:
            raise DlgenError("another dlgen is changing this project\nWait until it has ended.") from None
        yield local


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name != "nt":  # which cannot, and need not
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
