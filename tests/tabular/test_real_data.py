"""The projects on tables with real data, where shared/data is there: what DESIGN promises, and the numbers measured."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import pytest

DATA = Path(__file__).parents[3] / "shared" / "data"
Copied = Callable[[str], Path]

pytestmark = pytest.mark.slow
needs_data = pytest.mark.skipif(not DATA.exists(), reason="no real data beside this repository")


@pytest.fixture
def copied(rendered: Callable[[str], Path], tmp_path: Path) -> Copied:
    return lambda name: Path(shutil.copytree(rendered(name), tmp_path / name))


def step(project: Path, *words: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([sys.executable, *words], cwd=project, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def crossvalidation(project: Path, *options: str) -> dict[str, list[dict[str, float]]]:
    """The scores of every fold, by model; prints mean ± standard deviation."""
    step(project, "crossvalidate.py", *options)
    found: dict[str, list[dict[str, float]]] = json.loads((project / "runs" / "crossvalidation.json").read_text())[
        "scores"
    ]
    for name, scores in found.items():
        columns = [(metric, [score[metric] for score in scores]) for metric in scores[0]]
        print(f"\n{name}: " + ", ".join(f"{metric} {mean(v):.3f} ± {stdev(v):.3f}" for metric, v in columns), end="")
    print()
    return found


def metrics(project: Path) -> dict[str, Any]:
    path = max((project / "runs").glob("*/metrics.json"))
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    print(f"\ntest {found['test']}\nbaselines {found['baselines']}")
    return found


def test_the_student_exam_is_the_case_study(copied: Copied) -> None:
    project = copied("student-exam")
    printed = step(project, "train.py")
    losses = [float(line.split("loss ")[1].split()[0]) for line in printed.splitlines() if line.startswith("epoch")]
    assert len(losses) == 10 and losses[-1] < losses[0]  # a line every 10 of the 100 epochs
    step(project, "evaluate.py")
    assert metrics(project)["test"]["accuracy"] == 1.0 and metrics(project)["test_examples"] == 2
    answer = json.loads(step(project, "predict.py", "study_hours=6", "sleep_hours=7", "--json"))[0]
    assert answer["label"] == "passes"


def test_house_prices_learns_the_effects_of_the_formula(copied: Copied) -> None:
    project = copied("house-prices")
    code = "from config import Config\nfrom support import settings\nimport json, lessons\nprint(json.dumps(lessons.effects(settings.read(Config, argv=[]))))"
    effects = json.loads(step(project, "-c", code).splitlines()[-1])
    print("\n" + ", ".join(f"{name} {learned:.0f} (true {true:.0f})" for name, (learned, true) in effects.items()))
    assert all(abs(learned / true - 1) <= 0.1 for learned, true in effects.values())


@pytest.mark.parametrize("seeds", [2, pytest.param(5, marks=pytest.mark.nightly)])
def test_iris_over_five_folds_and_several_seeds(seeds: int, copied: Copied) -> None:
    scores = crossvalidation(copied("iris-classifier"), "--folds", "5", "--seeds", str(seeds))
    assert len(scores["network"]) == 5 * seeds
    assert mean(score["accuracy"] for score in scores["network"]) >= 0.95


def test_in_each_of_five_times_five_folds_every_row_of_iris_is_tested_once_and_nothing_tested_is_learned(
    rendered: Callable[[str], Path],
) -> None:
    code = """
import json
import numpy as np
from crossvalidate import Options, folds
from data import read_table
from support import settings
from support.data import tabular
options = settings.read(Options, argv=["--folds", "5", "--seeds", "5"])
prepared = tabular.prepare(read_table(options), options)
found = []
for number in range(options.seeds):
    made = list(folds(prepared, options, options.seed + number))
    tested = np.sort(np.concatenate([test for _, _, test in made]))
    shared = sum(len(np.intersect1d(test, np.concatenate([train, validation]))) for train, validation, test in made)
    alike = sum(len(np.intersect1d(prepared.units[test], prepared.units[train])) for train, _, test in made)
    found.append([len(made), (tested == np.arange(len(prepared.y))).all().item(), shared, alike])
print(json.dumps(found))
"""
    assert json.loads(step(rendered("iris-classifier"), "-c", code)) == [[5, True, 0, 0]] * 5


@needs_data
def test_titanic_over_ten_folds_without_the_columns_that_give_the_answer_away(copied: Copied) -> None:
    project, data = copied("titanic-survival"), str(DATA / "titanic" / "titanic3.csv")
    report = step(project, "data.py", "--data", data)
    assert "left out, and rightly: boat, body would give the answer away" in report
    age = next(line.split() for line in report.splitlines() if line.startswith("age "))
    assert age[1:3] == ["number", "20.1%"]  # 263 of 1,309 ages are written as "?"
    scores = crossvalidation(project, "--data", data, "--folds", "10")
    assert mean(score["accuracy"] for score in scores["network"]) >= 0.80
    assert mean(score["auc"] for score in scores["network"]) >= 0.85


@needs_data
def test_california_housing(copied: Copied) -> None:
    project = copied("house-prices")
    data = str(DATA / "housing" / "california_housing.csv")
    step(project, "train.py", "--data", data, "--target", "median_house_value")
    step(project, "evaluate.py")
    step(project, "export.py")
    found = metrics(project)
    assert found["test_examples"] >= 4_000
    assert found["test"]["r2"] >= 0.82


@needs_data
def test_student_grades_as_a_yes_no_question(copied: Copied) -> None:
    project, data = copied("student-exam"), str(DATA / "tabular" / "student-mat.csv")
    step(
        project,
        "train.py",
        "--data",
        data,
        "--target",
        "G3 >= 10",
        "--ignore",
        "G1,G2",
        "--validation-fraction",
        "0.15",
    )
    step(project, "evaluate.py")
    found = metrics(project)
    (no, yes) = (sum(row) for row in found["confusion"])
    majority, always_yes = max(no, yes) / (no + yes), 2 * yes / (2 * yes + no)  # accuracy and F1 without looking
    assert all("f1" in scores for scores in found["baselines"].values())
    if not (found["test"]["accuracy"] > majority and found["test"]["f1"] > always_yes):
        pytest.xfail(
            "known, and in the README's table: on these few rows the network is not better than always saying yes"
        )
