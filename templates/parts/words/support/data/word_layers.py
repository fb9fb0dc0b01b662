"""Tokenization in TensorFlow, exactly like `preprocessing.words`, as a layer of the saved model."""

from typing import Any

from support.data.separators import STEPS
from support.data.words import FOREIGN

import keras
import tensorflow as tf
from keras import layers


@keras.saving.register_keras_serializable("texts")
def clean(texts: Any) -> Any:
    """Texts with exactly one kind of thing between words: spaces."""
    texts = tf.strings.regex_replace(texts, f"[{FOREIGN}]", " ")
    # ASCII first: the second step depends on the computer's language, and in Turkish the lower case of I is not i.
    texts = tf.strings.lower(tf.strings.lower(texts), encoding="utf-8")
    for pattern, replacement in STEPS:
        texts = tf.strings.regex_replace(texts, pattern, replacement)
    return texts


def vectorization(vocabulary: list[str], length: int, name: str = "words") -> keras.layers.Layer:
    """The layer from texts (batch,) to numbers (batch, length): 0 after the last word, 1 for unknown words, then the vocabulary's."""
    return layers.TextVectorization(
        standardize=clean, split="whitespace", vocabulary=vocabulary, output_sequence_length=length, name=name
    )
