"""Many files changed as one: killed at any moment, the project is as before or, after the next command, as after.

All that a change takes is written first into one file, `.dlgen/local/update.zip`: the old and the new bytes of each
file. One rename puts it into place, and from there on the change happens: whoever finds it carries it out. When all
files are written it is renamed to `undo.zip`, which `dlgen undo` reads. Nothing is decided anywhere else.

Whoever carries it out replaces nothing but what the change began with. What you made of a file in the meantime stays,
and what it would have become is put beside it.
"""

import os
import sys
from collections.abc import Iterator, Set
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from dlgen.errors import DlgenError, explain
from dlgen.projects import content, journal
from dlgen.projects.journal import LOCAL, State, Step
from dlgen.projects.record import PRISTINE, RECORD
from dlgen.system import disk

BESIDE = ".from-template"
FIRST = 0o644


def state(home: Path, path: str, gone: Set[str] = frozenset()) -> State | None:
    """What is at `path` now: a file, a link, a folder that is not empty, or a link or file on the way to it.

    None where a file could be put: there is nothing, or folders without any file.

    Args:
        gone: files that will be removed before.
    """
    blocked = disk.blocked(home, path)
    if blocked is not None:
        return None if blocked in gone else State(b"", kind="behind")
    found = disk.look(home, path)
    if found is None:
        return None
    if disk.is_link(found):
        return State(os.fsencode(os.readlink(home / path)), kind="link")  # noqa: PTH115 - Path would tidy it
    if disk.is_folder(found):
        return None if content.holds_only(home, path, gone) else State(b"", kind="folder")
    entry = content.read(home, path)
    return State(entry.data, entry.mode) if entry else State(b"", kind="special")


def apply(home: Path, steps: list[Step], what: str) -> None:
    """Carry out the steps, all of them or none, and remember them for `dlgen undo` as `what`.

    Raises:
        DlgenError: where a file is not what a step expects, or another dlgen is at work here.
    """
    gone = {step.path for step in steps if step.new is None}
    with _alone(home) as local:
        if disk.look(home, f"{LOCAL}/update.zip") is not None:
            raise DlgenError("another change to this project was interrupted\nRun the same command again.")
        for step in steps:
            if state(home, step.path, gone) != step.old:
                raise DlgenError(f"{step.path} was changed while dlgen was at work\nRun the same command again.")
        journal.write(local, steps, what)
        _carry_out(home, local)


def recover(home: Path) -> bool:
    """Finish a change that was interrupted; return whether there was one."""
    if disk.look(home, f"{LOCAL}/update.zip") is None:
        _check_local(home)
        return False
    with _alone(home) as local:
        if disk.look(home, f"{LOCAL}/update.zip") is not None:
            print("Finishing an interrupted change to this project.", file=sys.stderr)
            _carry_out(home, local)
    return True


def undo(home: Path, force: bool = False) -> tuple[str, list[str]]:
    """Put every file back as it was before the last change; return what that was, and the files.

    What has become a link since is replaced by the file, and a second undo brings the link back. What has become a
    folder stays: where a file is to go there, nothing is undone.

    Raises:
        DlgenError: where nothing can be undone, files were edited since and not `force`, or a folder is in the way.
    """
    if disk.look(home, f"{LOCAL}/undo.zip") is None:
        raise DlgenError(
            "there is nothing to undo\nOnly the last dlgen update, add or undo of this copy can be undone."
        )
    what, steps = journal.read(home, "undo.zip")
    gone = {step.path for step in steps if step.old is None}
    now = {step.path: _now(home, step.path, step.old, gone) for step in steps}
    edited = [step.path for step in steps if now[step.path] != step.new]
    if edited and not force:
        raise DlgenError(
            f"edited since: {', '.join(edited)}\nGive --force to put {'it' if len(edited) == 1 else 'them'} "
            "back anyway; a second dlgen undo brings your edits back."
        )
    back = [Step(step.path, now[step.path], step.old) for step in steps if now[step.path] != step.old]
    for step in back:
        if step.old and not step.old.can_be_put:
            raise DlgenError(
                f"{step.path} cannot be put back: {step.old.words}\nMove it elsewhere, and run the same command again."
            )
    again = what.removeprefix("undo of ") if what.startswith("undo of ") else f"undo of {what}"
    apply(home, back, again)
    return what, [step.path for step in back]


def free_name(home: Path, path: str, new: State, taken: Set[str] = frozenset()) -> tuple[str, bool]:
    """A name beside `path` that nothing has, or one that has `new` already; and whether it has."""
    top = disk.blocked(home, path) or path  # where a folder above is not a folder: beside that
    rest, number = path[len(top) :], 1
    while True:
        name = f"{top}{BESIDE}{'' if number == 1 else f'-{number}'}{rest}"
        found = state(home, name)
        if name not in taken and (found is None or (found.kind, found.data) == (new.kind, new.data)):
            return name, found is not None
        number += 1


