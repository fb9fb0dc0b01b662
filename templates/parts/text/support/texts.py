"""Texts with a class each: read from CSV files and folders, checked, split without leaking, and what is learned from the training part."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from support import portable, table
from support.errors import ProjectError
from support.settings import Settings
from support.splits import Split, Splits, split_positions
from support.terminal import progress

TEXT_NAMES = ("text", "review", "sentence", "comment", "message", "content", "document", "tweet", "body", "phrase")
LABEL_NAMES = ("label", "sentiment", "class", "category", "target", "polarity", "rating", "stars", "topic", "answer")
MOST_CLASSES = 100
LEAST = 2  # a word that stands once in the training texts can teach nothing
EXPECTED = (
    "a CSV file with a column of texts and one of labels, or a folder with one sub-folder of .txt files per class"
)


class TextOptions(Settings):
    """What is asked of texts: the same options in every project on texts with classes."""

    data: str = Field("sample", description="sample, full, or the path of your own CSV file or folder")
    text_column: str | None = Field(None, description="of your CSV file; found out where it is obvious")
    label_column: str | None = Field(None, description="of your CSV file; found out where it is obvious")
    separator: str | None = Field(None, description="between the values of your CSV file; found out where not given")
    validation_fraction: float = Field(
        0.1, gt=0, lt=0.5, description="share of the training data that chooses the best epoch"
    )
    test_fraction: float = Field(
        0.2, gt=0, lt=0.5, description="share kept for the test where the data have no test part"
    )
    seed: int = Field(
        42, ge=0, description="of the splits, the first weights and the order; the same seed repeats the run"
    )
    vocabulary: int = Field(
        20_000, ge=10, description="words that the network knows, the most frequent ones; rarer ones are hardly learned"
    )
    length: int = Field(
        400, ge=4, le=5_000, description="words of a text that the network reads; what follows is not looked at"
    )


@dataclass(frozen=True)
class Examples:
    """Texts, the name of each one's class, and where each stands (file:line, or a file)."""

    texts: Sequence[str]
    labels: Sequence[str]
    places: Sequence[str]

    def __len__(self) -> int:
        return len(self.texts)


def read_own(config: TextOptions) -> tuple[Examples, Examples | None]:
    """The texts at `config.data`, and those of its test part where it has one.

    Understood are a CSV file, a folder with train.csv and test.csv, a folder per class of .txt files, and train/ and test/ above those.

    Raises:
        ProjectError: naming file and line, where the data are missing, damaged or not as expected.
    """
    path = Path(config.data)
    if not path.exists():
        raise ProjectError(f"there is no data at {path}\nExpected sample, full, {EXPECTED}.")
    if path.is_file():
        return read_csv(path, config), None
    if (path / "train.csv").exists() and (path / "test.csv").exists():
        return read_csv(path / "train.csv", config), read_csv(path / "test.csv", config)
    if (path / "train").is_dir() and (path / "test").is_dir():
        test = read_folder(path / "test")
        return read_folder(path / "train", only=sorted(set(test.labels))), test
    return read_folder(path), None


def read_csv(path: Path, config: TextOptions) -> Examples:
    """The two columns of a CSV file."""
    if path.suffix.lower() in (".txt", ".json", ".jsonl", ".gz", ".zip", ".parquet"):
        raise ProjectError(f"{path} is no CSV file\nExpected {EXPECTED}.")
    found = table.read(path, config.separator)
    names = list(found.columns)
    label = config.label_column or _named(names, LABEL_NAMES)
    text = config.text_column or _named([name for name in names if name != label], TEXT_NAMES) or _longest(found, label)
    if label is None and text is not None and len(names) == 2:
        label = next(name for name in names if name != text)
    for option, name, what in (("--text-column", text, "texts"), ("--label-column", label, "labels")):
        if name is None:
            raise ProjectError(
                f"{path}:1: which column holds the {what}?\nName it with {option}. There are: {', '.join(names)}"
            )
        if name not in found.columns:
            raise ProjectError(f"{path}:1: there is no column {name}\n{option} can be: {', '.join(names)}")
    assert text is not None and label is not None
    if text == label:
        raise ProjectError(f"{path}:1: {text} cannot hold both texts and labels\nSee --text-column and --label-column.")
    cells = found.columns[text]
    if cells.dtype != object:
        raise ProjectError(f"{found.at(0)}: {text} holds numbers, not texts\nName another column with --text-column.")
    places = [found.at(row) for row in range(len(found))]
    return Examples(cells.tolist(), [as_name(cell) for cell in found.columns[label]], places)


