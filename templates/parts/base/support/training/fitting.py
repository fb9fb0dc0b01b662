"""`fit`, as the projects need it: the best epoch is kept, and an interrupted training can go on to the same result."""

import contextlib
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import metrics
from support import records
from support.data import preprocessing
from support.errors import ProjectError, StepFailed
from support.exports import serving
from support.runs import Run
from support.splits import Split, Splits
from support.training import checkpoints
from support.training.batches import Batches, InOrder
from support.training.recorder import Hyperparameters, Recorder, Signals, Stopped

import keras
import numpy as np


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
    SIGTERM finishes the batch and saves what was reached before it ends the step.

    Args:
        callbacks: more of them, called after the one that records.
        again: the command that goes on with a training that was stopped.
        quiet: print only what went wrong.

    Raises:
        StepStopped: where it was stopped by a signal.
        StepFailed: where the loss is no longer a number (the last good weights are saved then), or memory runs out.
        ProjectError: where the checkpoint does not fit the model, all checkpoints are damaged, or an example that is read when it is
            asked for cannot be read any more (what was reached is saved then).
    """
    train, validation = (
        replace(split, x=preprocessing.encode(split.x, splits.spec)) for split in (splits.train, splits.validation)
    )
    make_deterministic(config)
    if not quiet:
        with _enough_memory(config.batch_size):
            print(f"Training on {splits.note}.\n{preflight(model, train, len(validation), config)}")
    recorder = Recorder(run, config, splits.spec, again, quiet)
    recorder.set_model(model)
    resume(model, recorder, train)
    with _enough_memory(config.batch_size), run.lock(), Signals(recorder):
        looked_at = _validation(validation)
        batches = Batches(train, config.batch_size, config.seed)
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
                    **looked_at,
                    callbacks=[recorder, *callbacks],
                    verbose=0,
                )
        except Stopped:
            pass
        except Exception:
            failure = batches.failure or getattr(looked_at.get("validation_data"), "failure", None)
            if failure is None:
                raise
            if isinstance(failure, MemoryError):
                raise failure from None
            recorder.finish(failed=True)
            if isinstance(failure, OSError):
                raise failure from None
            raise ProjectError(
                f"{failure}\nPut it right and go on with: {again}; or leave it out and train anew: python train.py"
            ) from None
        try:
            recorder.finish()
        finally:  # also the model of a training that was stopped has a threshold
            if len(validation) and not recorder.diverged and recorder.best_weights:
                decided = metrics.choose_threshold(validation.y, serving.ask(model, validation.x), config)
                records.write_spec(run.folder / "spec.json", {**run.spec, **decided})


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
    """The optimizer that `config` names, with its schedule, and with weight decay where `config` has it (Loshchilov and Hutter 2019)."""
    rate = learning_rate(config, examples)
    decay = getattr(config, "weight_decay", 0.0) or None
    if config.optimizer == "sgd":
        return keras.optimizers.SGD(rate, momentum=config.momentum, nesterov=config.momentum > 0, weight_decay=decay)
    if config.optimizer == "rmsprop":
        return keras.optimizers.RMSprop(rate, weight_decay=decay)
    return keras.optimizers.Adam(rate, weight_decay=decay)


def forget_models() -> None:
    """Name the layers of the next model as if it were the first of this process.

    TensorFlow adds gradients up in an order that depends on the layers' names, so a second training from the same seed, in a notebook
    or among the trials of a search, would differ in the last bits of its weights, and soon in more.
    """
    keras.utils.clear_session()


def make_deterministic(config: Hyperparameters) -> None:
    """Let a GPU repeat its results bit for bit, where that is asked for; a CPU does so without TensorFlow's slower operations."""
    import tensorflow as tf

    if config.deterministic and tf.config.list_physical_devices("GPU"):
        tf.config.experimental.enable_op_determinism()


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


@contextlib.contextmanager
def _enough_memory(batch_size: int) -> Iterator[None]:
    """Turn running out of memory, of the computer or of its GPU, into a StepFailed that names a smaller batch."""
    import tensorflow as tf

    try:
        yield
    except (MemoryError, tf.errors.ResourceExhaustedError):
        smaller = max(1, batch_size // 2)
        raise StepFailed(f"out of memory at batch size {batch_size}\nTry: --batch-size {smaller}") from None
