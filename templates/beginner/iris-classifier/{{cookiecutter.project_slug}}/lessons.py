"""Small experiments that show what GUIDE.md explains; each draws one figure into runs/lessons/.

    python lessons.py optimizers       SGD, momentum, RMSProp and Adam from the same weight initialisation
    python lessons.py batches          batch size 1, 16 and all rows: steps per epoch, and how the loss falls
    python lessons.py regions          decision regions: which species the network predicts for each petal
    python lessons.py softmax          from three sums to three probabilities and a loss, by hand and by Keras

GUIDE.md says what to look for.
"""

import math
from typing import Literal

from config import Config
from data import load
from support import errors, runs, settings
from support.data import preprocessing
from support.settings import Settings
from support.splits import Splits

import numpy as np
from pydantic import Field

EPOCHS = 40


class Options(Settings):
    lesson: Literal["optimizers", "batches", "regions", "softmax"] = Field(description="which experiment")


def optimizers(config: Config) -> str:
    """Four trainings from one seed."""
    choices = {
        "SGD": {"optimizer": "sgd", "momentum": 0.0, "learning_rate": 0.05},
        "SGD with momentum": {"optimizer": "sgd", "momentum": 0.9, "learning_rate": 0.05},
        "RMSProp": {"optimizer": "rmsprop", "learning_rate": 0.005},
        "Adam": {"optimizer": "adam", "learning_rate": 0.005},
    }
    return compare(
        config, {name: {"schedule": "constant", **changes} for name, changes in choices.items()}, "optimizers"
    )


def batches(config: Config) -> str:
    """Stochastic, mini-batch and plain gradient descent."""
    rows = len(load(config).train)
    plain = {"optimizer": "sgd", "momentum": 0.0, "learning_rate": 0.02, "schedule": "constant"}
    return compare(
        config,
        {
            f"batch size {size}, {math.ceil(rows / size)} steps per epoch": {**plain, "batch_size": size}
            for size in (1, 16, rows)
        },
        "batches",
    )


def compare(config: Config, choices: dict[str, dict], name: str) -> str:
    """Train once per choice, and draw the losses."""
    from model import build_model
    from support.reports import figures
    from support.reports.figures import plt

    splits = load(config)
    x = preprocessing.encode(splits.train.x, splits.spec)
    figure, axis = plt.subplots(figsize=(6, 4))
    print(f"{'':36} training loss after 1, 5, 10, 20 and 40 epochs")
    for label, changes in choices.items():
        changed = config.model_copy(update=changes)
        losses = (
            build_model(changed, splits)
            .fit(x, splits.train.y, epochs=EPOCHS, batch_size=changed.batch_size, verbose=0)
            .history["loss"]
        )
        axis.plot(range(1, EPOCHS + 1), losses, label=label)
        print(f"{label:36} " + " ".join(f"{losses[epoch - 1]:7.3f}" for epoch in (1, 5, 10, 20, 40)))
    axis.set(xlabel="epoch", ylabel="training loss")
    axis.legend()
    return runs.shown(figures.save(figure, runs.FOLDER / "lessons" / f"{name}.png", name)[0])


def regions(config: Config) -> str:
    """Train, then predict for every length and width of the petal, with the sepals at their median."""
    from support.reports import figures
    from support.reports.figures import plt

    splits = load(config)
    model = trained(config, splits)
    length, width = np.meshgrid(np.linspace(0.5, 7.5, 81), np.linspace(0, 3, 61))
    raw = np.tile(np.array([entry["median"] for entry in splits.spec["numbers"]], np.float32), (length.size, 1))
    raw[:, 2], raw[:, 3] = length.ravel(), width.ravel()
    said = (
        model.predict(preprocessing.encode({"numbers": raw}, splits.spec), verbose=0)
        .argmax(axis=1)
        .reshape(length.shape)
    )
    figure, axis = plt.subplots(figsize=(6, 4))
    axis.contourf(length, width, said, [-0.5, 0.5, 1.5, 2.5], colors=["C0", "C1", "C2"], alpha=0.3)
    for number, label in enumerate(splits.spec["labels"]):
        part = splits.train.x["numbers"][splits.train.y == number]
        axis.scatter(part[:, 2], part[:, 3], s=12, color=f"C{number}", label=label)
    axis.set(xlabel="petal length, cm", ylabel="petal width, cm")
    axis.legend()
    shares = ", ".join(f"{label} {np.mean(said == number):.0%}" for number, label in enumerate(splits.spec["labels"]))
    print(f"Share of the plane: {shares}")
    return runs.shown(figures.save(figure, runs.FOLDER / "lessons" / "regions.png", "Decision regions")[0])


def softmax() -> tuple[float, float]:
    """Sums 2, 1 and -1; the first class is true."""
    import keras

    sums = np.array([2.0, 1.0, -1.0])
    powers = np.exp(sums)
    probabilities = powers / powers.sum()
    by_hand = float(-np.log(probabilities[0]))
    by_keras = float(
        np.asarray(keras.losses.SparseCategoricalCrossentropy(from_logits=True)(np.array([0]), sums[None]))
    )
    print(f"sums {sums}, e to their power {powers.round(3)}, divided by their sum {probabilities.round(3)}")
    print(f"loss if the first is true, by hand: -log({probabilities[0]:.3f}) = {by_hand:.5f}\nby Keras: {by_keras:.5f}")
    return by_hand, by_keras


def trained(config: Config, splits: Splits):
    """A network trained like train.py's, without a run."""
    from model import build_model

    model = build_model(config, splits)
    model.fit(
        preprocessing.encode(splits.train.x, splits.spec),
        splits.train.y,
        epochs=config.epochs,
        batch_size=config.batch_size,
        verbose=0,
    )
    return model


def main() -> None:
    lesson = settings.read(Options, toml=False).lesson
    if lesson == "softmax":
        softmax()
        return
    print(
        f"Drawn: {({'optimizers': optimizers, 'batches': batches, 'regions': regions}[lesson])(settings.read(Config, argv=[]))}"
    )


if __name__ == "__main__":
    errors.run(main)