def _now(home: Path, path: str, wanted: State | None, gone: Set[str] = frozenset()) -> State | None:
    """What is at `path`; where nothing is wanted there, a folder and what is behind a file count as nothing."""
    found = state(home, path, gone)
    return None if wanted is None and found and not found.can_be_put and found.kind != "special" else found


def _carry_out(home: Path, local: Path) -> None:
    """Bring each file from its old to its new state; doing it twice is doing it once."""
    _, steps = journal.read(home, "update.zip")
    touched: set[Path] = set()
    try:
        for step in sorted(steps, key=lambda step: step.new is not None):  # a folder may take the place of a file
            now = _now(home, step.path, step.new)
            if now == step.new:
                if step.new is None:  # killed before its folders went
                    _prune(home, step.path, touched)
                touched.add((home / step.path).parent)
            elif now != step.old:  # edited between the interruption and now
                _leave(home, local, step, touched)
            elif step.new:
                _put(home, local, step.path, step.new, touched)
            else:
                (home / step.path).unlink()
                touched.add((home / step.path).parent)
                _prune(home, step.path, touched)
        for folder in sorted(touched):
            if folder.is_dir():
                disk.sync_folder(folder)
    except OSError as error:
        why = (explain(error) or f"{error.strerror}: {error.filename}").partition("\n")[0]
        raise DlgenError(
            f"{why}\nHalf of the change is done; the next dlgen command in this project finishes it."
        ) from None
    (local / "update.zip").replace(local / "undo.zip")
    disk.sync_folder(local)


def _leave(home: Path, local: Path, step: Step, touched: set[Path]) -> None:
    """Keep what you have made of a file, say it, and put what it would have become beside it."""
    said = f"You edited {step.path} meanwhile: it was left as it is"
    if step.new and step.path not in (RECORD, PRISTINE):
        name, there = free_name(home, step.path, step.new)
        if not there:
            _put(home, local, name, step.new, touched)
        said += f", and what the change made of it is {name}"
    print(f"{said}.", file=sys.stderr)


def _put(home: Path, local: Path, path: str, new: State, touched: set[Path]) -> None:
    """Write a file or a link whole; nothing but a file that may be replaced, or empty folders, is at its place."""
    target = home / path
    for above in [*target.relative_to(home).parents][-2::-1]:
        if not (home / above).is_dir():
            (home / above).mkdir()
            touched.add((home / above).parent)
    if disk.is_folder(disk.look(home, path)):
        for place, _, _ in os.walk(target, topdown=False):
            Path(place).rmdir()
    temporary = local / "next.tmp"
    if new.kind == "link":
        temporary.unlink(missing_ok=True)
        try:
            temporary.symlink_to(os.fsdecode(new.data))
        except (OSError, NotImplementedError):  # Windows asks for a permission
            print(f"{path} was a link to {os.fsdecode(new.data)}, and cannot be made one again.", file=sys.stderr)
            return
    else:
        disk.fill(disk.create(temporary), new.data, new.mode)
        if os.name == "nt":
            temporary.chmod(new.mode)
    temporary.replace(target)
    touched.add(target.parent)


def _prune(home: Path, path: str, touched: set[Path]) -> None:
    """Remove the folders that a removed file leaves empty."""
    if disk.blocked(home, path) is not None:
        return
    for above in (home / path).parents:
        if above == home:
            break
        if above.is_dir():
            if any(above.iterdir()):
                break
            above.rmdir()
            touched.add(above.parent)


@contextmanager
def _alone(home: Path) -> Iterator[Path]:
    """The folder of journals, while no other dlgen changes this project; a lock ends with its process."""
    local = home / LOCAL
    _check_local(home)
    if not local.is_dir():
        local.mkdir(exist_ok=True)
        disk.sync_folder(local.parent)  # a journal in a folder that is lost is lost
    if disk.look(home, f"{LOCAL}/.gitignore") is None:  # git ignores all of it
        disk.fill(disk.create(local / ".gitignore"), b"*\n", FIRST)
    handle = os.open(local / "lock", os.O_RDWR | os.O_CREAT | disk.NOFOLLOW | disk.PLAIN, FIRST)
    with os.fdopen(handle, "r+b", buffering=0) as file:
        try:
            _lock(file)
        except OSError:
            raise DlgenError("another dlgen is changing this project\nWait until it has ended.") from None
        yield local


def _check_local(home: Path) -> None:
    """Refuse a folder of journals in which something is not a regular file made by dlgen."""
    for name in (LOCAL, *(f"{LOCAL}/{each}" for each in ("lock", ".gitignore", *journal.FILES, "next.tmp"))):
        found = disk.look(home, name)
        good = found is None or (disk.is_folder(found) if name == LOCAL else disk.is_file(found))
        if name.endswith("next.tmp") and found is not None and disk.is_link(found):
            good = True  # one that was about to be put into place
        if not good:
            raise DlgenError(
                f"{name} is not a {'folder' if name == LOCAL else 'regular file'} made by dlgen\nRemove it."
            )


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
