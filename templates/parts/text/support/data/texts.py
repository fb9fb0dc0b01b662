"""Labelled texts: checked, split without leaking, and what is learned from the training part."""

from support.data import preprocessing, text_tables
from support.data.numbers import MISSING
from support.data.text_sources import Found
from support.data.words import vocabulary
from support.errors import ProjectError
from support.splits import Split, Splits, split_positions

import numpy as np
import pandas as pd
from pydantic import Field

MOST_CLASSES = 100
LEAST = 2  # a word that occurs once in the training texts is not enough to learn from


class TextOptions(text_tables.TextOptions):
    """Options of labelled texts, besides those of all texts."""

    text_column: str | None = Field(
        None, description="column of the texts in your table; detected if its name is usual"
    )
    label_column: str | None = Field(
        None, description="column of the labels in your table; detected if its name is usual"
    )
    length: int = Field(
        400, ge=4, le=5_000, description="most words of a text that the network reads; the rest is ignored"
    )


def key(text: str) -> str:
    """Equal for texts that differ only in spaces and case."""
    return " ".join(text.lower().split())


def load(found: Found, config: TextOptions, source: str, note: str) -> Splits:
    """Splits of x (texts,) str and y (texts,) class numbers; equal texts are never in two of them.

    The vocabulary and the length come from the training texts. Texts that are left out and possible mistakes are
    printed.

    Raises:
        ProjectError: if there are too few texts, or labels that are not classes.
    """
    remarks, known = list(found.remarks), _classes(found.train)
    every = {"training": found.train, "validation": found.validation, "the test": found.test}
    parts = {name: _usable(part, name, known, remarks) for name, part in every.items() if part is not None}
    labels = sorted(set(parts["training"].label))
    if gone := sorted(known - set(labels)):
        remarks.append(f"left out, as none of its texts has a word: class {', '.join(gone)}")
    parts = {name: part[part.label.isin(labels)] for name, part in parts.items()}
    remarks += _doubts(parts["training"])
    for name, other in (("training", "the test"), ("validation", "the test"), ("training", "validation")):
        if name in parts and other in parts:  # a test text must not be used in training, nor to choose the best epoch
            same = parts[name].key.isin(parts[other].key)
            parts[name] = parts[name][~same]
            remarks += [f"left out of {name}, as {other} has the same text: {same.sum():,} of {len(same):,}"] * bool(
                same.any()
            )
    for remark in remarks:  # before the split, whose errors they may explain
        print(f"warning: {remark.removeprefix('warning: ')}")
    units = parts["training"].drop_duplicates("key")
    numbers = units.label.map(labels.index).to_numpy(int)
    least = 1 + ("validation" not in parts) + ("the test" not in parts)  # one for each split that is taken from it
    counts = np.bincount(numbers, minlength=len(labels))
    if counts.min() < least:
        raise ProjectError(
            f"too few texts in {source}: a class needs {least} different ones to train on, and {labels[int(counts.argmin())]} has fewer\nAdd texts, or remove the class."
        )
    fractions = (
        0.0 if "validation" in parts else config.validation_fraction,
        0.0 if "the test" in parts else config.test_fraction,
    )
    cuts = split_positions(numbers, fractions, config.seed)
    cut = [parts["training"][parts["training"].key.isin(units.key.iloc[rows])] for rows in cuts]
    splits = [
        Split(part.text.to_numpy(object), part.label.map(labels.index).to_numpy(int))
        for part in (cut[0], parts.get("validation", cut[1]), parts.get("the test", cut[2]))
    ]
    words = [preprocessing.words(text) for text in splits[0].x]
    learned = {
        "length": min(config.length, max(map(len, words))),
        "vocabulary": vocabulary(words, config.vocabulary, LEAST),
    }
    spec = {"kind": "text", "labels": labels, **learned, "columns": dict(found.columns)}
    return Splits(splits[0], splits[1], splits[2], spec, source, note)


def _classes(frame: pd.DataFrame) -> set[str]:
    labels = set(frame.label) - {""}
    if len(labels) < 2:
        raise ProjectError(
            f"only one class in the data: {''.join(labels) or '(none)'} ({frame.index[0]})\nA classifier needs two or more."
        )
    if len(labels) > MOST_CLASSES or len(labels) > 0.5 * len(frame) > 5:
        raise ProjectError(
            f"{frame.index[0]}: {len(labels)} different labels in {len(frame)} texts\nThese are no classes: is --label-column right?"
        )
    return labels


def _usable(frame: pd.DataFrame, name: str, known: set[str], remarks: list[str]) -> pd.DataFrame:
    """The rows with a label and at least one word, and their keys.

    Raises:
        ProjectError: if a class was never trained, or if most texts would be left out.
    """
    for place, label in frame.label[~frame.label.isin({*known, ""})].items():
        raise ProjectError(f"{place}: the class {label} is not in training\nWhat is tested must have been trained.")
    wordless = ~frame.text.map(lambda text: bool(preprocessing.words(text))).astype(bool)
    for missing, what in ((wordless, "text has no words"), (frame.label == "", "label is missing")):
        rows = frame.index[missing]
        places = ", ".join(rows[:3]) + (", …" if len(rows) > 3 else "")
        if 2 * len(rows) > len(frame):
            raise ProjectError(
                f"{places}: in {len(rows):,} of {len(frame):,} rows the {what}\nAre --text-column and --label-column right?"
            )
        if len(rows):
            remarks.append(f"left out of {name}, as the {what}: {len(rows):,} of {len(frame):,} ({places})")
    kept = frame[~wordless & (frame.label != "")]
    return kept.assign(key=kept.text.map(key))


def _doubts(frame: pd.DataFrame) -> list[str]:
    """What looks wrong about the labels, a sentence each."""
    counts = frame.label.value_counts(sort=False)
    amounts = pd.to_numeric(counts.index.to_series(), errors="coerce").notna()
    remarks = [
        f"{label} is taken for a class of {count:,} texts; if it means that the label is missing, leave the cell empty"
        for label, count in counts.items()
        if not MISSING.isdisjoint((label, label.lower()))
    ]
    if amounts.all() and counts.index.str.contains(".", regex=False).any():
        remarks.append(
            f"the labels are amounts, such as {counts.index[0]}, and each of the {len(counts)} becomes a class"
        )
    letters = counts.index.to_series().where(amounts, counts.index.str.lower().str.replace(r"[\W_]", "", regex=True))
    for _, same in counts.groupby(letters.mask(letters == "", counts.index.to_series()), sort=False):
        if len(same) > 1:
            written = " and ".join(f"{label!r} ({count:,} texts)" for label, count in same.items())
            remarks.append(f"{written} are different classes; write them alike if they are one")
    torn = frame.text[frame.groupby("key").label.transform("nunique") > 1]
    if len(torn):
        remarks.append(
            f"texts with more than one label: {frame.key[torn.index].nunique():,}, such as {torn.iloc[0][:60]!r}"
        )
    return remarks
