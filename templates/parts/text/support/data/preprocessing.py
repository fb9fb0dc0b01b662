"""From a text to the numbers that layers compute with, twice: in Python for training, ONNX and LiteRT, and as a layer in the saved model.

A raw text is a str. Encoded it is a row of `spec["length"]` integers: for each word FIRST + its index in
`spec["vocabulary"]`, UNKNOWN if it is not there, PAD after the last word; words that do not fit are left out. spec.json
holds both. `words` splits a text at spaces and punctuation; in scripts without spaces each character is a word.
"""

from typing import Any

from support.data.separators import STEPS
from support.data.words import finder, numbered

import numpy as np

words = finder(STEPS)


def encode(x: Any, spec: dict[str, Any]) -> np.ndarray:
    """Texts (batch,) as numbers (batch, length). Works without TensorFlow."""
    return numbered([words(text) for text in x], spec["length"], spec["vocabulary"])


def with_preprocessing(model: Any, spec: dict[str, Any]) -> Any:
    """The model as it is saved: a layer that encodes texts, then the trained ones."""
    from support.data import word_layers

    import keras
    from keras import ops

    text = keras.Input((), dtype="string", name="text")  # (batch,)
    ids = ops.cast(word_layers.vectorization(spec["vocabulary"], spec["length"])(text), "int32")  # (batch, length)
    trained = keras.Model(model.input, model.output, name=model.name)  # without its loss: prediction does not need it
    return keras.Model(text, trained(ids), name="texts")


def without_preprocessing(model: Any, spec: dict[str, Any]) -> Any:
    """The part of a saved model that takes encoded texts."""
    from support.data import text_layers

    import keras

    return text_layers.unrolled(next(layer for layer in model.layers if isinstance(layer, keras.Model)))


def supports_int8_activations(model: Any) -> bool:
    """Whether LiteRT may compute in 8 bits, and not only store weights in them: only a bag may.

    8 bits are too few for the sums of an LSTM over its steps, and for the positions of a transformer (0.50 instead of
    0.80 accuracy when it was tried).
    """
    from keras import layers

    fine = (layers.RNN, layers.Bidirectional, layers.LayerNormalization)
    return not any(isinstance(layer, fine) for layer in model.layers)
