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


def run(project: Path, *command: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, *command], cwd=project, check=True, env=environment, capture_output=True, text=True
    )
    return done.stdout


def test_mnist_reaches_what_the_readme_states(copied: Callable[..., Path]) -> None:
    project = copied("mnist-classifier")
    run(project, "train.py", "--data", str(MNIST))
    run(project, "evaluate.py")
    (metrics,) = project.glob("runs/*/metrics.json")
    accuracy = json.loads(metrics.read_text(encoding="utf-8"))["test"]["accuracy"]
    print(f"\nmnist-classifier on MNIST: {accuracy:.4f}")
    assert accuracy >= 0.993


SAME = """
import sys
import numpy as np
from config import Config
from data import load
from support import settings


def examples(*splits):
    pairs = [(split.x[np.arange(len(split))], split.y) for split in splits]
    return sorted((int(y), x.tobytes()) for images, labels in pairs for x, y in zip(images, labels, strict=True))


arrays, folder = (load(settings.read(Config, argv=["--data", path])) for path in sys.argv[1:])
print(examples(arrays.train, arrays.validation) == examples(folder.train, folder.validation))
print(examples(arrays.test) == examples(folder.test), len(folder.test))
"""


def test_folders_of_images_hold_what_the_arrays_hold(copied: Callable[..., Path], tmp_path: Path) -> None:
    """Compared as arrays: what equal arrays train to is equal, as test_resume.py shows."""
    from PIL import Image

    few = 6_000
    with np.load(MNIST) as file:
        arrays = {name: file[name][:few] for name in file.files}
    np.savez(tmp_path / "few.npz", **arrays)
    for part in ("train", "test"):
        for digit in range(10):
            (tmp_path / "images" / part / str(digit)).mkdir(parents=True)
        for number, (image, digit) in enumerate(zip(arrays[f"x_{part}"], arrays[f"y_{part}"], strict=True)):
            Image.fromarray(image).save(tmp_path / "images" / part / str(digit) / f"{number:05}.png")
    project = copied("mnist-classifier")
    (project / "same.py").write_text(SAME, encoding="utf-8")
    printed = run(project, "same.py", str(tmp_path / "few.npz"), str(tmp_path / "images"))
    assert printed == f"True\nTrue {few}\n"
    assert "Best model: " in run(project, "train.py", "--data", str(tmp_path / "images"), "--epochs", "1")
