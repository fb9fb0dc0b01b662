"""The project on texts with real reviews, where shared/data is there, and what its lessons state of negation."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

IMDB = Path(__file__).parents[3] / "shared" / "data" / "imdb"

pytestmark = pytest.mark.nightly
needs_data = pytest.mark.skipif(not IMDB.exists(), reason="no real data beside this repository")


@pytest.fixture
def project(rendered: Callable[[str], Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(rendered("sentiment-analysis"), tmp_path / "reviews"))


def step(project: Path, *words: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([sys.executable, *words], cwd=project, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def metrics(project: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(max((project / "runs").glob("*/metrics.json")).read_text(encoding="utf-8"))
    print(f"\ntest {found['test']}\nbaselines {found['baselines']}")
    return found


@needs_data
def test_real_reviews_train_from_two_csv_files_and_answer_alike_from_every_format(project: Path) -> None:
    step(project, "train.py", "--data", str(IMDB))
    step(project, "evaluate.py")
    step(project, "export.py")
    found = metrics(project)
    assert found["test_examples"] == 5_000
    assert found["test"]["accuracy"] >= 0.85
    answers = []
    for model in ("model.onnx", "model.tflite", "saved_model"):
        file = next(project.glob(f"runs/*/export/{model}"))
        answers.append(json.loads(step(project, "predict.py", "A waste of time.", "--json", "--model", str(file)))[0])
    assert [answer["label"] for answer in answers] == ["neg"] * 3
    assert [answer["words"][0]["word"] for answer in answers] == ["waste"] * 3


@needs_data
def test_real_reviews_train_from_a_folder_of_files_per_class(project: Path, tmp_path: Path) -> None:
    import csv

    csv.field_size_limit(1 << 24)
    for part in ("train", "test"):
        with (IMDB / f"{part}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))[:1_500]
        for number, row in enumerate(rows):
            (tmp_path / "own" / part / row["label"]).mkdir(parents=True, exist_ok=True)
            path = tmp_path / "own" / part / row["label"] / f"{number}.txt"
            path.write_text(row["text"], encoding="utf-8", newline="")
    step(project, "train.py", "--data", str(tmp_path / "own"), "--epochs", "4")
    step(project, "evaluate.py")
    found = metrics(project)
    assert found["test_examples"] == 1_500
    assert found["test"]["accuracy"] >= 0.75


def test_negated_sentences_are_understood_by_all_architectures_and_not_by_counted_words(project: Path) -> None:
    code = "from config import Config\nfrom support import settings\nimport json, lessons\nprint(json.dumps(lessons.architectures(settings.read(Config, argv=[]))))"
    found = json.loads(step(project, "-c", code).splitlines()[-1])
    print("\n" + json.dumps(found, indent=1))
    networks = [found[name] for name in ("bag", "lstm", "transformer")]
    counted = [scores for name, scores in found.items() if "logistic regression" in name]
    assert len(counted) == 2
    for scores in networks:
        assert scores["test"] >= 0.9 and scores["negated"] >= 0.85
        assert all(scores["test"] > other["test"] and scores["negated"] > other["negated"] for other in counted)
