"""Scores and names of predicted classes, each by hand: what is swapped or reversed is noticed."""

from typing import Any

import metrics

import numpy as np
import pytest

TRUTH = np.array([0, 0, 0, 0, 1, 1, 2, 2])
PREDICTED = [0, 0, 0, 1, 1, 1, 1, 2]
PROBABILITIES = np.eye(3)[PREDICTED] * 0.8 + 0.2 / 3
SPEC: dict[str, Any] = {"labels": ["ant", "bee", "cat"]}


def test_precision_is_of_what_was_predicted_and_recall_of_what_is_true() -> None:
    found = metrics.score(TRUTH, PROBABILITIES, SPEC)
    assert found["precision"] == pytest.approx((3 / 3 + 2 / 4 + 1 / 1) / 3)
    assert found["recall"] == pytest.approx((3 / 4 + 2 / 2 + 1 / 2) / 3)
    assert found["accuracy"] == pytest.approx(6 / 8)
    details = metrics.details(TRUTH, PROBABILITIES, SPEC)
    assert details["confusion"] == [[3, 1, 0], [0, 2, 0], [0, 1, 1]]  # rows are true classes
    bee = details["classes"]["bee"]
    assert (bee["precision"], bee["recall"], bee["examples"]) == (0.5, 1.0, 2)


def test_the_most_probable_class_is_named_first() -> None:
    described = metrics.to_record(np.array([0.1, 0.2, 0.7]), SPEC)
    assert [(one["label"], one["probability"]) for one in described["top"]] == [
        ("cat", 0.7),
        ("bee", 0.2),
        ("ant", 0.1),
    ]
    assert described["label"] == "cat"
