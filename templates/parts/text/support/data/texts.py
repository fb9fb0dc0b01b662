"""Texts with a class each: checked, split without leaking, and what is learned from the training part."""

from collections import Counter
from typing import Any

from support.data import preprocessing, text_sources
from support.data.csv_file import CsvOptions
from support.data.numbers import MISSING
from support.data.text_sources import Columns, Examples, Found
from support.errors import ProjectError
from support.splits import Split, Splits, split_positions

import numpy as np
from pydantic import Field

MOST_CLASSES = 100
LEAST = 2  # a word that occurs once in the training texts can teach nothing


class TextOptions(CsvOptions):
    """What is asked of texts: the same options in every project on texts with classes."""

    data: str = Field("sample", description="sample, full, or the path of your own file or folder")
    text_column: str | None = Field(None, description="of your table; found out where it is obvious")
    label_column: str | None = Field(None, description="of your table; found out where it is obvious")
    validation_fraction: float = Field(
        0.1, gt=0, lt=0.5, description="share of the training data that chooses the best epoch"
    )
    test_fraction: float = Field(
        0.2, gt=0, lt=0.5, description="share kept for the test where the data have no test part"
    )
    seed: int = Field(
        42,
        ge=0,
        description="random seed for splits, weight initialisation and shuffling; the same seed repeats the run",
    )
    vocabulary: int = Field(
        20_000, ge=10, description="words that the network knows, the most frequent ones; rarer ones are hardly learned"
    )
    length: int = Field(
        400, ge=4, le=5_000, description="words of a text that the network reads; what follows is not looked at"
    )


def read_own(config: TextOptions) -> Found:
    """The texts at `config.data`; `text_sources` says what is understood, and which errors there are."""
    return text_sources.read(config.data, Columns(config.text_column, config.label_column, config.reading()))


def load(found: Found, config: TextOptions, source: str, note: str) -> Splits:
    """Splits of x (texts,) str and y (texts,) class numbers; equal texts are never in two of them.

    The vocabulary and the length are those of the training texts. What is left out and what looks wrong is printed.

    Raises:
        ProjectError: where there are too few texts, or labels that are no classes.
    """
    remarks = list(found.remarks)
    train = _with_words(found.train, "training", _classes(found.train), remarks)
    labels = sorted(set(train.labels))
    gone = set(found.train.labels) - {"", *labels}
    if gone:
        remarks.append(f"left out, as none of its texts has a word: class {', '.join(sorted(gone))}")
    validation, test = (
        part and _with_words(part, name, [*labels, *gone], remarks)
        for name, part in (("validation", found.validation), ("test", found.test))
    )
    remarks += _doubtful(train)
    if test:  # a text of the test may not teach, nor choose the best epoch
        train = _without(train, test, "training, as the test has the same text", remarks)
        validation = validation and _without(validation, test, "validation, as the test has the same text", remarks)
    if validation:
        train = _without(train, validation, "training, as validation has the same text", remarks)
    for remark in remarks:  # before the split, whose errors they may explain
        print(f"warning: {remark.removeprefix('warning: ')}")
    number = {label: position for position, label in enumerate(labels)}
    parts = [train.take(rows) for rows in _split(train, number, validation, test, config, source)]
    splits = [_numbered(part, number) for part in (parts[0], validation or parts[1], test or parts[2])]
    spec = {"kind": "text", "labels": labels, **learned(splits[0].x, config), "columns": found.columns}
    return Splits(splits[0], splits[1], splits[2], spec, source, note)


def learned(texts: np.ndarray, config: TextOptions) -> dict[str, Any]:
    """What the training texts teach before any training: the vocabulary, most frequent words first, and the length."""
    words = [preprocessing.words(text) for text in texts]
    counts = Counter(word for each in words for word in each)
    known = sorted((word for word, count in counts.items() if count >= LEAST), key=lambda word: (-counts[word], word))
    return {"length": min(config.length, max(map(len, words))), "vocabulary": known[: config.vocabulary]}


def key(text: str) -> str:
    """Equal for texts that differ in spaces and capitals alone."""
    return " ".join(text.lower().split())


def _classes(examples: Examples) -> list[str]:
    counts = Counter(label for label in examples.labels if label)
    labels = sorted(counts)
    if len(labels) < 2:
        raise ProjectError(
            f"only one class in the data: {''.join(labels) or '(none)'} ({examples.places[0]})\nA classifier needs two or more."
        )
    if len(labels) > MOST_CLASSES or len(labels) > 0.5 * len(examples) > 5:
        raise ProjectError(
            f"{examples.places[0]}: {len(labels)} different labels in {len(examples)} texts\nThese are no classes: is --label-column right?"
        )
    return labels


