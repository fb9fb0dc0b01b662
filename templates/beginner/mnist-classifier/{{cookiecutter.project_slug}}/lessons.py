"""Small experiments that show what GUIDE.md explains; each takes seconds and draws one figure into runs/lessons/.

    python lessons.py filters          what the first layer looks for, and what it finds in one digit
    python lessons.py batch-norm       the same network with and without batch normalization, at two learning rates

GUIDE.md says what to look for.
"""

from typing import Literal

from config import Config
from data import load
from support import errors, runs, settings
from support.settings import Settings

import numpy as np
from pydantic import Field


class Options(Settings):
    lesson: Literal["filters", "batch-norm"] = Field(description="which experiment")


def filters(config: Config) -> str:
    """Train briefly, then draw the first layer's filters above their feature maps of one digit."""
    from model import build_model
    from support.reports import figures
    from support.reports.figures import plt

    import keras

    splits = load(config)
    model = build_model(config, splits)
    model.fit(splits.train.x, splits.train.y, epochs=5, batch_size=config.batch_size, verbose=0)
    first = next(layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D) and layer.trainable)
    kernels = np.asarray(first.kernel)  # (5, 5, 1, 20)
    strongest = abs(kernels).max()
    digit = splits.test.x[:1]
    maps = np.asarray(keras.Model(model.input, first.output)(digit))[0]  # (14, 14, 20)
    count = min(12, kernels.shape[-1])
    figure, axes = plt.subplots(2, count + 1, figsize=(count + 1, 2.2))
    axes[0, 0].axis("off")
    axes[1, 0].imshow(digit[0].squeeze(), cmap="gray")
    for column in range(count):
        axes[0, column + 1].imshow(kernels[:, :, 0, column], cmap="RdBu", vmin=-strongest, vmax=strongest)
        axes[1, column + 1].imshow(maps[:, :, column], cmap="viridis")
    for axis in axes.flat:
        axis.set(xticks=[], yticks=[])
    path, _ = figures.save(figure, runs.FOLDER / "lessons" / "filters.png", "Filters and feature maps")
    size = "×".join(map(str, kernels.shape[:2]))
    print(f"Above: {count} of the {kernels.shape[-1]} filters of the first convolution, {size} weights each.")
    print("Below: a digit, and where each filter finds its stroke in it.")
    return runs.shown(path)


def batch_norm(config: Config) -> str:
    """Four short trainings from the same seed."""
    from model import build_model
    from support.reports import figures
    from support.reports.figures import plt

    splits = load(config)
    plain = config.model_copy(update={"optimizer": "sgd", "schedule": "constant", "dropout": 0.0})
    figure, axis = plt.subplots(figsize=(6, 4))
    print(f"{'learning rate':>14} {'batch normalization':>20} {'training loss after each of 6 epochs':>40}")
    for rate, style in ((1e-2, "--"), (2e-1, "-")):
        for normalize, color in ((True, "C0"), (False, "C3")):
            title = "with" if normalize else "without"
            changed = plain.model_copy(update={"learning_rate": rate, "batch_normalization": normalize})
            model = build_model(changed, splits)
            losses = model.fit(splits.train.x, splits.train.y, epochs=6, batch_size=64, verbose=0).history["loss"]
            axis.plot(range(1, 7), losses, style, color=color, label=f"{title}, learning rate {rate:g}")
            print(f"{rate:14g} {title:>20} " + " ".join(f"{loss:6.3f}" for loss in losses))
    axis.set(xlabel="epoch", ylabel="training loss", ylim=(0, 3))
    axis.legend()
    return runs.shown(figures.save(figure, runs.FOLDER / "lessons" / "batch_norm.png", "Batch normalization")[0])


def main() -> None:
    options = settings.read(Options, toml=False)
    config = settings.read(Config, argv=[])
    path = {"filters": filters, "batch-norm": batch_norm}[options.lesson](config)
    print(f"Drawn: {path}")


if __name__ == "__main__":
    errors.run(main)
