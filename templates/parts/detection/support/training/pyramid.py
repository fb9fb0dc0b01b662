"""A feature pyramid (Lin et al. 2017): down to coarse features, which tell what is there, and up again to fine ones, which tell where."""

from collections.abc import Iterator

import keras
from keras import layers

SURE = -4.6  # the first scores are sigmoid(-4.6) = 0.01: nearly all cells are background (Lin et al. 2017)


def convolution(x: keras.KerasTensor, filters: int, strides: int = 1) -> keras.KerasTensor:
    """3×3 convolution, batch normalization (which has a bias of its own) and activation."""
    x = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)  # 0.9: the averages settle within the few steps of the sample
    return layers.Activation("relu")(x)


def backbone(x: keras.KerasTensor, filters: tuple[int, ...], depth: int = 1) -> dict[int, keras.KerasTensor]:
    """Each halving doubles the receptive field. By stride, from 4 on: (batch, side / stride, side / stride, filters)."""
    x = convolution(x, filters[0], strides=2)
    features = {}
    for position, count in enumerate(filters[1:], start=2):
        x = convolution(x, count, strides=2)
        for _ in range(depth):
            x = layers.Add()([x, convolution(x, count)])  # a residual connection (He et al. 2016)
        features[2**position] = x
    return features


def neck(features: dict[int, keras.KerasTensor], finest: int) -> Iterator[tuple[int, keras.KerasTensor]]:
    """Each stride down to `finest`, the coarsest first, with its features plus those of the coarser ones; shapes as in `features`."""
    coarsest, *finer = sorted((stride for stride in features if stride >= finest), reverse=True)
    x = features[coarsest]
    yield coarsest, x
    for stride in finer:
        coarse = layers.Conv2D(features[stride].shape[-1], 1)(x)
        x = layers.Add()([features[stride], layers.UpSampling2D(2)(coarse)])
        yield stride, x


def place_and_score(where: keras.KerasTensor, what: keras.KerasTensor, classes: int, stride: int) -> keras.KerasTensor:
    """For every cell centre x and y, width, height, and a score for each class, before the sigmoid: (batch, rows, columns, 4 + classes)."""
    place = layers.Conv2D(4, 1, name=f"place_{stride}")(where)
    score = layers.Conv2D(classes, 1, bias_initializer=keras.initializers.Constant(SURE), name=f"score_{stride}")(what)
    return layers.Concatenate()([place, score])
