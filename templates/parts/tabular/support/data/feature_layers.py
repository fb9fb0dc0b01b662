"""The first layers of a network on tables: encoded numbers and categories in, one row of features out."""

from typing import Any

from support.data import preprocessing
from support.splits import Splits

import keras
from keras import layers, ops

SMALL = 16  # values: a column with more gets an embedding, which puts similar values near each other
EMBEDDING = 8  # numbers for each value of such a column


def inputs(spec: dict[str, Any]) -> dict[str, keras.KerasTensor]:
    """Encoded rows as `preprocessing.encode` makes them."""
    found = {}
    if preprocessing.width(spec):
        # (batch, numbers): medians at 0, mostly -3..3
        found["numbers"] = keras.Input((preprocessing.width(spec),), name="numbers")
    if spec["texts"]:
        found["texts"] = keras.Input((len(spec["texts"]),), name="texts", dtype="int32")  # (batch, texts): 0 is unknown
    return found


def features(row: dict[str, keras.KerasTensor], splits: Splits) -> keras.KerasTensor:
    """Numbers as they are, small categories one-hot encoded, large ones as an embedding: (batch, features)."""
    spec, parts = splits.spec, []
    if "numbers" in row:
        parts.append(row["numbers"])
    if "texts" in row:
        small = sum(len(text["vocabulary"]) <= SMALL for text in spec["texts"])  # they come first
        values = 1 + sum(len(text["vocabulary"]) for text in spec["texts"])
        if small:
            parts.append(one_hot(row["texts"], [len(text["vocabulary"]) for text in spec["texts"][:small]]))
        if small < len(spec["texts"]):
            # All zeros at first, so that a value that training never showed changes nothing.
            embedded = layers.Embedding(values, EMBEDDING, embeddings_initializer="zeros")(row["texts"][:, small:])
            parts.append(layers.Flatten()(embedded))  # (batch, columns × 8)
    return parts[0] if len(parts) == 1 else layers.Concatenate()(parts)


def one_hot(ids: keras.KerasTensor, sizes: list[int]) -> keras.KerasTensor:
    """One-hot encoding of the first columns: (batch, columns) -> (batch, values).

    The values are numbered through from 1, so one comparison serves all columns. An unknown value, 0, is encoded as zeros.
    """
    column_of_place = [column for column, size in enumerate(sizes) for _ in range(size)]
    value_of_place = list(range(1, 1 + len(column_of_place)))
    return ops.cast(ops.equal(ops.take(ids, column_of_place, axis=1), value_of_place), "float32")
