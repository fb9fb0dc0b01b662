"""Targets that are one of several classes: how they are read from a table, and the baselines that predict them."""

from typing import Any

from support.data.numbers import canonical
from support.errors import ProjectError
from support.terminal import one_line

import numpy as np

TEXT = True  # the target's values are names, even where they look like numbers
MOST = 100  # classes; more look like numbers


def read(cells: np.ndarray, target: str, path: str, labels: dict[str, str]) -> tuple[np.ndarray, dict[str, Any]]:
    """Class numbers (rows,), and what spec holds about them: `labels`.

    Raises:
        ProjectError: where there is one class only, or where the values look like numbers to estimate.
    """
    texts = np.array([canonical(str(cell)) for cell in cells], object)
    found = sorted(set(texts))
    if len(found) < 2:
        raise ProjectError(
            f"{path}: only one class: {target} is {found[0]!r} in every row\nExpected two or more, or another column: --target NAME"
        )
    if len(found) > MOST or len(found) > 0.5 * len(texts) > 5:
        raise ProjectError(
            f"{path}: {target} has {len(found)} different values in {len(texts)} rows\nThese are no classes; for numbers take the project house-prices."
        )
    return np.searchsorted(np.array(found, str), texts.astype(str)), {
        "labels": [labels.get(name, one_line(name)) for name in found]
    }


def strata(y: np.ndarray) -> np.ndarray:
    """The class of each row: every split keeps the same mixture of them."""
    return y


def estimators(seed: int) -> dict[str, tuple[Any, str]]:
    """By name, an untrained model of scikit-learn and the kind of rows that it takes."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

    return {
        "logistic regression": (LogisticRegression(max_iter=1000), "flat"),
        "boosted trees": (HistGradientBoostingClassifier(learning_rate=0.05, random_state=seed), "trees"),
    }


def predictions(estimator: Any, rows: np.ndarray, spec: dict[str, Any]) -> np.ndarray:
    """Probabilities (rows, classes), in the network's shape."""
    probabilities = np.zeros((len(rows), len(spec["labels"])))
    probabilities[:, estimator.classes_] = estimator.predict_proba(rows)
    return probabilities
