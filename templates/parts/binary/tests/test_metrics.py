"""Scores and names of yes-or-no predictions, each by hand: what is swapped or reversed is noticed."""

from typing import Any

import metrics
from support.data import targets
from support.errors import ProjectError

import numpy as np
import pytest

# Two of the three that are yes are found, and one of the five that are no is taken for yes.
TRUTH = np.array([1, 1, 1, 0, 0, 0, 0, 0], np.float32)
PROBABILITY = np.array([0.9, 0.8, 0.3, 0.6, 0.2, 0.2, 0.1, 0.1], np.float32)[:, None]
SPEC: dict[str, Any] = {"labels": ["fails", "passes"]}


def test_precision_is_of_what_was_predicted_and_recall_of_what_is_true() -> None:
    found = metrics.score(TRUTH, PROBABILITY, {"threshold": 0.15})
    assert found["precision"] == pytest.approx(3 / 6) and found["recall"] == pytest.approx(3 / 3)
    found = metrics.score(TRUTH, PROBABILITY, SPEC)
    assert found["precision"] == pytest.approx(2 / 3) and found["recall"] == pytest.approx(2 / 3)
    assert found["accuracy"] == pytest.approx(6 / 8) and found["auc"] == pytest.approx(14 / 15)
    assert metrics.details(TRUTH, PROBABILITY, SPEC)["confusion"] == [[4, 1], [1, 2]]


def test_a_high_probability_is_the_second_label() -> None:
    assert metrics.to_record(np.array([0.8]), SPEC) == {
        "label": "passes",
        "probability": 0.8,
        "probability of passes": 0.8,
    }
    assert metrics.to_record(np.array([0.2]), SPEC)["label"] == "fails"
    assert metrics.to_record(np.array([0.2]), {**SPEC, "threshold": 0.1})["label"] == "passes"


def test_each_row_keeps_its_own_label() -> None:
    cells = np.array(["yes", "no", "no", "yes"], object)
    y, question = targets.read(cells, "y", "FILE", {"no": "fails", "yes": "passes"})
    assert question["labels"] == ["fails", "passes"] and y.tolist() == [1, 0, 0, 1]
    assert [question["labels"][int(number)] for number in y] == ["passes", "fails", "fails", "passes"]


def test_codes_that_are_equal_as_numbers_are_different_values() -> None:
    y, question = targets.read(np.array(["8_10", "810", "8_10"], object), "y", "FILE", {})
    assert question["labels"] == ["810", "8_10"] and y.tolist() == [1, 0, 1]
    with pytest.raises(ProjectError, match="y is '1' in every row"):
        targets.read(np.array(["1", "1.0"], object), "y", "FILE", {})


def test_the_simple_models_give_the_probability_of_the_second_label() -> None:
    rows = np.array([[0.0], [0.1], [0.9], [1.0]] * 10)
    for estimator, _ in targets.estimators(0).values():
        estimator.fit(rows, (rows[:, 0] > 0.5).astype(np.float32))
        found = targets.predictions(estimator, np.array([[0.0], [1.0]]), SPEC)
        assert found.shape == (2, 1) and found[0, 0] <= 0.5 <= found[1, 0]
