"""Small experiments that show what GUIDE.md explains; each takes seconds.

    python lessons.py effects          the learned effect of each column beside its effect in the formula that made the prices
    python lessons.py weights          the weights of a network without hidden layers (linear regression) beside the formula
    python lessons.py scaling          the same training on raw numbers and on scaled ones

GUIDE.md says what to look for.
"""

from typing import Literal

from config import Config
from data import BASE, EFFECTS, GARDEN, load
from support import errors, settings
from support.data import preprocessing
from support.settings import Settings
from support.splits import Splits

import numpy as np
from pydantic import Field


class Options(Settings):
    lesson: Literal["effects", "weights", "scaling"] = Field(description="which experiment")


def effects(config: Config) -> dict[str, tuple[float, float]]:
    """Train, then raise one column of every test house a little: how much does the price change? By name: learned, true."""

    splits = load(config)
    model = trained(config, splits)
    learned: dict[str, tuple[float, float]] = {}
    print(f"{'effect of':20} {'learned':>10} {'true':>10} {'error':>7}")
    for position, entry in enumerate(splits.spec["numbers"]):
        step = entry["scale"]  # half of it to either side
        low, high = (dict(splits.test.x) for _ in range(2))
        for x, sign in ((low, -0.5), (high, 0.5)):
            x["numbers"] = x["numbers"].copy()
            x["numbers"][:, position] += sign * step
        change = (answers(model, high, splits) - answers(model, low, splits)) / step
        learned[entry["name"]] = (
            float(np.nanmean(change[~np.isnan(low["numbers"][:, position])])),
            float(EFFECTS[entry["name"]]),
        )
    without, within = (
        {**splits.test.x, "texts": np.full_like(splits.test.x["texts"], garden)} for garden in ("no", "yes")
    )
    learned["garden"] = (
        float((answers(model, within, splits) - answers(model, without, splits)).mean()),
        float(GARDEN),
    )
    for name, (found, true) in learned.items():
        print(f"{name:20} {found:10,.0f} {true:10,.0f} {found / true - 1:+7.1%}")
    return learned


def weights(config: Config) -> dict[str, tuple[float, float]]:
    """A network without hidden layers has one weight per column, to compare with the formula."""
    config = config.model_copy(update={"units": (), "bins": 0, "learning_rate": 0.02})
    splits = load(config)
    model = trained(config, splits)
    spread, mean = float(splits.train.y.std()), float(splits.train.y.mean())
    kernel, bias = (np.asarray(values, np.float64) for values in model.get_layer("scaled").get_weights())
    numbers = splits.spec["numbers"]
    found = {
        entry["name"]: float(kernel[position, 0]) * spread / entry["scale"] for position, entry in enumerate(numbers)
    }
    vocabulary = splits.spec["texts"][0]["vocabulary"]
    places = dict(zip(vocabulary, kernel[-len(vocabulary) :, 0], strict=True))
    base = (
        mean
        + spread * (float(bias[0]) + float(places["no"]))
        - sum(found[entry["name"]] * entry["median"] for entry in numbers)
    )
    found |= {"garden": spread * float(places["yes"] - places["no"]), "base price (bias)": base}
    true = {**EFFECTS, "garden": GARDEN, "base price (bias)": BASE}
    print(f"{'weight of':20} {'learned':>10} {'true':>10}")
    for name, value in found.items():
        print(f"{name:20} {value:10,.0f} {true[name]:10,.0f}")
    return {name: (value, float(true[name])) for name, value in found.items()}


def scaling(config: Config) -> None:
    """Two trainings: columns of 0..300 and 0..30 as they are, and scaled."""
    import keras

    splits = load(config)
    print(f"{'numbers':10} {'R² on validation after 5, 10 and 20 epochs':>45}")
    for name in ("raw", "scaled"):
        keras.utils.set_random_seed(config.seed)
        x, other = (rows(split.x, splits, name == "scaled") for split in (splits.train, splits.validation))
        mean, spread = splits.train.y.mean(), splits.train.y.std()
        model = keras.Sequential([keras.layers.Dense(64, "relu"), keras.layers.Dense(1)])
        model.compile(
            keras.optimizers.SGD(1e-5 if name == "raw" else 0.05), "mse"
        )  # any larger, and raw numbers end in nan
        losses = model.fit(
            x,
            (splits.train.y - mean) / spread,
            validation_data=(other, (splits.validation.y - mean) / spread),
            epochs=20,
            verbose=0,
        ).history["val_loss"]
        print(f"{name:10} " + " ".join(f"{1 - losses[epoch - 1]:14.3f}" for epoch in (5, 10, 20)))


def rows(x: dict[str, np.ndarray], splits: Splits, scaled: bool) -> np.ndarray:
    numbers = preprocessing.encode(x, splits.spec)["numbers"] if scaled else np.nan_to_num(x["numbers"])
    return np.concatenate([numbers, x["texts"] == "yes"], axis=1).astype(np.float32)


def trained(config: Config, splits: Splits):
    """A network trained like train.py's, without a run."""
    from model import build_model

    model = build_model(config, splits)
    x = preprocessing.encode(splits.train.x, splits.spec)
    model.fit(x, splits.train.y, epochs=config.epochs, batch_size=config.batch_size, verbose=0)
    return model


def answers(model, x: dict[str, np.ndarray], splits: Splits) -> np.ndarray:
    return np.asarray(model.predict(preprocessing.encode(x, splits.spec), batch_size=512, verbose=0)).reshape(-1)


def main() -> None:
    options = settings.read(Options, toml=False)
    {"effects": effects, "weights": weights, "scaling": scaling}[options.lesson](settings.read(Config, argv=[]))


if __name__ == "__main__":
    errors.run(main)
