"""Something simple to be better than: a linear model on the pixels."""

import numpy as np

from support.splits import Split, Splits

EXAMPLES = 10_000  # logistic regression learns little from more, and takes minutes


def predict(splits: Splits, seed: int) -> dict[str, np.ndarray]:
    """By name, the probabilities (test pictures, classes) of models trained on the same training pictures as the network."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler

    train, name = splits.train, "logistic regression"
    if len(train) > EXAMPLES:
        train = train.take(np.sort(np.random.default_rng(seed).permutation(len(train))[:EXAMPLES]))
        name += f" on {EXAMPLES:,} of the pictures"
    model = make_pipeline(MinMaxScaler(), LogisticRegression(C=0.1, max_iter=200))
    model.fit(_flat(train), train.y)
    probabilities = np.zeros((len(splits.test), len(splits.spec["labels"])))
    probabilities[:, model.classes_] = model.predict_proba(_flat(splits.test))
    return {name: probabilities}


def _flat(split: Split) -> np.ndarray:
    return np.asarray(split.x, np.float32).reshape(len(split), -1)
