"""Step 2: the network, from a house to its price.

    python model.py                    prints it and draws it into runs/model.png

Next: python train.py
"""

from config import Config
from data import load
from support import errors, runs, settings
from support.data import feature_layers
from support.reports import figures
from support.splits import Splits
from support.training import optimizers

import keras
from keras import layers, regularizers


def build_model(config: Config, splits: Splits) -> keras.Model:
    """A compiled network: encoded rows (batch, features) -> the price in its own unit (batch, 1)."""
    keras.utils.set_random_seed(config.seed)
    mean, spread = float(splits.train.y.mean()), float(splits.train.y.std()) or 1.0
    row = feature_layers.inputs(splits.spec)
    x = feature_layers.features(row, splits)  # (batch, features): numbers, bins of numbers, categories
    for units in config.units:
        x = layers.Dense(units, config.activation, kernel_regularizer=regularizers.L2(config.l2))(x)  # (batch, 256) …
        x = layers.Dropout(config.dropout)(x)
    x = layers.Dense(1, name="scaled")(x)  # (batch, 1), mostly -2..2: standard deviations from the mean
    price = layers.Rescaling(spread, offset=mean, name="answer")(x)  # (batch, 1), in dollars

    def squared_error(truth: keras.KerasTensor, estimate: keras.KerasTensor) -> keras.KerasTensor:
        """Mean squared error divided by the variance: 1 for always predicting the mean, so 1 minus it is R²."""
        return keras.ops.mean(keras.ops.square((truth - estimate) / spread), axis=-1)

    model = keras.Model(row, price, name="prices")
    model.compile(
        optimizer=optimizers.build(config, len(splits.train)),
        loss=squared_error,
        metrics=["mean_absolute_error"],
        steps_per_execution=optimizers.steps_per_execution(len(splits.train), config.batch_size),
    )
    return model


def main() -> None:
    config = settings.read(Config)
    model = build_model(config, load(config))
    model.summary()
    path, _ = figures.draw_model(model, runs.FOLDER / "model.png")
    print(f"Drawn: {runs.shown(path)}\nNext: python train.py")


if __name__ == "__main__":
    errors.run(main)
