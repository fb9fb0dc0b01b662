"""Step 2: the network, from an image to the boxes of all its cells.

    python model.py                    prints it and draws it into runs/model.png

Next: python train.py
"""

from config import Config
from data import load
from support import errors, runs, settings
from support.reports import figures
from support.splits import Splits
from support.training import grids, optimizers
from support.training.pyramid import backbone, convolution, neck, place_and_score

import keras
from keras import layers


def build_model(config: Config, splits: Splits) -> keras.Model:
    """A compiled network: images (batch, side, side, 3), 0..255 -> boxes and scores (batch, cells, 4 + classes), 0..1."""
    keras.utils.set_random_seed(config.seed)
    image = keras.Input(splits.spec["shape"], name="image")  # (batch, 96, 96, 3), 0..255, as read from the file
    x = layers.Rescaling(1 / 127.5, offset=-1)(image)  # now in -1..1
    features = backbone(x, config.filters)  # (batch, 24, 24, 32) … (batch, 3, 3, 96)
    found = [
        head(mixed, stride, len(splits.spec["labels"]), config)
        for stride, mixed in neck(
            features, min(config.grids)
        )  # (batch, 3, 3, 96) … (batch, 12, 12, 48), the coarsest first
        if stride in config.grids
    ]
    output = layers.Concatenate(axis=1, name="boxes")(found[::-1]) if len(found) > 1 else found[0]  # (batch, 180, 5)

    model = keras.Model(image, output, name="faces")
    model.compile(
        optimizer=optimizers.build(config, len(splits.train)),
        loss=grids.BoxLoss(config.image_size, config.grids, config.box_weight),
        steps_per_execution=optimizers.steps_per_execution(len(splits.train), config.batch_size),
    )
    return model


def head(x: keras.KerasTensor, stride: int, classes: int, config: Config) -> keras.KerasTensor:
    """The features of one grid (batch, rows, columns, filters) -> boxes and scores (batch, cells, 4 + classes)."""
    x = convolution(x, x.shape[-1])
    largest = grids.limit(config.image_size, config.grids, config.grids.index(stride))
    return grids.Boxes(largest, name=f"boxes_{stride}")(place_and_score(x, x, classes, stride))


def main() -> None:
    config = settings.read(Config)
    model = build_model(config, load(config))
    model.summary()
    path, _ = figures.draw_model(model, runs.FOLDER / "model.png")
    print(f"Drawn: {runs.shown(path)}\nNext: python train.py")


if __name__ == "__main__":
    errors.run(main)
