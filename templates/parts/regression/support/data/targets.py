"""Numeric targets: how they are read from a table, and the baselines that estimate them."""

from typing import Any

from support.errors import ProjectError

import numpy as np

TEXT = False  # the target's values are numbers


def read(cells: np.ndarray, target: str, path: str, labels: dict[str, str]) -> tuple[np.ndarray, dict[str, Any]]:
    """Targets (rows,), and what spec holds about them: nothing yet, as mean and standard deviation come from the training rows.

    Raises:
        ProjectError: where they are not numbers, or all the same.
    """
    values = cells
    if values.dtype == object:
        some = ", ".join(sorted(set(map(str, cells)))[:4])
        raise ProjectError(
            f"{path}: {target} holds texts ({some}, …), and this project estimates numbers\nFor classes take iris-classifier, for yes or no titanic-survival."
        )
    if values.min() == values.max():
        raise ProjectError(
            f"{path}: {target} is {values[0]:g} in every row: there is nothing to estimate\nName another column: --target NAME"
        )
    return values.astype(np.float32), {"answer": target}


def strata(y: np.ndarray) -> np.ndarray:
    """One class for all rows: numbers are split at random."""
    return np.zeros(len(y), int)


def estimators(seed: int) -> dict[str, tuple[Any, str]]:
    """By name, an untrained model of scikit-learn and the kind of rows that it takes."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import Ridge

    return {
        "ridge regression": (Ridge(alpha=1.0), "flat"),
        "boosted trees": (HistGradientBoostingRegressor(random_state=seed), "trees"),
    }


def predictions(estimator: Any, rows: np.ndarray, spec: dict[str, Any]) -> np.ndarray:
    """Estimates (rows, 1), in the network's shape."""
    return estimator.predict(rows)[:, None]
