"""Object detection on real photos, where shared/data is there: minutes, and marked so."""

import json
import os
import runpy
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

DATA = Path(__file__).parents[3] / "shared" / "data"
SCRIPT = Path(__file__).parents[2] / "benchmarks" / "projects.py"
RACCOONS = shlex.split(runpy.run_path(str(SCRIPT))["REAL"]["object-detection"][2])  # as the README has it

pytestmark = [pytest.mark.nightly, pytest.mark.skipif(not DATA.exists(), reason="no photos beside this repository")]


@pytest.fixture(scope="module")
def project(rendered: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(rendered("object-detection"), tmp_path_factory.mktemp("objects") / "objects"))


def step(project: Path, *words: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([sys.executable, *words], cwd=project, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_classes_are_read_from_the_annotations(project: Path) -> None:
    report = step(project, "data.py", "--data", str(DATA / "faces"))
    assert "150 images, Pascal VOC" in report
    assert "classes: con_mascarilla, mascarilla_mal_puesta, sin_mascarilla" in report
    assert "classes: sin_mascarilla\n" in step(
        project, "data.py", "--data", str(DATA / "faces"), "--classes", "sin_mascarilla"
    )


def test_raccoons_are_found_from_scratch_far_better_than_where_raccoons_usually_are(project: Path) -> None:
    step(project, "train.py", "--data", str(DATA / "raccoon"), *RACCOONS)
    step(project, "evaluate.py")
    newest = max((project / "runs").glob("*/metrics.json"), key=lambda path: path.stat().st_mtime)
    found = json.loads(newest.read_text(encoding="utf-8"))
    print(f"\nraccoons: {found['test']}\nbaselines {found['baselines']}")
    assert found["test_examples"] == 39  # of 40, one goes where its copy is
    assert found["test"]["ap50"] >= 0.7
    assert found["test"]["ap50"] > max(scores["ap50"] for scores in found["baselines"].values()) + 0.2
    photo = next((DATA / "raccoon" / "images").iterdir())
    answer = json.loads(step(project, "predict.py", str(photo), "--json"))[0]
    assert Path(answer["drawn"]).stat().st_size > 1000 and answer["width"] > 0
