"""From an image to the input of the trained layers: nothing to do, images are numbers already."""

from typing import Any


def encode(x: Any, spec: dict[str, Any]) -> Any:
    """Raw inputs as the numbers that the trained layers take. Works without TensorFlow."""
    return x


def with_preprocessing(model: Any, spec: dict[str, Any]) -> Any:
    """The model as it is saved: it takes raw inputs."""
    return model


def without_preprocessing(model: Any, spec: dict[str, Any]) -> Any:
    """The part of a saved model that takes encoded inputs."""
    return model


def supports_int8_activations(model: Any) -> bool:
    """No: in 8 bits a corner moves by up to a 512th of the image, and the order of similar scores changes.

    Average precision depends on both. So an int8 file has weights of 8 bits, and activations of 32.
    """
    return False
