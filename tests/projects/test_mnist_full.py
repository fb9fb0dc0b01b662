"""The digit classifier on the real thing, where shared/data is there: minutes, and marked so."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

MNIST = Path(__file__).parents[3] / "shared" / "data" / "mnist.npz"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not MNIST.exists(), reason="no MNIST beside this repository")]


@pytest.fixture(scope="module")
def accuracy(rendered: Callable[[str], Path]) -> Callable[[Path], float]:
    """The test accuracy that train.py and evaluate.py reach with default settings on the data at a path."""

    def of(data: Path) -> float:
        project = rendered("mnist-classifier")
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        for step in (["train.py", "--data", str(data)], ["evaluate.py"]):
            subprocess.run([sys.executable, *step], cwd=project, check=True, env=environment)
        newest = max((project / "runs").glob("*/metrics.json"), key=lambda path: path.stat().st_mtime)
        return float(json.loads(newest.read_text(encoding="utf-8"))["test"]["accuracy"])

    return of


def test_mnist_reaches_what_the_readme_states_and_the_same_from_folders_of_pictures(
    accuracy: Callable[[Path], float], tmp_path: Path
) -> None:
    from PIL import Image

    with np.load(MNIST) as file:
        arrays = {name: file[name] for name in file.files}
    for part in ("train", "test"):
        for digit in range(10):
            (tmp_path / part / str(digit)).mkdir(parents=True)
        for number, (picture, digit) in enumerate(zip(arrays[f"x_{part}"], arrays[f"y_{part}"], strict=True)):
            Image.fromarray(picture).save(tmp_path / part / str(digit) / f"{number:05}.png")
    from_arrays, from_pictures = accuracy(MNIST), accuracy(tmp_path)
    print(f"\nmnist-classifier on MNIST: {from_arrays:.4f} from .npz, {from_pictures:.4f} from PNG files")
    assert from_arrays >= 0.993
    assert abs(from_arrays - from_pictures) <= 0.003
