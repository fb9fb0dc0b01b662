"""The whole path on the sample, in one process: train, evaluate, predict, export, and what must hold between them."""

import hashlib
import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import evaluate
import export
import metrics
import predict
import train
from config import Config
from data import load
from support import runs, settings
from support.errors import ProjectError, StepFailed
from support.exports import exporting, serving
from support.settings import Settings
from support.splits import Split, Splits

import numpy as np
import pytest
import short
from pydantic import Field

pytest_plugins = ["sample_run"]


def call(step, *arguments: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [f"{step.__name__}.py", *arguments])
    step.main()


@pytest.fixture(scope="module")
def run(sample_run: runs.Run) -> Iterator[runs.Run]:
    """The run on the sample, as the only one that the steps know of."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "FOLDER", sample_run.folder.parent)
        yield sample_run


def test_a_run_holds_all_that_tells_how_it_came_about(run: runs.Run) -> None:
    files = {path.name for path in run.folder.iterdir()}
    assert {
        "config.json",
        "environment.json",
        "spec.json",
        "history.csv",
        "training.json",
        "model.keras",
        "metrics.json",
    } <= files
    assert {"report.html", "model_card.md", "figures"} <= files
    assert run.read("metrics.json")["note"] in (run.folder / "report.html").read_text(encoding="utf-8").replace(
        "&#x27;", "'"
    )


def test_the_saved_model_gives_the_score_that_evaluate_reported(run: runs.Run) -> None:
    splits = load(run.config(Config))
    prediction = serving.predict(serving.locate(None, run.name), splits.test.x)
    reported = run.read("metrics.json")["test"]
    assert metrics.score(splits.test.y, prediction, run.spec)[metrics.METRIC] == pytest.approx(
        reported[metrics.METRIC], abs=1e-6
    )


def test_a_training_repeated_from_its_settings_gives_the_same_weights(
    run: runs.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train, "load", short.load)
    weights = []
    for _ in range(2):
        call(train, "--config", str(run.folder / "config.json"), "--epochs", "2", monkeypatch=monkeypatch)
        again = runs.find(None)
        assert again.name != run.name
        weights.append(runs.load_model(again.model).get_weights())
        shutil.rmtree(again.folder)
    for first, second in zip(*weights, strict=True):
        np.testing.assert_array_equal(first, second)


def test_evaluating_again_gives_the_same_scores(run: runs.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    before = run.read("metrics.json")
    call(evaluate, "--run", run.name, monkeypatch=monkeypatch)
    assert run.read("metrics.json") == before


def test_every_export_predicts_as_the_model_does(sample_exports: Path) -> None:
    rows = json.loads((sample_exports / "export_report.json").read_text(encoding="utf-8"))["formats"]
    assert [(row["format"], row["ok"]) for row in rows] == [(name, True) for name in export.FORMATS]


@pytest.mark.parametrize("name", ["onnx", "litert"])
def test_an_exported_file_predicts_without_tensorflow(name: str, sample_exports: Path) -> None:
    file = sample_exports / exporting.PATHS[name]
    code = f"""
