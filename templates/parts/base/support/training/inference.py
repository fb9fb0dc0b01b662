"""Predictions of a Keras model that is in memory, for inputs of any kind: arrays, dicts of arrays, text, examples read on demand."""

from dataclasses import replace
from typing import Any

from support.data import preprocessing
from support.splits import Split

import numpy as np

BATCH = 512  # examples at once where nothing is learned from them
VALUES = 2**23  # numbers at once: large images would fill the memory before there are BATCH of them


def encoded(split: Split, spec: dict[str, Any]) -> Split:
    """The split with its inputs as numbers, as the network takes them while it is trained."""
    return replace(split, x=preprocessing.encode(split.x, spec))


def predict(model: Any, x: Any) -> np.ndarray:
    """The outputs of a keras.Model for the inputs `x`, in their order, shape (examples, …)."""
    if is_lazy(x):
        size = batch_size(x)
        parts = range(0, len(x), size)
        return np.concatenate([np.asarray(model.predict_on_batch(x[begin : begin + size])) for begin in parts])
    if any(is_text(values) for values in (x.values() if isinstance(x, dict) else [x])):
        import tensorflow as tf  # Keras's predict refuses numpy arrays of text

        x = tf.data.Dataset.from_tensor_slices(x).batch(BATCH)
    return np.asarray(model.predict(x, batch_size=None if hasattr(x, "element_spec") else batch_size(x), verbose=0))


def batch_size(x: Any) -> int:
    """How many examples of `x` to predict at once: BATCH, or fewer where they are large."""
    parts = list(x.values()) if isinstance(x, dict) else [x]
    values = sum(int(np.prod(np.asarray(part[:1]).shape)) for part in parts)
    return int(np.clip(VALUES // max(1, values), 1, BATCH))


def is_lazy(x: Any) -> bool:
    """Whether `x` is neither an array nor a dict of them, but reads its examples on demand (see splits.Split)."""
    return not isinstance(x, (np.ndarray, dict))


def is_text(values: Any) -> bool:
    return np.asarray(values[:1]).dtype.kind in "OUT"
