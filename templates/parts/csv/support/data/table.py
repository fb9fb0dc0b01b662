"""A CSV file as columns: what is wrong is named with its file and line.

Separator, encoding and number formats are detected. A column whose values are all numbers (or missing) is an array of
numbers; every other column keeps its text as it stands in the file. pandas reads the file; where
something looks odd, the rows are then checked one by one.
"""

import io
import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from support.data import csv_rows, numbers
from support.data.csv_file import CsvFile, opened
from support.data.numbers import NumberFormat
from support.errors import ProjectError

import numpy as np
import pandas as pd

SUMS = re.compile(r"(grand |sub)?(total|sum|average|mean|summe|gesamt|somme|totale|suma)s?:?", re.IGNORECASE)

Read = tuple[np.ndarray, np.ndarray | None]  # numbers (rows,) and None, or different texts and the index of each row's
Cells = np.ndarray  # (rows,): float64 with NaN for missing values, or objects (str, "" where nothing stands)


@dataclass(frozen=True)
class Table:
    """Columns of equal length, and where they came from.

    `target` is the column to predict, `labels` are nicer names for its values, `source` and `note` are as in `Splits`.
    `formats` says how the numbers of a column are written, `missing` which texts of it were taken as missing, and how
    often; `notes` is what else a reader of the file should know.
    """

    columns: dict[str, Cells]
    lines: np.ndarray  # (rows,): the line of the file on which each row begins
    path: str = "the sample"
    target: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    source: str = "sample"
    note: str = ""
    formats: dict[str, NumberFormat] = field(default_factory=dict)
    missing: dict[str, dict[str, int]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.lines)

    def at(self, row: int) -> str:
        """The position of a row, as file:line."""
        return f"{self.path}:{self.lines[row]}"


def from_columns(columns: dict[str, Any], **details: Any) -> Table:
    """A table made in Python, such as a sample."""
    arrays = {name: np.asarray(cells) for name, cells in columns.items()}
    arrays = {name: cells.astype(np.float64 if cells.dtype.kind in "uif" else object) for name, cells in arrays.items()}
    return Table(arrays, np.arange(len(next(iter(arrays.values())))) + 2, **details)


def read(
    path: Path,
    separator: str | None = None,
    as_text: Iterable[str] = (),
    *,
    decimal: str | None = None,
    header: bool | None = None,
    skip_lines: int = 0,
    quotes: bool | None = None,
    formats: Mapping[str, NumberFormat] | None = None,
) -> Table:
    """The table in a CSV file.

    Args:
        path: the file; UTF-8, UTF-16 with its mark, or Windows-1252.
        separator: one character, or "tab"; detected where None.
        as_text: columns to keep as text even where all their values are numbers.
        decimal, header, skip_lines, quotes: as in `CsvOptions`.
        formats: how the numbers of some columns are written, as training found; the others are detected.

    Raises:
        ProjectError: naming file and line, where the file is no table.
    """
    file = opened(path, separator, header, skip_lines, quotes)
    formats = {name: form for name, form in (formats or {}).items() if name in file.header}
    wanted = {file.header.index(name) for name in {*as_text, *formats} & set(file.header)}
    found, lines, notes = _columns(file, set(range(len(file.header))) if decimal else wanted)
    hint = decimal or _hint(found, file.separator)
    columns: dict[str, Cells] = {}
    missing: dict[str, dict[str, int]] = {}
    for name, (known, codes) in zip(file.header, found, strict=True):
        columns[name] = known if codes is None else known[codes]
        form = None if codes is None or name in as_text else formats.get(name) or numbers.detect(known, decimal, hint)
        if codes is None or form is None:
            continue
        values = numbers.parse(known, form)
        words = {place: str(known[place]) for place in np.flatnonzero(np.isnan(values))}
        if set(words.values()) <= numbers.MISSING:  # else training knew a number here: whoever asks names the value
            columns[name], formats[name] = values[codes], form
            counts = {word: int((codes == place).sum()) for place, word in words.items() if word}
            missing |= {name: counts} if any(counts.values()) else {}
    notes += [f"warning: {name}: {form.doubt}" for name, form in formats.items() if form.doubt]
    for name, cells in columns.items() if len(lines) > 2 else ():
        if cells.dtype == object and SUMS.fullmatch(last := str(cells[-1])) and (cells == last).sum() == 1:
            notes.append(f"warning: {path}:{lines[-1]}: {last!r} in {name}: if this is a row of sums, delete it")
    told = {name: form for name, form in formats.items() if not form.plain}
    note = f"your own data, {path}"
    return Table(columns, lines, str(path), "", {}, str(path), note, told, missing, (*file.notes, *notes))


def _hint(columns: list[Read], separator: str) -> str:
    """The likelier decimal mark: that of the columns that are unambiguous, else the one that goes with the separator."""
    marks = set()
    for cells, codes in columns:
        if codes is None:
            marks |= {"."} if (np.nan_to_num(cells[:200]) % 1).any() else set()
        elif (form := numbers.detect(cells)) and not form.doubt and (form.thousands or form.decimal == ","):
            marks.add(form.decimal)
    return marks.pop() if len(marks) == 1 else ";" if separator == ";" else "."


