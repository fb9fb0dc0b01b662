"""How the checks themselves are run: nothing is left out in silence, the longest tests come first, what is shared stays as it is."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent

TESTS = """
import os, signal
import pytest

@pytest.mark.skipif(True, reason="no real data beside this repository")
def test_left_out(): ...

@pytest.mark.skipif(True, reason="SIGKILL is a signal of Unix")
def test_that_may_be_left_out(): ...

def test_that_is_known_to_fail():
    pytest.xfail("known")

def test_short(): ...

@pytest.mark.slow
def test_long(): ...

def test_ctrl_c_reaches_this_process():
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
        signal.pause()

def test_that_writes_into_the_project_of_all(rendered):
    (rendered("student-exam") / "runs").mkdir(exist_ok=True)
    (rendered("student-exam") / "runs" / "x").write_text("x")
"""


@pytest.fixture
def checks(tmp_path: Path) -> Path:
    """A repository with a few tests and our way to run them."""
    (tmp_path / "tests").mkdir()
    for name in ("conftest.py", "skips.toml"):
        shutil.copyfile(HERE / name, tmp_path / "tests" / name)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    slow: x\n")
    (tmp_path / "tests" / "test_some.py").write_text(TESTS)
    return tmp_path


def run(folder: Path, *options: str) -> list[str]:
    """Name and outcome of each test, in the order in which they ran, then the last line."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "-p", "no:xdist", *options],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    lines = done.stdout.splitlines()
    found = [line.split("::")[1].split(" ")[:2] for line in lines if line.startswith("tests/test_some.py::")]
    return [" ".join(words) for words in found]


def test_a_test_that_is_left_out_fails_unless_the_list_says_why(checks: Path) -> None:
    chosen = ("-k", "left_out")
    assert run(checks, *chosen) == ["test_left_out SKIPPED", "test_that_may_be_left_out SKIPPED"]
    assert run(checks, *chosen, "--no-silent-skip") == ["test_left_out ERROR", "test_that_may_be_left_out SKIPPED"]


def test_what_is_known_to_fail_is_not_left_out(checks: Path) -> None:
    assert run(checks, "-k", "known", "--no-silent-skip") == ["test_that_is_known_to_fail XFAIL"]


def test_the_longest_come_first_as_they_were_recorded_or_as_they_are_marked(checks: Path) -> None:
    chosen = ("-k", "long or short")
    assert run(checks, *chosen) == ["test_long PASSED", "test_short PASSED"]
    (checks / "benchmarks").mkdir()
    recorded = {"tests": {"tests/test_some.py::test_short": {"seconds": 99.0}}}
    (checks / "benchmarks" / "checks.json").write_text(json.dumps(recorded))
    assert run(checks, *chosen) == ["test_short PASSED", "test_long PASSED"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to itself")
def test_ctrl_c_can_be_tested_in_the_background_of_a_shell(checks: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", f'trap "" INT; exec "{sys.executable}" -m pytest -q -p no:xdist -k ctrl_c'],
        cwd=checks,
        capture_output=True,
        text=True,
    )
    assert "1 passed" in done.stdout


def test_a_test_that_writes_into_what_all_share_is_found_out(checks: Path) -> None:
    assert run(checks, "-k", "writes") == [
        "test_that_writes_into_the_project_of_all PASSED",
        "test_that_writes_into_the_project_of_all ERROR",
    ]


def test_what_the_tests_cost_is_recorded(checks: Path) -> None:
    run(checks, "-k", "long or short", "--record", "costs.json")
    recorded = json.loads((checks / "costs.json").read_text())["tests"]
    assert sorted(recorded) == ["tests/test_some.py::test_long", "tests/test_some.py::test_short"]
    assert all(test["seconds"] >= 0 and test["processor"] >= 0 for test in recorded.values())
