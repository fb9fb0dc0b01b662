"""`fit`, as the projects need it: the best epoch is kept, Ctrl-C saves what was reached, and a line says what is going on."""

import csv
import io
import math
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType
from typing import Any, Protocol

import keras
import numpy as np

import scores
from support import files, portable
from support.batches import Batches
from support.errors import StepFailed
from support.runs import Run
from support.splits import Split, Splits


class Hyperparameters(Protocol):
    """The settings that training reads, whatever else a project's Config has."""

    @property
    def epochs(self) -> int: ...
    @property
    def batch_size(self) -> int: ...
    @property
    def patience(self) -> int: ...
    @property
    def monitor(self) -> str: ...
    @property
    def print_every(self) -> int: ...
    @property
    def seed(self) -> int: ...


def fit(
    model: keras.Model,
    splits: Splits,
    config: Hyperparameters,
    run: Run,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> None:
    """Train `model` on `splits.train`, keep the weights of the epoch with the best `config.monitor`, save them in `run`.

    Writes model.keras, history.csv and training.json. Ctrl-C or SIGTERM finishes the batch and saves what was reached.

    Raises:
        StepFailed: where the loss is no longer a number; the last good weights are saved then.
    """
    train, validation = (
        Split(portable.encode(split.x, splits.spec), split.y) for split in (splits.train, splits.validation)
    )
    print(f"Training on {splits.note}.\n{preflight(model, train, len(validation), config)}")
    batches = Batches(train, config.batch_size, config.seed)
    recorder = Recorder(run, config, splits.spec)
    with recorder.stopping_at_signals():
        model.fit(
            batches,
            epochs=config.epochs,
            shuffle=False,  # Batches shuffles
            validation_data=(validation.x, validation.y) if len(validation) else None,
            validation_batch_size=512,
            callbacks=[recorder, *callbacks],
            verbose=0,
        )
    recorder.finish()
    if len(validation) and hasattr(scores, "decide"):  # what only validation can choose, such as a threshold
        prediction = model.predict(validation.x, batch_size=512, verbose=0)
        decided = scores.decide(validation.y, prediction, config)
        files.write_json(run.folder / "spec.json", {**run.spec, **decided})


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
    model(batch, training=False)  # the first call builds; only the second is timed
    begin = time.perf_counter()
    model(batch, training=False)
    # Forward and backward together cost about three times the forward pass (Griewank and Walther 2008, "cheap gradient principle").
    seconds = 3 * (time.perf_counter() - begin) * math.ceil(len(train) / config.batch_size) * config.epochs
    minutes = "under a minute" if seconds < 60 else f"about {math.ceil(seconds / 60)} minutes"
    return (
        f"{device}, {len(train):,} examples + {validation:,} for validation, {model.count_params():,} parameters, "
        f"{config.epochs} epochs at most, {minutes}."
    )


class Recorder(keras.callbacks.Callback):
    """History, best weights, early stopping and the line per epoch, in one place so that all of it can be saved together.

    Keras has a callback for each (CSVLogger, ModelCheckpoint, EarlyStopping), whose counters are lost when a training is interrupted.
    """

    def __init__(self, run: Run, config: Hyperparameters, spec: dict[str, Any]) -> None:
        super().__init__()
        self.run, self.spec = run, spec
        self.epochs, self.patience, self.print_every, self.monitor = (
            config.epochs,
            config.patience,
            config.print_every,
            config.monitor,
        )
        self.history: list[dict[str, float]] = []
        self.best_value: tuple[float, float] = (math.inf, math.inf)
        self.best_epoch = 0
        self.best_weights: list[np.ndarray] | None = None
        self.stop_signal = ""
        self.diverged = False
        self.seconds = 0.0
        self.shown = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.epoch, self.began = epoch, time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        now = time.perf_counter()
        if now - self.shown > 0.2 and sys.stdout.isatty():
            self.shown = now
            done = (batch + 1) / self.params["steps"]
            print(
                f"\repoch {self.epoch + 1:>3}/{self.epochs}  [{'#' * int(30 * done):30}] {done:4.0%}",
                end="",
                flush=True,
            )
        if self.stop_signal:
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        logs = {name: float(value) for name, value in (logs or {}).items()}
        if self.stop_signal and "val_loss" not in logs and "val_loss" in (self.history or [{}])[0]:
            return  # stopped in the middle of an epoch: its numbers are not an epoch's
        seconds = time.perf_counter() - self.began
        self.seconds += seconds
        if not math.isfinite(logs["loss"]):
            self.diverged = True
            self.model.stop_training = True
            return
        row = {
            "epoch": epoch + 1,
            **logs,
            "learning_rate": float(self.model.optimizer.learning_rate),
            "seconds": round(seconds, 3),
        }
        self.history.append(row)
        if (value := self._value(logs)) < self.best_value:
            self.best_value, self.best_epoch = value, epoch + 1
            self.best_weights = self.model.get_weights()
        if self.patience and epoch + 1 - self.best_epoch >= self.patience:
            self.model.stop_training = True
        if (epoch + 1) % self.print_every == 0 or epoch + 1 == self.epochs or self.model.stop_training:
            self._print(row)

    def _value(self, logs: dict[str, float]) -> tuple[float, float]:
        """What the best epoch has the least of: the monitored loss or negative score, and the loss where that is equal."""
        loss = logs.get("val_loss", logs["loss"])
        monitored = logs.get(self.monitor, loss)
        return (monitored if "loss" in self.monitor or "error" in self.monitor else -monitored, loss)

    def finish(self) -> None:
        """Put the best weights into the model and save model, history and state."""
        if self.best_weights is None and not self.diverged:
            self.best_weights = self.model.get_weights()  # stopped within the first epoch
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)
            files.write_safely(self.run.model, portable.wrap(self.model, self.spec).save)
        write_history(self.run, self.history)
        state = "diverged" if self.diverged else "stopped" if self.stop_signal else "finished"
        files.write_json(
            self.run.folder / "training.json",
            {
                "state": state,
                "epochs": len(self.history),
                "best_epoch": self.best_epoch,
                "seconds": round(self.seconds, 1),
            },
        )
        if self.diverged:
            kept = (
                f"The weights of epoch {self.best_epoch} are kept in {self.run.model}."
                if self.best_weights is not None
                else "Nothing was learned."
            )
            raise StepFailed(
                f"the loss is no longer a number (epoch {self.epoch + 1}). {kept}\nTry a smaller --learning-rate, or look for wrong values: python data.py"
            )
        if self.stop_signal:
            print(f"Stopped by {self.stop_signal} after {len(self.history)} epochs; what was reached is saved.")

    def stopping_at_signals(self) -> "_Signals":
        return _Signals(self)

    def _print(self, row: dict[str, float]) -> None:
        numbers = "  ".join(
            f"{name} {value:.4f}" for name, value in row.items() if name not in ("epoch", "learning_rate", "seconds")
        )
        mark = " *" if row["epoch"] == self.best_epoch else ""
        print(f"\repoch {int(row['epoch']):>3}/{self.epochs}  {numbers}  {row['seconds']:.1f} s{mark}", flush=True)


class _Signals:
    """While training, Ctrl-C and SIGTERM only set a flag, so that no batch and no file is cut in half. A second Ctrl-C stops at once."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.before: dict[int, Any] = {}

    def __enter__(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                self.before[number] = signal.signal(number, self._note)
            except ValueError:  # not in the main thread: the caller's own handling stays
                break

    def __exit__(self, *_: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.recorder.stop_signal:
            raise KeyboardInterrupt
        self.recorder.stop_signal = "Ctrl-C" if number == signal.SIGINT else "SIGTERM"
        print(f"\n{self.recorder.stop_signal}: finishing this batch; once more stops at once.", file=sys.stderr)


def write_history(run: Run, history: list[dict[str, float]]) -> None:
    """history.csv: one row per epoch."""
    if history:
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=list(history[-1]), lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(
            {name: f"{value:.6g}" if isinstance(value, float) else value for name, value in row.items()}
            for row in history
        )
        files.write_text(run.folder / "history.csv", text.getvalue())


def read_history(run: Run) -> list[dict[str, float]]:
    """The rows of history.csv; an empty list where there is none."""
    path = run.folder / "history.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: float(value) for name, value in row.items() if value} for row in csv.DictReader(file)]
