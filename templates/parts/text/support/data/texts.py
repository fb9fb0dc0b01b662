"""Texts with a class each: found in tables and folders, checked, split without leaking, and what is learned from the training part.

They are tables of pandas with the columns text and label; the index says where each stands (file:line, or a file).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.data import folders, preprocessing, text_files, text_tables
from support.data.numbers import MISSING
from support.data.text_tables import ENDINGS, TABLES, as_array
from support.data.words import spaceless, vocabulary
from support.errors import ProjectError
from support.splits import Split, Splits, split_positions
from support.terminal import progress

import numpy as np
import pandas as pd
from pydantic import Field

TEXT_NAMES = ("text", "review", "sentence", "comment", "message", "content", "document", "tweet", "body", "phrase")
LABEL_NAMES = ("label", "sentiment", "class", "category", "target", "polarity", "rating", "stars", "topic", "answer")
UNLABELLED = ("unsup", "unsupervised", "unlabeled", "unlabelled")  # as IMDB calls its texts without a class
EXPECTED = "a CSV or JSON lines file with a column of texts and one of labels, or a folder with one sub-folder of .txt files per class"
MOST_CLASSES = 100
LEAST = 2  # a word that occurs once in the training texts can teach nothing
NUMBER = re.compile(r"[-+]?[\d.,\s]*\d[\d.,\s%]*(e[-+]?\d+)?", re.IGNORECASE)


class TextOptions(text_tables.TextOptions):
    """What is asked of texts with classes, besides what is asked of all texts."""

    text_column: str | None = Field(None, description="of your table; found out where it is obvious")
    label_column: str | None = Field(None, description="of your table; found out where it is obvious")
    length: int = Field(
        400, ge=4, le=5_000, description="words of a text that the network reads; what follows is not looked at"
    )


@dataclass(frozen=True)
class Found:
    """Tables of texts: training, validation and test where the data have their own, and what is worth a warning.

    `columns` says how tables were read, so that a prediction reads such a table in the same way.
    """

    train: pd.DataFrame
    validation: pd.DataFrame | None = None
    test: pd.DataFrame | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


def examples(texts: Any, labels: Any, places: Any) -> pd.DataFrame:
    return pd.DataFrame({"text": as_array(texts), "label": as_array(labels)}, index=list(places))


def key(text: str) -> str:
    """Equal for texts that differ in spaces and capitals alone."""
    return " ".join(text.lower().split())


# --- where they are ---


def read(config: TextOptions) -> Found:
    """The texts at `config.data`: a table, a folder with a table per split, or a folder per class, with or without folders of splits above.

    Raises:
        ProjectError: naming file and line, where the data are missing, damaged or not as expected.
    """
    path = text_tables.existing(config.data)
    if path is None:
        raise ProjectError(f"there is no data at {config.data!r}\nExpected sample, full, {EXPECTED}.")
    tables: Mapping[str, Any] | None = folders.split_files(path, TABLES) if path.is_dir() else {"train": path}
    columns: dict[str, Any] = {"text": config.text_column, "label": config.label_column, "reading": config.reading()}
    remarks: list[str] = []
    if tables:  # a part is read as training was
        parts = {name: _table(file, columns, remarks) for name, file in tables.items() if file}
        return Found(**parts, columns=columns, remarks=tuple(remarks))
    remarks += folders.remarks(path)
    inside = folders.visible_folders(path)
    classes: Mapping[str, Any] = folders.split_folders(path) or {"train": path}
    if "test" not in classes and len(inside) == 1 and folders.visible_folders(inside[0]):
        raise ProjectError(f"{path}/ has one sub-folder with folders in it\nDid you mean {inside[0]}/?")
    return Found(**{name: _folder(part, remarks) for name, part in classes.items() if part}, remarks=tuple(remarks))


def _table(path: Path, columns: dict[str, Any], remarks: list[str]) -> pd.DataFrame:
    """Two columns of a table; their names are kept in `columns` for the next one."""
    if path.suffix.lower() in (*ENDINGS, ".gz", ".zip", ".parquet", ".xlsx", ".xls"):
        raise ProjectError(f"{path} is no table of texts\nExpected {EXPECTED}.")
    frame, more = text_tables.read(path, columns["reading"])
    label = text_tables.column(frame, columns["label"], LABEL_NAMES, "--label-column")
    text = text_tables.column(frame, columns["text"], TEXT_NAMES, "--text-column", [label])
    long = [name for name in frame if name != label and frame[name][:1000].map(_length).mean() >= 3]
    text = text or (long[0] if len(long) == 1 else None)
    if len(frame.columns) == 2 and (text is None) != (label is None):
        other = next(name for name in frame if name not in (text, label))
        text, label = text or other, label or other
    texts = text_tables.texts(frame, text, "--text-column")
    labels = text_tables.texts(frame, label, "--label-column")
    if text == label:
        raise ProjectError(
            f"{frame.attrs['header']}: {text} cannot hold both texts and labels\nSee --text-column and --label-column."
        )
    if texts.any() and texts[texts != ""].map(lambda cell: bool(NUMBER.fullmatch(cell.strip()))).all():
        raise ProjectError(
            f"{frame.index[0]}: {text} holds numbers, not texts\nName another column with --text-column."
        )
    if labels[labels != ""].str.fullmatch(r"-?(0|[1-9]\d*)(\.0+)?").all():  # 1.0 and 1 are one
        labels = labels.str.partition(".")[0]
    columns |= {"text": text, "label": label}
    remarks += more
    return examples(texts, labels, frame.index)


def _length(value: Any) -> int:
    """How many words a value has, where a date or an address is one or two."""
    return len(preprocessing.words(str(value)) if spaceless(str(value)) else str(value).split())


def _folder(folder: Path, remarks: list[str]) -> pd.DataFrame:
    """The .txt files of each class, where a class is a sub-folder; what is not read is said."""
    inside = folders.visible_folders(folder)
    classes = [path for path in inside if path.name.lower() not in UNLABELLED]
    remarks += [f"not read, as it is no class: {path}/" for path in inside if path not in classes]
    if not classes:
        tables = [file for file in folder.iterdir() if file.suffix.lower() in TABLES]
        advice = f"Did you mean {tables[0]}?" if len(tables) == 1 else f"Expected {EXPECTED}: {folder}/good/1.txt."
        raise ProjectError(f"no texts by class in {folder}/\n{advice}")
    rows: list[tuple[str, str, str]] = []
    others = [file for file in text_tables.files(folder) if file.parent == folder]
    for path in classes:
        if parts := folders.split_folders(path):
            above = folder / parts["train"].name / path.name
            raise ProjectError(f"{parts['train']}/ is a split inside a class\nSplits stand above classes: {above}/.")
        every = text_tables.files(path)
        found = [file for file in every if file.suffix.lower() in ENDINGS]
        if not found:
            raise ProjectError(f"no .txt files in {path}/\nExpected one text in each.")
        others += [file for file in every if file.suffix.lower() not in ENDINGS]
        rows += [
            (text_files.read(file), path.name, str(file))
            for file in progress(found, f"reading {path.name}", len(found))
        ]
    if others:
        skipped = text_tables.counted(others)
        remarks.append(f"not read in {folder}/, as only the .txt files of a class are: {skipped}")
    return examples(*zip(*rows, strict=True))


# --- what is made of them ---


def load(found: Found, config: TextOptions, source: str, note: str) -> Splits:
    """Splits of x (texts,) str and y (texts,) class numbers; equal texts are never in two of them.

    The vocabulary and the length are those of the training texts. What is left out and what looks wrong is printed.

    Raises:
        ProjectError: where there are too few texts, or labels that are no classes.
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
        if name in parts and other in parts:  # a text of the test may not teach, nor choose the best epoch
            same = parts[name].key.isin(parts[other].key)
            parts[name] = parts[name][~same]
            remarks += [f"left out of {name}, as {other} has the same text: {same.sum():,} of {len(same):,}"] * bool(
                same.any()
            )
    for remark in remarks:  # before the split, whose errors they may explain
        print(f"warning: {remark.removeprefix('warning: ')}")
    units = parts["training"].drop_duplicates("key")
    numbers = units.label.map(labels.index).to_numpy(int)
    least = 1 + ("validation" not in parts) + ("the test" not in parts)  # one for each split that is cut off
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
        ProjectError: where a class was never trained, or most texts would be left out.
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
