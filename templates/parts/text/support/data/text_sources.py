"""Sources of labelled texts: CSV and JSON lines files, and folders of .txt files.

They are pandas tables with the columns text and label; the index says where each row comes from (file:line, or a file).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.data import folders, preprocessing, text_files, text_tables
from support.data.text_tables import ENDINGS, TABLES, as_array
from support.data.words import spaceless
from support.errors import ProjectError
from support.terminal import progress

import pandas as pd

TEXT_NAMES = ("text", "review", "sentence", "comment", "message", "content", "document", "tweet", "body", "phrase")
LABEL_NAMES = ("label", "sentiment", "class", "category", "target", "polarity", "rating", "stars", "topic", "answer")
UNLABELLED = ("unsup", "unsupervised", "unlabeled", "unlabelled")  # as IMDB calls its texts without a class
EXPECTED = "a CSV or JSON lines file with a column of texts and one of labels, or a folder with one sub-folder of .txt files per class"
NUMBER = re.compile(r"[-+]?[\d.,\s]*\d[\d.,\s%]*(e[-+]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """Tables of texts: training, and validation and test if the data have them; and warnings.

    `columns` says how tables were read, so that a prediction reads its table in the same way.
    """

    train: pd.DataFrame
    validation: pd.DataFrame | None = None
    test: pd.DataFrame | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


def examples(texts: Any, labels: Any, places: Any) -> pd.DataFrame:
    return pd.DataFrame({"text": as_array(texts), "label": as_array(labels)}, index=list(places))


def read(config: Any) -> Found:
    """The texts at `config.data`: a table, a folder with a table per split, or a folder per class, with or without folders of splits above.

    Raises:
        ProjectError: naming file and line, if the data are missing, damaged or not as expected.
    """
    path = text_tables.existing(config.data)
    if path is None:
        raise ProjectError(f"there is no data at {config.data!r}\nExpected sample, full, {EXPECTED}.")
    tables: Mapping[str, Any] | None = folders.split_files(path, TABLES) if path.is_dir() else {"train": path}
    columns: dict[str, Any] = {"text": config.text_column, "label": config.label_column, "reading": config.reading()}
    remarks: list[str] = []
    if tables:  # the other parts are read like training
        parts = {name: _table(file, columns, remarks) for name, file in tables.items() if file}
        return Found(**parts, columns=columns, remarks=tuple(remarks))
    remarks += folders.remarks(path)
    inside = folders.visible_folders(path)
    classes: Mapping[str, Any] = folders.split_folders(path) or {"train": path}
    if "test" not in classes and len(inside) == 1 and folders.visible_folders(inside[0]):
        raise ProjectError(f"{path}/ has one sub-folder with folders in it\nDid you mean {inside[0]}/?")
    return Found(**{name: _folder(part, remarks) for name, part in classes.items() if part}, remarks=tuple(remarks))


def _table(path: Path, columns: dict[str, Any], remarks: list[str]) -> pd.DataFrame:
    """Two columns of a table; their names are kept in `columns` for the next table."""
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
    if labels[labels != ""].str.fullmatch(r"-?(0|[1-9]\d*)(\.0+)?").all():  # 1.0 and 1 are the same
        labels = labels.str.partition(".")[0]
    columns |= {"text": text, "label": label}
    remarks += more
    return examples(texts, labels, frame.index)


def _length(value: Any) -> int:
    """How many words a value has; a date or an address has one or two."""
    return len(preprocessing.words(str(value)) if spaceless(str(value)) else str(value).split())


def _folder(folder: Path, remarks: list[str]) -> pd.DataFrame:
    """The .txt files of each class, one sub-folder per class; files that are not read are reported."""
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
