"""Small experiments that show what GUIDE.md explains.

    python lessons.py fit              a network too small, right, and too large without regularization: three pairs of curves
    python lessons.py leakage          the accuracy with the two columns that leak the target, boat and body
    python lessons.py threshold        the cheapest threshold, as one error becomes more expensive than the other

GUIDE.md says what to look for.
"""

from typing import Literal

import metrics
from config import Config
from data import load
from support import errors, runs, settings
from support.data import preprocessing
from support.settings import Settings
from support.splits import Splits

from pydantic import Field


class Options(Settings):
    lesson: Literal["fit", "leakage", "threshold"] = Field(description="which experiment")


def fit(config: Config) -> str:
    """Three trainings of 60 epochs, and where the validation loss departs from the training loss."""
    from support.reports import figures
    from support.reports.figures import plt

    splits = load(config)
    choices = {
        "too small": {"units": (), "learning_rate": 1e-4},
        "right": {},
        "too large, nothing against it": {"units": (256, 256, 256), "dropout": 0.0, "l2": 0.0, "schedule": "constant"},
    }
    figure, axes = plt.subplots(1, 3, figsize=(12, 3.4), sharey=True)
    print(f"{'':32} {'training loss':>14} {'validation loss, best':>22} {'at the end':>12}")
    for axis, (name, changes) in zip(axes, choices.items(), strict=True):
        _, history = trained(config.model_copy(update=changes), splits)
        axis.plot(history["loss"], label="training")
        axis.plot(history["val_loss"], label="validation")
        axis.set(title=name, xlabel="epoch", ylim=(0.2, 0.9))
        axis.legend()
        print(f"{name:32} {history['loss'][-1]:14.3f} {min(history['val_loss']):22.3f} {history['val_loss'][-1]:12.3f}")
    return runs.shown(figures.save(figure, runs.FOLDER / "lessons" / "fit.png", "Underfitting and overfitting")[0])


def leakage(config: Config) -> dict[str, float]:
    """The test accuracy without and with the two columns that were written down afterwards."""
    found = {}
    for name, ignore in (("without boat and body", ("boat", "body")), ("with boat and body", ())):
        splits = load(config.model_copy(update={"ignore": ignore}))
        model, _ = trained(config, splits)
        prediction = model.predict(preprocessing.encode(splits.test.x, splits.spec), verbose=0)
        found[name] = metrics.score(splits.test.y, prediction, splits.spec)["accuracy"]
        print(f"{name:24} test accuracy {found[name]:.3f}")
    print("Nobody who asks before the ship sails knows the second number's columns: it is worth nothing.")
    return found


def threshold(config: Config) -> list[float]:
    """A false negative (a missed survivor) at 1, 2 and 5 times the cost of a false positive."""
    splits = load(config)
    model, _ = trained(config, splits)
    validation, test = (
        model.predict(preprocessing.encode(split.x, splits.spec), verbose=0)
        for split in (splits.validation, splits.test)
    )
    found = []
    print(f"{'a wrong no costs':>17} {'threshold':>10} {'precision':>10} {'recall':>8} {'F1':>7}")
    for cost in (1.0, 2.0, 5.0):
        found.append(metrics.cheapest_threshold(splits.validation.y, validation, 1.0, cost))
        result = metrics.score(splits.test.y, test, {**splits.spec, "threshold": found[-1]})
        print(f"{cost:17g} {found[-1]:10.2f} {result['precision']:10.3f} {result['recall']:8.3f} {result['f1']:7.3f}")
    return found


def trained(config: Config, splits: Splits):
    """A network trained like train.py's, without a run and without early stopping; and its history."""
    from model import build_model

    model = build_model(config, splits)
    x, other = (preprocessing.encode(split.x, splits.spec) for split in (splits.train, splits.validation))
    done = model.fit(
        x,
        splits.train.y,
        validation_data=(other, splits.validation.y),
        epochs=config.epochs,
        batch_size=config.batch_size,
        verbose=0,
    )
    return model, done.history


def main() -> None:
    lesson = settings.read(Options, toml=False).lesson
    result = {"fit": fit, "leakage": leakage, "threshold": threshold}[lesson](settings.read(Config, argv=[]))
    if isinstance(result, str):
        print(f"Drawn: {result}")


if __name__ == "__main__":
    errors.run(main)
