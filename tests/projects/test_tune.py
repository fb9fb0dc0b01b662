"""Tuning that is killed, for real: started again, it ends with the trials of a search that nobody disturbed, and none twice."""

import csv
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

KILLS = 4
COMMAND = ["tune.py", "--trials", "8", "--epochs", "25", "--patience", "0"]

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="SIGKILL is a signal of Unix")]


def start(project: Path) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["PYTHONUNBUFFERED"] = "1"
    return subprocess.Popen(
        [sys.executable, *COMMAND],
        cwd=project,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def trials(project: Path) -> list[list[str]]:
    with (project / "runs" / "tuning" / "tpe" / "trials.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize(
    "how", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.nightly)] if os.name != "nt" else []
)
def test_a_search_that_is_killed_goes_on_to_the_same_trials(
    how: signal.Signals, rendered: Callable[[str], Path], tmp_path: Path
) -> None:
    whole, killed = (
        Path(shutil.copytree(rendered("iris-classifier"), tmp_path / part)) for part in ("whole", "killed")
    )
    output, _ = start(whole).communicate()
    assert "Best of 8" in output
    rng, kills, done = random.Random(0), 0, False
    while not done:
        process = start(killed)
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Trying") and kills < KILLS:
                threading.Timer(rng.uniform(1, 6), process.send_signal, [how]).start()
        process.wait()
        done = "Best of 8" in "".join(lines)
        kills += not done
        assert done or process.returncode in (-how, 128 + how), "".join(lines)
    print(f"\n{kills} times {how.name}, and the same 8 trials")
    assert kills >= 2
    assert trials(killed) == trials(whole)
    assert len({tuple(row[4:]) for row in trials(whole)[1:]}) == 8
