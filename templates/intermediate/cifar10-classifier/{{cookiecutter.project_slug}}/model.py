"""Step 2: the network, from an image to ten probabilities.

    python model.py                    prints it and draws it into runs/model.png
    python model.py --preset gpu       the larger one

Next: python train.py
"""

from augmentation import augmentation
from config import Config
from data import load
from support import errors, runs, settings
from support.data import patterns, preprocessing
from support.reports import figures
from support.splits import Splits
from support.training import optimizers

import keras
from keras import layers


def build_model(config: Config, splits: Splits) -> keras.Model:
    """A compiled network: images (batch, height, width, 1 or 3), 0..255 -> probabilities (batch, classes).

    Two parts: augmentation, which is active in training only, and the network, which is saved and exported.
    """
    keras.utils.set_random_seed(config.seed)
    changes = augmentation(config)  # before the policy: some of its layers do not support 16 bits
    keras.config.set_dtype_policy(config.precision)
    network = build_network(config, tuple(splits.spec["shape"]), len(splits.spec["labels"]))
    begin_with_patterns(network.get_layer("stem"), config, splits)
    image = keras.Input(network.input_shape[1:], name="image")
    model = keras.Model(image, network(changes(image)), name="augmented")
    keras.config.set_dtype_policy("float32")

    optimizer = optimizers.build(config, len(splits.train))
    # Weight decay is for kernels only: the scales and offsets of batch normalization do not memorise.
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    model.compile(
        optimizer=optimizer,
        loss="sparse_categorical_crossentropy",  # "sparse": the labels are class numbers, not columns
        metrics=["accuracy"],
        steps_per_execution=optimizers.steps_per_execution(len(splits.train), config.batch_size),
    )
    return model


def build_network(config: Config, shape: tuple[int, ...], classes: int) -> keras.Model:
    """The network without augmentation."""
    image = keras.Input(shape, name="image")  # (batch, 32, 32, 3), 0..255, as read from the file
    x = image
    if shape[:2] != (config.image_size, config.image_size):
        x = layers.Resizing(config.image_size, config.image_size)(x)
    x = layers.Rescaling(1 / 127.5, offset=-1)(x)  # (batch, 32, 32, 3), now in -1..1
    # Each stage has half the height and width, and twice the filters.
    x = convolution(x, config.filters[0], size=5, strides=config.stem_strides, name="stem")  # (batch, 16, 16, 24)
    for filters in config.filters[1:]:
        x = convolution(x, filters, strides=2)  # (batch, 8, 8, 48), then (batch, 4, 4, 96)
        for _ in range(config.blocks):
            x = block(x, filters, config.residual)

    x = layers.GlobalAveragePooling2D()(x)  # (batch, 96): how much of each shape there is, at any position
    x = layers.Dropout(config.dropout)(x)
    x = layers.Dense(classes)(x)
    probabilities = layers.Activation("softmax", dtype="float32", name="probabilities")(x)  # 16 bits would round them
    return keras.Model(image, probabilities, name=preprocessing.NETWORK)


def block(x: keras.KerasTensor, filters: int, residual: bool) -> keras.KerasTensor:
    """A convolution whose result is added to its input: it only learns the change (He et al. 2015)."""
    changed = convolution(x, filters)
    return layers.Add()([x, changed]) if residual else changed


def convolution(
    x: keras.KerasTensor, filters: int, size: int = 3, strides: int = 1, name: str | None = None
) -> keras.KerasTensor:
    """Convolution, batch normalization (which has a bias of its own) and ReLU."""
    x = layers.Conv2D(
        filters, size, strides=strides, padding="same", use_bias=False, kernel_initializer="he_normal", name=name
    )(x)
    x = layers.BatchNormalization(momentum=0.9)(x)  # 0.9: the averages settle within the few steps of the sample
    return layers.Activation("relu")(x)


def begin_with_patterns(stem: layers.Layer, config: Config, splits: Splits) -> None:
    """Initialise the first convolution with patterns from the training images: it learns faster than from random weights."""
    (kernel,) = stem.get_weights()  # (5, 5, 3, 24)
    found = patterns.first_filters(splits.train, kernel.shape[0], kernel.shape[-1], config.seed)
    kernel[..., : found.shape[-1]] = found
    stem.set_weights([kernel])


def main() -> None:
    config = settings.read(Config)
    model = build_model(config, load(config)).get_layer(preprocessing.NETWORK)
    model.summary()
    path, _ = figures.draw_model(model, runs.FOLDER / "model.png")
    print(f"Drawn: {runs.shown(path)}\nNext: python train.py")


if __name__ == "__main__":
    errors.run(main)
