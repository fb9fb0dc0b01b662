"""From texts to the numbers that layers compute with, twice: in Python for training, ONNX and LiteRT, and as layers in the saved model.

Raw inputs are {"question": texts, "answer": texts}, the answer as far as it is known. Encoded, each is a row of
integers: for each word FIRST + its index in `spec["vocabulary"]`, UNKNOWN if it is not there, PAD after the last one.
The vocabulary begins with the start token and the end token; the row of an answer begins with the start token.
spec.json holds all of it.
"""

import re
from typing import Any

from support.data.separators import ENDS, PAUSES, STEPS
from support.data.words import FIRST, PAD, SPACELESS, UNKNOWN, finder, numbered

import numpy as np

MARKS = ("[start]", "[end]")  # no text can contain them: brackets separate words
START, END = FIRST, FIRST + 1

words = finder(STEPS)


def join(found: list[str], spelling: dict[str, str]) -> str:
    """Words as a text for a person: with capitals, no space before a full stop, and none in scripts that have none."""
    text = ""
    for word in found:
        beginning = not text or text[-1] in ".!?" + ENDS
        shown = spelling.get(word, word)
        close = not text or word[0] in ".,!?" + ENDS + PAUSES or _close.search(text[-1] + word[0])
        text += ("" if close else " ") + (shown[0].upper() + shown[1:] if beginning else shown)
    return text


_close = re.compile(f"[{SPACELESS}\u3001\u3002\uff01-\uff64]")


def is_word(word: str) -> bool:
    """Whether it is more than full stops, commas, question and exclamation marks."""
    return not set(word) <= set(".,!?" + ENDS + PAUSES)


def encode(x: Any, spec: dict[str, Any]) -> dict[str, np.ndarray]:
    """Questions and answers so far (batch,) as numbers (batch, question_length), (batch, answer_length). Works without TensorFlow."""
    question, answer = ([words(text) for text in x[name]] for name in ("question", "answer"))
    return {
        "question": numbered(question, spec["question_length"], spec["vocabulary"]),
        "answer": numbered(answer, spec["answer_length"], spec["vocabulary"], (START,)),
    }


def targets(answers: Any, spec: dict[str, Any]) -> np.ndarray:
    """The target words (batch, answer_length): those of `encode` one position to the left, then the end token.

    An unknown word is PAD, which does not count: no network could predict it.
    """
    ids = numbered([words(text) for text in answers], spec["answer_length"], spec["vocabulary"])
    ends = (ids != PAD).sum(axis=1)
    fits = ends < ids.shape[1]
    ids[np.flatnonzero(fits), ends[fits]] = END
    return np.where(ids == UNKNOWN, PAD, ids).astype(np.int32)


def with_preprocessing(model: Any, spec: dict[str, Any]) -> Any:
    """The model as it is saved: layers that encode texts, then the trained ones."""
    from support.data import word_layers

    import keras
    from keras import ops

    texts = {name: keras.Input((), dtype="string", name=name) for name in ("question", "answer")}  # (batch,) each
    question = word_layers.vectorization(spec["vocabulary"], spec["question_length"], "question_words")
    answer = word_layers.vectorization(spec["vocabulary"], spec["answer_length"] - 1, "answer_words")
    said = ops.cast(answer(texts["answer"]), "int32")  # (batch, answer_length - 1)
    ids = {
        "question": ops.cast(question(texts["question"]), "int32"),  # (batch, question_length)
        "answer": ops.pad(said, ((0, 0), (1, 0)), constant_values=START),  # (batch, answer_length)
    }
    trained = keras.Model(model.input, model.output, name=model.name)  # without its loss: prediction does not need it
    return keras.Model(texts, trained(ids), name="texts")


def without_preprocessing(model: Any, spec: dict[str, Any]) -> Any:
    """The part of a saved model that takes encoded texts."""
    import keras

    return next(layer for layer in model.layers if isinstance(layer, keras.Model))


def supports_int8_activations(model: Any) -> bool:
    """Whether LiteRT may compute in 8 bits, and not only store weights in them: no: 8 bits lose the
    differences between positions and words."""
    return False
