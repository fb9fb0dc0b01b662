"""Small experiments that show the ideas of GUIDE.md; each takes seconds to a minute.

    python lessons.py memory           which recurrent layers remember the beginning of a sequence, and what a forget gate does
    python lessons.py horizon          the forecast beside seasonal-naive, for each step ahead
    python lessons.py leak             the same model scored on shuffled windows and in time order: one score is misleading

GUIDE.md says what to look for.
"""

from collections.abc import Callable
from typing import Literal

from config import Config
from data import load
from support import errors, settings
from support.data import windows
from support.settings import Settings
from support.splits import Split
from support.training import baselines

import numpy as np
from pydantic import Field


class Options(Settings):
    lesson: Literal["memory", "horizon", "leak"] = Field(description="which experiment")


def memory(config: Config, lengths: tuple[int, ...] = (5, 40)) -> dict[tuple[str, int], float]:
    """A sequence begins with +1 or -1, and noise follows; the target is how it began. By layer and length: accuracy."""
    import keras
    from keras import layers

    found: dict[tuple[str, int], float] = {}
    print(f"{'':24}" + "".join(f"{length:>8} steps" for length in lengths))
    for name in ("SimpleRNN", "LSTM", "LSTM, gates open"):
        for length in lengths:
            keras.utils.set_random_seed(config.seed)
            x, y = recall(2_000, length, config.seed)
            cells = layers.SimpleRNN(16) if name == "SimpleRNN" else layers.LSTM(16)
            model = keras.Sequential([keras.Input((length, 1)), cells, layers.Dense(1, "sigmoid")])
            if name.endswith("open"):
                open_gates(cells, length)
            model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
            model.fit(x, y, batch_size=64, epochs=6, verbose=0)
            found[name, length] = model.evaluate(*recall(1_000, length, config.seed + 1), verbose=0)[1]
        print(f"{name:24}" + "".join(f"{found[name, length]:14.3f}" for length in lengths))
    return found


def open_gates(cells, steps: int) -> None:
    """Forget gates that are nearly open at the start, so that cells keep a value for up to `steps` (Tallec and Ollivier 2018)."""
    kernel, recurrent, bias = cells.get_weights()
    units = len(bias) // 4  # the biases of the input, forget, cell and output gates, one after the other
    bias[units : 2 * units] = np.log(np.linspace(2, steps, units))
    bias[:units] = -bias[units : 2 * units]
    cells.set_weights([kernel, recurrent, bias])


def recall(count: int, length: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Sequences (count, length, 1) and whether each began with +1 (count,)."""
    rng = np.random.default_rng([seed, length])
    x = rng.normal(0, 0.5, (count, length, 1)).astype(np.float32)
    y = rng.integers(0, 2, count).astype(np.float32)
    x[:, 0, 0] = 2 * y - 1
    return x, y


def horizon(config: Config) -> dict[str, list[float]]:
    """Train as train.py does, and compare by how far ahead: mean absolute errors on the test windows."""
    from model import build_model

    splits = load(config)
    model = build_model(config, splits)
    model.fit(np.array(splits.train.x), splits.train.y, epochs=config.epochs, batch_size=config.batch_size, verbose=0)
    answers = {
        "network": np.asarray(model(np.array(splits.test.x))),
        "naive": np.repeat(splits.test.x[:, -1:, 0], splits.spec["horizon"], axis=1),
        "seasonal naive": baselines.seasonal_naive(
            splits.series, splits.origins[2], splits.spec["season"], splits.spec["horizon"]
        ),
    }
    error = {name: np.nanmean(np.abs(answer - splits.test.y), axis=0).tolist() for name, answer in answers.items()}
    print(f"{'steps ahead':12}" + "".join(f"{name:>16}" for name in error))
    for ahead in range(splits.spec["horizon"]):
        print(f"{ahead + 1:<12}" + "".join(f"{values[ahead]:16.2f}" for values in error.values()))
    return error


def leak(config: Config) -> dict[str, tuple[float, float]]:
    """The mean of the three most similar training windows as a forecast, and seasonal-naive. By name: error shuffled, in time order."""
    splits = load(config)
    spec, whole = splits.spec, splits.series
    origins = np.arange(spec["history"], len(whole) - spec["horizon"] + 1)
    drawn = np.random.default_rng(config.seed).permutation(origins)
    mixed, rest = np.sort(drawn[: len(splits.test)]), np.sort(drawn[len(splits.test) :])

    def cut(rows: np.ndarray) -> Split:
        return windows.cut(whole.values, whole.values[:, 0], rows, spec["history"], spec["horizon"])

    def season(rows: np.ndarray) -> float:
        answer = baselines.seasonal_naive(whole, rows, spec["season"], spec["horizon"])
        return float(np.abs(answer - cut(rows).y).mean())

    found = {
        "three most similar windows": (similar(cut(rest), cut(mixed)), similar(splits.train, cut(splits.origins[2]))),
        "seasonal naive": (season(mixed), season(splits.origins[2])),
    }
    print(f"{'mean absolute error':28} {'shuffled':>10} {'in time order':>14}")
    for name, (shuffled, ordered) in found.items():
        print(f"{name:28} {shuffled:10.1f} {ordered:14.1f}")
    return found


def similar(train: Split, test: Split) -> float:
    from sklearn.neighbors import KNeighborsRegressor

    model = KNeighborsRegressor(3).fit(np.array(train.x[:, :, 0]), np.array(train.y))
    return float(np.abs(model.predict(np.array(test.x[:, :, 0])) - test.y).mean())


def main() -> None:
    options = settings.read(Options, toml=False)
    lessons: dict[str, Callable[[Config], object]] = {"memory": memory, "horizon": horizon, "leak": leak}
    lessons[options.lesson](settings.read(Config, argv=[]))


if __name__ == "__main__":
    errors.run(main)
