"""Something simple to be better than: a linear model, and boosted trees, on the same rows."""

from typing import Any

from support.data import preprocessing, targets
from support.splits import Splits

import numpy as np


def predict(splits: Splits, seed: int) -> dict[str, np.ndarray]:
    """By name, the predictions for the test rows of models trained on the same training rows as the network."""
    found = {}
    for name, (estimator, matrix) in targets.estimators(seed).items():
        estimator.fit(MATRICES[matrix](splits.train.x, splits.spec), splits.train.y)
        found[name] = targets.predictions(estimator, MATRICES[matrix](splits.test.x, splits.spec), splits.spec)
    return found


def flat(x: dict[str, Any], spec: dict[str, Any]) -> np.ndarray:
    """Rows for a linear model: scaled numbers, 0 where missing, known words, and one-hot encoded categories."""
    encoded = preprocessing.encode(x, {**spec, "bins": 0})
    values = 1 + sum(len(text["vocabulary"]) for text in spec["texts"])
    places = [np.eye(values, dtype=np.float32)[ids][:, 1:] for ids in encoded["texts"].T] if spec["texts"] else []
    numbers = [encoded["numbers"]] if "numbers" in encoded else []
    return np.concatenate([*numbers, sum(places)] if places else numbers, axis=1)


def for_trees(x: dict[str, Any], spec: dict[str, Any]) -> np.ndarray:
    """Rows for trees: numbers with NaN where missing, known words, and categories by number."""
    encoded = preprocessing.encode(x, {**spec, "bins": 0})
    parts = [np.asarray(x["numbers"], np.float32)] if spec["numbers"] else []
    if "numbers" in encoded:
        parts.append(encoded["numbers"][:, len(spec["numbers"]) + len(preprocessing.flagged(spec)) :])
    return np.concatenate([*parts, *([encoded["texts"].astype(np.float32)] if spec["texts"] else [])], axis=1)


MATRICES = {"flat": flat, "trees": for_trees}
