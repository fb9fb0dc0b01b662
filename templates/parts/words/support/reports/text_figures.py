"""Figures of texts: how long they are, and examples below each other."""

import textwrap
from pathlib import Path

from support.reports import figures
from support.reports.figures import Picture, plt

import numpy as np


def lengths(found: dict[str, tuple[np.ndarray, int]], path: Path) -> Picture:
    """For each kind of text, how many words the training texts have, and how many of them the network reads."""
    figure, axes = plt.subplots(1, len(found), figsize=(4.5 * len(found), 3), squeeze=False)
    for axis, (name, (words, read)) in zip(axes[0], found.items(), strict=True):
        axis.hist(words, min(40, int(words.max()) + 1))
        axis.axvline(read, color="C3", label=f"the first {read} are read")
        axis.set(xlabel=f"words per {name}", ylabel="training examples")
        axis.legend(fontsize=7)
    return figures.save(figure, path, "How long the training texts are.")


def blocks(found: list[list[str]], path: Path, caption: str) -> Picture:
    """Texts below each other, the first of each block in bold."""
    lines: list[tuple[str, str]] = []
    for block in found:
        for text in block:
            wrapped = textwrap.wrap(" ".join(text.replace("$", r"\$").split()), 110)
            cut = [*wrapped[:4], *["…"] * (len(wrapped) > 4)]
            lines += [(line, "bold" if text is block[0] else "normal") for line in cut]
        lines.append(("", "normal"))
    figure, axis = plt.subplots(figsize=(9, 0.18 * len(lines)))
    axis.set_ylim(-len(lines), 0)
    axis.axis("off")
    for row, (line, weight) in enumerate(lines):
        axis.text(0, -row, line, size=8, va="top", weight=weight)
    return figures.save(figure, path, caption)
