"""Step 2: the network, from an image to ten probabilities.

    python model.py                    prints it and draws it into runs/model.png

Next: python train.py
"""

from config import Config
from data import load
from support import errors, runs, settings
from support.reports import figures
from support.splits import Splits
from support.training import optimizers

import keras
from keras import layers, regularizers


def build_model(config: Config, splits: Splits) -> keras.Model:
    """A compiled network: images (batch, height, width, channels), 0..255 -> probabilities (batch, classes)."""
    keras.utils.set_random_seed(config.seed)
    image = keras.Input(splits.spec["shape"], name="image")  # (batch, 28, 28, 1), 0..255, as read from the file
    x = to_network_size(image, config)
    x = layers.Rescaling(1 / 255)(x)  # (batch, 28, 28, 1), now in 0..1

    first, *others = config.filters
    x = convolution(x, first, config, size=5, strides=2)  # (batch, 14, 14, 20): strokes, at every second position
    for filters in others:  # (batch, 7, 7, 40): corners, then (batch, 4, 4, 64): loops
        x = convolution(x, filters, config, size=3, pool=2)

    x = layers.Flatten()(x)  # (batch, 1024)
    x = layers.Dropout(config.dropout)(x)
    x = layers.Dense(config.dense_units, activation=config.activation, kernel_regularizer=regularizers.L2(config.l2))(x)
    x = layers.Dropout(config.dropout)(x)
    probabilities = layers.Dense(len(splits.spec["labels"]), activation="softmax", name="probabilities")(x)

    model = keras.Model(image, probabilities, name="digits")
    model.compile(
        optimizer=optimizers.build(config, len(splits.train)),
        loss="sparse_categorical_crossentropy",  # "sparse": the labels are class numbers, not columns
        metrics=["accuracy"],
        steps_per_execution=optimizers.steps_per_execution(len(splits.train), config.batch_size),
    )
    return model


def to_network_size(image: keras.KerasTensor, config: Config) -> keras.KerasTensor:
    """Images of any size, grey or colour, as the network takes them; nothing to do for MNIST."""
    if image.shape[1:3] != (config.image_size, config.image_size):
        image = layers.Resizing(config.image_size, config.image_size)(image)
    if image.shape[-1] == 3 and config.channels == 1:
        image = layers.Conv2D(1, 1, use_bias=False, trainable=False, kernel_initializer=luminance, name="grey")(image)
    return image


@keras.saving.register_keras_serializable("digits")
def luminance(shape: tuple[int, ...], dtype: str | None = None) -> keras.KerasTensor:
    """How bright red, green and blue look to the eye (ITU-R 601), as the weights of a 1×1 convolution (1, 1, 3, 1)."""
    return keras.ops.reshape(keras.ops.convert_to_tensor([0.299, 0.587, 0.114], dtype=dtype), shape)


def convolution(
    x: keras.KerasTensor, filters: int, config: Config, size: int, strides: int = 1, pool: int = 1
) -> keras.KerasTensor:
    """Convolution, pooling, batch normalization (which has a bias of its own) and activation.

    Pooling stands before normalization and activation, which then have a quarter of the work.
    """
    normalize, penalty = config.batch_normalization, regularizers.L2(config.l2)
    x = layers.Conv2D(
        filters, size, strides=strides, padding="same", use_bias=not normalize, kernel_regularizer=penalty
    )(x)
    if pool > 1:
        x = layers.MaxPooling2D(pool, padding="same")(x)  # the strongest of four neighbours
    if normalize:
        x = layers.BatchNormalization(momentum=0.9)(x)  # 0.9: the averages settle within the few steps of the sample
    return layers.Activation(config.activation)(x)


def main() -> None:
    config = settings.read(Config)
    model = build_model(config, load(config))
    model.summary()
    path, _ = figures.draw_model(model, runs.FOLDER / "model.png")
    print(f"Drawn: {runs.shown(path)}\nNext: python train.py")


if __name__ == "__main__":
    errors.run(main)