def _with_words(examples: Examples, name: str, labels: list[str], remarks: list[str]) -> Examples:
    """The examples with a label and at least one word; the others are counted in `remarks`.

    Raises:
        ProjectError: where a class was never trained, or most texts would be left out.
    """
    known = set(labels)
    for label, place in zip(examples.labels, examples.places, strict=True):
        if label and label not in known:
            raise ProjectError(f"{place}: the class {label} is not in training\nWhat is tested must have been trained.")
    spoken = np.array([bool(preprocessing.words(text)) for text in examples.texts], bool)
    labelled = np.array([bool(label) for label in examples.labels], bool)
    for there, what in ((spoken, "text has no words"), (labelled, "label is missing")):
        rows = np.flatnonzero(~there)
        if not len(rows):
            continue
        places = ", ".join(examples.places[row] for row in rows[:3]) + (", …" if len(rows) > 3 else "")
        if 2 * len(rows) > len(examples):
            raise ProjectError(
                f"{places}: in {len(rows):,} of {len(examples):,} rows the {what}\nAre --text-column and --label-column right?"
            )
        remarks.append(f"left out of {name}, as the {what}: {len(rows):,} of {len(examples):,} ({places})")
    return examples.take(np.flatnonzero(spoken & labelled).tolist())


def _doubtful(examples: Examples) -> list[str]:
    """What looks wrong about the labels, a sentence each."""
    counts = Counter(examples.labels)
    remarks = [
        f"{label} is taken for a class of {count:,} texts; if it means that the label is missing, leave the cell empty"
        for label, count in counts.items()
        if label in MISSING or label.lower() in MISSING
    ]
    if all(map(_is_amount, counts)) and any("." in label for label in counts):
        remarks.append(
            f"the labels are amounts, such as {next(iter(counts))}, and each of the {len(counts)} becomes a class"
        )
    by_key: dict[str, list[str]] = {}
    for label in counts:
        letters = "" if _is_amount(label) else "".join(filter(str.isalnum, label.lower()))
        by_key.setdefault(letters or label, []).append(label)
    remarks += [
        f"{' and '.join(f'{label!r} ({counts[label]:,} texts)' for label in same)} are different classes; write them alike if they are one"
        for same in by_key.values()
        if len(same) > 1
    ]
    labels: dict[str, set[str]] = {}
    for text, label in zip(examples.texts, examples.labels, strict=True):
        labels.setdefault(key(text), set()).add(label)
    torn = [text for text, found in labels.items() if len(found) > 1]
    if torn:
        remarks.append(f"texts with more than one label: {len(torn):,}, such as {torn[0][:60]!r}")
    return remarks


def _is_amount(label: str) -> bool:
    try:
        return bool(np.isfinite(float(label)))
    except ValueError:
        return False


def _without(examples: Examples, others: Examples, reason: str, remarks: list[str]) -> Examples:
    """The examples whose text is not among the others."""
    known = {key(text) for text in others.texts}
    kept = examples.take([row for row, text in enumerate(examples.texts) if key(text) not in known])
    if len(kept) < len(examples):
        remarks.append(f"left out of {reason}: {len(examples) - len(kept):,} of {len(examples):,}")
    return kept


def _split(
    train: Examples,
    number: dict[str, int],
    validation: Examples | None,
    test: Examples | None,
    config: TextOptions,
    source: str,
) -> list[list[int]]:
    """The rows of training, validation and test; validation and test are empty where the data have their own."""
    first: dict[str, int] = {}
    unit = np.array([first.setdefault(key(text), row) for row, text in enumerate(train.texts)], int)
    units = np.array(list(first.values()), int)  # where each different text stands first
    y = np.array([number[train.labels[row]] for row in units], int)
    counts = np.bincount(y, minlength=len(number))
    least = 1 + (not validation) + (not test)  # one for each split that is cut off
    if counts.min() < least:
        rare = list(number)[int(counts.argmin())]
        raise ProjectError(
            f"too few texts in {source}: a class needs {least} different ones to train on, and {rare} has fewer\nAdd texts, or remove the class."
        )
    fractions = (0.0 if validation else config.validation_fraction, 0.0 if test else config.test_fraction)
    return [np.flatnonzero(np.isin(unit, units[part])).tolist() for part in split_positions(y, fractions, config.seed)]


def _numbered(examples: Examples, number: dict[str, int]) -> Split:
    x = np.array([*examples.texts, None], object)[:-1]  # None: or numpy might make one long type of all
    return Split(x, np.array([number[label] for label in examples.labels], int))
