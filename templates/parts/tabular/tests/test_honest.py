"""What would make the reported numbers dishonest: rows of the test that teach the network, the baselines or the folds."""

from typing import Any

import crossvalidate
import data
from config import Config
from support import settings
from support.data import tabular, targets
from support.splits import Splits
from support.training import baselines

import numpy as np
import pytest


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=[])


class Recorder:
    """An estimator that remembers what it was fitted on and asked for."""

    classes_ = np.array([0, 1])

    def __init__(self) -> None:
        self.fitted: list[np.ndarray] = []
        self.asked: list[np.ndarray] = []

    def fit(self, rows: np.ndarray, y: np.ndarray) -> None:
        self.fitted += [rows, y]

    def predict(self, rows: np.ndarray) -> np.ndarray:
        self.asked.append(rows)
        return np.zeros(len(rows))

    def predict_proba(self, rows: np.ndarray) -> np.ndarray:
        self.asked.append(rows)
        return np.full((len(rows), 2), 0.5)


def test_baselines_learn_from_training_rows_alone_and_are_asked_for_the_test_rows(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    splits = data.load(config)
    recorders = {"one": Recorder(), "other": Recorder()}
    pairs = {"one": (recorders["one"], "flat"), "other": (recorders["other"], "trees")}
    monkeypatch.setattr(targets, "estimators", lambda seed: pairs)
    assert set(baselines.predict(splits, 0)) == {"one", "other"}
    for name, matrix in (("one", baselines.flat), ("other", baselines.for_trees)):
        rows, y = recorders[name].fitted
        np.testing.assert_array_equal(rows, matrix(splits.train.x, splits.spec))
        np.testing.assert_array_equal(y, splits.train.y)
        np.testing.assert_array_equal(recorders[name].asked[0], matrix(splits.test.x, splits.spec))


def test_each_row_is_in_the_test_of_one_fold_and_in_nothing_else_there(config: Config) -> None:
    options = settings.read(
        crossvalidate.Options, argv=["--folds", "4"] if len(data.read_table(config)) > 20 else ["--folds", "2"]
    )
    prepared = tabular.prepare(data.read_table(config), config)
    tested = []
    for train, validation, test in crossvalidate.folds(prepared, options, seed=3):
        for one, other in ((train, validation), (train, test), (validation, test)):
            assert not set(one) & set(other)
            assert not set(prepared.units[one]) & set(prepared.units[other])  # nor a row that is equal
        assert len(train) + len(validation) + len(test) == len(prepared.y)
        tested += test.tolist()
    assert sorted(tested) == list(range(len(prepared.y)))


def test_a_fold_is_trained_on_its_own_training_rows(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = tabular.prepare(data.read_table(config), config)
    rows = next(
        iter(crossvalidate.folds(prepared, settings.read(crossvalidate.Options, argv=["--folds", "2"]), seed=3))
    )
    splits = tabular.splits_at(prepared, *rows)
    seen: list[Splits] = []

    def fit(model: Any, given: Splits, config: Any, run: Any) -> None:
        seen.append(given)

    monkeypatch.setattr(crossvalidate, "fit", fit)
    _, prediction = crossvalidate.train_and_predict(splits, config)
    assert len(seen) == 1 and len(prediction) == len(splits.test)
    np.testing.assert_array_equal(seen[0].train.y, prepared.y[rows[0]])
    np.testing.assert_array_equal(seen[0].validation.y, prepared.y[rows[1]])
