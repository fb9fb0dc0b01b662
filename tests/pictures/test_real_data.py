"""Pictures of the real thing, where shared/data is there, and a folder of fifty thousand: minutes, and marked so."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

CIFAR10 = Path(__file__).parents[3] / "shared" / "data" / "cifar10_part.npz"

pytestmark = pytest.mark.slow


def step(project: Path, *command: str) -> tuple[str, int]:
    """Run a step as its owner would; what it printed, and the most memory that it held, in MB."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    watched = (
        "import resource, runpy, sys; sys.argv = sys.argv[1:]\n"
        "try: runpy.run_path(sys.argv[0], run_name='__main__')\n"
        "finally: print('peak', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", watched, *command], cwd=project, capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    peak = int(done.stdout.split()[-1]) // (1024 if sys.platform != "darwin" else 1024 * 1024)
    return done.stdout, peak


@pytest.mark.nightly
@pytest.mark.skipif(not CIFAR10.exists(), reason="no CIFAR-10 beside this repository")
def test_five_epochs_of_a_fifth_of_cifar10_are_far_better_than_pixels_alone(copied: Callable[..., Path]) -> None:
    project = copied("cifar10-classifier")
    step(project, "train.py", "--data", str(CIFAR10), "--epochs", "5")
    step(project, "evaluate.py")
    (found,) = project.glob("runs/*/metrics.json")
    metrics = json.loads(found.read_text(encoding="utf-8"))
    (pixels,) = (scores["accuracy"] for scores in metrics["baselines"].values())
    print(f"\ncifar10-classifier on 10,000 pictures, 5 epochs: {metrics['test']['accuracy']:.4f}, pixels {pixels:.4f}")
    assert metrics["test"]["accuracy"] >= 0.6
    assert metrics["test"]["accuracy"] >= pixels + 0.2


@pytest.mark.skipif(os.name == "nt", reason="Windows does not say how much memory a process held")
def test_ten_times_as_many_pictures_need_no_more_memory(copied: Callable[..., Path], tmp_path: Path) -> None:
    from PIL import Image

    rng = np.random.default_rng(0)
    for number, picture in enumerate(rng.integers(0, 256, (50_000, 8, 8, 3), np.uint8)):
        path = tmp_path / ("many" if number >= 5_000 else "few") / "ab"[number % 2]
        path.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).resize((32, 32), Image.Resampling.NEAREST).save(path / f"{number:05}.png")
    for name in "ab":  # the many hold the few
        for path in (tmp_path / "few" / name).iterdir():
            (tmp_path / "many" / name / path.name).hardlink_to(path)
    peaks, project = {}, copied("cifar10-classifier")
    for name in ("few", "many"):
        small = ("--epochs", "1", "--filters", "8", "--batch-size", "128")
        output, peaks[name] = step(project, "train.py", "--data", str(tmp_path / name), *small)
        assert f"{ {'few': 3_500, 'many': 35_000}[name]:,} examples" in output
    print(f"\nmost memory held in training: {peaks['few']} MB with 5,000 pictures, {peaks['many']} MB with 50,000")
    assert peaks["many"] <= peaks["few"] + 60  # MB; their pixels alone are 154 MB
