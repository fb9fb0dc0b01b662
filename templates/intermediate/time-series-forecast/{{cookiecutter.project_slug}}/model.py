"""Step 2: the network, from a window of known values to the values that follow.

    python model.py                          prints it and draws it into runs/model.png
    python model.py --architecture lstm      memory cells; tcn: convolutions over time

Next: python train.py
"""

from typing import Any

from config import Config
from data import load
from support import errors, runs, settings
from support.reports import figures
from support.splits import Splits
from support.training import optimizers

import keras
from keras import layers, ops, regularizers


def build_model(config: Config, splits: Splits) -> keras.Model:
    """A compiled network: windows (batch, history, columns) -> forecasts (batch, horizon), both in the series' own units."""
    keras.utils.set_random_seed(config.seed)
    spec = splits.spec
    window = keras.Input((spec["history"], len(spec["columns"])), name="window")  # (batch, history, columns)
    last = window[:, -1:, :]  # (batch, 1, columns)
    x = window - last  # only the shape of the window is left, so a new level causes no trouble
    if spec["relative"]:
        x = x / ops.maximum(last, spec["least"])  # and relative to the last value, if swings grow with the level
    x = layers.Rescaling([1 / spread for spread in spec["spread"]], name="scale")(x)  # mostly -2..2

    change = linear(x, config, spec)  # (batch, horizon): by how much each step ahead differs from the last value
    if config.architecture != "linear":
        change = change + {"lstm": lstm, "tcn": tcn}[config.architecture](x, config, spec)
    change = layers.Rescaling(spec["spread"][0], name="unscale")(change)
    if spec["relative"]:
        change = change * last[:, :, 0]  # (batch, horizon) · (batch, 1)
    # `change + last` would be wrong for a batch of as many windows as the horizon has steps: Keras 3.15 takes what follows the plus for a
    # bias, one for each step, if it has one long side of the right length.
    forecast = last[:, :, 0] + change  # (batch, horizon), in the target's own unit

    model = keras.Model(window, forecast, name=config.architecture)
    model.compile(
        optimizer=optimizers.build(config, len(splits.train)),
        loss=loss(config, spec),
        metrics=[mean_absolute_error],
        steps_per_execution=optimizers.steps_per_execution(len(splits.train), config.batch_size),
    )
    return model


def linear(x: Any, config: Config, spec: dict[str, Any]) -> Any:
    """Every step ahead is a weighted sum of the window (NLinear: Zeng et al. 2023, "Are Transformers Effective …?")."""
    x = layers.Flatten()(x)  # (batch, history · columns)
    # Weights that start at zero: the first forecast is the last value, and training improves on it.
    return layers.Dense(
        spec["horizon"], kernel_initializer="zeros", kernel_regularizer=regularizers.L2(config.l2), name="linear"
    )(x)


def lstm(x: Any, config: Config, spec: dict[str, Any]) -> Any:
    """Memory cells read the window from the oldest value to the newest (Hochreiter and Schmidhuber 1997)."""
    x = pieces(x, config, spec)  # (batch, steps, units)
    x = layers.LSTM(config.units, unroll=True)(x)  # (batch, units): their state at the end
    x = layers.Dropout(config.dropout)(x)
    return layers.Dense(spec["horizon"], kernel_initializer="zeros", name="from_memory")(x)


def tcn(x: Any, config: Config, spec: dict[str, Any]) -> Any:
    """Dilated convolutions that look back 1, 2, 4, … steps, until the last one sees the whole window (Bai et al. 2018)."""
    x = pieces(x, config, spec)  # (batch, steps, units)
    steps, dilation = x.shape[1], 1
    while dilation < steps:
        y = layers.Conv1D(config.units, 3, padding="causal", dilation_rate=dilation, activation="relu")(x)
        y = layers.Dropout(config.dropout)(y)
        x = x + layers.Conv1D(config.units, 1)(y)  # a block adds its output to its input
        dilation *= 2
    return layers.Dense(spec["horizon"], kernel_initializer="zeros", name="from_newest")(x[:, -1, :])


def pieces(x: Any, config: Config, spec: dict[str, Any]) -> Any:
    """The window as at most `config.steps` steps: a long history is cut into pieces; the oldest remainder is omitted."""
    size = -(-spec["history"] // config.steps)  # rows per piece
    rest = spec["history"] % size
    return layers.Conv1D(config.units, size, strides=size, name="pieces")(x[:, rest:, :])  # (batch, steps, units)


def loss(config: Config, spec: dict[str, Any]) -> Any:
    """The error, in units of the spread of the training windows; missing values do not count."""

    def error(truth: Any, forecast: Any) -> Any:
        known = ops.logical_not(ops.isnan(truth))
        gap = ops.where(known, truth, forecast) - forecast
        # In series that grow, old and new windows count alike: their errors are relative to the target.
        unit = ops.maximum(ops.where(known, truth, 1.0), spec["least"]) if spec["relative"] else 1.0
        gap = gap / unit / spec["spread"][0]
        size = ops.abs(gap) if config.loss == "absolute" else ops.square(gap)
        return ops.sum(size, axis=-1) / ops.maximum(ops.sum(ops.cast(known, "float32"), axis=-1), 1.0)

    return error


def mean_absolute_error(truth: Any, forecast: Any) -> Any:
    """The mean absolute error in the target's own unit; missing values do not count."""
    known = ops.logical_not(ops.isnan(truth))
    size = ops.abs(ops.where(known, truth, forecast) - forecast)
    return ops.sum(size, axis=-1) / ops.maximum(ops.sum(ops.cast(known, "float32"), axis=-1), 1.0)


def main() -> None:
    config = settings.read(Config)
    model = build_model(config, load(config))
    model.summary()
    path, _ = figures.draw_model(model, runs.FOLDER / "model.png")
    print(f"Drawn: {runs.shown(path)}\nNext: python train.py")


if __name__ == "__main__":
    errors.run(main)
