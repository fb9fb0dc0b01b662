"""kill -9 at twenty random moments of a training, resumed each time: the end is that of an uninterrupted one, bit for bit."""

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

KILLS = 20
# One project of each kind, with enough epochs to outlast twenty kills.
PROJECTS = {
    "mnist-classifier": 80,
    "titanic-survival": 300,
    "sentiment-analysis": 60,
    "time-series-forecast": 400,
    "face-detection": 40,
    "gan-images": 60,
}
SELDOM = {*PROJECTS} - {"mnist-classifier", "titanic-survival"}  # these take too long for every change

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
    name: str, rendered: Callable[[str], Path], tmp_path: Path
) -> None:
    whole, killed = (Path(shutil.copytree(rendered(name), tmp_path / part)) for part in ("whole", "killed"))
    options = ["train.py", "--epochs", str(PROJECTS[name]), "--patience", "0"]
    finish(whole, *options)

    rng, kills, done = random.Random(0), 0, False
    while not done:
        started = list((killed / "runs").glob("*/config.json"))
        process = command(killed, *(["train.py", "--resume"] if started else options))
        assert process.stdout is not None
        wait = rng.uniform(0, 1.5) if kills < KILLS else 1e9
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Training on") and kills < KILLS:
                threading.Timer(
                    wait + 0.5, process.kill
                ).start()  # 0.5: what TensorFlow takes to build its first step, or so
        process.wait()
        kills += process.returncode == -9
        done = process.returncode == 0
        assert done or process.returncode == -9, "".join(lines)
        time.sleep(0.01)
    print(f"\n{name}: {kills} kills, and the same result")
    assert kills == KILLS
    assert result(killed) == result(whole)
