"""Face detection on real photos, where shared/data is there: minutes, and marked so."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FACES = Path(__file__).parents[3] / "shared" / "data" / "faces"
OPTIONS = ["--image-size", "256", "--grids", "4,8,16", "--zoom", "1.5", "--shift", "0.2"]  # as the README has it

pytestmark = [pytest.mark.nightly, pytest.mark.skipif(not FACES.exists(), reason="no photos beside this repository")]


@pytest.fixture(scope="module")
def project(rendered: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(rendered("face-detection"), tmp_path_factory.mktemp("faces") / "faces"))


def step(project: Path, *words: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([sys.executable, *words], cwd=project, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def trained(project: Path, *options: str) -> dict[str, Any]:
    """The metrics of a run with these options."""
    step(project, "train.py", "--data", str(FACES), *options)
    step(project, "evaluate.py")
    newest = max((project / "runs").glob("*/metrics.json"), key=lambda path: path.stat().st_mtime)
    found: dict[str, Any] = json.loads(newest.read_text(encoding="utf-8"))
    print(f"\n{' '.join(options)}: {found['test']}\nbaselines {found['baselines']}")
    return found


def test_wrong_endings_are_reported_and_all_photos_are_used(project: Path) -> None:
    report = step(project, "data.py", "--data", str(FACES))
    assert "150 images, Pascal VOC" in report and "classes: face" in report
    assert "warning: 150 images whose content is of another format than their ending says" in report
    assert "left out" not in report


def test_three_names_for_faces_stay_apart_where_that_is_wanted(project: Path) -> None:
    report = step(project, "data.py", "--data", str(FACES), "--no-single-class")
    assert "classes: con_mascarilla, mascarilla_mal_puesta, sin_mascarilla" in report


def test_photos_are_learned_far_beyond_the_first_epoch_and_the_baselines(project: Path) -> None:
    first = trained(project, *OPTIONS, "--epochs", "1")
    found = trained(project, *OPTIONS, "--epochs", "40")
    assert found["test_examples"] == 30
    assert first["test"]["ap50"] < 0.05
    assert found["test"]["ap50"] >= 0.2
    assert found["test"]["ap50"] > 1.5 * max(scores["ap50"] for scores in found["baselines"].values())
    photo = next((FACES / "images").iterdir())
    answer = json.loads(step(project, "predict.py", str(photo), "--json"))[0]
    assert Path(answer["drawn"]).stat().st_size > 1000 and answer["width"] > 0
