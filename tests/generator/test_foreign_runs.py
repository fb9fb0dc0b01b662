"""A run folder that somebody has damaged or brought along spoils no other run, and nothing ends in a traceback."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

CASES = 300

SCRIPT = r"""
import contextlib, io, json, os, random, shutil, sys
from pathlib import Path
from support import runs
from support.errors import ProjectError
from support.runs import __main__ as table

outside = Path(sys.argv[2])
FILES = ["config.json", "training.json", "metrics.json", "environment.json", "spec.json"]
VALUES = [None, 7, -1, 1e400, "text", "\ud800", "\x1b[2J", [], {}, [[]], {"a": None}, True, 10**400, "../../x"]
GOOD = {
    "config.json": {"epochs": 3, "data": "sample"},
    "training.json": {"state": "finished", "epochs": 3, "best_epoch": 2, "seconds": 1.5},
    "metrics.json": {"test": {"accuracy": 0.9725}},
    "environment.json": {"number": 1},
    "spec.json": {},
}

def make(folder):
    folder.mkdir(parents=True)
    for name, content in GOOD.items():
        (folder / name).write_text(json.dumps(content))

def spoil(folder, dice):
    file = folder / dice.choice(FILES)
    kind = dice.choice(["json", "json", "bytes", "cut", "deep", "link", "folder", "gone", "list"])
    if file.is_dir() and not file.is_symlink():
        return
    if kind == "json":
        if file.is_symlink() or not file.is_file():
            return
        content = dict(GOOD[file.name])
        for _ in range(dice.randint(1, 3)):
            content[dice.choice([*content, "more"])] = dice.choice(VALUES)
        file.write_text(json.dumps(content))
        return
    file.unlink(missing_ok=True)
    if kind == "bytes":
        file.write_bytes(dice.randbytes(dice.randint(0, 200)))
    elif kind == "cut":
        file.write_text(json.dumps(GOOD[file.name])[: dice.randint(0, 12)])
    elif kind == "deep":
        file.write_text('{"a": ' + "[" * 200000)
    elif kind == "link":
        file.symlink_to(dice.choice([outside, outside / "nothing", file]))
    elif kind == "folder":
        file.mkdir()
    elif kind == "list":
        file.write_text(json.dumps(dice.choice(VALUES)))

spoiled = 0
for number in range(int(sys.argv[1])):
    dice = random.Random(number)
    shutil.rmtree("runs", ignore_errors=True)
    make(runs.FOLDER / "2026-01-01_00-00-00")
    odd = runs.FOLDER / "2026-01-02_00-00-00"
    make(odd)
    for _ in range(dice.randint(1, 3)):
        spoil(odd, dice)
    for words in ([], ["--json"]):
        kept = sys.argv[:]
        sys.argv = [kept[0], *words]
        out = io.StringIO()
        try:
            with contextlib.redirect_stdout(out):
                table.main()
        except ProjectError as error:
            assert str(error).strip(), number
            print("refused", number, error)
        finally:
            sys.argv = kept
        text = out.getvalue()
        assert "2026-01-01_00-00-00" in text and ("accuracy 0.9725" in text or words), (number, words, text)
        assert "\x1b" not in text, (number, words)
        if not words:
            spoiled += "damaged" in text or "cannot" in text
print(sys.argv[1], "odd run folders,", spoiled, "said to be damaged")
"""


def test_whatever_a_run_folder_holds_the_other_runs_are_listed(rendered: Callable[[str], Path], tmp_path: Path) -> None:
    project = tmp_path / "x"
    shutil.copytree(rendered("iris-classifier"), project)
    outside = tmp_path / "outside"
    outside.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(CASES), str(outside)],
        cwd=project,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(project)},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    last = done.stdout.splitlines()[-1]
    assert int(last.split(", ")[1].split()[0]) > CASES // 5, last
    assert list(outside.iterdir()) == []
