"""The map of attention: for each word of the answer, how much the network looked at each word of the question."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from support.data import preprocessing
from support.splits import Splits
from support.training.decoding import Reply

import numpy as np

PREFIX = "across_"  # what model.py calls the attention from the answer to the question


def weights(model: Any, question: str, said: Sequence[str], spec: dict[str, Any]) -> np.ndarray:
    """(layers, heads, words of the answer and its end, words of the question): each row adds up to 1.

    `model` is the saved one, or the trained one.
    """
    import keras

    trained = next((layer for layer in model.layers if isinstance(layer, keras.Model)), model)
    layers = [layer.output[1] for layer in trained.layers if layer.name.startswith(PREFIX)]
    looking = keras.Model(trained.inputs, keras.ops.stack(layers, axis=1))  # (batch, layers, heads, answer, question)
    x = preprocessing.encode({"question": [question], "answer": [" ".join(said)]}, spec)
    found = np.asarray(looking([x[tensor.name] for tensor in trained.inputs], training=False))
    asked = min(len(preprocessing.words(question)), spec["question_length"])
    return found[0, :, :, : len(said) + 1, :asked]


def draw(model: Any, splits: Splits, replies: Sequence[Reply], folder: Path) -> list[Any]:
    """Draw the map of the answer that repeats most words of its question, one panel per head of each layer."""
    from support.reports import figures
    from support.reports.figures import plt

    asked_words = [set(preprocessing.words(text)) for text in splits.test.x["question"]]
    row = max(range(len(replies)), key=lambda place: len(asked_words[place] & set(replies[place].words)))
    question, said = str(splits.test.x["question"][row]), list(replies[row].words)
    asked = preprocessing.words(question)[: splits.spec["question_length"]]
    maps = weights(model, question, said, splits.spec)  # (layers, heads, answer, question)
    layers, heads = maps.shape[:2]
    size = (2.2 * heads + 1, (0.25 * (len(said) + 1) + 0.9) * layers + 0.5)
    figure, axes = plt.subplots(layers, heads, figsize=size, squeeze=False, sharex=True, sharey=True)
    for layer, line in enumerate(axes):
        for head, axis in enumerate(line):
            axis.imshow(maps[layer, head], cmap="viridis", vmin=0, vmax=1, aspect="auto")
            axis.set_title(f"block {layer + 1}, head {head + 1}", fontsize=7)
            axis.set_xticks(range(len(asked)), asked, rotation=90, fontsize=7)
            axis.set_yticks(range(len(said) + 1), [*said, "(end)"], fontsize=7)
    caption = f"Attention: while each word of the answer (rows) was chosen, how much of each word of the question was taken. Asked: {question}"
    return [figures.save(figure, folder / "attention.png", caption)]
