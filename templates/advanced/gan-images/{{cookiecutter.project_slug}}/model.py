"""Step 2: two networks and their game. The generator makes images, the discriminator tells them from real ones.

    python model.py                    prints both and draws them into runs/

Next: python train.py
"""

import math
from typing import Any

from config import Config
from data import labelled, load
from losses import losses
from support import errors, runs, settings
from support.reports import figures
from support.splits import Splits
from support.training import feature_classifier, optimizers
from support.training.watching import FrechetDistance

import keras
import tensorflow as tf
from keras import layers, ops

NUDGE = 0.1  # size of the random change that measures how steep the discriminator is, in units of a pixel's range


def build_model(config: Config, splits: Splits) -> "Gan":
    """Both networks, compiled: latent vectors (batch, latent) -> images (batch, height, width, channels), 0..1."""
    distance = FrechetDistance(splits.spec, feature_classifier.prepare(splits.spec, lambda: labelled(config).train))
    keras.utils.set_random_seed(config.seed)
    model = Gan(config, tuple(splits.spec["shape"]), distance)
    rate = optimizers.learning_rate(config, len(splits.train))
    model.compile(
        # One optimizer for both networks: Adam keeps averages per weight. A momentum of 0.9 would chase an old discriminator.
        optimizer=keras.optimizers.Adam(rate, beta_1=config.momentum, beta_2=0.99),
        steps_per_execution=optimizers.steps_per_execution(len(splits.train), config.batch_size),
    )
    model(splits.train.x[:1])
    model.optimizer.build(model.trainable_variables)
    return model


def generator(config: Config, shape: tuple[int, ...]) -> keras.Model:
    """Latent vectors -> images: a coarse feature map is doubled in size until it has the size of the image."""
    count = doublings(config)
    start = config.image_size // 2**count
    z = keras.Input((config.latent,), name="latent")  # (batch, 32), normally distributed
    filters = config.filters * 2 ** (count - 1)
    x = layers.Dense(start * start * filters, use_bias=False)(z)
    x = layers.Reshape((start, start, filters))(x)  # (batch, 7, 7, 64)
    for doubling in range(count):
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.Activation("relu")(x)
        last = doubling == count - 1
        # 4 is a multiple of the stride, so every pixel gets equally many contributions: otherwise a checkerboard shows (Odena et al. 2016).
        filters = shape[-1] if last else filters // 2
        # (batch, 14, 14, 32), then (batch, 28, 28, 1):
        x = layers.Conv2DTranspose(filters, 4, strides=2, padding="same", use_bias=last)(x)
    return keras.Model(z, layers.Activation("sigmoid", name="image")(x), name="generator")


def discriminator(config: Config, shape: tuple[int, ...]) -> keras.Model:
    """Images -> one number each, higher is more real: the generator in reverse, without normalization.

    With batch normalization, the output for an image would depend on the others in its batch, but the penalty treats
    each alone.
    """
    image = keras.Input(shape, name="image")  # (batch, 28, 28, 1), 0..1
    x = layers.Rescaling(2, offset=-1)(image)  # -1..1: black pixels count too
    filters = config.filters
    for _ in range(doublings(config)):
        x = layers.Conv2D(filters, 4, strides=2, padding="same")(x)  # (batch, 14, 14, 32), then (batch, 7, 7, 64)
        x = layers.LeakyReLU(0.2)(x)  # not ReLU: negative values still pass on a gradient
        filters *= 2
    return keras.Model(image, layers.Dense(1, name="realness")(layers.Flatten()(x)), name="discriminator")


def doublings(config: Config) -> int:
    """How often the coarsest size of an image, 8 pixels or less, is doubled: 28 pixels are 7, doubled twice."""
    return math.ceil(math.log2(config.image_size / 8))


class Gan(keras.Model):
    """Generator, the running average of its weights, and discriminator; `train_step` is their game."""

    def __init__(self, config: Config, shape: tuple[int, ...], distance: FrechetDistance) -> None:
        super().__init__(name="gan")
        self.latent, self.loss_name = config.latent, config.loss
        self.penalty, self.averaging = config.penalty, config.averaging
        self.generator, self.average = generator(config, shape), generator(config, shape)
        self.discriminator = discriminator(config, shape)
        self.average.set_weights(self.generator.get_weights())
        self.average.trainable = False  # it follows the generator, and is the model that is saved
        self.noise = keras.random.SeedGenerator(
            config.seed
        )  # part of every checkpoint, so a resumed run draws the same
        self.means = [keras.metrics.Mean(name) for name in ("loss", "generator", "discriminator", "told_apart")]
        self.distance = distance

    def call(self, latent: Any, training: bool = False) -> Any:
        return self.average(latent, training=False)

    def train_step(self, data: Any) -> dict[str, Any]:
        """One step of both networks. The latent vectors in `data` are not used: new ones are drawn in every step."""
        real = ops.cast(data[1], "float32") / 255
        latent = keras.random.normal((ops.shape(real)[0], self.latent), seed=self.noise)
        with tf.GradientTape(persistent=True) as tape:
            fake = self.generator(latent, training=True)
            realness_of_fake = self.discriminator(fake)
            both = ops.concatenate([real, ops.stop_gradient(fake)])
            nudged = both + NUDGE * keras.random.normal(ops.shape(both), seed=self.noise)
            realness, realness_nudged = ops.split(self.discriminator(ops.concatenate([both, nudged])), 2)
            realness_of_real, realness_of_held = ops.split(realness, 2)
            # A steep discriminator makes training unstable. The change under a small random step, squared, is on average the squared
            # gradient: the penalties R1 and R2 (Mescheder et al. 2018; Huang et al. 2024) without a gradient of a gradient.
            steepness = ops.mean(ops.square((realness_nudged - realness) / NUDGE))
            discriminator_loss, _ = losses(self.loss_name, realness_of_real, realness_of_held)
            _, generator_loss = losses(self.loss_name, ops.stop_gradient(realness_of_real), realness_of_fake)
            penalized = discriminator_loss + self.penalty / 2 * steepness
        drawing, judging = self.generator.trainable_variables, self.discriminator.trainable_variables
        gradients = tape.gradient(generator_loss, drawing) + tape.gradient(penalized, judging)
        self.optimizer.apply(gradients, drawing + judging)  # both are updated at once: one step of the schedule
        for average, weight in zip(self.average.variables, self.generator.variables, strict=True):
            average.assign(self.averaging * average + (1 - self.averaging) * weight)

        told_apart = ops.mean(ops.cast(realness_of_real > realness_of_held, "float32"))  # 0.5: cannot be told apart
        values = (generator_loss + penalized, generator_loss, discriminator_loss, told_apart)
        for mean, value in zip(self.means, values, strict=True):
            mean.update_state(value)
        return {mean.name: mean.result() for mean in self.means}

    def test_step(self, data: Any) -> dict[str, Any]:
        """How far the average's images are from real ones, in the features of the classifier."""
        latent, real = data[:2]
        self.distance.update_state(ops.cast(real, "float32") / 255, self(latent))
        return {"distance": self.distance.result()}


def main() -> None:
    config = settings.read(Config)
    model = build_model(config, load(config))
    for network in (model.generator, model.discriminator):
        network.summary()
        path, _ = figures.draw_model(network, runs.FOLDER / f"{network.name}.png")
        print(f"Drawn: {runs.shown(path)}")
    print("Next: python train.py")


if __name__ == "__main__":
    errors.run(main)
