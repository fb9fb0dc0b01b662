"""style-transfer on a real photo and a real painting, where shared/data is there: both methods, small, and the loss falls as stated."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

STYLE = Path(__file__).parents[3] / "shared" / "data" / "style"
FACTOR = {"network": 5.0, "optimize": 20.0}  # by which the loss falls at least, in the short trainings below

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not STYLE.exists(), reason="no photo and painting beside this repository"),
]


def step(project: Path, *words: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([sys.executable, *words], cwd=project, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture
def project(rendered: Callable[[str], Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(rendered("style-transfer"), tmp_path / "style"))


def trained(project: Path, method: str, *options: str) -> tuple[Path, dict]:
    """A run on the photo and the painting, evaluated; its folder and its scores."""
    data = ["--data", str(STYLE / "tubingen.jpg"), "--style", str(STYLE / "the_scream.jpg")]
    step(project, "train.py", "--method", method, *data, *options)
    print("\n" + step(project, "evaluate.py"))
    folder = next(path.parent for path in (project / "runs").glob("*/metrics.json"))
    return folder, json.loads((folder / "metrics.json").read_text(encoding="utf-8"))


def test_a_network_for_a_real_painting_paints_unseen_photos_and_its_export_a_whole_one_of_another_size(
    project: Path,
) -> None:
    folder, metrics = trained(project, "network", "--epochs", "8", "--longest", "640")
    assert metrics["features"] == "random" and metrics["factor"] >= FACTOR["network"]
    others = [values["loss_ratio"] for values in metrics["baselines"].values()]
    assert metrics["test"]["loss_ratio"] < min(others)
    step(project, "export.py", "--formats", "onnx,litert")
    photo = Path(shutil.copy(STYLE / "tubingen.jpg", project / "photo.jpg"))
    pictures = []
    for model in (
        [],
        ["--model", str(folder / "export" / "model.onnx")],
        ["--model", str(folder / "export" / "model.tflite")],
    ):
        answer = json.loads(step(project, "predict.py", photo.name, "--json", "--longest", "501", *model))[0]
        with Image.open(project / answer["file"]) as picture:
            pictures.append(np.asarray(picture, np.float32))
    assert [picture.shape for picture in pictures] == [(376, 501, 3)] * 3
    assert all(np.abs(picture - pictures[0]).max() <= 1 for picture in pictures[1:])


def test_one_photo_is_painted_pixel_by_pixel_and_there_is_nothing_to_export(project: Path) -> None:
    folder, metrics = trained(project, "optimize", "--epochs", "10", "--longest", "160")
    assert metrics["features"] == "random" and metrics["factor"] >= FACTOR["optimize"]
    with Image.open(folder / "figures" / "painted.png") as picture:
        assert picture.size == (160, 120)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([sys.executable, "export.py"], cwd=project, capture_output=True, text=True, env=environment)
    assert done.returncode == 2 and "figures/painted.png" in done.stderr
