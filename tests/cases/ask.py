"""What the modules of cases share: a project asked to read a file, in a process of its own and without TensorFlow.

A module beside this one, such as tables.py, exposes `CASES: list[Case]`. A case names the folder in shared/cases, the file in its
`input`, and a function without arguments that reads the file through a project's own reader and gives `(reading, ok)`: in a few
words what was read, and whether exactly the right thing was read, or refused in a sentence (`reading` then begins with "refused: ").
`read.py` prints them all; `test_cases.py` has a test for each.

    def none_is_a_class() -> tuple[str, bool]:
        answer = ask("iris-classifier", "...code that leaves its answer in `result`...", path=str(FOLDER / "05-…/input/sleep.csv"))
        return str(answer.result), answer.result == ["Insomnia", "None", "Sleep Apnea"]
"""

import atexit
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT.parent / "shared" / "cases"  # one folder per case, with input/ and expected.txt

# Runs in the project: code comes as a line of JSON, and its `result`, or the message of a mistake, goes back as one.
_WORKER = """
import contextlib, io, json, sys, traceback
sys.path.insert(0, ".")
sys.modules["tensorflow"] = sys.modules["keras"] = None  # no reader needs them
out = sys.stdout
for line in sys.stdin:
    code, values = json.loads(line)
    printed, answer = io.StringIO(), {"result": None, "refused": ""}
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            exec(code, values)
            answer["result"] = values.get("result")
        except BaseException as error:
            known = type(error).__name__ in ("ProjectError", "StepFailed")
            answer["refused"] = str(error) if known else "CRASHED " + traceback.format_exc()
    out.write(json.dumps({**answer, "printed": printed.getvalue()}, default=str) + "\\n")
    out.flush()
"""


@dataclass(frozen=True)
class Case:
    """A file that people have, and what reads it."""

    name: str  # the folder in shared/cases
    file: str  # inside its input/
    read: Callable[[], tuple[str, bool]]


class Answer(NamedTuple):
    """What the code left in `result`, as JSON has it; or why it was refused; and what was printed meanwhile."""

    result: Any
    refused: str
    printed: str


_workers: dict[str, subprocess.Popen[str]] = {}


def ask(template: str, code: str, **values: Any) -> Answer:
    """Run `code` inside a project made from `template`, with `values` as its variables."""
    if template not in _workers:
        _workers[template] = subprocess.Popen(
            [sys.executable, "-c", _WORKER],
            cwd=project(template),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONIOENCODING": "utf-8", "MPLBACKEND": "agg"},
        )
        atexit.register(_workers[template].kill)
    worker = _workers[template]
    assert worker.stdin and worker.stdout
    worker.stdin.write(json.dumps([code, values]) + "\n")
    worker.stdin.flush()
    return Answer(**json.loads(worker.stdout.readline()))


_projects: dict[str, Path] = {}


def project(template: str) -> Path:
    """A project made from the template, once in this process."""
    if template not in _projects:
        folder = tempfile.TemporaryDirectory(prefix="dlgen-cases-")
        atexit.register(folder.cleanup)
        path = Path(folder.name) / template
        done = subprocess.run(
            [sys.executable, "-m", "dlgen", "new", template, str(path)],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT / "generator")},
        )
        assert done.returncode == 0, done.stderr
        _projects[template] = path
    return _projects[template]


def refused(message: str) -> str:
    """A refusal as one line."""
    return "refused: " + " ".join(message.split())
