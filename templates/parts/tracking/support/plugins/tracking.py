"""Experiment tracking: `python train.py --tracker tensorboard`, `wandb` or `mlflow`. docs/tracking.md explains how to view the runs.

The run in runs/ stays complete without any of them. All three write to this computer only.
"""

import importlib.util
import os
from collections.abc import Callable
from typing import Any, Literal, Protocol

from support.errors import ProjectError
from support.files import read_json
from support.runs import FOLDER, Run
from support.settings import Settings

from pydantic import Field

Log = Callable[[dict[str, float], int], None]  # metrics by name, and the epoch


class Options(Settings):
    tracker: Literal["none", "tensorboard", "wandb", "mlflow"] = Field(
        "none", description="tool that records the training too"
    )


class Chosen(Protocol):
    @property
    def tracker(self) -> str: ...


def callbacks(options: Chosen, run: Run) -> list[Any]:
    """The callback that writes each epoch's numbers into the chosen tracker.

    Raises:
        ProjectError: if its package is not installed.
    """
    if options.tracker == "none":
        return []
    if importlib.util.find_spec(options.tracker) is None:
        raise ProjectError(
            f"{options.tracker} is not installed\nInstall it: pip install {options.tracker}, or leave --tracker out."
        )
    log, close = {"tensorboard": _tensorboard, "wandb": _wandb, "mlflow": _mlflow}[options.tracker](run)
    import keras

    class Follow(keras.callbacks.Callback):
        """Once per epoch: a callback for every batch would slow small models down."""

        def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
            log({name: float(value) for name, value in (logs or {}).items()}, epoch + 1)

        def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
            close()

    return [Follow()]


def _tensorboard(run: Run) -> tuple[Log, Callable[[], None]]:
    import tensorflow as tf

    writer = tf.summary.create_file_writer(str(run.folder / "tensorboard"))

    def log(numbers: dict[str, float], epoch: int) -> None:
        with writer.as_default(step=epoch):
            for name, value in numbers.items():
                tf.summary.scalar(name, value)

    return log, writer.flush


def _wandb(run: Run) -> tuple[Log, Callable[[], None]]:
    """Offline unless WANDB_MODE says otherwise: nothing is sent, and no account is needed."""
    os.environ.setdefault("WANDB_MODE", "offline")
    import wandb

    settings = read_json(run.folder / "config.json")
    here = str(run.folder)
    followed = wandb.init(
        project=FOLDER.parent.name, id=run.name, name=run.name, dir=here, config=settings, resume="allow"
    )
    # It is finished at the end of the process: an interrupted epoch is a `fit` of its own, which ends before the training does.
    return lambda numbers, epoch: followed.log({**numbers, "epoch": epoch}), lambda: None


def _mlflow(run: Run) -> tuple[Log, Callable[[], None]]:
    import mlflow

    if "MLFLOW_TRACKING_URI" not in os.environ:
        mlflow.set_tracking_uri(f"sqlite:///{(FOLDER / 'mlflow.db').as_posix()}")
    mlflow.set_experiment(FOLDER.parent.name)
    name = f"attributes.run_name = '{run.name}'"
    known = mlflow.search_runs(
        filter_string=name, output_format="list"
    )  # a resumed training continues the same run in the tracker
    if known:
        mlflow.start_run(run_id=known[0].info.run_id)
    else:
        mlflow.start_run(run_name=run.name)
        mlflow.log_params(read_json(run.folder / "config.json"))
    return lambda numbers, epoch: mlflow.log_metrics(numbers, step=epoch), lambda: None
