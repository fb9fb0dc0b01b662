"""Baseline: a linear model on the pixels."""

import warnings
from typing import Any

from support.data import images
from support.splits import Splits

import numpy as np

EXAMPLES = 10_000  # logistic regression learns little from more, and takes minutes
SIDE = 32  # pixels; larger images are made smaller first, or each class would have hundreds of thousands of weights
AT_ONCE = 512  # images in memory at once, if they are read from disk


def predict(splits: Splits, seed: int) -> dict[str, np.ndarray]:
    """By name, the probabilities (test images, classes) of models trained on the same training images as the network."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler

    name, rows = "logistic regression", np.arange(len(splits.train))
    if len(rows) > EXAMPLES:
        rows = np.sort(np.random.default_rng(seed).permutation(len(rows))[:EXAMPLES])
        name += f" on {EXAMPLES:,} of the images"
    model = make_pipeline(MinMaxScaler(), LogisticRegression(C=0.1, max_iter=200))
    warnings.filterwarnings("ignore", category=ConvergenceWarning)  # 200 steps are enough for a simple baseline
    model.fit(flat(splits.train.x, rows), splits.train.y[rows])
    probabilities = np.zeros((len(splits.test), len(splits.spec["labels"])))
    probabilities[:, model.classes_] = model.predict_proba(flat(splits.test.x, np.arange(len(splits.test))))
    return {name: probabilities}


def flat(x: Any, rows: np.ndarray) -> np.ndarray:
    """Some of the images as rows of numbers, made smaller if they are larger than SIDE."""
    _, height, width, channels = x.shape
    shrink = max(1, max(height, width) / SIDE)
    shape = (max(1, round(height / shrink)), max(1, round(width / shrink)), channels)
    parts = [rows[begin : begin + AT_ONCE] for begin in range(0, len(rows), AT_ONCE)]
    return np.concatenate([images.fitted(x[part], shape).reshape(len(part), -1) for part in parts]).astype(np.float32)
