"""What watches a training: history, best weights, early stopping, the line per epoch, checkpoints and signals."""

import contextlib
import math
import sys
import time
from collections.abc import Iterator
from typing import Any

from support import files, memory
from support.data import preprocessing
from support.errors import ProjectError, StepFailed, StepStopped
from support.runs import Run
from support.training import checkpoints, history
from support.training.batches import Batches
from support.training.signals import EXIT_CODES, Signals
from support.training_config import TrainingConfig

import keras
import numpy as np

SAVE_SECONDS = 300.0  # within a long epoch; every epoch's end is saved anyway


def less_is_better(monitor: str) -> bool:
    """Whether the monitored metric is better when smaller, as its name says: a loss, an error, a distance."""
    return any(word in monitor for word in ("loss", "error", "distance"))


def out_of_memory(error: BaseException) -> bool:
    """Whether the computer's memory, or that of a GPU under any of Keras's backends, was not enough."""
    said = f"{type(error).__name__} {error}"
    return isinstance(error, MemoryError) or "ResourceExhausted" in said or "RESOURCE_EXHAUSTED" in said


class Stopped(Exception):
    """Leaves `fit` in the middle of an epoch, after everything was saved."""


class Recorder(keras.callbacks.Callback):
    """All that is recorded in training, in one place so that all of it can be saved and restored together.

    Keras has a callback for each (CSVLogger, ModelCheckpoint, EarlyStopping, BackupAndRestore), whose counters are lost when a
    training is interrupted.
    """

    def __init__(self, run: Run, config: TrainingConfig, spec: dict[str, Any], again: str, quiet: bool) -> None:
        super().__init__()
        self.run, self.config, self.spec = run, config, spec
        self.again, self.quiet = again, quiet
        self.history: list[dict[str, float]] = []
        self.best_value = [math.inf, math.inf]
        self.best_epoch = 0
        self.best_weights: list[np.ndarray] = []
        self.epoch = self.batch = 0  # complete epochs, and complete batches of the next
        self.restored_metrics: list[np.ndarray] = []
        self.signals = Signals()
        self.diverged = ""
        self.seconds = 0.0
        self.trained = False  # whether this process has trained on a batch
        self.shown = 0.0  # when the progress bar was last drawn
        self.saved = time.perf_counter()

    # --- what Keras calls ---

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.began = time.perf_counter()
        for variable, value in zip(self._metric_variables(), self.restored_metrics, strict=False):
            variable.assign(value)  # Keras has just set them to zero; this epoch was half done
        self.restored_metrics = []
        self.first_batch = self.batch

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if not self.trained:
            memory.keep_freed()  # not before: TensorFlow sets it when it asks for the first batch
            self.trained = True
        all_batches = self.first_batch + self.params["steps"]
        self.batch = min(self.first_batch + batch + 1, all_batches)  # Keras counts several at once, and beyond the end
        if not math.isfinite(float((logs or {}).get("loss", 0.0))):
            self.diverged = f"epoch {self.epoch + 1}, at or shortly before batch {self.batch}"
            raise Stopped
        now = time.perf_counter()
        if now - self.shown > 0.2 and sys.stderr.isatty():
            self.shown = now
            done = self.batch / all_batches
            self._bar(f"epoch {self.epoch + 1:>3}/{self.config.epochs}  [{'#' * int(30 * done):30}] {done:4.0%}")
        if self.batch == all_batches:
            return  # on_epoch_end saves and stops: no batch would be left to go on with
        if self.signals.came or now - self.saved > SAVE_SECONDS:
            self.save()
        if self.signals.came:
            raise Stopped

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        row = {name: float(value) for name, value in (logs or {}).items()}
        seconds = time.perf_counter() - self.began
        self.seconds += seconds
        rate = float(self.model.optimizer.learning_rate)
        self.history.append({"epoch": epoch + 1, **row, "learning_rate": rate, "seconds": round(seconds, 3)})
        self.epoch, self.batch = epoch + 1, 0
        if (value := self._value(row)) < self.best_value:
            self.best_value, self.best_epoch = value, self.epoch
            self.best_weights = self.model.get_weights()
        if self.out_of_patience():
            self.model.stop_training = True
        self.save()
        last = self.epoch == self.config.epochs or self.model.stop_training
        if not self.quiet and (last or self.epoch % self.config.print_every == 0):
            self._print(self.history[-1])
        if self.signals.came:
            raise Stopped

    # --- saving and resuming ---

    def take_up(self, model: keras.Model, batches: Batches) -> None:
        """Put the run's newest checkpoint into the model and into this, if there is one."""
        self.set_model(model)
        model.stop_training = False
        model.optimizer.build(model.trainable_variables)  # in its first step `fit` would, and trace that twice
        found = checkpoints.latest(self.run)
        if found is None:
            return
        state, arrays = found
        few = batches.split.take(np.arange(1))
        model.test_on_batch(few.x, few.y)  # makes the metrics; their numbers are replaced with all others
        checkpoints.restore(model, arrays["model"])
        self.restore(state, arrays)
        if not self.quiet:
            print(f"Going on after epoch {self.epoch}" + (f", batch {self.batch}" if self.batch else "") + ".")

    def rest(self, batches: Batches) -> Iterator[int]:
        """The epochs to end with: of the epoch that was interrupted, which is completed by itself, and of the whole training."""
        while self.epoch < self.config.epochs and not (self.out_of_patience() or self.model.stop_training):
            batches.begin_with(self.epoch, self.batch)
            yield self.epoch + 1 if self.batch else self.config.epochs

    @contextlib.contextmanager
    def watching(self, *readers: Batches) -> Iterator[None]:
        """Lock the run, note signals, save what was reached however the training in here ends, and say why it ended early.

        Raises:
            StepStopped: where it was stopped by a signal.
            StepFailed: where the loss is no longer a number (the last good weights are saved then), or memory runs out.
            ProjectError: where an example that is read on demand cannot be read any more.
        """
        with self.run.lock(), self.signals:
            try:
                yield
            except Stopped:
                pass
            except Exception as error:
                failure = next((reader.failure for reader in readers if reader.failure), error)
                if out_of_memory(failure):
                    size = self.config.batch_size
                    raise StepFailed(
                        f"out of memory at batch size {size}\nTry: --batch-size {max(1, size // 2)}"
                    ) from None
                if failure is error:
                    raise
                self.keep_best()
                self.finish(failed=True)
                if isinstance(failure, OSError):
                    raise failure from None
                raise ProjectError(
                    f"{failure}\nPut it right and go on with: {self.again}; or leave it out and train anew: python train.py"
                ) from None

    def save(self) -> None:
        """Write a checkpoint of the training as it stands."""
        state = {
            "epoch": self.epoch,
            "batch": self.batch,
            "history": self.history,
            "best_value": [value if math.isfinite(value) else None for value in self.best_value],
            "best_epoch": self.best_epoch,
            "seconds": self.seconds,
        }
        metrics = [np.asarray(variable) for variable in self._metric_variables()] if self.batch else []
        checkpoints.save(self.run, self.model, state, {"best": self.best_weights, "metrics": metrics})
        history.write(self.run, self.history)
        self.saved = time.perf_counter()

    def restore(self, state: checkpoints.State, arrays: dict[str, list[np.ndarray]]) -> None:
        """Take up a checkpoint; the model's own numbers are restored beside it."""
        self.epoch, self.batch, self.history = state["epoch"], state["batch"], state["history"]
        self.best_value = [math.inf if value is None else value for value in state["best_value"]]
        self.best_epoch, self.seconds = state["best_epoch"], state["seconds"]
        self.best_weights = arrays.get("best", [])
        self.restored_metrics = arrays.get("metrics", [])

    def keep_best(self) -> bool:
        """Put the best weights into the model and save it; False where there are none, because the loss was never a number."""
        if not self.best_weights and not self.diverged:
            self.best_weights = self.model.get_weights()  # stopped within the first epoch
        if self.best_weights:
            self.model.set_weights(self.best_weights)
            files.write_safely(self.run.model, preprocessing.with_preprocessing(self.model, self.spec).save)
        return bool(self.best_weights)

    def finish(self, failed: bool = False) -> None:
        """Save history and state.

        Args:
            failed: an example could not be read; the caller says which.

        Raises:
            StepFailed: where the loss is no longer a number.
            StepStopped: where a signal ended the training.
        """
        history.write(self.run, self.history)
        state = "diverged" if self.diverged else "stopped" if self.signals.came or failed else "finished"
        reached = {"epochs": self.epoch, "best_epoch": self.best_epoch, "seconds": round(self.seconds, 1)}
        files.write_json(self.run.folder / "training.json", {"state": state, **reached})
        if self.diverged:
            kept = (
                f"The weights of epoch {self.best_epoch} are kept." if self.best_weights else "No epoch was complete."
            )
            raise StepFailed(
                f"the loss is no longer a number ({self.diverged}). {kept}\n"
                "Try a smaller --learning-rate, or look for wrong values: python data.py"
            )
        if self.signals.came and not failed:
            raise StepStopped(
                f"Stopped by {self.signals.came} after {self.epoch} of {self.config.epochs} epochs; what was reached is saved.\n"
                f"Go on with: {self.again}",
                EXIT_CODES[self.signals.came],
            )

    def out_of_patience(self) -> bool:
        return bool(self.config.patience) and self.epoch - self.best_epoch >= self.config.patience

    def _value(self, row: dict[str, float]) -> list[float]:
        """What the best epoch minimises: the monitored loss or negative score, and the loss where that is equal."""
        loss = row.get("val_loss", row["loss"])
        monitored = row.get(self.config.monitor, loss)
        return [monitored if less_is_better(self.config.monitor) else -monitored, loss]

    def _metric_variables(self) -> list[Any]:
        return [variable for metric in self.model.metrics for variable in metric.variables]

    def _print(self, row: dict[str, float]) -> None:
        hidden = ("epoch", "learning_rate", "seconds")
        numbers = "  ".join(f"{name} {value:.4f}" for name, value in row.items() if name not in hidden)
        mark = " *" if row["epoch"] == self.best_epoch else ""
        self._bar("")
        print(f"epoch {int(row['epoch']):>3}/{self.config.epochs}  {numbers}  {row['seconds']:.1f} s{mark}", flush=True)

    def _bar(self, text: str) -> None:
        """Show `text` on the line that the last bar stands on; an empty one removes it. In a log there are no bars."""
        if sys.stderr.isatty():
            print(f"\r{text:60}" + ("" if text else "\r"), end="", file=sys.stderr, flush=True)
