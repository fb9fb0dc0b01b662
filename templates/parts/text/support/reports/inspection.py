"""Step 1 for texts: how many of each class, how long, which words are typical, what repeats."""

from collections import Counter
from pathlib import Path

from support import runs
from support.data import preprocessing, texts
from support.data.words import spaceless
from support.splits import Split, Splits

import numpy as np

TYPICAL = 10  # words shown of each class
CLASSES = 8  # shown with their typical words


def report(splits: Splits) -> None:
    """Print what is known about the texts before any training, and draw it into runs/data.png."""
    labels, spec = splits.spec["labels"], splits.spec
    print(f"Data: {splits.note}\n{'class':20} {'train':>7} {'validation':>11} {'test':>7}")
    for number, label in enumerate(labels):
        counts = [int((split.y == number).sum()) for split in (splits.train, splits.validation, splits.test)]
        print(f"{label[:20]:20} {counts[0]:7,} {counts[1]:11,} {counts[2]:7,}")
    if spec.get("columns"):
        print(f"Read: texts from the column {spec['columns']['text']}, classes from {spec['columns']['label']}")
    share = np.mean([spaceless(text) for text in splits.train.x])
    if share > 0.01:
        print(f"Without spaces between words: {share:.0%} of the texts; each character counts as a word")
    lengths = np.array([len(preprocessing.words(text)) for text in splits.train.x])
    print(
        f"Words per text: {int(np.median(lengths))} in the middle, {lengths.max()} at most; the first {spec['length']} are read,"
        f" which is all of {(lengths <= spec['length']).mean():.0%} of the texts"
    )
    encoded = preprocessing.encode(splits.test.x, spec)
    unknown = (encoded == preprocessing.UNKNOWN).sum() / max(1, (encoded != preprocessing.PAD).sum())
    print(
        f"Vocabulary: {len(spec['vocabulary']):,} words of the training texts; {unknown:.1%} of the test words are new"
    )
    words = typical(splits.train, labels)
    for label, found in list(words.items())[:CLASSES]:
        print(f"typical of {label}: {', '.join(found)}")
    repeated = len(splits.train) - len({texts.key(text) for text in splits.train.x})
    if repeated:
        print(f"{repeated:,} training texts repeat another one; equal texts are kept in one split")
    shares = np.bincount(splits.train.y, minlength=len(labels)) / len(splits.train)
    if shares.min() < 0.1 / len(labels):
        print("warning: one class is rare: accuracy says little here, look at F1")
    print(f"Drawn: {runs.shown(draw(lengths, words, spec['length']))}\nNext: python model.py")


def typical(split: Split, labels: list[str]) -> dict[str, list[str]]:
    """For each class the words that stand in more of its texts than in those of the others, by log-odds."""
    totals = np.maximum(np.bincount(split.y, minlength=len(labels)), 1)
    counts: list[Counter[str]] = [Counter() for _ in labels]
    for text, number in zip(split.x, split.y, strict=True):
        counts[number].update(set(preprocessing.words(text)))
    everywhere = sum(counts, Counter())
    frequent = [word for word, count in everywhere.items() if count >= max(5, 0.01 * len(split))]
    found = {}
    for number, label in enumerate(labels):
        inside = np.array([counts[number][word] for word in frequent])
        outside = np.array([everywhere[word] for word in frequent]) - inside
        rest = totals.sum() - totals[number]
        odds = np.log((inside + 1) / (totals[number] - inside + 1)) - np.log((outside + 1) / (rest - outside + 1))
        found[label] = [frequent[place] for place in np.argsort(-odds, kind="stable")[:TYPICAL]]
    return found


def draw(lengths: np.ndarray, words: dict[str, list[str]], length: int) -> Path:
    """Draw how long the texts are, and the typical words below each other."""
    from support.reports import figures
    from support.reports.figures import plt

    shown = list(words.items())[:CLASSES]
    figure, axes = plt.subplots(
        1, 1 + len(shown), figsize=(4 + 1.6 * len(shown), 3), width_ratios=[3] + [1] * len(shown)
    )
    axes[0].hist(lengths, 40)
    axes[0].axvline(length, color="C3", label=f"the first {length} are read")
    axes[0].set(xlabel="words", ylabel="training texts")
    axes[0].legend(fontsize=7)
    for axis, (label, found) in zip(axes[1:], shown, strict=True):
        axis.axis("off")
        axis.set_title(f"typical of\n{label[:20]}", fontsize=8)
        axis.text(0.5, 1, "\n".join(found), fontsize=8, ha="center", va="top")
    caption = "How long the training texts are, and which words are typical of each class."
    return figures.save(figure, runs.FOLDER / "data.png", caption)[0]


def draw_examples(split: Split, titles: list[str], path: Path, caption: str) -> tuple[Path, str]:
    """Draw texts below each other, each after its title."""
    import textwrap

    from support.reports import figures
    from support.reports.figures import plt

    blocks = []
    for title, text in zip(titles[:12], split.x, strict=False):
        lines = textwrap.wrap(" ".join(str(text).replace("$", r"\$").split()), 110)
        blocks.append((title.replace("\n", ", "), "\n".join(lines[:4]) + (" …" if len(lines) > 4 else "")))
    heights = [1.6 + block.count("\n") + 1 for _, block in blocks]
    figure, axis = plt.subplots(figsize=(9, 0.2 * sum(heights)))
    axis.set_ylim(-sum(heights), 0)
    axis.axis("off")
    place = 0.0
    for (title, block), height in zip(blocks, heights, strict=True):
        axis.text(0, place, title, weight="bold", size=8, va="top")
        axis.text(0, place - 1, block, size=8, va="top")
        place -= height
    return figures.save(figure, path, caption)
