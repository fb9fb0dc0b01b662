"""The optimizer and the learning rate schedule that the settings name."""

import math

from support.training_config import TrainingConfig

import keras
from keras.optimizers import schedules


def build(config: TrainingConfig, examples: int) -> keras.optimizers.Optimizer:
    """The optimizer that `config` names, with its schedule, and with weight decay where `config` has it (Loshchilov and Hutter 2019).

    Args:
        examples: how many there are to train on; with the batch size, they say how long the schedule is.
    """
    rate = learning_rate(config, examples)
    decay = getattr(config, "weight_decay", 0.0) or None
    if config.optimizer == "sgd":
        return keras.optimizers.SGD(rate, momentum=config.momentum, nesterov=config.momentum > 0, weight_decay=decay)
    if config.optimizer == "rmsprop":
        return keras.optimizers.RMSprop(rate, weight_decay=decay)
    return keras.optimizers.Adam(rate, weight_decay=decay)


def learning_rate(config: TrainingConfig, examples: int) -> float | schedules.LearningRateSchedule:
    """The learning rate as a number, or as a schedule over the whole training.

    `cosine` climbs to the peak in the first tenth and falls to a hundredth of it along half a cosine (Loshchilov and Hutter 2017,
    "SGDR"); `exponential` loses nine tenths every third of the training.
    """
    peak, steps = config.learning_rate, max(1, math.ceil(examples / config.batch_size) * config.epochs)
    if config.schedule == "cosine":
        warmup = steps // 10
        return schedules.CosineDecay(peak / 10, steps - warmup, alpha=0.01, warmup_target=peak, warmup_steps=warmup)
    if config.schedule == "exponential":
        return schedules.ExponentialDecay(peak, max(1, steps // 3), 0.1)
    return float(peak)


def steps_per_execution(examples: int, batch_size: int) -> int:
    """How many batches TensorFlow takes before Python looks again: a tenth of an epoch, but 1 to 20."""
    return min(20, max(1, examples // batch_size // 10))
