"""The words that influenced a prediction: each is left out in turn, and the model predicts again (occlusion, Zeiler and Fergus 2014)."""

from collections.abc import Callable
from typing import Any

from support.data import preprocessing

import numpy as np

MOST = 400  # distinct words of a text that are tried
SHOWN = 6
LEAST = 0.005  # of probability; less is noise


def moved_by(predict: Callable[[Any], np.ndarray], text: str, spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The words that influenced the prediction most, and by how much each raised the probability of the predicted label.

    A word is left out everywhere in the text; all shortened texts are predicted at once. Works with a model of any
    format.
    """
    words = preprocessing.words(text)[: spec["length"]]
    different = list(dict.fromkeys(words))[:MOST]
    without = [" ".join(word for word in words if word != left_out) for left_out in different]
    probabilities = predict(np.array([" ".join(words), *without], object))
    label = probabilities[0].argmax()
    effects = probabilities[0, label] - probabilities[1:, label]
    order = [row for row in np.argsort(-np.abs(effects), kind="stable")[:SHOWN] if abs(effects[row]) >= LEAST]
    return [{"word": different[row], "effect": round(float(effects[row]), 4)} for row in order]


def sentence(moved: list[dict[str, Any]]) -> str:
    """The words as a line for a person."""
    return ", ".join(f"{each['word']} {each['effect']:+.2f}" for each in moved) or "no single word"
