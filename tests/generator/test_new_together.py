"""`dlgen new` where something is odd around it: others at the same place, links, modes, an output that takes no more."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from dlgen.catalog import lookup
from dlgen.rendering import render

Dlgen = Callable[..., subprocess.CompletedProcess[str]]
SLUG = "{{cookiecutter.project_slug}}"
needs_posix = pytest.mark.skipif(os.name == "nt", reason="needs signals, links or modes")


@pytest.fixture
def template(tiny: Path) -> Path:
    return tiny / "beginner/tiny"


def start(folder: Path, *arguments: str, **options: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "dlgen", *arguments]
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def test_of_five_that_make_the_same_folder_at_once_one_makes_it_and_four_say_so(template: Path, tmp_path: Path) -> None:
    processes = [start(tmp_path, "new", str(template), "deep/er/x") for _ in range(5)]
    ended = [(*process.communicate(), process.returncode) for process in processes]
    assert sorted(code for _, _, code in ended) == [0, 2, 2, 2, 2], ended
    for _, error, code in ended:
        assert "Traceback" not in error
        if code == 2:
            assert error.startswith(("error: the folder deep/er/x is not empty\n", "error: something is at ")), error
    render.new(lookup.find(str(template)), str(tmp_path / "other/x"))
    assert _content(tmp_path / "deep/er/x") == _content(tmp_path / "other/x")
    assert sorted(os.listdir(tmp_path)) == ["deep", "other"] and os.listdir(tmp_path / "deep/er") == ["x"]


def _content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_another_program_makes_at_the_last_moment_is_left_alone(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.rename
    for number, make in enumerate(
        (lambda path: path.write_text("theirs"), lambda path: (path / "theirs").mkdir(parents=True))
    ):
        target = tmp_path / f"above{number}/x"

        def late(self: Path, place: Path, make: Callable[[Path], object] = make) -> Path:
            make(place)
            return real(self, place)

        with monkeypatch.context() as patched:
            patched.setattr(Path, "rename", late)
            with pytest.raises(render.DlgenError, match=r"^something is at .*/x now: another program made it\n"):
                render.new(lookup.find(str(template)), str(target))
        assert os.listdir(target.parent) == ["x"]
        assert target.read_text() == "theirs" if target.is_file() else os.listdir(target) == ["theirs"]


@needs_posix
@pytest.mark.parametrize("place", ["broken/x", "broken/deep/x", "there/broken/x", "loop/x"])
def test_a_link_that_leads_nowhere_on_the_way_is_named(
    dlgen: Dlgen, template: Path, tmp_path: Path, place: str
) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "broken").symlink_to("nowhere/at/all")
    (tmp_path / "there/broken").symlink_to("/nowhere/at/all")
    (tmp_path / "loop").symlink_to("loop")
    link = tmp_path / (place.partition("/")[0] if place[0] != "t" else "there/broken")
    done = dlgen("new", str(template), place)
    assert (done.returncode, done.stderr) == (
        2,
        f"error: {link} is a link that leads nowhere\nGive a path through folders.\n",
    )
    assert sorted(os.listdir(tmp_path)) == ["broken", "loop", "there"]


@needs_posix
@pytest.mark.parametrize(
    "command", [["new", "TEMPLATE", "x"], ["status"], ["update"], ["sync", "TEMPLATE"], ["eject", "TEMPLATE", "x"]]
)
def test_a_folder_that_vanished_under_the_command_is_said(template: Path, tmp_path: Path, command: list[str]) -> None:
    here = tmp_path / "here"
    here.mkdir()
    script = (
        f"import os, shutil, sys\nos.chdir({str(here)!r})\nshutil.rmtree({str(here)!r})\n"
        "from dlgen.commands import main\nmain.main(sys.argv[1:])"
    )
    words = [word.replace("TEMPLATE", str(template)) for word in command]
    done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, "error: the folder you are in no longer exists\nGo to another: cd ~\n")


@needs_posix
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002, 0o027])
def test_a_project_has_the_modes_of_the_users_own_new_files(template: Path, tmp_path: Path, mask: int) -> None:
    for name, mode in (("run.sh", 0o700), ("secret.txt", 0o600), ("open.txt", 0o666)):
        (template / SLUG / name).write_text("1\n")
        (template / SLUG / name).chmod(mode)
    kept = os.umask(mask)
    try:
        made = render.new(lookup.find(str(template)), str(tmp_path / "x")).folder
    finally:
        os.umask(kept)
    for path in [made, *made.rglob("*")]:
        expected = (0o777 if path.is_dir() or path.name == "run.sh" else 0o666) & ~mask
        assert path.stat().st_mode & 0o777 == expected, path
    again = render.new(lookup.find(str(template)), str(tmp_path / "again/x")).folder
    assert (made / ".dlgen/pristine.zip").read_bytes() == (again / ".dlgen/pristine.zip").read_bytes()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("command", [["list"], ["list", "--json"], ["new", "TEMPLATE", "x"], ["--help"]])
def test_an_output_that_is_full_is_not_called_a_full_disk(template: Path, tmp_path: Path, command: list[str]) -> None:
    words = [sys.executable, "-m", "dlgen", *(word.replace("TEMPLATE", str(template)) for word in command)]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}  # as it is for most
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        done = subprocess.run(words, cwd=tmp_path, env=buffered, stdout=full, stderr=subprocess.PIPE, encoding="utf-8")
        nothing = subprocess.run(words, cwd=tmp_path, env=buffered, stdout=full, stderr=full)
    assert (done.returncode, done.stderr) == (
        2,
        "error: the output cannot be written: No space left on device\nSend it elsewhere.\n",
    )
    assert nothing.returncode == 2


@needs_posix
@pytest.mark.parametrize("command", [["list", "--json"], ["new", "TEMPLATE", "x"]])
def test_an_output_that_nobody_reads_ends_the_command_without_a_word(
    template: Path, tmp_path: Path, command: list[str]
) -> None:
    words = [word.replace("TEMPLATE", str(template)) for word in command]
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.Popen(
        [sys.executable, "-m", "dlgen", *words], cwd=tmp_path, stdout=writing, stderr=subprocess.PIPE, text=True
    )
    os.close(writing)
    assert process.communicate() == (None, "")
    assert process.returncode == 1


INTERRUPT = """
import os, signal, sys
left = int(sys.argv[1])
started = False
FEW = ("import", "open", "os.mkdir", "os.rename", "os.rmdir", "os.remove", "os.listdir", "os.scandir", "shutil.rmtree",
       "subprocess.Popen", "tempfile.mkdtemp", "os.chmod", "os.fork", "os.posix_spawn")

