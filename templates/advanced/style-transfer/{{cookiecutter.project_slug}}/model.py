"""Step 2: the network that paints, and how it learns without ever seeing a painted photo.

    python model.py                    prints it and draws it into runs/
    python model.py --method optimize  the slow classic: no network, the image itself is trained

Next: python train.py
"""

from typing import Any

from config import Config
from data import load, photographs
from losses import Objective
from support import errors, runs, settings
from support.data import paintings, photos
from support.reports import figures
from support.splits import Splits
from support.training import optimizers
from support.training.painting_layers import Canvas, Doubling, ReflectionPadding

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

EPSILON = 1e-2  # added to a variance, most are about 1: rounding errors in a clear sky must not become strokes
SHOWN = 320  # pixels of the longer side of the photo that is painted after every epoch: enough to see strokes
GRAIN = 0.1  # noise on the first image of --method optimize, 0..1: without it, no stroke would start in a clear sky


def build_model(config: Config, splits: Splits) -> "Painter":
    """Either method, compiled: photos (batch, height, width, 3), 0..255 -> images of the same shape, 0..1."""
    keras.utils.set_random_seed(config.seed)
    objective = Objective(splits.spec, paintings.of(splits.spec))
    if config.method == "optimize":
        config = config.model_copy(update={"learning_rate": config.pixel_rate})
        photo = splits.test.y[:1]
        model: Painter = OneImage(canvas(photo[0], config.seed), objective, shown=splits.test.x[:1], photo=photo)
    else:
        shown = photos.padded(photos.shrunk(photographs(config)[0][0], SHOWN))
        model = Painter(network(config), objective, shown[None].astype(np.float32))
    model.compile(
        optimizer=optimizers.build(config, len(splits.train)),
        steps_per_execution=optimizers.steps_per_execution(len(splits.train), config.batch_size),
    )
    model(splits.train.x[:1])
    model.optimizer.build(model.trainable_variables)
    return model


def network(config: Config) -> keras.Model:
    """After Johnson et al. 2016: make the photo smaller, change it, make it large again; any size whose sides are multiples of 4."""
    photo = keras.Input((None, None, 3), name="photo")  # (batch, height, width, 3), 0..255
    centred = layers.Rescaling(1 / 127.5, offset=-1)(photo)  # -1..1
    full = convolution(centred, config.filters, 5)  # (batch, height, width, 12)
    half = convolution(full, 2 * config.filters, 3, strides=2)  # (batch, height / 2, width / 2, 24)
    x = convolution(half, 4 * config.filters, 3, strides=2)  # (batch, height / 4, width / 4, 48): a pixel is a stroke
    for _ in range(config.blocks):
        changed = convolution(convolution(x, 4 * config.filters, 3), 4 * config.filters, 3, activation=None)
        x = layers.Add()([x, changed])  # only the change is learned
    for before in (half, full):
        # Doubled and then convolved: a transposed convolution leaves a checkerboard (Odena et al. 2016).
        x = convolution(Doubling()(x), before.shape[-1], 3)
        x = layers.Add()([x, before])  # a skip connection keeps the photo's fine detail
    x = layers.Conv2D(3, 5, name="paint")(ReflectionPadding(2)(x))  # (batch, height, width, 3)
    return keras.Model(photo, layers.Activation("sigmoid", name="image")(x), name="painter")


def convolution(x: Any, filters: int, size: int, strides: int = 1, activation: str | None = "relu") -> Any:
    """Padded by reflection, convolved, normalized image by image."""
    x = layers.Conv2D(filters, size, strides=strides, use_bias=False)(ReflectionPadding(size // 2)(x))
    x = layers.GroupNormalization(groups=-1, epsilon=EPSILON)(x)  # a group per channel: instance normalization
    return layers.Activation(activation)(x) if activation else x


def canvas(photo: np.ndarray, seed: int) -> keras.Model:
    """The photo as weights, with some noise from which strokes can grow: any number (batch, 1) -> the image (batch, height, width, 3)."""
    model = keras.Sequential([keras.Input((1,)), Canvas(photo.shape)], name="canvas")
    grain = np.random.default_rng(seed).normal(0, GRAIN, photo.shape)
    model.layers[-1].pixels.assign(np.clip(photo / 255 + grain, 0, 1))
    return model


class Painter(keras.Model):
    """A network and the losses that train it: there are no targets, the losses judge the painted photo itself."""

    def __init__(self, network: keras.Model, objective: Objective, shown: np.ndarray) -> None:
        super().__init__(name="painter")
        self.network, self.objective = network, objective
        self.shown = shown  # the photo that support/plugins/epochs.py paints after each epoch
        self.means = [keras.metrics.Mean(name) for name in ("loss", "content", "style", "variation")]

    def call(self, x: Any, training: bool = False) -> Any:
        return self.network(x, training=training)

    def train_step(self, data: Any) -> dict[str, Any]:
        x, photo = self.given(data)
        with tf.GradientTape() as tape:
            found = self.objective(photo, self.network(x, training=True))
            loss = ops.mean(found["loss"])
        weights = self.network.trainable_variables
        self.optimizer.apply(tape.gradient(loss, weights), weights)
        return self.noted(found)

    def test_step(self, data: Any) -> dict[str, Any]:
        x, photo = self.given(data)
        return self.noted(self.objective(photo, self.network(x)))

    def given(self, data: Any) -> tuple[Any, Any]:
        """The input, and the photo, 0..1, whose content should stay."""
        return data[0], ops.cast(data[1], "float32") / 255

    def noted(self, found: dict[str, Any]) -> dict[str, Any]:
        for mean in self.means:
            mean.update_state(found[mean.name])
        return {mean.name: mean.result() for mean in self.means}


class OneImage(Painter):
    """Gatys et al. 2015: the weights are the pixels of one image. Batches only count the steps."""

    def __init__(self, network: keras.Model, objective: Objective, shown: np.ndarray, photo: np.ndarray) -> None:
        super().__init__(network, objective, shown)
        self.photo = tf.constant(photo, tf.float32) / 255  # (1, height, width, 3)

    def given(self, data: Any) -> tuple[Any, Any]:
        return ops.zeros((1, 1)), self.photo


def main() -> None:
    config = settings.read(Config)
    model = build_model(config, load(config))
    model.network.summary()
    path, _ = figures.draw_model(model.network, runs.FOLDER / "model.png")
    print(f"Drawn: {runs.shown(path)}\nNext: python train.py")


if __name__ == "__main__":
    errors.run(main)
