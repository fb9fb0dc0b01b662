"""Layers for texts: the mask of words, pooling over words, and unrolled recurrent layers."""

from typing import Any

from support.data.words import PAD

import keras
from keras import layers, ops


def known(ids: Any) -> Any:
    """The mask, 1.0 where there is a word, 0.0 after the last one: (batch, words) -> (batch, words, 1)."""
    return ops.expand_dims(ops.cast(ops.not_equal(ids, PAD), "float32"), -1)


def pooled(x: Any, mask: Any) -> Any:
    """The vectors of all words that the mask keeps, as one: (batch, words, features) -> (batch, features).

    The sum divided by the square root of their number: a longer text may give a surer prediction, but not in proportion
    to its length.
    """
    return ops.sum(x * mask, axis=1) / ops.sqrt(ops.maximum(ops.sum(mask, axis=1), 1.0))


def unrolled(model: keras.Model) -> keras.Model:
    """The same model with its recurrent layers unrolled, so that ONNX and LiteRT need no loop."""

    def copy(layer: keras.layers.Layer) -> keras.layers.Layer:
        config = layer.get_config()
        inner = [config, *(config[name]["config"] for name in ("layer", "backward_layer") if config.get(name))]
        for each in inner:
            if "unroll" in each:
                each["unroll"] = True
        return layer.__class__.from_config(config)

    if not any(isinstance(layer, (layers.RNN, layers.Bidirectional)) for layer in model.layers):
        return model
    twin = keras.models.clone_model(model, clone_function=copy)
    twin.set_weights(model.get_weights())
    twin(
        ops.zeros((1, *model.input.shape[1:]), dtype=model.input.dtype)
    )  # ONNX's converter needs a model that has been called
    return twin
