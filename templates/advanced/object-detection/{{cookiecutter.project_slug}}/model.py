"""Step 2: the network, from an image to the boxes and classes of all its cells, in one pass (Redmon et al. 2016, "YOLO").

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
    image = keras.Input(splits.spec["shape"], name="image")  # (batch, 64, 64, 3), 0..255, as read from the file
    x = layers.Rescaling(1 / 127.5, offset=-1)(image)  # now in -1..1
    features = backbone(x, config.filters, config.depth)  # (batch, 16, 16, 32), (batch, 8, 8, 64), (batch, 4, 4, 96)
    mixed = dict(neck(features, min(config.grids)))  # (batch, 8, 8, 64), (batch, 4, 4, 96)
    found = [head(mixed[stride], stride, len(splits.spec["labels"]), config) for stride in config.grids]
    output = layers.Concatenate(axis=1, name="boxes")(found) if len(found) > 1 else found[0]  # (batch, 80, 4 + classes)

    model = keras.Model(image, output, name="objects")
    model.compile(
        optimizer=optimizers.build(config, len(splits.train)),
        loss=grids.ClassBoxLoss(config.image_size, config.grids, config.box_weight),
        steps_per_execution=optimizers.steps_per_execution(len(splits.train), config.batch_size),
    )
    return model


def head(x: keras.KerasTensor, stride: int, classes: int, config: Config) -> keras.KerasTensor:
    """The features of one grid (batch, rows, columns, filters) -> boxes and scores (batch, cells, 4 + classes).

    Where and what are predicted from different features, each with a convolution of its own (Ge et al. 2021, "YOLOX").
    """
    where, what = convolution(x, x.shape[-1]), convolution(x, x.shape[-1])
    largest = grids.limit(config.image_size, config.grids, config.grids.index(stride))
    return grids.Boxes(largest, name=f"boxes_{stride}")(place_and_score(where, what, classes, stride))


def main() -> None:
    config = settings.read(Config)
    model = build_model(config, load(config))
    model.summary()
    path, _ = figures.draw_model(model, runs.FOLDER / "model.png")
    print(f"Drawn: {runs.shown(path)}\nNext: python train.py")


if __name__ == "__main__":
    errors.run(main)
