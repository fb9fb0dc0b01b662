"""Stopped at any moment, `dlgen new` leaves the whole project or none of it."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from dlgen.catalog import lookup
from dlgen.rendering import render, workspace

Dlgen = Callable[..., subprocess.CompletedProcess[str]]
NEW = [sys.executable, "-m", "dlgen", "new", "mnist-classifier", "x"]


def visible(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_kill_9_at_any_moment_leaves_no_half_made_project_and_the_next_run_cleans_up(tmp_path: Path) -> None:
    moments = random.Random(1)
    whole: list[str] = []
    left = 0
    for number in range(20):
        folder = tmp_path / str(number)
        folder.mkdir()
        process = subprocess.Popen(NEW, cwd=folder, stdout=subprocess.DEVNULL)
        if number % 4:  # most fall into the writing, the others anywhere
            while not os.listdir(folder) and process.poll() is None:
                time.sleep(0.001)
        time.sleep(moments.uniform(0, 0.1))
        process.kill()
        process.wait()
        left += any(name.startswith(".x.dlgen-") for name in os.listdir(folder))
        if (folder / "x").exists():
            found = visible(folder / "x")
        else:
            subprocess.run(NEW, cwd=folder, check=True, capture_output=True)
            assert os.listdir(folder) == ["x"]
            found = visible(folder / "x")
        whole = whole or found
        assert found == whole != []
    assert left > 0, "no moment fell into the writing: the test shows nothing"


def test_what_a_living_dlgen_is_making_for_the_same_name_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        theirs = tmp_path / f".x.dlgen-{other.pid}-abc"
        theirs.mkdir()
        with workspace.beside(tmp_path / "x"):
            assert theirs.exists()
        other.kill()
    with workspace.beside(tmp_path / "x"):
        assert not theirs.exists()


def test_ctrl_c_while_rendering_leaves_nothing_and_exits_with_130(tmp_path: Path) -> None:
    script = (
        "import os, signal\n"
        "from dlgen.commands import main\nfrom dlgen.rendering import review\n"
        "review.check = lambda *arguments: os.kill(os.getpid(), signal.SIGINT)\n"
        "main.main(['new', 'mnist-classifier', 'x'])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "\nStopped by Ctrl-C.\n")
    assert os.listdir(tmp_path) == []


def test_folders_that_were_made_above_the_project_go_again_when_moving_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(KeyboardInterrupt):
        render.new(lookup.find("mnist-classifier"), str(tmp_path / "a/b/x"))
    assert os.listdir(tmp_path) == []


ENDLESS = "{{ ('a' * 60 ~ '!') | slugify(regex_pattern='(a+)+$') }}"


def descendants(process: int) -> list[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    return [pid for pid, parent in pairs if parent == process]


def gone(process: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        done = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True)
        if not done.stdout.strip() or done.stdout.startswith("Z"):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(os.name == "nt", reason="needs a signal of Unix")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_foreign_template_that_never_ends_is_left_by_ctrl_c_and_no_process_stays(
    tmp_path: Path, number: signal.Signals
) -> None:
    slug = tmp_path / "endless/{{cookiecutter.slug}}"
    slug.mkdir(parents=True)
    (slug.parent / "cookiecutter.json").write_text('{"slug": "thing"}')
    (slug / "a.txt").write_text(ENDLESS)
    work = tmp_path / "work"
    work.mkdir()
    script = "from dlgen.commands import main; from dlgen.rendering import worker; worker.SECONDS = 3; main.main(['new', '../endless'])"
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=work, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not os.listdir(work) and process.poll() is None:  # rendered, but for the names
        time.sleep(0.01)
    time.sleep(0.2)
    (worker,) = descendants(process.pid)
    process.send_signal(number)
    out, err = process.communicate()
    assert gone(worker, 60)
    if number == signal.SIGINT:
        assert (process.returncode, out, err) == (130, "", "\nStopped by Ctrl-C.\n")
        assert os.listdir(work) == []
