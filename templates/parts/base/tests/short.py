"""The beginning of the sample, for tests that train only to compare: what must hold does so after few batches as after many."""

from dataclasses import replace
from typing import Any

import data
from support.splits import Split, Splits

import numpy as np

BATCHES = (
    20.5  # a last one that is smaller, and enough for TensorFlow to take two at once (training.steps_per_execution)
)
VALIDATION = 32  # examples


def load(config: Any) -> Splits:
    """What data.load gives, of training and validation the first examples only."""
    splits = data.load(config)
    train = first(splits.train, int(BATCHES * config.batch_size))
    return replace(splits, train=train, validation=first(splits.validation, VALIDATION))


def first(split: Split, count: int) -> Split:
    return split if len(split) <= count else split.take(np.arange(count))
