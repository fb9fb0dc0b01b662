"""Layers for texts: the mask of words, pooling over words, and recurrent layers written out."""

from typing import Any

from support.data.words import PAD

import keras
from keras import layers, ops


def known(ids: Any) -> Any:
    """1.0 where there is a word, 0.0 behind the last one: (batch, words) -> (batch, words, 1)."""
    return ops.expand_dims(ops.cast(ops.not_equal(ids, PAD), "float32"), -1)


def pooled(x: Any, mask: Any) -> Any:
    """The vectors of all words that the mask keeps, as one: (batch, words, features) -> (batch, features).

    The sum over the square root of their number: a long text may be surer than a short one, but not as many times as it is longer.
    """
    return ops.sum(x * mask, axis=1) / ops.sqrt(ops.maximum(ops.sum(mask, axis=1), 1.0))


def unrolled(model: keras.Model) -> keras.Model:
    """The same model with its recurrent layers written out step by step, which ONNX and LiteRT take without a loop."""

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
    )  # ONNX's converter wants a model that was used
    return twin
