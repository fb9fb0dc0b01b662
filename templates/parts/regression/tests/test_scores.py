"""Scores of estimated numbers, each by hand."""

import numpy as np
import pytest

import scores
from support import answers


def test_the_scores_are_those_by_hand() -> None:
    truth, estimates = np.array([1.0, 2.0, 3.0, 6.0]), np.array([[2.0], [2.0], [3.0], [4.0]])
    found = scores.score(truth, estimates, {})
    by_hand = {"r2": 1 - 5 / 14, "mae": 3 / 4, "rmse": (5 / 4) ** 0.5, "bias": -1 / 4}
    assert found == pytest.approx(by_hand)  # errors 1, 0, 0, -2; the mean of the truth is 3


def test_each_row_keeps_its_own_number() -> None:
    y, question = answers.read(np.array([3.5, -1.0, 2.0]), "price", "FILE", {})
    assert y.tolist() == [3.5, -1.0, 2.0] and question == {"answer": "price"}
