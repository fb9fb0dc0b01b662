"""What is saved: the network that paints, or the one image. Neither the losses nor the feature network is needed to paint."""

from typing import Any

# Largest difference of a pixel, 0..1, between an exported file and the model: a quarter of a step of 8 bits. Each of the
# instance normalizations divides by a standard deviation, which is small where a photo is flat, and so makes rounding errors larger; seen: 3e-4.
TOLERANCE = 1e-3


def encode(x: Any, spec: dict[str, Any]) -> Any:
    """Raw inputs as the numbers that the trained layers take: photos are numbers already."""
    return x


def with_preprocessing(model: Any, spec: dict[str, Any]) -> Any:
    """The model as it is saved: photos (batch, height, width, 3), 0..255 -> images of the same shape, 0..1."""
    return model.network


def without_preprocessing(model: Any, spec: dict[str, Any]) -> Any:
    """The part of a saved model that takes encoded inputs: all of it."""
    return model


def supports_int8_activations(model: Any) -> bool:
    """Only the weights: normalizing an image squares its values, and 8 bits leave too few for that."""
    return False
