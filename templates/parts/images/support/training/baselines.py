"""Something simple to be better than: a linear model on the pixels."""

import warnings
from collections.abc import Iterator

from support.splits import Split, Splits

import numpy as np

EXAMPLES = 10_000  # logistic regression learns little from more, and takes minutes
SIDE = 32  # pixels; larger pictures are made smaller first, or the weights of one class alone would be hundreds of thousands
AT_ONCE = 512  # pictures in memory, of those that are read from the disk


def predict(splits: Splits, seed: int) -> dict[str, np.ndarray]:
    """By name, the probabilities (test pictures, classes) of models trained on the same training pictures as the network."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler

    name, positions = "logistic regression", np.arange(len(splits.train))
    if len(splits.train) > EXAMPLES:
        positions = np.sort(np.random.default_rng(seed).permutation(len(splits.train))[:EXAMPLES])
        name += f" on {EXAMPLES:,} of the pictures"
    parts = [positions[begin : begin + AT_ONCE] for begin in range(0, len(positions), AT_ONCE)]
    model = make_pipeline(MinMaxScaler(), LogisticRegression(C=0.1, max_iter=200))
    warnings.filterwarnings("ignore", category=ConvergenceWarning)  # 200 steps are what a simple baseline gets
    model.fit(np.concatenate([_flat(splits.train.take(part)) for part in parts]), splits.train.y[positions])
    probabilities = np.zeros((len(splits.test), len(splits.spec["labels"])))
    probabilities[:, model.classes_] = np.concatenate(
        [model.predict_proba(_flat(part)) for part in _in_parts(splits.test)]
    )
    return {name: probabilities}


def _in_parts(split: Split) -> Iterator[Split]:
    return (split.take(slice(begin, begin + AT_ONCE)) for begin in range(0, len(split), AT_ONCE))


def _flat(split: Split) -> np.ndarray:
    """The pictures as rows of numbers, each the mean of a square of pixels where they are larger than SIDE."""
    x = np.asarray(split.x, np.float32)  # (pictures, height, width, channels)
    square = -(-max(x.shape[1:3]) // SIDE)
    if square > 1:
        height, width = (max(1, side // square) for side in x.shape[1:3])
        x = x[:, : height * square, : width * square]
        x = x.reshape(len(x), height, -1, width, x.shape[2] // width, x.shape[3]).mean(axis=(2, 4))
    return x.reshape(len(x), -1)
