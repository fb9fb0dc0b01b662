"""Where texts come from: CSV and JSON lines files, and folders of .txt files, for training and for prediction."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.data import folders, preprocessing, text_files, text_tables
from support.data.text_tables import TABLES, TextTable
from support.data.words import spaceless
from support.errors import ProjectError
from support.terminal import progress

import numpy as np

TEXT_NAMES = ("text", "review", "sentence", "comment", "message", "content", "document", "tweet", "body", "phrase")
LABEL_NAMES = ("label", "sentiment", "class", "category", "target", "polarity", "rating", "stars", "topic", "answer")
ENDINGS = (".txt", ".text")
UNLABELLED = ("unsup", "unsupervised", "unlabeled", "unlabelled")  # as IMDB calls its texts without a class
EXPECTED = "a CSV or JSON lines file with a column of texts and one of labels, or a folder with one sub-folder of .txt files per class"


@dataclass(frozen=True)
class Examples:
    """Texts, the name of each one's class, and where each stands (file:line, or a file)."""

    texts: Sequence[str]
    labels: Sequence[str]
    places: Sequence[str]

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: Sequence[int]) -> "Examples":
        return Examples(*([values[row] for row in rows] for values in (self.texts, self.labels, self.places)))


@dataclass(frozen=True)
class Found:
    """What a data set has: training texts, validation and test where it has its own, and what is worth a warning.

    `columns` says how its tables were read, so that a prediction reads such a table in the same way.
    """

    train: Examples
    validation: Examples | None = None
    test: Examples | None = None
    columns: dict[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Columns:
    """How a table is read: the options, each None where it shall be found out."""

    text: str | None = None
    label: str | None = None
    reading: Mapping[str, Any] = field(default_factory=dict)  # of a CSV file, as `CsvOptions.reading` gives it


def read(data: str, options: Columns) -> Found:
    """The texts at `data`: a table, a folder with a table per split, or a folder per class, with or without folders of splits above.

    Raises:
        ProjectError: naming file and line, where the data are missing, damaged or not as expected.
    """
    path = _existing(data)
    if path is None:
        raise ProjectError(f"there is no data at {data!r}\nExpected sample, full, {EXPECTED}.")
    if not path.is_dir():
        examples, columns, more = read_table(path, options)
        return Found(examples, columns=columns, remarks=more)
    tables = folders.split_files(path, TABLES)
    if tables:
        train, columns, _ = first = read_table(tables["train"], options)
        same = Columns(columns["text"], columns["label"], options.reading)
        others = [read_table(file, same) if file else None for file in (tables["validation"], tables["test"])]
        validation, test = (other[0] if other else None for other in others)
        return Found(
            train, validation, test, columns, tuple(more for each in (first, *others) if each for more in each[2])
        )
    return read_folders(path)


def read_folders(path: Path) -> Found:
    """A folder per class, or such folders for each split."""
    parts, remarks = folders.split_folders(path), folders.remarks(path)
    if not parts:
        inside = folders.visible_folders(path)
        if len(inside) == 1 and folders.visible_folders(inside[0]):
            raise ProjectError(f"{path}/ has one sub-folder with folders in it\nDid you mean {inside[0]}/?")
        train, more = read_folder(path)
        return Found(train, remarks=(*remarks, *more))
    train, more = read_folder(parts["train"])
    others = [read_folder(folder) if folder else (None, []) for folder in (parts["validation"], parts["test"])]
    more += [remark for _, found in others for remark in found]
    return Found(train, others[0][0], others[1][0], remarks=(*remarks, *more))


def read_table(path: Path, options: Columns) -> tuple[Examples, dict[str, Any], tuple[str, ...]]:
    """Two columns of a table, how they were read, and what is worth a warning."""
    if path.suffix.lower() in (*ENDINGS, ".gz", ".zip", ".parquet", ".xlsx", ".xls"):
        raise ProjectError(f"{path} is no table of texts\nExpected {EXPECTED}.")
    found = text_tables.read(path, options.reading)
    names = list(found.columns)
    label = text_tables.column(found, options.label, LABEL_NAMES, "--label-column")
    text = text_tables.column(found, options.text, TEXT_NAMES, "--text-column", [label])
    text = text or _longest(found, label)
    if label is None and text is not None and len(names) == 2:
        label = next(name for name in names if name != text)
    if text is None and label is not None and len(names) == 2:
        text = next(name for name in names if name != label)
    for option, name, what in (("--text-column", text, "texts"), ("--label-column", label, "labels")):
        if name is None:
            raise ProjectError(
                f"{found.beginning}: which column holds the {what}?\nName it with {option}. There are: {', '.join(names)}"
            )
    assert text is not None and label is not None
    if text == label:
        raise ProjectError(
            f"{found.beginning}: {text} cannot hold both texts and labels\nSee --text-column and --label-column."
        )
    texts, labels = found.texts(text), _plain(found.texts(label))
    if any(texts) and all(_is_number(cell) for cell in texts if cell):
        raise ProjectError(
            f"{found.places[0]}: {text} holds numbers, not texts\nName another column with --text-column."
        )
    columns = {"text": text, "label": label, "reading": dict(options.reading)}
    return Examples(texts, labels, found.places), columns, found.remarks


def read_folder(folder: Path) -> tuple[Examples, list[str]]:
    """The .txt files of each class, where a class is a sub-folder, and what is not read."""
    classes = [path for path in folders.visible_folders(folder) if path.name.lower() not in UNLABELLED]
    if not classes:
        raise ProjectError(f"no texts by class in {folder}/\n{_advice(folder)}")
    texts, labels, places = [], [], []
    remarks = [
        f"not read, as it is no class: {path}/" for path in folders.visible_folders(folder) if path not in classes
    ]
    others = Counter(f"{file.suffix or file.name} beside the folders" for file in _files(folder, deep=False))
    for path in classes:
        if parts := folders.split_folders(path):
            raise ProjectError(
                f"{parts['train']}/ is a split inside a class\nSplits stand above classes: "
                f"{folder / parts['train'].name / path.name}/."
            )
        every = _files(path)
        files = [file for file in every if file.suffix.lower() in ENDINGS]
        if not files:
            found = f" Found: {len(every):,} other files." if every else ""
            raise ProjectError(
                f"no .txt files in {path}/\nEach folder is a class: add some, or remove the folder.{found}"
            )
        others.update(file.suffix or file.name for file in every if file.suffix.lower() not in ENDINGS)
        for file in progress(files, f"reading {path.name}", len(files)):
            texts.append(text_files.read(file))
            labels.append(path.name)
            places.append(str(file))
    skipped = ", ".join(f"{count:,} {ending}" for ending, count in others.most_common(5))
    if skipped:
        remarks.append(f"not read in {folder}/, as only the .txt files of a class are: {skipped}")
    return Examples(texts, labels, places), remarks


def read_inputs(inputs: list[str], spec: dict[str, Any]) -> tuple[list[str], np.ndarray]:
    """Texts as `predict.py` takes them, and a name for each: a text, a .txt file that holds one, a folder of such files, or a table.

    A table is read as in training: with the same separator and the same column of texts.

    Raises:
        ProjectError: where a file is missing or no text, or a text has no words.
    """
    names: list[str] = []
    texts: list[str] = []
    for text in inputs:
        path, ending = _existing(text), "" if " " in text else Path(text[-10:]).suffix.lower()
        if path and path.is_dir():
            files = [file for file in _files(path) if file.suffix.lower() in ENDINGS]
            if not files:
                raise ProjectError(f"no .txt files in {text}/\nExpected one text in each.")
            names += map(str, files)
            texts += map(text_files.read, files)
        elif ending in TABLES or (path and path.suffix.lower() in TABLES):
            found = text_tables.read(Path(text), spec.get("columns", {}).get("reading", {}))
            usual = spec.get("columns", {}).get("text")
            column = usual if usual in found.columns else text_tables.column(found, None, TEXT_NAMES, "text_column")
            if column is None:
                raise ProjectError(
                    f"{found.beginning}: there is no column {usual or TEXT_NAMES[0]}\nThere are: {', '.join(found.columns)}"
                )
            names += found.places
            texts += found.texts(column)
        elif path or ending in ENDINGS:
            names.append(text)
            texts.append(text_files.read(Path(text)))
        else:
            texts.append(text.encode("utf-8", "replace").decode())  # a terminal may hand over broken characters
            names.append(text if len(text) <= 60 else f"{text[:59]}…")
    for name, text in zip(names, texts, strict=True):
        if not preprocessing.words(text):
            raise ProjectError(f"{name!r} has no words in it\nExpected a text, or the path of a .txt file.")
    return names, np.array([*texts, None], object)[:-1]  # None: or numpy might make one long type of all


def _files(folder: Path, deep: bool = True) -> list[Path]:
    """The files in a folder and, where `deep`, in those below it; hidden ones, such as copies made by tools, are none."""
    paths = folder.rglob("*") if deep else folder.iterdir()
    hidden = (".", *folders.LEFT_BEHIND)
    return sorted(
        path
        for path in paths
        if path.is_file() and not any(part.startswith(hidden) for part in path.relative_to(folder).parts)
    )


def _existing(text: str) -> Path | None:
    """The file or folder of this name; a long text is none, and "" is not the current folder."""
    try:
        return Path(text) if text.strip() and Path(text).exists() else None
    except (OSError, ValueError):  # too long for a name, or with a NUL
        return None


def _advice(folder: Path) -> str:
    """What may have been meant by a folder without classes."""
    tables = [file for file in _files(folder, deep=False) if file.suffix.lower() in TABLES]
    if len(tables) == 1:
        return f"Did you mean {tables[0]}?"
    return f"Expected {EXPECTED}: {folder}/good/1.txt."


def _longest(found: TextTable, label: str | None) -> str | None:
    """The column whose values are several words long, if there is exactly one."""
    long = [
        name for name in found.columns if name != label and np.mean([*map(_length, found.columns[name][:1000])]) >= 3
    ]
    return long[0] if len(long) == 1 else None


def _length(value: Any) -> int:
    """How many words a value has, where a date or an address is one or two."""
    return len(preprocessing.words(str(value)) if spaceless(str(value)) else str(value).split())


def _plain(labels: list[str]) -> list[str]:
    """Labels as they stand there; where all are whole numbers, 1.0 and 1 are one."""
    if not all(re.fullmatch(r"-?(0|[1-9]\d*)(\.0+)?", label) for label in labels if label):
        return labels
    return [label.partition(".")[0] for label in labels]


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?[\d.,\s]*\d[\d.,\s%]*(e[-+]?\d+)?", text.strip(), re.IGNORECASE) is not None
