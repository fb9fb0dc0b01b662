"""gan-images on real MNIST, where shared/data is there: a short training, scored beside simple samplers."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

MNIST = Path(__file__).parents[3] / "shared" / "data" / "mnist.npz"

pytestmark = [pytest.mark.nightly, pytest.mark.skipif(not MNIST.exists(), reason="no MNIST beside this repository")]


def step(project: Path, *words: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([sys.executable, *words], cwd=project, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_one_epoch_on_mnist_draws_all_ten_digits_nearer_to_real_ones_than_a_normal_distribution(
    rendered: Callable[[str], Path], tmp_path: Path
) -> None:
    project = Path(shutil.copytree(rendered("gan-images"), tmp_path / "gan"))
    step(project, "train.py", "--data", str(MNIST), "--epochs", "1")
    step(project, "evaluate.py")
    found = json.loads(next((project / "runs").glob("*/metrics.json")).read_text(encoding="utf-8"))
    lines = {"network": found["test"], **found["baselines"]}
    print()
    for name, values in lines.items():
        print(f"{name:36}" + "  ".join(f"{measure} {value:.4f}" for measure, value in values.items()))
    assert found["test_examples"] == 10_000 and found["test"]["classes"] == 10
    assert found["test"]["frechet"] < found["baselines"]["one normal distribution"]["frechet"]
    assert found["baselines"]["real images (validation)"]["frechet"] < found["test"]["frechet"]
    seeds = [str(seed) for seed in range(1_000)]
    answers = json.loads(step(project, "predict.py", *seeds, "--scale", "1", "--json"))
    assert {answer["label"] for answer in answers} == set("0123456789")
    assert len(list((project / "runs").glob("*/predictions/*.png"))) == 1_000
