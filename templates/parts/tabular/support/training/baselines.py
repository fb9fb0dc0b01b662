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
    """Rows for a linear model: scaled numbers without gaps, and a place per category that is 1."""
    encoded = preprocessing.encode(x, spec)
    parts = [np.delete(encoded["numbers"], _bins(spec), axis=1)] if "numbers" in encoded else []
    if spec["texts"]:
        values = 1 + sum(len(text["vocabulary"]) for text in spec["texts"])
        places = np.zeros((len(encoded["texts"]), values), np.float32)
        np.put_along_axis(places, encoded["texts"], 1, axis=1)
        parts.append(places[:, 1:])
    return np.concatenate(parts, axis=1)


def for_trees(x: dict[str, Any], spec: dict[str, Any]) -> np.ndarray:
    """Rows for trees: numbers with their gaps, known words, and categories by number."""
    encoded = preprocessing.encode(x, spec)
    parts = [np.asarray(x["numbers"], np.float32)] if spec["numbers"] else []
    if "numbers" in encoded:
        parts.append(encoded["numbers"][:, _bins(spec).stop :])
    if spec["texts"]:
        parts.append(encoded["texts"].astype(np.float32))
    return np.concatenate(parts, axis=1)


def _bins(spec: dict[str, Any]) -> slice:
    """Where the bins stand among the encoded numbers; the simple models do without."""
    begin = len(spec["numbers"]) + len(preprocessing.flagged(spec))
    return slice(begin, begin + len(spec["numbers"]) * spec["bins"])


MATRICES = {"flat": flat, "trees": for_trees}
