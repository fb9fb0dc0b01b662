"""Baselines: the training answer to the nearest question, and words by their frequency."""

from support.data import preprocessing
from support.data.words import FIRST, PAD
from support.splits import Splits

import numpy as np


def predict(splits: Splits, seed: int) -> dict[str, list[str]]:
    """By name, an answer to each test pair's question, taken from training."""
    return {
        "answer to the nearest question (TF-IDF)": nearest(splits, 1),
        "the same, with pairs of words": nearest(splits, 2),
        "the most common answer": most_common(splits),
    }


def nearest(splits: Splits, longest: int) -> list[str]:
    """The answer to the training question that shares most words (and neighbours, where `longest` is 2), weighted by rarity."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    counter = TfidfVectorizer(
        tokenizer=preprocessing.words, token_pattern=None, lowercase=False, ngram_range=(1, longest), sublinear_tf=True
    )
    train = counter.fit_transform(splits.train.x["question"])
    test = counter.transform(splits.test.x["question"])
    answers = splits.train.x["answer"]
    return [str(answers[(train @ row.T).toarray().argmax()]) for row in test]


def most_common(splits: Splits) -> list[str]:
    answers, counts = np.unique(splits.train.x["answer"].astype(str), return_counts=True)
    return [str(answers[counts.argmax()])] * len(splits.test)


def by_frequency(splits: Splits) -> np.ndarray:
    """Probabilities (1, answer_length, words): the frequency of each word (or the end) in the training answers, the same at each position."""
    counts = np.bincount(splits.train.y.ravel(), minlength=FIRST + len(splits.spec["vocabulary"])).astype(float)
    counts[PAD] = 0
    counts[preprocessing.START + 1 :] += 1  # one more of each (Laplace), or a new word were impossible
    return np.broadcast_to(counts / counts.sum(), (1, splits.spec["answer_length"], len(counts)))
