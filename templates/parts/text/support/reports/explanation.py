"""Which words moved an answer: each is left out in turn, and the answer looked at again (occlusion, Zeiler and Fergus 2014)."""

from collections.abc import Callable
from typing import Any

from support.data import preprocessing

import numpy as np

MOST = 400  # different words of a text that are looked at
SHOWN = 6
LEAST = 0.005  # of probability; less is noise


def moved_by(answer: Callable[[Any], np.ndarray], text: str, spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The words that moved the answer most, and by how much each raised the probability of the label that was given.

    A word is left out wherever it stands; all texts without one word are asked for at once. Works with any format that answers.
    """
    words = preprocessing.words(text)[: spec["length"]]
    different = list(dict.fromkeys(words))[:MOST]
    without = [" ".join(word for word in words if word != left_out) for left_out in different]
    probabilities = answer(np.array([" ".join(words), *without], object))
    label = probabilities[0].argmax()
    effects = probabilities[0, label] - probabilities[1:, label]
    order = np.argsort(-np.abs(effects), kind="stable")[:SHOWN]
    return [
        {"word": different[position], "effect": round(float(effects[position]), 4)}
        for position in order
        if abs(effects[position]) >= LEAST
    ]


def sentence(moved: list[dict[str, Any]]) -> str:
    """The words as a line for a person."""
    return ", ".join(f"{each['word']} {each['effect']:+.2f}" for each in moved) or "no single word"
