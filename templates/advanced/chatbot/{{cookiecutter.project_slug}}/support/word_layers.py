"""Words found by TensorFlow exactly as `portable.words` finds them, as a layer of the saved model."""

from typing import Any

import keras
import tensorflow as tf
from keras import layers

from support import portable


@keras.saving.register_keras_serializable("dialogues")
def clean(texts: Any) -> Any:
    """Texts with exactly one kind of thing between words: spaces."""
    texts = tf.strings.regex_replace(texts, f"[{portable.FOREIGN}]", " ")
    # ASCII first: the second step asks the computer's language, and in Turkish the small letter of I is not i.
    texts = tf.strings.lower(tf.strings.lower(texts), encoding="utf-8")
    for pattern, replacement in portable.STEPS:
        texts = tf.strings.regex_replace(texts, pattern, replacement)
    return texts


def vectorization(vocabulary: list[str], length: int, name: str) -> keras.layers.Layer:
    """The layer from texts (batch,) to numbers (batch, length), as `portable.rows` has them."""
    return layers.TextVectorization(
        standardize=clean, split="whitespace", vocabulary=vocabulary, output_sequence_length=length, name=name
    )
