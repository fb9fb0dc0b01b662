"""Killed at any moment of an update, add or undo, a project is as it was before, or as after, once dlgen is used again."""

import errno
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dlgen.catalog import lookup
from dlgen.projects import project, transaction
from dlgen.rendering import render
from dlgen.updates import changes
from dlgen.updates.rerender import render_again

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
    made = render.new(lookup.find(str(template.parent)), str(tmp_path / "x")).folder
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
    changes.apply(changes.plan(found, render_again(found)), "update")


class LossyDisk:
    """The disk of a process that is killed: what was not waited for with fsync may be lost.

    `loses` says what is: nothing (a plain kill), "data" (of files, whose names stay), or the names in all folders,
    in those called so, or in all others ("!local").
    """

    def __init__(self, moment: int, loses: str) -> None:
        self.left, self.loses = moment, loses
        self.names: list[tuple[Path, Callable[[], object]]] = []  # folder, and what takes a change in it back
        self.written: dict[tuple[int, int], Path] = {}  # files that were not waited for
        self.real = {name: getattr(os, name) for name in self.patches}
        for name in self.patches:
            setattr(os, name, getattr(self, name))
        sys.addaudithook(self.watch)

    patches = ("open", "fsync", "replace", "unlink", "mkdir", "rmdir", "symlink", "fchmod")

    def watch(self, event: str, arguments: tuple[Any, ...]) -> None:
        """No change of the disk may pass this class by."""
        changes = event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate")
        writes = event == "open" and isinstance(arguments[0], str) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if (changes or writes) and self.left >= 0 and sys._getframe(1).f_code.co_filename != __file__:
            os._exit(4)

    def count(self) -> None:
        self.left -= 1
        if self.left >= 0:
            return
        for name, function in self.real.items():
            setattr(os, name, function)
        if self.loses == "data":
            for file in self.written.values():
                if file.is_file():
                    os.truncate(file, file.stat().st_size // 2)
        elif self.loses:
            for folder, back in reversed(self.names):
                if self.loses in ("all", folder.name) or (self.loses[0] == "!" and self.loses[1:] != folder.name):
                    back()
        os.kill(os.getpid(), signal.SIGKILL)

    def changed(self, path: Path, back: Callable[[], object]) -> None:
        self.names.append((path.parent, back))

    def content(self, path: Path) -> Callable[[], object]:
        """What puts `path` as it is now."""
        if path.is_symlink():
            leads = path.readlink()
            return lambda: (path.unlink(missing_ok=True), self.real["symlink"](leads, path))
        if not path.exists():
            return lambda: path.exists() and self.real["unlink"](path)
        data, mode = path.read_bytes(), path.stat().st_mode

        def back() -> None:
            if not path.parent.is_dir():  # its folder is gone for good
                return
            if path.is_symlink():
                self.real["unlink"](path)
            path.write_bytes(data)
            path.chmod(mode)

        return back

    def open(self, path: Any, flags: int, mode: int = 0o777, **more: Any) -> int:
        if not flags & (os.O_WRONLY | os.O_RDWR):
            return int(self.real["open"](path, flags, mode, **more))
        self.count()
        if not Path(path).exists():
            self.changed(Path(path), self.content(Path(path)))
        handle = int(self.real["open"](path, flags, mode, **more))
        self.written[(os.fstat(handle).st_dev, os.fstat(handle).st_ino)] = Path(path)
        return handle

    def fsync(self, handle: int) -> None:
        self.count()
        found = os.fstat(handle)
        if stat.S_ISDIR(found.st_mode):
            self.names = [
                each for each in self.names if not (each[0].is_dir() and os.path.samestat(each[0].stat(), found))
            ]
        else:
            self.written.pop((found.st_dev, found.st_ino), None)

    def replace(self, source: Any, target: Any, **more: Any) -> None:
        self.count()
        source, target = Path(source), Path(target)
        restore, again = self.content(target), self.content(source)
        found = source.lstat()
        self.real["replace"](source, target)
        if (found.st_dev, found.st_ino) in self.written:
            self.written[(found.st_dev, found.st_ino)] = target
        self.changed(target, lambda: (again(), restore()))

    def unlink(self, path: Any, **more: Any) -> None:
        self.count()
        back = self.content(Path(path))
        self.real["unlink"](path, **more)
        self.changed(Path(path), back)

    def mkdir(self, path: Any, mode: int = 0o777, **more: Any) -> None:
        self.count()
        self.real["mkdir"](path, mode, **more)
        self.changed(Path(path), lambda: shutil.rmtree(path, ignore_errors=True))

    def rmdir(self, path: Any, **more: Any) -> None:
        self.count()
        self.real["rmdir"](path, **more)
        self.changed(
            Path(path), lambda: Path(path).parent.is_dir() and not Path(path).exists() and self.real["mkdir"](path)
        )

    def symlink(self, leads: Any, path: Any, **more: Any) -> None:
        self.count()
        self.changed(Path(path), self.content(Path(path)))
        self.real["symlink"](leads, path)

    def fchmod(self, handle: int, mode: int) -> None:
        self.count()
        self.real["fchmod"](handle, mode)


def dies_at(moment: int, action: Callable[[], object], loses: str = "") -> bool:
    """Run `action` in a process that is killed before its operation number `moment` on the disk.

    Returns whether it came so far.
    """
    child = os.fork()
    if child:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, -signal.SIGKILL), "the process was not killed, and did not reach its end"
        return code != 0
    try:
        LossyDisk(moment, loses)
        action()
    except BaseException:
        traceback.print_exc()
        os._exit(3)
    os._exit(0)


