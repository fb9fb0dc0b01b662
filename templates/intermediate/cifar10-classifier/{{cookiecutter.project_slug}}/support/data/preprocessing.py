"""From the model that is trained to the one that is saved: the same network, without augmentation, in 32 bits.

A served file must not contain random layers: they do nothing there, and ONNX and LiteRT do not support them. Nor must
it compute in 16 bits, which was for training on a GPU: not every CPU can.
"""

from typing import Any

NETWORK = "network"  # the layer of the trained model that becomes the saved model


def encode(x: Any, spec: dict[str, Any]) -> Any:
    """Raw inputs as the numbers that the trained layers take: images are numbers already."""
    return x


def with_preprocessing(model: Any, spec: dict[str, Any]) -> Any:
    """The model as it is saved: the network alone, with the weights of the trained one, computing in float32."""
    import keras

    network = model.get_layer(NETWORK)

    def in_32_bits(layer: Any) -> Any:
        return layer.__class__.from_config({**layer.get_config(), "dtype": "float32"})

    saved = keras.models.clone_model(network, clone_function=in_32_bits)
    saved.set_weights(network.get_weights())
    return saved


def without_preprocessing(model: Any, spec: dict[str, Any]) -> Any:
    """The part of a saved model that takes encoded inputs: all of it."""
    return model
