"""From raw inputs to the numbers that layers compute with: here nothing to do, pictures are numbers already.

Data whose raw form is text replaces this file. Training computes with encoded inputs, which is quicker; the saved model takes raw
ones; ONNX and LiteRT, which hold no text, take encoded ones again.
"""

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
