"""Binary targets, yes or no: how they are read from a table, and the baselines that predict them."""

from typing import Any

from support.data.numbers import canonical
from support.errors import ProjectError
from support.terminal import one_line

import numpy as np

TEXT = True  # the target's values are names, even where they look like numbers


def read(cells: np.ndarray, target: str, path: str, labels: dict[str, str]) -> tuple[np.ndarray, dict[str, Any]]:
    """Targets (rows,) 0 or 1, and what spec holds about them: `labels`, first the name of 0, then of 1.

    Raises:
        ProjectError: where there are not two different values.
    """
    texts = np.array([canonical(str(cell)) for cell in cells], object)
    found = sorted(set(texts))
    if len(found) < 2:
        raise ProjectError(
            f"{path}: {target} is {found[0]!r} in every row: there is nothing to tell apart\nExpected two different values, or another column: --target NAME"
        )
    if len(found) > 2:
        shown = ", ".join(found[:4])
        raise ProjectError(
            f"{path}: {target} has {len(found)} different values ({shown}, …), and this project tells two apart\n"
            f'Ask a yes-no question, for example --target "{target} == {found[0]}", or take iris-classifier (classes) or house-prices (numbers).'
        )
    return (texts == found[1]).astype(np.float32), {"labels": [labels.get(name, one_line(name)) for name in found]}


def strata(y: np.ndarray) -> np.ndarray:
    """The class of each row: every split keeps the same mixture of them."""
    return y.astype(int)


def estimators(seed: int) -> dict[str, tuple[Any, str]]:
    """By name, an untrained model of scikit-learn and the kind of rows that it takes."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

    return {
        "logistic regression": (LogisticRegression(max_iter=1000), "flat"),
        "boosted trees": (HistGradientBoostingClassifier(learning_rate=0.05, random_state=seed), "trees"),
    }


def predictions(estimator: Any, rows: np.ndarray, spec: dict[str, Any]) -> np.ndarray:
    """Probabilities (rows, 1) of yes, in the network's shape."""
    probabilities = np.zeros((len(rows), 2))
    probabilities[:, estimator.classes_.astype(int)] = estimator.predict_proba(rows)
    return probabilities[:, 1:]
