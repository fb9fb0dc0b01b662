"""Windows and forecasts are in the series' own units: there is nothing to encode.

Scaling, logarithm and differences are layers of the model (model.py), so every exported file has them inside.
"""

from typing import Any


def encode(x: Any, spec: dict[str, Any]) -> Any:
    """Windows as the trained layers take them: as they are."""
    return x


def supports_int8_activations(model: Any) -> bool:
    """No: a series that grows leaves the range of its training, where activations of 8 bits end and would clip a forecast."""
    return False


def with_preprocessing(model: Any, spec: dict[str, Any]) -> Any:
    """The model as it is saved: without its loss, which prediction does not need."""
    import keras

    return keras.Model(model.input, model.output, name=model.name)


def without_preprocessing(model: Any, spec: dict[str, Any]) -> Any:
    """The same model: ONNX and LiteRT take raw windows too."""
    return model
