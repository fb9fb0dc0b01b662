"""The pieces of a transformer: attention, masks, positions, and the residual connection around each.

model.py puts them together. Shapes: `words` is the number of words of a text, padded; `width` the size of a word's
vector. keras.layers.MultiHeadAttention does the same as `Attention`; here every step of it can be read.
"""

from typing import Any

from support.data.words import PAD

import keras
import numpy as np
from keras import layers, ops

registered = keras.saving.register_keras_serializable("chatbot")  # so that a saved model can find the layer
FAR = 1e4  # subtracted from the scores of masked positions: e^-10000 is zero


@registered
class Attention(layers.Layer):
    """Multi-head scaled dot-product attention (Vaswani et al. 2017): for each word a weighted mean of the values of other words."""

    def __init__(self, heads: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.heads = heads

    def build(self, asking: tuple[Any, ...], *_: Any) -> None:
        width = asking[-1]
        self.size = width // self.heads  # numbers per head
        self.query, self.key, self.value, self.out = (
            layers.Dense(width, use_bias=False, name=name) for name in ("query", "key", "value", "out")
        )
        for dense in (self.query, self.key, self.value, self.out):
            dense.build((None, None, width))

    def call(self, asking: Any, asked: Any, mask: Any) -> tuple[Any, Any]:
        """New vectors for the `asking` words from the `asked` ones, and the attention weights.

        Args:
            asking: (batch, words, width).
            asked: (batch, others, width); the same as `asking` in self-attention.
            mask: 1 where a word may look, 0 where not; (batch, words or 1, others).
        """
        query = self.apart(self.query(asking))  # (batch, heads, words, size): what each word looks for
        key = self.apart(self.key(asked))  # (batch, heads, others, size): what each can be found by
        value = self.apart(self.value(asked))  # (batch, heads, others, size): what each has to give
        scores = ops.matmul(query, ops.swapaxes(key, 2, 3)) / self.size**0.5  # (batch, heads, words, others)
        weights = ops.softmax(scores - FAR * (1 - ops.expand_dims(mask, 1)))  # each row adds up to 1
        taken = ops.swapaxes(ops.matmul(weights, value), 1, 2)  # (batch, words, heads, size)
        return self.out(ops.reshape(taken, (-1, taken.shape[1], self.heads * self.size))), weights

    def apart(self, x: Any) -> Any:
        """(batch, words, width) -> (batch, heads, words, size): each head has a part of the vector."""
        return ops.swapaxes(ops.reshape(x, (-1, x.shape[1], self.heads, self.size)), 1, 2)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "heads": self.heads}


def positional_encoding(words: int, width: int) -> np.ndarray:
    """(words, width), -1..1: sines and cosines of different wavelengths, like the hands of many clocks.

    Column 2i is the sine, 2i + 1 the cosine of the position, with a wavelength of 2π · 10000^(2i / width).
    """
    position = np.arange(words)[:, None]  # (words, 1)
    angle = position / 10_000 ** (np.arange(width) // 2 * 2 / width)  # (words, width)
    return np.where(np.arange(width) % 2, np.cos(angle), np.sin(angle)).astype(np.float32)


def padding_mask(ids: Any) -> Any:
    """1 where there is a word, 0 in the padding, the same for all words: (batch, words) -> (batch, 1, words)."""
    return ops.reshape(ops.cast(ops.not_equal(ids, PAD), "float32"), (-1, 1, ids.shape[1]))


def causal_mask(ids: Any) -> Any:
    """The padding mask, and 0 for all later words: (batch, words) -> (batch, words, words); row: the word that looks, column: the word
    that it looks at.

    Without it, a decoder in training would copy the next word instead of learning to predict it.
    """
    earlier = np.tril(np.ones((ids.shape[1], ids.shape[1]), np.float32))
    return ops.minimum(
        padding_mask(ids), earlier
    )  # "*" with an array would make Keras 3.15 take the result for a sparse one


def attend(x: Any, asked: Any, mask: Any, heads: int, dropout: float, name: str) -> Any:
    """The words plus their attention to others, or to one another if `asked` is None.

    The residual connection lets gradients pass; normalization before attention keeps the numbers in range (Xiong et al.
    2020).
    """
    asking = layers.LayerNormalization()(x)  # (batch, words, width)
    taken, _ = Attention(heads, name=name)(asking, asking if asked is None else asked, mask)
    return x + layers.Dropout(dropout)(taken)  # (batch, words, width)


def feed_forward(x: Any, dropout: float) -> Any:
    """The words plus the output of a small network that processes each word by itself."""
    inner = layers.Dense(2 * x.shape[2], activation="relu")(layers.LayerNormalization()(x))  # (batch, words, 2 · width)
    return x + layers.Dropout(dropout)(layers.Dense(x.shape[2])(inner))  # (batch, words, width)
