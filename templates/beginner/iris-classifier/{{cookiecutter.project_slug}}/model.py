"""Step 2: the network, from four lengths to three probabilities.

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
    """A compiled network: encoded rows (batch, features) -> probabilities (batch, classes)."""
    keras.utils.set_random_seed(config.seed)
    row = feature_layers.inputs(splits.spec)
    x = feature_layers.features(row, splits)  # (batch, 4): each length, 0 for its median, mostly -2..2
    for units in config.units:
        x = layers.Dense(units, config.activation, kernel_regularizer=regularizers.L2(config.l2))(x)  # (batch, 16)
        if config.dropout:
            x = layers.Dropout(config.dropout)(x)
    probabilities = layers.Dense(len(splits.spec["labels"]), "softmax", name="probabilities")(
        x
    )  # (batch, 3), positive, sum 1

    model = keras.Model(row, probabilities, name="iris")
    model.compile(
        optimizer=optimizers.build(config, len(splits.train)),
        loss="sparse_categorical_crossentropy",  # "sparse": the labels are class numbers, not columns
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
