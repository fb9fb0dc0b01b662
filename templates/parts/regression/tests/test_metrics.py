"""Scores of estimated numbers, each by hand."""

import metrics
from support.data import targets

import numpy as np
import pytest


def test_the_scores_are_those_by_hand() -> None:
    truth, estimates = np.array([1.0, 2.0, 3.0, 6.0]), np.array([[2.0], [2.0], [3.0], [4.0]])
    found = metrics.score(truth, estimates, {})
    by_hand = {"r2": 1 - 5 / 14, "mae": 3 / 4, "rmse": (5 / 4) ** 0.5, "bias": -1 / 4}
    assert found == pytest.approx(by_hand)  # errors 1, 0, 0, -2; the mean of the truth is 3


def test_each_row_keeps_its_own_number() -> None:
    y, question = targets.read(np.array([3.5, -1.0, 2.0]), "price", "FILE", {})
    assert y.tolist() == [3.5, -1.0, 2.0] and question == {"answer": "price"}
