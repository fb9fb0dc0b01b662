"""From raw inputs to the numbers that layers compute with. Images are numbers already, so there is nothing to do here.

Projects on text and on tables replace this file. Training uses encoded inputs, which is faster; the saved model takes raw inputs.
ONNX and LiteRT files cannot hold text, so they take encoded inputs too.
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