def count(event, arguments):
    global left, started
    if event == "exec" and arguments[0].co_filename.endswith("__main__.py"):
        started = True
    if started and event in FEW:
        left -= 1
        if left == 0:
            print("interrupted", file=sys.stderr, flush=True)
            os.kill(os.getpid(), signal.SIGINT)

sys.addaudithook(count)
sys.argv[1:] = sys.argv[2:]
import runpy
runpy.run_module("dlgen", run_name="__main__")
"""


def interrupted(template: Path, folder: Path, moment: int) -> bool:
    """Interrupt `dlgen new` at its operation number `moment`; whether it came so far."""
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPT, str(moment), "new", str(template), "a/b/x"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr, (moment, done.stderr)
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    if "interrupted" in done.stderr:
        assert done.returncode in (130, -2, 0), (moment, done.returncode, done.stderr)
        assert found == [] or "a/b/x/.dlgen/project.json" in found, (moment, found)
        assert found or os.listdir(folder) == [], (moment, list(folder.rglob("*")))
        assert os.listdir(folder) in ([], ["a"]), moment
    return "interrupted" in done.stderr


@needs_posix
def test_ctrl_c_at_moments_all_over_the_command_shows_no_traceback_and_leaves_nothing(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    many = 1
    while interrupted(template, tmp_path / f"find-{many}", many):
        many *= 2
    for number in range(1, 25):
        moment = 1 + number * many // 25
        interrupted(template, tmp_path / str(number), moment)
    assert many > 64
    assert os.listdir(temporary) == []


@needs_posix
@pytest.mark.slow
def test_ctrl_c_at_any_moment_shows_no_traceback_and_leaves_nothing(template: Path, tmp_path: Path) -> None:
    moment, reached = 1, True
    while reached:
        reached = interrupted(template, tmp_path / "x", moment)
        shutil.rmtree(tmp_path / "x")
        moment += 3
    assert moment > 100