def _columns(file: CsvFile, text: set[int]) -> tuple[list[Read], np.ndarray, list[str]]:
    """The columns, numbers only where they are written as computers write them; the line of each row; and notes.

    Columns that cannot be codes are read as numbers, the others as texts; `text` are the places of those to be read as texts.
    """
    lines, quotes, notes = np.array([]), file.quotes is not False, list[str]()
    try:
        frame = _frame(file, quotes)
        odd = _is_odd(frame, file)
    except (pd.errors.ParserError, pd.errors.ParserWarning):
        odd = True
    if odd:
        blanks = rb"(?m)^[ \t]+$" if file.separator != "\t" else rb"(?m)^ +$"
        file = replace(file, raw=b"\n" + re.sub(blanks, b"", file.raw[file.begin :]), begin=1)  # blank, for pandas too
        lines, quotes, notes = csv_rows.examined(file)
        frame = _frame(file, quotes)
    if not any(frame[place].dtype.kind in "if" and not numbers.plain(file.header[place]) for place in frame):
        _check_repeated(frame, file, lines)
    padded = text | _padded(file)
    again = [place for place in frame if _must_be_text(frame[place], place in padded)]
    texts = _frame(file, quotes, again) if again else frame
    read = [_read((texts if place in again else frame)[place], unwrap=not quotes) for place in frame]
    return read, lines if odd else np.arange(len(frame)) + file.line, notes


def _frame(file: CsvFile, quotes: bool, only: list[int] | None = None) -> pd.DataFrame:
    """The rows as pandas reads them, columns named 0, 1, …; texts as categories, which is faster."""
    content = io.BytesIO(file.raw)
    content.seek(file.begin)
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)  # such a column is read again
        return pd.read_csv(
            content,
            sep=file.separator,
            header=None,
            names=list(range(len(file.header))),
            index_col=False,
            usecols=only,
            dtype=str if only else dict.fromkeys(file.texts, "category"),
            keep_default_na=False,
            na_values={} if only else dict.fromkeys(file.gaps, ""),  # not checked in other columns, which is faster
            quoting=0 if quotes else 3,
            skipinitialspace=file.has_quotes,  # else blanks are removed later, which is faster
            encoding_errors="replace",
        )


def _is_odd(frame: pd.DataFrame, file: CsvFile) -> bool:
    """Whether the rows must be checked one by one: pandas silently fills short rows and accepts stray quotes."""
    sign, width, last = file.separator.encode(), len(file.header), frame[len(file.header) - 1]
    empty = last.isna() if last.dtype.kind in "iuf" else last == ""
    if len(frame) != file.raw.count(b"\n", file.begin):
        return True
    if not file.has_quotes:
        return bool(empty.any()) and file.raw.count(sign, file.begin) != len(frame) * (width - 1)
    inside = b'[^\n"' + re.escape(sign) + b"]"
    return bool(empty.any()) or (file.quotes is not False and file.has(inside + b'"' + inside))


def _read(cells: pd.Series, unwrap: bool) -> Read:
    """A column in numpy: float64, or its different texts without blanks around them, and which of them each row has."""
    if cells.dtype.kind in "if":
        return cells.to_numpy(np.float64), None
    cells = cells.astype("category")
    known = [str(text).strip() for text in cells.cat.categories]
    known = list(map(csv_rows.unwrapped, known)) if unwrap else known
    return np.array([*known, "", None], object)[:-1], cells.cat.codes.to_numpy()  # code -1, a missing one, is the last


def _must_be_text(cells: pd.Series, padded: bool) -> bool:
    """Whether a column is to be read again as text: pandas saw numbers where codes may stand, or some numbers among texts."""
    if isinstance(cells.dtype, pd.CategoricalDtype):
        return cells.cat.categories.dtype.kind in "iufb"  # as of inf and 1e5
    if cells.dtype.kind not in "if" or padded:
        return True
    values = cells.to_numpy()
    least, most = np.fmin.reduce(values), np.fmax.reduce(values)
    if not max(-float(least), float(most)) < numbers.LARGEST:  # or all are missing
        return True
    if cells.dtype.kind == "i" or (np.nan_to_num(values[:200]) % 1).any():
        return False  # a point in the first rows is none of thousands, or the column is among `texts`
    return not (np.abs(values * 1_000 - (values * 1_000).round()) > 1e-6).any()  # 1.234, or whole: 1e1


def _padded(file: CsvFile) -> set[int]:
    """The columns in which a value begins with a zero and another digit, as codes do."""
    sign, quoted = re.escape(file.separator.encode()), file.has_quotes
    if not any(file.has(before + b"0[0-9]") for before in [b"\n", sign, *[b'"'] * quoted]):
        return set()
    if quoted:
        return set(range(len(file.header)))
    data = np.frombuffer(file.raw, np.uint8)[file.begin - 1 :]
    values = np.flatnonzero((data[:-2] == ord(file.separator)) | (data[:-2] == 10))  # before each, row by row
    second = data[values + 2]
    codes = np.flatnonzero((data[values + 1] == 48) & (second >= 48) & (second <= 57))
    return set((codes % len(file.header)).tolist())


def _check_repeated(frame: pd.DataFrame, file: CsvFile, lines: np.ndarray) -> None:
    """Raise where a row repeats the names of the columns."""
    again = np.logical_and.reduce(
        [frame[place].astype(str).str.strip() == name for place, name in enumerate(file.header)]
    )
    if again.any():
        at = f"{file.path}:{(lines if len(lines) else np.arange(len(frame)) + file.line)[again.argmax()]}"
        raise ProjectError(
            f"{at}: the names of the columns are repeated here\nWere two files put together? Delete this line."
        )
