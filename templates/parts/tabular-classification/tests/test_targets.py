"""Classes in a table: each row keeps its own, and codes stay different."""

from support.data import targets

import numpy as np


def test_each_row_keeps_its_own_label() -> None:
    cells = np.array(["setosa", "virginica", "setosa", "versicolor", "1", "1.0", "007", "7"], object)
    y, question = targets.read(cells, "y", "FILE", {"setosa": "Iris setosa"})
    assert question["labels"] == ["007", "1", "7", "Iris setosa", "versicolor", "virginica"]
    said = [question["labels"][number] for number in y]
    assert said == ["Iris setosa", "virginica", "Iris setosa", "versicolor", "1", "1", "007", "7"]


def test_a_class_cannot_write_over_the_terminal() -> None:
    _, question = targets.read(np.array(["a\x1b[2J", "b"] * 4, object), "y", "FILE", {})
    assert question["labels"] == ["a\\x1b[2J", "b"]


def test_the_simple_models_give_a_probability_per_label_in_their_order() -> None:
    rows = np.repeat(np.eye(3), 40, axis=0)
    spec = {"labels": ["a", "b", "c", "d"]}  # no training row has the first
    for estimator, _ in targets.estimators(0).values():
        estimator.fit(rows, np.repeat([1, 2, 3], 40))
        found = targets.predictions(estimator, np.eye(3), spec)
        assert found.shape == (3, 4) and (found[:, 0] == 0).all()
        assert found.argmax(axis=1).tolist() == [1, 2, 3]
