"""Killed at any moment of an update, add or undo, a project is as it was before, or as after, once dlgen is used again."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dlgen import applying, catalog, project, render, updating
from dlgen.renewing import render_again

SLUG = "{{cookiecutter.project_slug}}"
Tree = dict[str, tuple[bytes, int]]
needs_fork = pytest.mark.skipif(os.name == "nt", reason="needs fork")


def tree(folder: Path) -> Tree:
    """Every file with its mode, but what only this copy of the project holds."""
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {
        name: ((folder / name).read_bytes(), (folder / name).stat().st_mode)
        for name in names
        if not name.startswith(".dlgen/local/")
    }


@pytest.fixture
def made(tiny: Path, tmp_path: Path) -> Path:
    """An edited project whose template has since added, changed, removed and renamed files, and changed modes."""
    template = tiny / "beginner/tiny" / SLUG
    for name in ("old.txt", "folder/inner.txt", "both.txt", "run.sh"):
        (template / name).parent.mkdir(exist_ok=True)
        (template / name).write_text(f"{name}\nsecond\nthird\nfourth\n")
    made = render.new(catalog.find(str(template.parent)), str(tmp_path / "x")).folder
    (made / "both.txt").write_text("mine\nsecond\nthird\nfourth\n")
    (made / "train.py").write_text("mine\n")
    (template / "both.txt").write_text("new\nsecond\nthird\nfourth\n")
    (template / "README.md").write_text("# New {{ cookiecutter.project_name }}\n")
    (template / "old.txt").unlink()
    (template / "folder/inner.txt").unlink()
    (template / "folder").rmdir()
    (template / "folder").write_text("a file now\n")
    (template / "deep/down").mkdir(parents=True)
    (template / "deep/down/new.bin").write_bytes(b"\0new")
    (template / "run.sh").chmod(0o755)
    return made


def update(made: Path) -> None:
    found = project.find(made)
    updating.apply(updating.plan(found, render_again(found)), "update")


def dies_at(moment: int, action: Callable[[], object]) -> bool:
    """Run `action` in a process that is killed before its operation number `moment` on the disk.

    Where that is waiting for the disk, half of the file is lost. Returns whether it came so far.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    left = moment

    def count(handle: int | None = None) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            if handle is not None and stat.S_ISREG(os.fstat(handle).st_mode):
                os.ftruncate(handle, os.fstat(handle).st_size // 2)
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        changes = event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod")
        if changes or (event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)):
            count()

    try:
        applying.os.fsync = count  # type: ignore[assignment]
        sys.addaudithook(watch)
        action()
    except BaseException:
        os._exit(3)
    os._exit(0)


def copies(made: Path, number: int) -> Path:
    return Path(shutil.copytree(made, made.parent / f"copy-{number}", symlinks=True))


@needs_fork
@pytest.mark.parametrize("kind", ["update", "undo"])
def test_killed_before_every_operation_on_the_disk_the_project_is_as_before_or_as_after(made: Path, kind: str) -> None:
    found = project.find(made)
    plan = updating.plan(found, render_again(found))

    def action(folder: Path) -> None:
        """The writing alone: what comes before it changes nothing."""
        if kind == "undo":
            applying.undo(folder)
        else:
            updating.apply(replace(plan, made=replace(found, folder=folder)), "update")

    if kind == "undo":
        update(made)
    before = tree(made)
    whole = copies(made, -1)
    action(whole)
    after = tree(whole)
    seen = {"before": 0, "after": 0}
    moment = 0
    while True:
        folder = copies(made, moment)
        killed = dies_at(moment, lambda folder=folder: action(folder))  # type: ignore[misc]
        began = (folder / ".dlgen/local/update.zip").exists()
        project.find(folder)  # what every command does first
        now = tree(folder)
        assert now in (before, after), f"half done at operation {moment}"
        assert not began or now == after
        shutil.rmtree(folder)
        seen["after" if now == after else "before"] += 1
        if not killed:
            break
        moment += 1
    assert now == after != before
    assert seen["before"] > 3 and seen["after"] > 20, seen


@needs_fork
def test_finishing_an_update_may_be_killed_too(made: Path) -> None:
    whole = copies(made, -1)
    update(whole)
    after = tree(whole)
    staged = copies(made, 0)
    monkey = pytest.MonkeyPatch()
    monkey.setattr(applying, "_carry_out", lambda *arguments: None)
    update(staged)
    monkey.undo()
    for moment in range(0, 400, 3):
        folder = copies(staged, moment + 1)
        killed = dies_at(moment, lambda folder=folder: applying.recover(folder))  # type: ignore[misc]
        applying.recover(folder)
        assert tree(folder) == after
        if not killed:
            break
    assert not killed, "more moments are needed"


def test_what_you_edit_between_the_kill_and_the_next_command_is_left_alone(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(applying, "_carry_out", lambda *arguments: None)
        update(made)
    (made / "README.md").write_text("edited meanwhile\n")
    project.find(made)
    assert (made / "README.md").read_text() == "edited meanwhile\n"
    assert (made / "README.md.from-template").read_text() == "# New X\n"
    assert (made / "deep/down/new.bin").read_bytes() == b"\0new"
    assert capsys.readouterr().err == (
        "Finishing a change of this project that was interrupted.\n"
        "You edited README.md meanwhile: it was left as it is, "
        "and what the change made of it is README.md.from-template.\n"
    )


@pytest.mark.skipif(os.name == "nt", reason="flock")
def test_two_at_once_are_refused(made: Path) -> None:
    import fcntl

    (made / ".dlgen/local").mkdir()
    with (made / ".dlgen/local/lock").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = subprocess.run(
            [sys.executable, "-m", "dlgen", "update"],
            cwd=made,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, "error: another dlgen is changing this project")


def test_a_journal_that_names_a_file_outside_is_refused(made: Path) -> None:
    import zipfile

    (made / ".dlgen/local").mkdir()
    step = {"path": "../out.txt", "old": None, "new": {"sha256": "", "mode": 0o644}}
    with zipfile.ZipFile(made / ".dlgen/local/update.zip", "w") as archive:
        archive.writestr("journal.json", json.dumps({"what": "update", "steps": [step]}))
        archive.writestr("new/0", "x")
    with pytest.raises(project.DlgenError, match=r"names \.\./out\.txt, which is no file of the project"):
        project.find(made)
    assert not (made.parent / "out.txt").exists()


@pytest.mark.slow
def test_kill_9_at_random_moments_of_the_real_command(made: Path) -> None:
    whole = copies(made, -1)
    update(whole)
    before, after = tree(made), tree(whole)
    for number in range(8):
        folder = copies(made, number)
        process = subprocess.Popen(
            [sys.executable, "-m", "dlgen", "update"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while number % 2 and not (folder / ".dlgen/local").exists() and process.poll() is None:
            time.sleep(0.0005)
        time.sleep(0.002 * number)
        process.kill()
        process.wait()
        project.find(folder)
        assert tree(folder) in (before, after)
