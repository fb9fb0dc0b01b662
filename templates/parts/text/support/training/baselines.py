"""Baselines: linear models on counted words, without their order."""

from support.data import preprocessing
from support.splits import Splits

import numpy as np

STRENGTHS = (1.0, 10.0)  # inverse regularization (scikit-learn's C); the better one on validation is used


def predict(splits: Splits, seed: int) -> dict[str, np.ndarray]:
    """By name, the probabilities (test texts, classes) of models trained on the same training texts as the network."""
    return {
        "counted words, logistic regression": counted(splits, 1),
        "words and pairs, logistic regression": counted(splits, 2),
    }


def counted(splits: Splits, longest: int) -> np.ndarray:
    """The probabilities of a logistic regression on counts of words (and of neighbours, where `longest` is 2), weighted by rarity (TF-IDF)."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    counter = TfidfVectorizer(
        tokenizer=preprocessing.words, token_pattern=None, lowercase=False, ngram_range=(1, longest), sublinear_tf=True
    )
    train = counter.fit_transform(splits.train.x)
    validation, test = counter.transform(splits.validation.x), counter.transform(splits.test.x)
    models = [LogisticRegression(C=strength, max_iter=1000).fit(train, splits.train.y) for strength in STRENGTHS]
    best = max(models, key=lambda model: model.score(validation, splits.validation.y))
    probabilities = np.zeros((len(splits.test), len(splits.spec["labels"])))
    probabilities[:, best.classes_] = best.predict_proba(test)
    return probabilities
