"""The first layers of a network on tables: encoded numbers and categories in, one row of features out."""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from support import portable
from support.splits import Splits

SMALL = 16  # values: a column with more gets an embedding, which puts similar values near each other
EMBEDDING = 8  # numbers for each value of such a column


def inputs(spec: dict[str, Any]) -> dict[str, keras.KerasTensor]:
    """Encoded rows as `portable.encode` makes them."""
    found = {}
    if portable.width(spec):
        found["numbers"] = keras.Input((portable.width(spec),), name="numbers")  # (batch, numbers): medians at 0, mostly -3..3
    if spec["texts"]:
        found["texts"] = keras.Input((len(spec["texts"]),), name="texts", dtype="int32")  # (batch, texts): 0 is unknown
    return found


def features(row: dict[str, keras.KerasTensor], splits: Splits, bins: int = 0) -> keras.KerasTensor:
    """Numbers as they are (and by `bins`), small categories as a place that is 1, large ones as an embedding: (batch, features)."""
    spec, parts = splits.spec, []
    if "numbers" in row:
        parts.append(row["numbers"])
        if bins and spec["numbers"]:
            edges = quantile_edges(portable.encode(splits.train.x, spec)["numbers"][:, : len(spec["numbers"])], bins)
            parts.append(piecewise_linear(row["numbers"][:, : len(spec["numbers"])], edges))
    if "texts" in row:
        small = sum(len(text["vocabulary"]) <= SMALL for text in spec["texts"])  # they come first
        values = 1 + sum(len(text["vocabulary"]) for text in spec["texts"])
        if small:
            places = 1 + sum(len(text["vocabulary"]) for text in spec["texts"][:small])
            # One layer for all columns, as their values are numbered through; place 0, the unknown, is cut off: it stands for nothing.
            parts.append(layers.CategoryEncoding(places, output_mode="multi_hot")(row["texts"][:, :small])[:, 1:])
        if small < len(spec["texts"]):
            # All zeros at first, so that a value that training never showed changes nothing.
            embedded = layers.Embedding(values, EMBEDDING, embeddings_initializer="zeros")(row["texts"][:, small:])
            parts.append(layers.Flatten()(embedded))  # (batch, columns × 8)
    return parts[0] if len(parts) == 1 else layers.Concatenate()(parts)


def quantile_edges(numbers: np.ndarray, bins: int) -> np.ndarray:
    """Edges (columns, bins + 1) between which each column holds about as many rows."""
    edges = np.quantile(numbers, np.linspace(0, 1, bins + 1), axis=0).T
    return np.maximum.accumulate(edges + np.arange(bins + 1) * 1e-4, axis=1)  # equal edges, of equal values, a hair apart


def piecewise_linear(x: keras.KerasTensor, edges: np.ndarray) -> keras.KerasTensor:
    """For each number and bin how far it is through that bin, 0..1: (batch, columns) -> (batch, columns × bins).

    With it the next layer can bend at every edge: steps and thresholds, as in house prices by latitude, become easy.
    After Gorishniy et al. 2022, "On Embeddings for Numerical Features in Tabular Deep Learning".
    """
    low, width = edges[:, :-1].astype(np.float32), np.diff(edges, axis=1).astype(np.float32)
    through = ops.clip((ops.expand_dims(x, -1) - low) / width, 0.0, 1.0)
    return layers.Flatten()(through)
