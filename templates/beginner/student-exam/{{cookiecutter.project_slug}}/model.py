"""Step 2: the network, from two numbers to one probability.

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
    """A compiled network: encoded rows (batch, features) -> the probability of yes (batch, 1)."""
    keras.utils.set_random_seed(config.seed)
    row = feature_layers.inputs(splits.spec)
    x = feature_layers.features(row, splits)  # (batch, 2): hours of study and of sleep, 0 for the median
    x = layers.Dense(config.units, config.activation, kernel_regularizer=regularizers.L2(config.l2), name="hidden")(
        x
    )  # (batch, 16)
    if config.dropout:
        x = layers.Dropout(config.dropout)(x)
    probability = layers.Dense(1, "sigmoid", name="probability")(x)  # (batch, 1), 0..1

    model = keras.Model(row, probability, name="student")
    model.compile(
        optimizer=optimizers.build(config, len(splits.train)),
        loss="binary_crossentropy",  # minus the logarithm of the probability given to the true label
        metrics=["accuracy"],
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