def copies(made: Path, number: int) -> Path:
    return Path(shutil.copytree(made, made.parent / f"copy-{number}", symlinks=True))


LOSSES = ["", "data", "all", "local", ".dlgen", "!local"]


@needs_fork
@pytest.mark.parametrize(
    ("kind", "loses"),
    [
        *(("update", loses) for loses in LOSSES),
        *(pytest.param(kind, loses, marks=pytest.mark.slow) for kind in ("undo", "recover") for loses in LOSSES),
    ],
    ids=lambda word: word or "nothing",
)
def test_killed_before_every_operation_on_the_disk_the_project_is_as_before_or_as_after(
    made: Path, kind: str, loses: str
) -> None:
    found = project.find(made)
    plan = changes.plan(found, render_again(found))

    def action(folder: Path) -> None:
        """The writing alone: what comes before it changes nothing."""
        if kind == "undo":
            transaction.undo(folder)
        elif kind == "recover":
            transaction.recover(folder)
        else:
            changes.apply(replace(plan, made=replace(found, folder=folder)), "update")

    before = tree(made)
    if kind == "recover":
        stop_before_writing(made)
    elif kind == "undo":
        update(made)
        before = tree(made)
    whole = copies(made, -1)
    action(whole)
    after = tree(whole)
    seen = {"before": 0, "after": 0}
    moment = 0
    while True:
        folder = copies(made, moment)
        killed = dies_at(moment, lambda folder=folder: action(folder), loses)  # type: ignore[misc]
        began = (folder / ".dlgen/local/update.zip").exists()
        project.find(folder)  # what every command does first
        now = tree(folder)
        assert now in (before, after), f"half done at operation {moment}: {differing(now, before, after)}"
        assert not began or now == after
        assert not (folder / ".dlgen/local/update.zip").exists()
        shutil.rmtree(folder)
        seen["after" if now == after else "before"] += 1
        if not killed:
            break
        moment += 1
    assert now == after != before
    assert seen["before"] >= (0 if kind == "recover" else 3) and seen["after"] > 20, seen


def differing(now: Tree, before: Tree, after: Tree) -> list[str]:
    """The files that are neither as before nor as after, or, where each is one of both, those as after."""
    names = {*now, *before, *after}
    odd = [name for name in names if now.get(name) not in (before.get(name), after.get(name))]
    return sorted(odd or [name for name in names if now.get(name) == after.get(name) != before.get(name)])


