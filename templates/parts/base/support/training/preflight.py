"""Before a long training: what will run, and about how long."""

import math
import time

from support.splits import Split
from support.training_config import TrainingConfig

import keras
import numpy as np


def make_deterministic(config: TrainingConfig) -> None:
    """Make a GPU repeat its results bit for bit if the settings say so; a CPU does so without TensorFlow's slower operations."""
    if config.deterministic and keras.backend.backend() == "tensorflow" and keras.distribution.list_devices("gpu"):
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()


def summary(model: keras.Model, train: Split, validation: Split, config: TrainingConfig) -> str:
    """A line to read before waiting: device, examples, parameters, and minutes estimated from one batch."""
    device = "GPU" if keras.distribution.list_devices("gpu") else "CPU"
    batch = train.take(np.arange(min(config.batch_size, len(train)))).x
    model.predict_on_batch(batch)  # the first call builds; only the second is timed
    begin = time.perf_counter()
    model.predict_on_batch(batch)
    # Forward and backward together cost about three times the forward pass (Griewank and Walther 2008, "cheap gradient principle").
    seconds = 3 * (time.perf_counter() - begin) * math.ceil(len(train) / config.batch_size) * config.epochs
    minutes = "under a minute" if seconds < 60 else f"about {math.ceil(seconds / 60)} minutes"
    return (
        f"{device}, {len(train):,} examples + {len(validation):,} for validation, {model.count_params():,} parameters, "
        f"{config.epochs} epochs at most, {minutes}."
    )
