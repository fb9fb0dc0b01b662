"""kill -9 in the middle of a training, resumed each time: the end is that of an uninterrupted one, bit for bit.

Each kill comes at a random moment after the process has trained an epoch of its own, so that none falls into the start.
"""

import hashlib
import json
import os
import random
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

# One project of each kind, with enough epochs to outlast the kills.
PROJECTS = {
    "mnist-classifier": 40,
    "titanic-survival": 150,
    "sentiment-analysis": 60,
    "time-series-forecast": 400,
    "face-detection": 40,
    "gan-images": 60,
}
SELDOM = {*PROJECTS} - {"mnist-classifier", "titanic-survival"}  # these take too long for every change
KILLS = {name: 8 if name in SELDOM else 5 for name in PROJECTS}

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a signal of Unix")]


def command(project: Path, *words: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {
        "PYTHONUNBUFFERED": "1"
    }
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=project,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def finish(project: Path, *words: str) -> str:
    process = command(project, *words)
    output, _ = process.communicate()
    assert process.returncode == 0, output
    return output


def result(project: Path) -> tuple[str, str, object]:
    """A hash of every number of the last checkpoint, the weights of the saved model, and the scores."""
    run = next(path.parent for path in (project / "runs").glob("*/config.json"))
    with np.load(max((run / "checkpoints").glob("*.npz"))) as arrays:
        numbers = hashlib.sha256(b"".join(arrays[name].tobytes() for name in sorted(arrays.files))).hexdigest()
    history = [line.rsplit(",", 1)[0] for line in (run / "history.csv").read_text().splitlines()]  # without the seconds
    finish(project, "evaluate.py")
    return numbers, "\n".join(history), json.loads((run / "metrics.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.nightly] if name in SELDOM else []) for name in PROJECTS]
)
def test_a_training_killed_at_random_moments_ends_as_if_nothing_had_happened(
    name: str, copied: Callable[..., Path]
) -> None:
    whole, killed = copied(name, "whole"), copied(name, "killed")
    options = ["train.py", "--epochs", str(PROJECTS[name]), "--patience", "0", "--print-every", "1"]
    finish(whole, *options)

    rng, went_on, done = random.Random(0), [], False
    kills = 0
    while not done:
        started = list((killed / "runs").glob("*/config.json"))
        process = command(killed, *(["train.py", "--resume"] if started else options))
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if found := re.match(r"Going on after epoch (\d+)", line):
                went_on.append(int(found[1]))
            if re.match(r"\r?epoch ", line) and kills < KILLS[name]:
                threading.Timer(rng.uniform(0, 0.5), process.kill).start()
                kills += 1
                break
        lines += process.stdout.readlines()
        process.wait()
        done = process.returncode == 0
        assert done or process.returncode == -9, "".join(lines)
    print(f"\n{name}: {kills} kills, going on after the epochs {went_on}, and the same result")
    assert kills == KILLS[name]
    # Every kill fell inside the training, after a checkpoint, and each training that went on came further.
    assert len(went_on) == kills and len(set(went_on)) == kills and went_on == sorted(went_on)
    assert result(killed) == result(whole)
