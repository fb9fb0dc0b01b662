"""Files of texts as pandas tables: CSV, JSON lines and .txt files; the index says where each row comes from (file:line).

Every value is the text in the file, "" if it is missing. A column is detected by its name, if only one column is
possible; otherwise the error names the options.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from support.data import csv_file, folders, table, text_files
from support.data.csv_file import CsvOptions
from support.errors import ProjectError
from support.training_config import SplitConfig

import numpy as np
import pandas as pd
from pydantic import Field

TABLES = (".csv", ".tsv", ".tab", *text_files.JSON)
ENDINGS = (".txt", ".text")


class TextOptions(CsvOptions, SplitConfig):
    """Options of texts, the same in every project on texts."""

    data: str = Field("sample", description="sample, full, or the path of your own file or folder")
    vocabulary: int = Field(
        20_000, ge=10, description="size of the vocabulary: the most frequent words, which the network knows"
    )


def read(path: Path, reading: Mapping[str, Any]) -> tuple[pd.DataFrame, list[str]]:
    """The table in a file, and warnings. Its `attrs["header"]` says where the names of its columns are.

    Args:
        path: the file; its extension says whether it is CSV or JSON.
        reading: the format of a CSV file, as `CsvOptions.reading` returns it.

    Raises:
        ProjectError: naming file and line, if it cannot be read.
    """
    if path.suffix.lower() in text_files.JSON:
        items = text_files.read_objects(path)
        names = list(dict.fromkeys(name for _, item in items for name in item))
        frame = pd.DataFrame({name: as_array([_text(item.get(name)) for _, item in items]) for name in names})
        frame.index, frame.attrs["header"] = pd.Index([place for place, _ in items]), items[0][0]
        return frame, []
    if path.exists() and not path.is_file():  # a device such as /dev/zero never ends
        raise ProjectError(f"{path} is no file\nExpected a table of texts.")
    names = csv_file.opened(path, **{name: value for name, value in reading.items() if name != "decimal"}).header
    found = table.read(path, as_text=names, **reading)
    frame = pd.DataFrame(found.columns, index=[found.at(row) for row in range(len(found))], dtype=object)
    frame.attrs["header"] = f"{path}:{found.lines[0] - 1}"
    return frame, list(found.notes)


def _text(value: Any) -> Any:
    """A value of JSON as a text: 1 and "1" are the same, and true is a word; lists and objects are not texts."""
    if isinstance(value, str | list | dict):
        return value
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def column(
    frame: pd.DataFrame, given: str | None, usual: Sequence[str], option: str, taken: Sequence[str | None] = ()
) -> str | None:
    """The column to use: the given one, or the only one with a usual name; the first usual name takes precedence.

    Raises:
        ProjectError: if there is no such column, or if several are possible.
    """
    header, names = frame.attrs["header"], ", ".join(frame)
    if given is not None:
        if given not in frame:
            raise ProjectError(f"{header}: there is no column {given}\n{option} can be: {names}")
        return given
    likely = [name for name in frame if name.strip().lower() in usual and name not in taken]
    sure = [name for name in likely if name.strip().lower() == usual[0]] or likely
    if len(sure) > 1:
        raise ProjectError(f"{header}: {' or '.join(sure)}: which column is meant?\nName it with {option}.")
    return next(iter(sure), None)


def texts(frame: pd.DataFrame, name: str | None, option: str) -> pd.Series:
    """The texts of a column.

    Raises:
        ProjectError: if no column was found, or if a value is not a text.
    """
    if name is None:
        what = option.removeprefix("--").removesuffix("-column")
        raise ProjectError(
            f"{frame.attrs['header']}: which column holds the {what}s?\nName it with {option}. There are: {', '.join(frame)}"
        )
    wrong = frame[name].map(lambda value: not isinstance(value, str))
    if wrong.any():
        raise ProjectError(f"{wrong.idxmax()}: {name} is no text\nExpected a text in quotes.")
    return frame[name]


def files(folder: Path) -> list[Path]:
    """The files in a folder and below it; without hidden ones, such as copies made by tools."""
    hidden = (".", *folders.LEFT_BEHIND)
    return [
        file
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not any(part.startswith(hidden) for part in file.relative_to(folder).parts)
    ]


def counted(found: Iterable[Path]) -> str:
    """Files by extension: 3 .md, 1 .doc."""
    return ", ".join(
        f"{count:,} {ending}" for ending, count in Counter(file.suffix or file.name for file in found).items()
    )


def read_inputs(
    inputs: list[str],
    columns: Mapping[str, Any],
    name: str,
    usual: Sequence[str],
    words: Callable[[str], Any],
    by_line: bool = False,
) -> tuple[list[str], np.ndarray]:
    """The inputs of predict.py, and a name for each: texts, .txt files, folders of such files, or tables as training read them.

    Args:
        columns: of training's spec; `name` is that of the texts, `usual` are its other usual names.
        words: of a text; empty if it has none.
        by_line: a .txt file has one text per line instead of one text; folders are not accepted.

    Raises:
        ProjectError: if a file is missing or not a text, or if a text has no words.
    """
    rows: list[tuple[str, str]] = []
    for text in inputs:
        path, ending = existing(text), "" if " " in text else Path(text[-10:]).suffix.lower()
        if path and path.is_dir() and not by_line:
            inside = [(str(file), text_files.read(file)) for file in files(path) if file.suffix.lower() in ENDINGS]
            if not inside:
                raise ProjectError(f"no .txt files in {text}/\nExpected one text in each.")
            rows += inside
        elif ending in TABLES:
            frame, _ = read(Path(text), columns.get("reading", {}))
            likely = [title for title in frame if title == columns.get(name)]
            likely = likely or [title for title in frame if title.strip().lower() in usual]
            if len(likely) != 1:
                raise ProjectError(
                    f"{frame.attrs['header']}: there is no column {columns.get(name) or usual[0]}\nThere are: {', '.join(frame)}"
                )
            rows += texts(frame, likely[0], "").items()
        elif by_line and ending in ENDINGS:
            lines = enumerate(text_files.read(Path(text)).split("\n"), start=1)
            rows += [(f"{text}:{number}", line.strip()) for number, line in lines if line.strip()]
        elif ending in ENDINGS or (path and path.is_file() and not by_line):
            rows.append((text, text_files.read(Path(text))))
        else:  # a terminal may pass on broken characters
            rows.append((text if len(text) <= 60 else f"{text[:59]}…", text.encode("utf-8", "replace").decode()))
    for place, text in rows:
        if not words(text):
            raise ProjectError(f"{place!r} has no words in it\nExpected a text in quotes, or the path of a .txt file.")
    return [place for place, _ in rows], as_array([text for _, text in rows])


def existing(text: str) -> Path | None:
    """The file or folder of this name; a long text is not one, and "" is not the current folder."""
    try:
        return Path(text) if text.strip() and Path(text).exists() else None
    except (OSError, ValueError):  # too long for a name, or with a NUL
        return None


def as_array(found: Iterable[Any]) -> np.ndarray:
    """An object array (texts,), because numpy would make all texts as long as the longest."""
    return np.array([*found, None], object)[:-1]