def read_folder(folder: Path, only: list[str] | None = None) -> Examples:
    """The .txt files of each class, where a class is a sub-folder; with `only`, of these classes."""
    names = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not names:
        raise ProjectError(f"no texts by class in {folder}/\nExpected {EXPECTED}: {folder}/good/1.txt.")
    texts, labels, places = [], [], []
    for name in names if only is None else only:
        files = sorted((folder / name).rglob("*.txt"))
        if not files:
            raise ProjectError(
                f"no .txt files in {folder / name}/\nEach folder is a class: add some, or remove the folder."
            )
        for file in progress(files, f"reading {name}", len(files)):
            texts.append(read_file(file))
            labels.append(name)
            places.append(str(file))
    return Examples(texts, labels, places)


def read_file(path: Path) -> str:
    """The text in a file.

    Raises:
        ProjectError: where there is none, or it is no UTF-8.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ProjectError(f"there is no file {path}") from None
    if b"\0" in raw:
        raise ProjectError(f"{path} is a binary file, not text")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ProjectError(
            f"{path}:{line}: byte 0x{raw[error.start]:02x} is not UTF-8\nSave the file as UTF-8."
        ) from None


def as_name(cell: Any) -> str:
    """A label as text; 1.0 and 1 are one label, and a gap is ""."""
    if isinstance(cell, float):
        return "" if np.isnan(cell) else f"{cell:g}"
    return str(cell)


def load(examples: Examples, test: Examples | None, config: TextOptions, source: str, note: str) -> Splits:
    """Splits of x (texts,) str and y (texts,) class numbers; equal texts never stand in two of them.

    The vocabulary and the length are those of the training texts.

    Raises:
        ProjectError: where a text or label is missing, or there are too few.
    """
    labels = _classes(examples)
    x, y = _checked(examples, labels)
    fractions = (config.validation_fraction, 0.0 if test else config.test_fraction)
    keys = [key(text) for text in x]
    if test:
        test_x, test_y = _checked(test, labels)
        asked = {key(text) for text in test_x}
        fresh = [row for row, text in enumerate(keys) if text not in asked]  # a text of the test part may not teach
        x, y, keys = x[fresh], y[fresh], [keys[row] for row in fresh]
    first: dict[str, int] = {}
    unit = np.array([first.setdefault(text, row) for row, text in enumerate(keys)])  # where each text stood first
    units = np.array(list(first.values()))
    rare = np.flatnonzero(np.bincount(y[units], minlength=len(labels)) < 3)
    if len(rare):
        raise ProjectError(
            f"too few texts in {source}: a class needs three different ones, and {labels[rare[0]]} has fewer\nAdd texts, or remove the class."
        )
    parts = split_positions(y[units], fractions, config.seed)
    train, validation, rest = (np.flatnonzero(np.isin(unit, units[part])) for part in parts)
    counts = Counter(word for text in x[train] for word in portable.words(text))
    longest = max(len(portable.words(text)) for text in x[train])
    known = sorted((word for word, count in counts.items() if count >= LEAST), key=lambda word: (-counts[word], word))
    spec = {
        "kind": "text",
        "labels": labels,
        "length": min(config.length, longest),
        "vocabulary": known[: config.vocabulary],
    }
    return Splits(
        Split(x[train], y[train]),
        Split(x[validation], y[validation]),
        Split(test_x, test_y) if test else Split(x[rest], y[rest]),
        spec,
        source,
        note,
    )


def key(text: str) -> str:
    """Equal for texts that differ in spaces and capitals alone."""
    return " ".join(text.lower().split())


def read_inputs(inputs: list[str], spec: dict[str, Any]) -> tuple[list[str], np.ndarray]:
    """Texts as `predict.py` takes them: a text, a .txt file that holds one, or a folder of such files; and a name for each.

    Raises:
        ProjectError: where a file is missing or no text, or a text has no words.
    """
    names: list[str] = []
    texts: list[str] = []
    for text in inputs:
        path = Path(text) if len(text) < 1_000 else None
        if path and path.is_dir():
            files = sorted(path.rglob("*.txt"))
            if not files:
                raise ProjectError(f"no .txt files in {text}/\nExpected one text in each.")
            names += map(str, files)
            texts += map(read_file, files)
        elif path and (path.is_file() or (path.suffix == ".txt" and " " not in text)):
            names.append(text)
            texts.append(read_file(path))
        else:
            texts.append(text.encode("utf-8", "replace").decode())  # a terminal may hand over broken characters
            names.append(text if len(text) <= 60 else f"{text[:59]}…")
    for name, text in zip(names, texts, strict=True):
        if not portable.words(text):
            raise ProjectError(f"{name!r} has no words in it\nExpected a text, or the path of a .txt file.")
    return names, np.array([*texts, None], object)[:-1]  # None: or numpy might make one long type of all


def draw_examples(split: Split, titles: list[str], path: Path, caption: str) -> tuple[Path, str]:
    """Draw texts below each other, each after its title."""
    import textwrap

    from support import figures
    from support.figures import plt

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


def _named(names: list[str], wanted: tuple[str, ...]) -> str | None:
    """The column with the first of the wanted names, whatever its capitals."""
    by_name = {name.lower(): name for name in reversed(names)}
    return next((by_name[name] for name in wanted if name in by_name), None)


def _longest(found: table.Table, label: str | None) -> str | None:
    """The column whose values are several words long, if there is exactly one."""
    cells = {name: values for name, values in found.columns.items() if name != label and values.dtype == object}
    long = [name for name, values in cells.items() if np.mean([len(value.split()) for value in values[:1000]]) >= 3]
    return long[0] if len(long) == 1 else None


def _classes(examples: Examples) -> list[str]:
    for label, place in zip(examples.labels, examples.places, strict=True):
        if not label:
            raise ProjectError(f"{place}: the label is missing\nFill it in, or remove the line.")
    labels = sorted(set(examples.labels))
    if len(labels) < 2:
        raise ProjectError(
            f"only one class in the data: {labels[0]} ({examples.places[0]})\nA classifier needs two or more."
        )
    if len(labels) > MOST_CLASSES or len(labels) > 0.5 * len(examples) > 5:
        raise ProjectError(
            f"{examples.places[0]}: {len(labels)} different labels in {len(examples)} texts\nThese are no classes: is --label-column right?"
        )
    return labels


def _checked(examples: Examples, labels: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Texts and class numbers, all there."""
    empty = [place for text, place in zip(examples.texts, examples.places, strict=True) if not portable.words(text)]
    if empty:
        more = f" (and {len(empty) - 1} more)" if len(empty) > 1 else ""
        raise ProjectError(f"{empty[0]}{more}: the text is empty\nA text needs a word: fill it in, or remove it.")
    number = {label: position for position, label in enumerate(labels)}
    for label, place in zip(examples.labels, examples.places, strict=True):
        if label not in number:
            raise ProjectError(
                f"{place}: the class {label or '(none)'} is in the test part only\nWhat is tested must have been trained."
            )
    return np.array([*examples.texts, None], object)[:-1], np.array([number[label] for label in examples.labels])
