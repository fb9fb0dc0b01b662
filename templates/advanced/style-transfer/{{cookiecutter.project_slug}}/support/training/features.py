"""The network that computes features of images: VGG19, trained on a million photos, or a small one with random filters.

Neither is ever trained here. Random filters are enough for colours, strokes and textures (Ustyuzhaninov et al. 2017,
"What does it take to generate natural textures?"; He et al. 2016, "A powerful generative model using random weights");
only the trained network recognises an eye or a roof. Every result says which of the two it was measured with.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support import download
from support.errors import ProjectError

import numpy as np

# As Keras publishes them (keras.applications.vgg19), with the MD5 that is given there.
VGG19 = "https://storage.googleapis.com/tensorflow/keras-applications/vgg19/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"
VGG19_MD5 = "md5:253f8cb515780f3b799900260a226db6"
VGG19_FILE = "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"
VGG19_LAYERS = ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3")  # as Johnson et al. 2016 chose in VGG16
VGG19_MEAN = (103.939, 116.779, 123.68)  # blue, green, red: of the photos that it was trained on

SIZES, SIDE = 4, 5  # of the random filters: 5×5 pixels of the image, of its half, quarter and eighth
STRUCTURES, COLOURS = 24, 12
CONTENT = 1  # the size for content: half, which shows windows but no grain
SEED = 0  # of the filters: the same in every project, so that scores can be compared

SAID = {
    "random": "random features (no VGG19: fixed random filters; not comparable with numbers of VGG19)",
    "vgg19": "features of VGG19",
}


@dataclass(frozen=True)
class Features:
    """The features of images (batch, height, width, 3), 0..1."""

    both: Callable[[Any], tuple[list[Any], Any]]  # layers for the style, fine to coarse, and the one for the content
    content: Callable[[Any], Any]  # the one for the content alone, which is faster


def fetch_vgg19() -> Path:
    """The file of VGG19's weights, 80 MB, from data/, from Keras's own folder, or downloaded.

    Raises:
        ProjectError: if it cannot be downloaded.
    """
    try:
        return download.fetch(VGG19, VGG19_MD5, VGG19_FILE, also=Path.home() / ".keras" / "models" / VGG19_FILE)
    except ProjectError as error:
        what, _, todo = str(error).partition("\n")
        todo = todo.split(", or train on")[0]
        raise ProjectError(f"{what}\n{todo}, or use random features: --features random") from None


def load(spec: dict[str, Any]) -> Features:
    """The features that `spec["features"]` names.

    Built anew each time: building layers draws random numbers, and a second training in this process must begin like
    the first.
    """
    import keras

    if spec["features"] == "vgg19":
        vgg = keras.applications.VGG19(include_top=False, weights=None, input_shape=(None, None, 3))
        vgg.load_weights(fetch_vgg19())
        layers = [vgg.get_layer(layer).output for layer in VGG19_LAYERS]
        network = keras.Model(vgg.input, [layers, layers[2]])
        mean = np.array(VGG19_MEAN, np.float32)
        return _features(network, lambda images: images[..., ::-1] * 255 - mean)
    return _features(random_network(), lambda images: images * 2 - 1)


def _features(network: Any, prepared: Callable[[Any], Any]) -> Features:
    import keras

    network.trainable = False
    content = keras.Model(network.input, network.outputs[-1])  # the same layers, as far as that one
    return Features(lambda images: network(prepared(images)), lambda images: content(prepared(images)))


def random_network() -> Any:
    """One layer of random filters at each of four sizes of the image, which is enough for textures (Ustyuzhaninov et al. 2017).

    STRUCTURES filters have a sum of zero for each colour, so they respond to edges and strokes but not to colours; they
    are the content features too. COLOURS filters respond to the colour of a position, each in another direction and
    from another brightness on.
    """
    from support.training.painting_layers import ReflectionPadding

    import keras
    from keras import layers

    rng = np.random.default_rng(SEED)
    x = image = keras.Input((None, None, 3), name="image")
    seen = []
    for size in range(SIZES):
        x = layers.AveragePooling2D(2)(x) if size else x
        structures = rng.standard_normal((SIDE, SIDE, 3, STRUCTURES)) * _window()
        structures -= _window() * structures.sum(axis=(0, 1)) / _window().sum()
        structures *= np.sqrt(
            2 / np.square(structures).sum(axis=(0, 1, 2))
        )  # He et al. 2015: keeps the variance after a ReLU
        direction = rng.standard_normal((3, COLOURS))
        colours = _window() / _window().sum() * direction / np.linalg.norm(direction, axis=0)
        convolution = layers.Conv2D(STRUCTURES + COLOURS, SIDE, activation="relu", name=f"size_{size + 1}")
        seen.append(convolution(ReflectionPadding(SIDE // 2)(x)))  # so that the edge of an image counts like its middle
        bias = np.concatenate([np.zeros(STRUCTURES), rng.uniform(-0.5, 0.5, COLOURS)])
        convolution.set_weights([np.concatenate([structures, colours], axis=-1), bias])
    return keras.Model(image, [seen, seen[CONTENT][..., :STRUCTURES]], name="random_features")


def _window() -> np.ndarray:
    """A filter's weight by the distance from its middle (SIDE, SIDE, 1, 1): round, and soft at its edge."""
    away = np.square(np.arange(SIDE) - SIDE // 2)
    return np.exp(-(away[:, None] + away[None]) / (2 * (SIDE / 4) ** 2))[..., None, None]
