"""Small experiments that show the ideas of GUIDE.md; each draws one figure into runs/lessons/, in half a minute or two.

    python lessons.py augmentation     few images, with and without augmentation
    python lessons.py schedules        three schedules, the learning rate beside the loss
    python lessons.py residual         a deep network with and without residual connections
    python lessons.py learning-rate    one hyperparameter from much too small to much too large

GUIDE.md says what to look for.
"""

from typing import Any, Literal

from config import Config
from data import load
from support import errors, runs, settings
from support.settings import Settings
from support.splits import Splits

import numpy as np
from pydantic import Field


class Options(Settings):
    lesson: Literal["augmentation", "schedules", "residual", "learning-rate"] = Field(description="which experiment")


def train(config: Config, splits: Splits, **changes: Any) -> dict[str, list[float]]:
    """Train with some settings changed; the history: loss, accuracy, val_loss, val_accuracy by epoch."""
    from model import build_model

    changed = config.model_copy(update=changes)
    model = build_model(changed, splits)
    history = model.fit(
        splits.train.x,
        splits.train.y,
        epochs=changed.epochs,
        batch_size=changed.batch_size,
        validation_data=(splits.validation.x, splits.validation.y),
        verbose=0,
    )
    return dict(history.history)


def few(splits: Splits, count: int) -> Splits:
    """The same splits with fewer training images."""
    return Splits(
        splits.train.take(slice(0, count)), splits.validation, splits.test, splits.spec, splits.source, splits.note
    )


def augmentation(config: Config, splits: Splits) -> str:
    """Two trainings on 500 images: what is memorised, and what is learned."""
    figure, axes = axes_for(2, "accuracy")
    small = few(splits, 500)
    for title, flip, shift, color in (("with", True, 3, "C0"), ("without", False, 0, "C3")):
        history = train(config, small, flip=flip, shift=shift, epochs=24)
        axes[0].plot(history["accuracy"], color=color, label=f"{title} augmentation")
        axes[1].plot(history["val_accuracy"], color=color, label=f"{title} augmentation")
        print(
            f"{title:7} augmentation: accuracy {history['accuracy'][-1]:.2f} in training, {history['val_accuracy'][-1]:.2f} in validation"
        )
    for axis, title in zip(axes, ("training", "validation"), strict=True):
        axis.set_title(title)
    return finish(figure, axes[1], "augmentation")


def schedules(config: Config, splits: Splits) -> str:
    """Three trainings that differ only in the schedule."""
    from support.training import optimizers

    figure, axes = axes_for(2, "learning rate")
    steps = np.arange(-(-len(splits.train) // config.batch_size) * config.epochs)
    for schedule in ("cosine", "exponential", "constant"):
        history = train(config, splits, schedule=schedule)
        rate = optimizers.learning_rate(config.model_copy(update={"schedule": schedule}), len(splits.train))
        rates = [float(rate(step)) if callable(rate) else rate for step in steps]
        axes[0].plot(steps * config.epochs / len(steps), rates, label=schedule)
        axes[1].plot(np.arange(1, config.epochs + 1), history["val_loss"], label=schedule)
        print(f"{schedule:12} validation loss " + " ".join(f"{loss:.2f}" for loss in history["val_loss"]))
    axes[1].set_ylabel("validation loss")
    axes[1].set_yscale("log")
    return finish(figure, axes[1], "schedules")


def residual(config: Config, splits: Splits) -> str:
    """The same deep network, whose blocks add to their input or replace it."""
    figure, axes = axes_for(1, "training loss")
    for added in (True, False):
        history = train(config, splits, residual=added, blocks=8, epochs=5, filters=(16, 24, 32))
        title = f"{'with' if added else 'without'} residual connections"
        axes[0].plot(np.arange(1, 6), history["loss"], label=title)
        print(f"{title:29} training loss " + " ".join(f"{loss:.2f}" for loss in history["loss"]))
    return finish(figure, axes[0], "residual")


def learning_rate(config: Config, splits: Splits) -> str:
    """Short trainings at six learning rates, each ten times the one before."""
    figure, axes = axes_for(1, "training loss")
    for rate in (1e-4, 1e-3, 1e-2, 1e-1, 1e0, 1e1):
        losses = train(config, few(splits, 1_000), learning_rate=rate, epochs=5)["loss"]
        axes[0].plot(np.arange(1, 6), losses, label=f"{rate:g}")
        print(f"learning rate {rate:<8g} training loss " + " ".join(f"{loss:.2f}" for loss in losses))
    axes[0].set_ylim(0, 4)
    return finish(figure, axes[0], "learning_rate")


def axes_for(count: int, label: str) -> tuple[Any, Any]:
    from support.reports.figures import plt

    figure, axes = plt.subplots(1, count, figsize=(5 * count, 4), squeeze=False)
    for axis in axes[0]:
        axis.set_xlabel("epoch")
    axes[0, 0].set_ylabel(label)
    return figure, axes[0]


def finish(figure: Any, axis: Any, name: str) -> str:
    from support.reports import figures

    axis.legend()
    return runs.shown(figures.save(figure, runs.FOLDER / "lessons" / f"{name}.png", name)[0])


def main() -> None:
    options = settings.read(Options, toml=False)
    config = settings.read(Config, argv=[])
    lessons = {
        "augmentation": augmentation,
        "schedules": schedules,
        "residual": residual,
        "learning-rate": learning_rate,
    }
    print(f"Drawn: {lessons[options.lesson](config, load(config))}")


if __name__ == "__main__":
    errors.run(main)
