"""`fit`, as the projects need it: the best epoch is kept, and an interrupted training can go on to the same result."""

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np

import scores
from support import checkpoints, files, portable, serving
from support.batches import Batches, InOrder
from support.errors import StepFailed
from support.recorder import Hyperparameters, Recorder, Signals, Stopped
from support.runs import Run
from support.splits import Split, Splits


def fit(
    model: keras.Model,
    splits: Splits,
    config: Hyperparameters,
    run: Run,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    again: str = "python train.py --resume",
    quiet: bool = False,
) -> None:
    """Train `model` on `splits.train`, keep the weights of the epoch with the best `config.monitor`, save them in `run`.

    Goes on from the run's checkpoint where it has one. Writes model.keras, history.csv, training.json and checkpoints/. Ctrl-C or
    SIGTERM finishes the batch, saves what was reached and returns.

    Args:
        callbacks: more of them, called after the one that records.
        again: the command that goes on with a training that was stopped.
        quiet: print only what went wrong.

    Raises:
        StepFailed: where the loss is no longer a number (the last good weights are saved then), or memory runs out.
        ProjectError: where the checkpoint does not fit the model, or all checkpoints are damaged.
    """
    train, validation = (
        replace(split, x=portable.encode(split.x, splits.spec)) for split in (splits.train, splits.validation)
    )
    if not quiet:
        print(f"Training on {splits.note}.\n{preflight(model, train, len(validation), config)}")
    recorder = Recorder(run, config, splits.spec, again, quiet)
    recorder.set_model(model)
    resume(model, recorder, train)
    with run.lock(), Signals(recorder):
        try:
            model.stop_training = False
            while recorder.epoch < config.epochs and not (recorder.out_of_patience() or model.stop_training):
                # An epoch that was interrupted is completed by a `fit` of its own, over the batches that are left.
                batches = Batches(train, config.batch_size, config.seed, recorder.epoch, recorder.batch)
                model.fit(
                    batches,
                    initial_epoch=recorder.epoch,
                    epochs=recorder.epoch + 1 if recorder.batch else config.epochs,
                    shuffle=False,  # Batches shuffles
                    **_validation(validation),
                    callbacks=[recorder, *callbacks],
                    verbose=0,
                )
        except Stopped:
            pass
        except (MemoryError, _resource_exhausted()):
            smaller = max(1, config.batch_size // 2)
            raise StepFailed(f"out of memory at batch size {config.batch_size}\nTry: --batch-size {smaller}") from None
        recorder.finish()
        if len(validation) and not recorder.diverged:
            decided = scores.decide(validation.y, serving.ask(model, validation.x), config)
            files.write_json(run.folder / "spec.json", {**run.spec, **decided})


def _validation(validation: Split) -> dict[str, Any]:
    """What `fit` is given to look at after each epoch."""
    if not len(validation):
        return {}
    if serving.is_read_when_asked(validation.x):
        return {"validation_data": InOrder(validation, serving.batch_size(validation.x))}
    return {
        "validation_data": (validation.x, validation.y),
        "validation_batch_size": serving.batch_size(validation.x),
    }


def resume(model: keras.Model, recorder: Recorder, train: Split) -> None:
    """Take up the run's newest checkpoint, if it has one."""
    found = checkpoints.latest(recorder.run)
    if found is None:
        return
    state, arrays = found
    model.optimizer.build(model.trainable_variables)
    few = train.take(np.arange(1))
    model.test_on_batch(few.x, few.y)  # makes the metrics; their numbers are replaced with all others
    checkpoints.restore(model, arrays["model"])
    recorder.restore(state, arrays)
    if not recorder.quiet:
        print(f"Going on after epoch {recorder.epoch}" + (f", batch {recorder.batch}" if recorder.batch else "") + ".")


def learning_rate(config: Any, examples: int) -> Any:
    """The learning rate as a number, or as a schedule over the whole training.

    `cosine` climbs to the peak in the first tenth and falls to a hundredth of it along half a cosine (Loshchilov and Hutter 2017,
    "SGDR"); `exponential` loses nine tenths every third of the training.
    """
    steps = max(1, math.ceil(examples / config.batch_size) * config.epochs)
    if config.schedule == "cosine":
        warmup = steps // 10
        return keras.optimizers.schedules.CosineDecay(
            config.learning_rate / 10,
            steps - warmup,
            alpha=0.01,
            warmup_target=config.learning_rate,
            warmup_steps=warmup,
        )
    if config.schedule == "exponential":
        return keras.optimizers.schedules.ExponentialDecay(config.learning_rate, max(1, steps // 3), 0.1)
    return float(config.learning_rate)


def optimizer(config: Any, examples: int) -> keras.optimizers.Optimizer:
    """The optimizer that `config` names, with its schedule."""
    rate = learning_rate(config, examples)
    if config.optimizer == "sgd":
        return keras.optimizers.SGD(rate, momentum=config.momentum, nesterov=config.momentum > 0)
    if config.optimizer == "rmsprop":
        return keras.optimizers.RMSprop(rate)
    return keras.optimizers.Adam(rate)


def steps_per_execution(examples: int, batch_size: int) -> int:
    """How many batches TensorFlow takes before Python looks again: one look for every tenth of an epoch, at most 20 batches."""
    return int(np.clip(examples // batch_size // 10, 1, 20))


def preflight(model: keras.Model, train: Split, validation: int, config: Hyperparameters) -> str:
    """A line to read before waiting: device, examples, parameters, and minutes estimated from one batch."""
    import tensorflow as tf

    device = "GPU" if tf.config.list_physical_devices("GPU") else "CPU"
    batch = train.take(np.arange(min(config.batch_size, len(train)))).x
    model.predict_on_batch(batch)  # the first call builds; only the second is timed
    begin = time.perf_counter()
    model.predict_on_batch(batch)
    # Forward and backward together cost about three times the forward pass (Griewank and Walther 2008, "cheap gradient principle").
    seconds = 3 * (time.perf_counter() - begin) * math.ceil(len(train) / config.batch_size) * config.epochs
    minutes = "under a minute" if seconds < 60 else f"about {math.ceil(seconds / 60)} minutes"
    return (
        f"{device}, {len(train):,} examples + {validation:,} for validation, {model.count_params():,} parameters, "
        f"{config.epochs} epochs at most, {minutes}."
    )


def _resource_exhausted() -> type[Exception]:
    """What TensorFlow raises when the memory of the device is full."""
    import tensorflow as tf

    error: type[Exception] = tf.errors.ResourceExhaustedError
    return error
