"""From a raw row to the numbers that layers compute with, twice: in numpy for training, ONNX and LiteRT, and as layers in the saved model.

A raw row is {"numbers": (columns,) with NaN for missing, "texts": (columns,) with "" for missing}. Encoded it is

- "numbers": each number as (value - median) / scale, a missing one as 0, cut at ±LIMIT; then a 1 for each missing value in a column
  that had some in training; then, with bins, for each number and bin how far the scaled number is through that bin, 0..1; then a 1
  for each known word in the texts that hold several words;
- "texts": for each text its index in the list of all known values (`first` + its position in `vocabulary`), 0 for any other.

spec.json holds all of it: `numbers` (median, scale, gaps, edges of bins), `bins` (how many for each number) and `texts` (first, vocabulary, words), in the order of the columns.
"""

import string
from typing import Any

import numpy as np

LIMIT = 5.0  # scales; what lies further out is rare, must not drown the others, and 8 bits must have room for the rest
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def encode(x: dict[str, Any], spec: dict[str, Any]) -> dict[str, np.ndarray]:
    """Raw rows as encoded ones. Works without TensorFlow."""
    parts: list[np.ndarray] = []
    encoded: dict[str, np.ndarray] = {}
    if spec["numbers"]:
        scaled = (np.asarray(x["numbers"], np.float32) - _array(spec, "median")) / _array(spec, "scale")
        gaps = np.isnan(scaled)
        scaled = np.clip(np.where(gaps, 0, scaled), -LIMIT, LIMIT)
        parts += [scaled, gaps[:, flagged(spec)]]
        if spec["bins"]:
            slope, offset = lines(spec)
            parts.append(np.clip(scaled[:, :, None] * slope + offset, 0, 1).reshape(len(scaled), -1))
    if spec["texts"]:
        ids = []
        for column, cells in zip(spec["texts"], np.asarray(x["texts"], object).T, strict=True):
            place = {value: column["first"] + position for position, value in enumerate(column["vocabulary"])}
            ids.append([place.get(cell, 0) for cell in cells])
            if column["words"]:
                found = [set(words_of(cell)) for cell in cells]
                parts.append(np.array([[word in cell for word in column["words"]] for cell in found], np.float32))
        encoded["texts"] = np.array(ids, np.int32).T.reshape(len(x["texts"]), len(ids))
    if parts:
        encoded["numbers"] = np.concatenate([part.astype(np.float32) for part in parts], axis=1)
    return encoded


def with_preprocessing(model: Any, spec: dict[str, Any]) -> Any:
    """The model as it is saved: layers that encode raw rows, then the trained ones. Built-in layers only."""
    import keras
    from keras import layers, ops

    raw: dict[str, Any] = {}
    encoded: dict[str, Any] = {}
    parts = []
    if spec["numbers"]:
        raw["numbers"] = keras.Input((len(spec["numbers"]),), name="numbers")
        scale = layers.Normalization(mean=_array(spec, "median"), variance=_array(spec, "scale") ** 2, name="scale")
        scaled = ops.nan_to_num(scale(raw["numbers"]), nan=0.0, posinf=LIMIT, neginf=-LIMIT)
        scaled = ops.clip(scaled, -LIMIT, LIMIT)
        parts.append(scaled)
        if flagged(spec):
            parts.append(ops.cast(ops.isnan(ops.take(raw["numbers"], flagged(spec), axis=1)), "float32"))
        if spec["bins"]:
            slope, offset = lines(spec)
            through = layers.EinsumDense("bc,cn->bcn", slope.shape, bias_axes="cn", trainable=False, name="bins")
            parts.append(layers.Flatten()(ops.clip(through(scaled), 0.0, 1.0)))
            through.set_weights([slope, offset])
    if spec["texts"]:
        raw["texts"] = keras.Input((len(spec["texts"]),), name="texts", dtype="string")
        ids = []
        for position, column in enumerate(spec["texts"]):
            cells = raw["texts"][:, position : position + 1]  # (batch, 1)
            # Without a mask token, and with one index for the unknown: an unknown value is 0, the known ones are 1, 2, …
            known = layers.StringLookup(vocabulary=column["vocabulary"], mask_token=None, name=f"lookup_{position}")
            place = ops.cast(known(cells), "int32")
            ids.append(ops.where(ops.equal(place, 0), 0, place + column["first"] - 1))
            if words := column["words"]:
                bag = layers.TextVectorization(vocabulary=words, output_mode="multi_hot", name=f"words_{position}")
                present = ops.reshape(bag(cells), (-1, 1 + len(words)))
                parts.append(ops.cast(present[:, 1:], "float32"))  # index 0 is for unknown words
        encoded["texts"] = ids[0] if len(ids) == 1 else ops.concatenate(ids, axis=1)
    if parts:
        encoded["numbers"] = parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=1)
    trained = keras.Model(
        model.input, model.output, name=model.name
    )  # without its loss, which prediction does not need
    return keras.Model(raw, trained(encoded), name="rows")


def without_preprocessing(model: Any, spec: dict[str, Any]) -> Any:
    """The part of a saved model that takes encoded rows."""
    import keras

    return next(layer for layer in model.layers if isinstance(layer, keras.Model))


def width(spec: dict[str, Any]) -> int:
    """How many encoded numbers a row has."""
    words = sum(len(column["words"]) for column in spec["texts"])
    return len(spec["numbers"]) * (1 + spec["bins"]) + len(flagged(spec)) + words


def flagged(spec: dict[str, Any]) -> list[int]:
    """The positions of the numbers that had missing values in training."""
    return [position for position, column in enumerate(spec["numbers"]) if column["gaps"]]


def lines(spec: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Slope and offset (numbers, bins) of the line that is 0 at a bin's lower edge and 1 at its upper one.

    A piecewise-linear encoding: the effect of a number can change its slope at every edge, as with house prices by latitude.
    After Gorishniy et al. 2022, "On Embeddings for Numerical Features in Tabular Deep Learning".
    """
    edges = np.array([column["edges"] for column in spec["numbers"]], np.float32)
    size = np.diff(edges, axis=1)
    slope = (size > 1e-3) / np.maximum(size, np.float32(1e-3))  # a bin of equal values has no inside
    return slope, -edges[:, :-1] * slope


def words_of(text: str) -> list[str]:
    """The words of a text as Keras's TextVectorization finds them: without punctuation, ASCII letters small."""
    return text.translate(_LOWER).translate(_PUNCTUATION).split()


def _array(spec: dict[str, Any], name: str) -> np.ndarray:
    return np.array([column[name] for column in spec["numbers"]], np.float32)
