"""Step 2: the network, from a picture to the boxes of all its cells.

    python model.py                    prints it and draws it into runs/model.png

Next: python train.py
"""

from config import Config
from data import load
from support import errors, runs, settings
from support.reports import figures
from support.splits import Splits
from support.training import grids, optimizers

import keras
from keras import layers

SURE = -4.6  # the first scores are sigmoid(-4.6) = 0.01: nearly all cells see nothing (Lin et al. 2017)


def build_model(config: Config, splits: Splits) -> keras.Model:
    """A compiled network: pictures (batch, side, side, 3), 0..255 -> boxes and scores (batch, cells, 4 + classes), 0..1."""
    keras.utils.set_random_seed(config.seed)
    image = keras.Input(splits.spec["shape"], name="image")  # (batch, 128, 128, 3), 0..255, as read from the file
    x = layers.Rescaling(1 / 127.5, offset=-1)(image)  # (batch, 128, 128, 3), now in -1..1

    # Down: each halving sees twice as far, and knows less exactly where.
    x = convolution(x, config.filters[0], strides=2)  # (batch, 64, 64, 16)
    seen = {}
    for position, filters in enumerate(config.filters[1:], start=2):
        x = convolution(x, filters, strides=2)  # (batch, 32, 32, 32) … (batch, 4, 4, 96)
        x = layers.Add()([x, convolution(x, filters)])  # the addition lets the gradient pass (He et al. 2016)
        seen[2**position] = x

    # Up again: what the coarse layers know is added to the finer ones, which know where (Lin et al. 2017, "feature pyramid").
    said = []
    for stride in sorted((stride for stride in seen if stride >= min(config.grids)), reverse=True):
        if stride != max(seen):
            coarse = layers.Conv2D(seen[stride].shape[-1], 1)(x)
            x = layers.Add()([seen[stride], layers.UpSampling2D(2)(coarse)])  # (batch, 8, 8, 64), (batch, 16, 16, 48)
        if stride in config.grids:
            said.append(head(x, stride, len(splits.spec["labels"]), config))
    output = layers.Concatenate(axis=1, name="boxes")(said[::-1]) if len(said) > 1 else said[0]  # (batch, 320, 5)

    model = keras.Model(image, output, name="faces")
    model.compile(
        optimizer=optimizers.build(config, len(splits.train)),
        loss=grids.BoxLoss(config.image_size, config.grids, config.box_weight),
        steps_per_execution=optimizers.steps_per_execution(len(splits.train), config.batch_size),
    )
    return model


def head(x: keras.KerasTensor, stride: int, classes: int, config: Config) -> keras.KerasTensor:
    """What the cells of one grid say: (batch, rows, columns, filters) -> boxes and scores (batch, cells, 4 + classes)."""
    x = convolution(x, x.shape[-1])
    place = layers.Conv2D(4, 1, name=f"place_{stride}")(x)  # centre x and y, width, height
    score = layers.Conv2D(classes, 1, bias_initializer=keras.initializers.Constant(SURE), name=f"score_{stride}")(x)
    largest = grids.limit(config.image_size, config.grids, config.grids.index(stride))
    return grids.Boxes(largest, name=f"boxes_{stride}")(layers.Concatenate()([place, score]))


def convolution(x: keras.KerasTensor, filters: int, strides: int = 1) -> keras.KerasTensor:
    """3×3 convolution, batch normalization (which has a bias of its own) and activation."""
    x = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)  # 0.9: the averages settle within the few steps of the sample
    return layers.Activation("relu")(x)


def main() -> None:
    config = settings.read(Config)
    model = build_model(config, load(config))
    model.summary()
    path, _ = figures.draw_model(model, runs.FOLDER / "model.png")
    print(f"Drawn: {runs.shown(path)}\nNext: python train.py")


if __name__ == "__main__":
    errors.run(main)
