"""Step 1 for texts: how many of each class, how long, which words are typical, what repeats."""

from pathlib import Path

from support import runs
from support.data import preprocessing, texts
from support.data.words import PAD, UNKNOWN, spaceless
from support.reports import text_figures
from support.splits import Split, Splits

import numpy as np

TYPICAL = 10  # words shown of each class
CLASSES = 8  # shown with their typical words


def report(splits: Splits) -> None:
    """Print what is known about the texts before any training, and draw it into runs/data.png."""
    labels, spec, train = splits.spec["labels"], splits.spec, splits.train
    print(f"Data: {splits.note}\n{'class':20} {'train':>7} {'validation':>11} {'test':>7}")
    for number, label in enumerate(labels):
        counts = [int((split.y == number).sum()) for split in (train, splits.validation, splits.test)]
        print(f"{label[:20]:20} {counts[0]:7,} {counts[1]:11,} {counts[2]:7,}")
    if spec["columns"]:
        print(f"Read: texts from the column {spec['columns']['text']}, classes from {spec['columns']['label']}")
    share = np.mean([spaceless(text) for text in train.x])
    if share > 0.01:
        print(f"Without spaces between words: {share:.0%} of the texts; each character counts as a word")
    lengths = np.array([len(preprocessing.words(text)) for text in train.x])
    print(
        f"Words per text: {int(np.median(lengths))} in the middle, {lengths.max()} at most; the first {spec['length']} are read,"
        f" which is all of {(lengths <= spec['length']).mean():.0%} of the texts"
    )
    encoded = preprocessing.encode(splits.test.x, spec)
    new = (encoded == UNKNOWN).sum() / max(1, (encoded != PAD).sum())
    print(f"Vocabulary: {len(spec['vocabulary']):,} words of the training texts; {new:.1%} of the test words are new")
    for label, found in list(typical(train, labels).items())[:CLASSES]:
        print(f"typical of {label}: {', '.join(found)}")
    repeated = len(train) - len({texts.key(text) for text in train.x})
    if repeated:
        print(f"{repeated:,} training texts repeat another one; equal texts are kept in one split")
    if np.bincount(train.y, minlength=len(labels)).min() < 0.1 * len(train) / len(labels):
        print("warning: one class is rare: accuracy says little here, look at F1")
    path, _ = text_figures.lengths({"text": (lengths, spec["length"])}, runs.FOLDER / "data.png")
    print(f"Drawn: {runs.shown(path)}\nNext: python model.py")


def typical(split: Split, labels: list[str]) -> dict[str, list[str]]:
    """For each class, the words that occur in more of its texts than in those of the others, by log-odds."""
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(tokenizer=preprocessing.words, token_pattern=None, lowercase=False, binary=True)
    there = counter.fit_transform(split.x)  # (texts, words)
    frequent = np.flatnonzero(np.asarray(there.sum(axis=0))[0] >= max(5, 0.01 * len(split)))
    there, words = there[:, frequent], counter.get_feature_names_out()[frequent]
    found = {}
    for number, label in enumerate(labels):
        odds = []
        for rows in (split.y == number, split.y != number):
            count = np.asarray(there[rows].sum(axis=0))[0]
            odds.append(np.log((count + 1) / (rows.sum() - count + 1)))
        found[label] = list(words[np.argsort(odds[1] - odds[0], kind="stable")[:TYPICAL]])
    return found


def draw_examples(split: Split, titles: list[str], path: Path, caption: str) -> tuple[Path, str]:
    """Draw texts below each other, each after its title."""
    shown = [[title.replace("\n", ", "), text] for title, text in zip(titles[:12], split.x, strict=False)]
    return text_figures.blocks(shown, path, caption)