import sys
from config import Config
from data import load
from support import settings
from support.exports import serving
few = load(settings.read(Config, argv=[])).test.take(slice(0, 2))
print(len(serving.predict(serving.locate({str(file)!r}, None), few.x)), "tensorflow" in sys.modules, "keras" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["2", "False", "False"]


def test_a_wrong_input_is_answered_before_keras_is_imported(sample_run: runs.Run) -> None:
    code = f"""
import sys
import predict
from support.errors import ProjectError

def refuse(*_):
    raise ProjectError("no such input")

setattr(predict, "read_inputs" if hasattr(predict, "read_inputs") else "read_endings", refuse)
sys.argv = ["predict.py", "something", "--run", {str(sample_run.folder)!r}]
try:
    predict.main()
except ProjectError as error:
    print(error, "keras" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "no such input False\n"


def test_an_export_that_differs_from_the_model_fails_by_name(run: runs.Run) -> None:
    splits = load(run.config(Config))
    test = splits.test.take(slice(0, 64))
    expected = serving.predict(serving.locate(None, run.name), test.x)
    wrong = expected + 0.01 * np.abs(expected).max()
    row = exporting.prove("keras", run.model, run.spec, test, wrong, metrics.score, metrics.METRIC)
    assert not row["ok"]
    with pytest.raises(StepFailed, match="keras: its predictions differ"):
        exporting.check([{"format": "keras", **row}])


@pytest.mark.parametrize("size", [0, 100, 5_000])
def test_a_damaged_model_is_named(size: int, run: runs.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run.model.read_bytes()
    run.model.write_bytes(whole[:size])
    try:
        for step, arguments in ((evaluate, []), (predict, ["x"]), (export, [])):
            with pytest.raises(ProjectError, match="damaged or not a Keras model"):
                call(step, *arguments, "--run", run.name, monkeypatch=monkeypatch)
    finally:
        run.model.write_bytes(whole)


def test_evaluating_before_training_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(runs, "FOLDER", tmp_path)
    with pytest.raises(ProjectError, match=r"nothing is trained yet.*\nTrain first: python train.py"):
        call(evaluate, monkeypatch=monkeypatch)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--epochs", "-1"], "--epochs cannot be '-1': expected a whole number, 1 or more"),
        (["--learning-rate", "abc"], "--learning-rate cannot be 'abc': expected a number, more than 0"),
        (["--epoch", "3"], "there is no option --epoch; did you mean --epochs?"),
        (["--data", "no-such-place"], "no-such-place"),
    ],
)
def test_a_wrong_option_is_answered_in_a_sentence(
    arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(runs, "FOLDER", tmp_path / "runs")
    with pytest.raises(ProjectError) as error:
        call(train, *arguments, monkeypatch=monkeypatch)
    assert message in str(error.value)
    assert not (tmp_path / "runs").exists()


class Typed(Settings):
    inputs: list[str] = Field(description="texts")
    run: str | None = Field(None, description="an option that takes a value")
    as_json: bool = Field(False, alias="json", description="an option that takes none")


@pytest.mark.parametrize(
    "text", ["Well, hello", 'say "hi", "no', "[1, 2]", '{"a": 1}', "42", "true", "back\\", "a=b", "é\n"]
)
def test_what_is_given_to_predict_is_taken_as_it_was_typed(text: str) -> None:
    for argv in ([text, "two, three"], ["--run", "x, y", text, "two, three"], [text, "two, three", "--json"]):
        found = settings.read(Typed, toml=False, argv=argv)
        assert found.inputs == [text, "two, three"]
        assert (found.run, found.as_json) == ("x, y" if "--run" in argv else None, "--json" in argv)


def in_two_splits(splits: Splits) -> int:
    """How many different examples are in more than one split. Their inputs count: the same ones with another target leak too."""
    found = [{digest(split, position) for position in range(len(split))} for split in every(splits)]
    return sum(len(one & other) for one, other in itertools.combinations(found, 2))


def digest(split: Split, position: int) -> str:
    x = split.take(slice(position, position + 1)).x
    parts = [np.asarray(part) for part in (x.values() if isinstance(x, dict) else [x])]
    return hashlib.sha256(
        b"".join(str(part.tolist()).encode() if part.dtype == object else part.tobytes() for part in parts)
    ).hexdigest()


def every(splits: Splits) -> tuple[Split, Split, Split]:
    return splits.train, splits.validation, splits.test


def test_no_example_is_in_two_splits() -> None:
    splits = load(settings.read(Config, argv=[]))
    assert len(splits.train) > 0 and len(splits.test) > 0
    assert in_two_splits(splits) == 0
    few = splits.train.take(np.arange(2))
    leaks = [replace(splits, test=few), replace(splits, validation=few), replace(splits, validation=splits.test)]
    assert all(in_two_splits(leak) > 0 for leak in leaks)