def stop_before_writing(made: Path) -> None:
    """An update that was killed when its journal was in place, and no file written yet."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(transaction, "_carry_out", lambda *arguments: None)
        update(made)


def test_what_you_edit_between_the_kill_and_the_next_command_is_left_alone(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stop_before_writing(made)
    (made / "README.md").write_text("edited meanwhile\n")
    project.find(made)
    assert (made / "README.md").read_text() == "edited meanwhile\n"
    assert (made / "README.md.from-template").read_text() == "# New X\n"
    assert (made / "deep/down/new.bin").read_bytes() == b"\0new"
    assert capsys.readouterr().err == (
        "Finishing an interrupted change to this project.\n"
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
    with pytest.raises(project.DlgenError, match=r"names \.\./out\.txt, which is not a file of the project"):
        project.find(made)
    assert not (made.parent / "out.txt").exists()


def _file(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


MEANWHILE: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "your own X.from-template": (
        lambda made: (_file(made / "README.md", "mine\n"), _file(made / "README.md.from-template", "also mine\n")),
        ["README.md.from-template-2"],
    ),
    "a folder called X.from-template": (
        lambda made: (_file(made / "README.md", "mine\n"), _file(made / "README.md.from-template/a", "also mine\n")),
        ["README.md.from-template-2"],
    ),
    "a link called X.from-template": (
        lambda made: (_file(made / "README.md", "mine\n"), (made / "README.md.from-template").symlink_to("both.txt")),
        ["README.md.from-template-2"],
    ),
    "a link at a changed file's place": (
        lambda made: ((made / "README.md").unlink(), (made / "README.md").symlink_to("both.txt")),
        ["README.md.from-template"],
    ),
    "a broken link at a changed file's place": (
        lambda made: ((made / "README.md").unlink(), (made / "README.md").symlink_to("nowhere")),
        ["README.md.from-template"],
    ),
    "a folder at a changed file's place": (
        lambda made: ((made / "README.md").unlink(), _file(made / "README.md/a", "mine\n")),
        ["README.md.from-template"],
    ),
    "a file at a new file's place": (
        lambda made: _file(made / "deep/down/new.bin", "mine\n"),
        ["deep/down/new.bin.from-template"],
    ),
    "a link at a new file's place": (
        lambda made: (_file(made / "deep/down/a", "mine\n"), (made / "deep/down/new.bin").symlink_to("a")),
        ["deep/down/new.bin.from-template"],
    ),
    "a folder at a new file's place": (
        lambda made: _file(made / "deep/down/new.bin/a", "mine\n"),
        ["deep/down/new.bin.from-template"],
    ),
    "a file at a new folder's place": (
        lambda made: _file(made / "deep", "mine\n"),
        ["deep.from-template/down/new.bin"],
    ),
    "a link at a new folder's place": (
        lambda made: (made / "deep").symlink_to("folder"),
        ["deep.from-template/down/new.bin"],
    ),
    "a new file in a folder that becomes a file": (
        lambda made: _file(made / "folder/mine.txt", "mine\n"),
        ["folder.from-template"],
    ),
    "a file that was to go was edited": (lambda made: _file(made / "old.txt", "mine\n"), []),
    "a file that was to go is a folder": (
        lambda made: ((made / "old.txt").unlink(), _file(made / "old.txt/a", "mine\n")),
        [],
    ),
    "the record": (
        lambda made: _file(made / ".dlgen/project.json", (made / ".dlgen/project.json").read_text() + " "),
        [],
    ),
}


def everything(folder: Path) -> dict[str, object]:
    """Where links lead, and the bytes of files."""
    found: dict[str, object] = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = path.readlink()
        elif path.is_file() and not name.startswith(".dlgen/local/"):
            found[name] = path.read_bytes()
    return found


@needs_fork
@pytest.mark.parametrize("name", MEANWHILE)
def test_finishing_a_change_replaces_nothing_that_you_made_meanwhile(
    made: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make, beside = MEANWHILE[name]
    untouched = copies(made, -1)
    update(untouched)
    after = everything(untouched)
    stop_before_writing(made)
    before = everything(made)
    make(made)
    mine = {path: content for path, content in everything(made).items() if before.get(path) != content}
    for moment in range(0, 1000, 2):  # killed again and again, and then not
        if not dies_at(moment, lambda: transaction.recover(made)):
            break
    project.find(made)
    now = everything(made)
    assert mine and {path: now.get(path) for path in mine} == mine
    assert [path for path in now if ".from-template" in path and path not in mine] == beside
    for path, content in after.items():
        kept = path in mine or any(
            path == each.partition(".from-template")[0] + each.partition(".from-template")[2] for each in beside
        )
        assert kept or now.get(path) == content, path
    assert all(now[path] in after.values() for path in beside)
    capsys.readouterr()
    assert not transaction.recover(made), "it is finished"
    assert capsys.readouterr().err == ""


@needs_fork
def test_what_was_left_alone_is_said(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stop_before_writing(made)
    _file(made / "deep", "mine\n")
    _file(made / "old.txt", "mine\n")
    _file(made / ".dlgen/project.json", (made / ".dlgen/project.json").read_text() + " ")
    project.find(made)
    assert sorted(capsys.readouterr().err.splitlines()) == [
        "Finishing an interrupted change to this project.",
        "You edited .dlgen/project.json meanwhile: it was left as it is.",
        "You edited deep/down/new.bin meanwhile: it was left as it is, "
        "and what the change made of it is deep.from-template/down/new.bin.",
        "You edited old.txt meanwhile: it was left as it is.",
    ]


@needs_fork
def test_a_change_that_cannot_be_written_to_its_end_goes_on_with_the_next_command(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = copies(made, -1)
    update(whole)
    real, left = os.replace, [3]

    def full(source: Any, target: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device", str(target))
        real(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", full)
        with pytest.raises(
            project.DlgenError, match=r"^the disk is full while writing .*\nHalf of the change is done; "
        ):
            update(made)
        with pytest.raises(project.DlgenError, match="Half of the change is done"):
            project.find(made)
    project.find(made)
    assert tree(made) == tree(whole)


# ---- kills from outside


@needs_fork
@pytest.mark.slow
def test_two_hundred_kills_in_the_middle_of_the_writing_lose_nothing(
    made: Path, tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A process is killed from outside, at a random moment after its journal appeared."""
    template = tiny / "beginner/tiny" / SLUG
    for number in range(60):  # so that the writing takes some time
        (template / f"many-{number}.txt").write_text(f"{number}\n" * 200)
    shutil.copytree(template, tiny / "kept" / SLUG)
    shutil.rmtree(made)
    for number in range(0, 60, 2):
        (template / f"many-{number}.txt").unlink()
    render.new(lookup.find(str(template.parent)), str(made))
    (made / "mine.txt").write_text("mine\n")
    shutil.copytree(tiny / "kept" / SLUG, template, dirs_exist_ok=True)
    for number in range(1, 60, 4):
        (template / f"many-{number}.txt").write_text("new\n")
    found = project.find(made)
    plans = {"update": changes.plan(found, render_again(found))}
    plans["add"] = changes.plan(found, render_again(found, add=("docker",)))
    staged, updated = copies(made, -2), copies(made, -3)
    stop_before_writing(staged)
    update(updated)

    def act(kind: str, folder: Path) -> None:
        if kind == "undo":
            transaction.undo(folder)
        elif kind == "recover":
            transaction.recover(folder)
        else:
            changes.apply(replace(plans[kind], made=replace(found, folder=folder)), kind)

    moments = random.Random(5)
    inside = total = 0
    for kind, start in (("update", made), ("add", made), ("undo", updated), ("recover", staged)):
        before = tree(start)
        whole = copies(start, -1)
        began = time.monotonic()
        act(kind, whole)
        takes = time.monotonic() - began
        after = tree(whole)
        shutil.rmtree(whole)
        for number in range(50):
            folder = copies(start, number)
            child = os.fork()
            if child == 0:
                with suppress(BaseException):
                    act(kind, folder)
                os._exit(0)
            journal = folder / ".dlgen/local/update.zip"
            while not journal.exists() and os.waitpid(child, os.WNOHANG) == (0, 0):
                pass
            time.sleep(moments.uniform(0, takes * 0.8))
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(child, 0)
            total += 1
            inside += journal.exists() and tree(folder) != after
            project.find(folder)
            assert tree(folder) in (before, after), (kind, number, differing(tree(folder), before, after))
            assert (folder / "mine.txt").read_text() == "mine\n"
            assert not journal.exists()
            shutil.rmtree(folder)
    with capsys.disabled():
        print(f"\n{inside} of {total} kills fell into the writing")
    assert total == 200 and inside > total / 2, f"only {inside} of {total} kills fell into the writing"


@pytest.mark.slow
def test_kill_9_at_random_moments_of_the_real_command(made: Path) -> None:
    whole = copies(made, -1)
    update(whole)
    before, after = tree(made), tree(whole)
    middle = 0
    for number in range(10):
        folder = copies(made, number)
        process = subprocess.Popen(
            [sys.executable, "-m", "dlgen", "update"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        journal = folder / ".dlgen/local/update.zip"
        while number % 5 and not journal.exists() and process.poll() is None:
            pass
        time.sleep(0.0005 * number if number % 5 else 0.3)
        process.kill()
        process.wait()
        middle += journal.exists()
        project.find(folder)
        assert tree(folder) in (before, after)
    assert middle >= 4, f"only {middle} kills fell into the writing"
