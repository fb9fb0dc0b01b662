"""A CSV file as columns: what is wrong is named with its file and line.

Separator, encoding and how numbers are written are found out. A column whose values are all numbers (or missing) is an array of
numbers; every other column keeps its text as it stands in the file. pandas reads; what looks odd is looked at row by row after that.
"""

import io
import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from support.data import csv_rows, numbers
from support.data.csv_file import CsvFile, opened
from support.data.numbers import NumberFormat

import numpy as np
import pandas as pd

GAPS = numbers.MISSING  # how files write "not known"
LOOKED_AT = 200  # rows by which a column is taken for text
GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")
PIECE = 1 << 20  # bytes looked through at a time, which a processor keeps at hand

Read = tuple[np.ndarray, np.ndarray | None]  # numbers (rows,) and None, or different texts and the place of each row's
Cells = np.ndarray  # (rows,): float64 with NaN for missing values, or objects (str, "" where nothing stands)


@dataclass(frozen=True)
class Table:
    """Columns of equal length, and where they came from.

    `target` is the column to predict, `labels` are nicer names for its values, `source` and `note` are as in `Splits`.
    `formats` says how the numbers of a column are written, `missing` which texts of it were taken as not known, and how
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
        """Where a row stands, as file:line."""
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
    """The table in a CSV file with a header.

    Args:
        path: the file; UTF-8, UTF-16 with its mark, or Windows-1252.
        separator: one character, or "tab"; found out where None.
        as_text: columns to keep as text even where all their values are numbers.
        decimal, header, skip_lines, quotes: as in `CsvOptions`.
        formats: how the numbers of some columns are written, as training found; the others are found out.

    Raises:
        ProjectError: naming file and line, where the file is no table.
    """
    file = opened(path, separator, header, skip_lines, quotes)
    text = {position for position, name in enumerate(file.header) if name in set(as_text) or name in (formats or {})}
    found, lines, notes = _cells(file, text, decimal is not None)
    formats = {name: form for name, form in (formats or {}).items() if name in file.header}
    hint = decimal or _hint(found, file.separator)
    columns: dict[str, Cells] = {}
    missing: dict[str, dict[str, int]] = {}
    for name, (known, codes) in zip(file.header, found, strict=True):
        columns[name] = known if codes is None else known[codes]
        form = formats.get(name) or (None if codes is None else numbers.detect(known, decimal, hint))
        if codes is None or form is None or name in as_text:
            continue
        values = numbers.parse(known, form)
        unknown = [(place, str(known[place])) for place in np.flatnonzero(np.isnan(values))]
        if any(text not in GAPS for _, text in unknown):
            continue  # training knew a number here: whoever asks names the value
        columns[name], formats[name] = values[codes], form
        if words := {text: count for place, text in unknown if text and (count := int((codes == place).sum()))}:
            missing[name] = words
    notes = [*file.notes, *notes, *csv_rows.sums(columns, lines, path)]
    notes += [f"warning: {name}: {form.doubt}" for name, form in formats.items() if form.doubt]
    formats = {name: form for name, form in formats.items() if not form.plain}
    return Table(
        columns,
        lines,
        str(path),
        source=str(path),
        note=f"your own data, {path}",
        formats=formats,
        missing=missing,
        notes=tuple(notes),
    )


def to_numbers(cells: Iterable[str]) -> np.ndarray | None:
    """Texts as float64, missing values as NaN; None where one is no number."""
    cells = list(cells)
    form = numbers.detect(cells)
    if form is None:
        return np.full(len(cells), np.nan) if all(cell in GAPS for cell in cells) else None
    return numbers.parse(cells, form)


def _hint(columns: list[Read], separator: str) -> str:
    """The likelier mark of decimals: that of the columns that leave no doubt, else what goes with the separator."""
    marks = set()
    for cells, codes in columns:
        if codes is None:
            some = cells[:LOOKED_AT]
            marks |= {"."} if (some[~np.isnan(some)] % 1).any() else set()
        elif (form := numbers.detect(cells)) and not form.doubt and (form.thousands or form.decimal == ","):
            marks.add(form.decimal)
    return marks.pop() if len(marks) == 1 else ";" if separator == ";" else "."


def _cells(file: CsvFile, text: set[int], all_text: bool) -> tuple[list[Read], np.ndarray, list[str]]:
    """The columns, numbers only where they are written as computers write them; the line of each row; and notes."""
    width, body, lines = len(file.header), file.body, None
    quotes, notes = file.quotes is not False, list[str]()
    by_rows, decimals, alike = _text_columns(file)
    text = set(range(width)) if all_text else text | by_rows
    try:
        frame = _frame(body, file, quotes, text)
        odd = quotes and csv_rows.has_stray_quote(body, file.separator)
        odd = odd or len(frame) != body.count(b"\n") or frame[width - 1].isna().any() or (frame[width - 1] == "").any()
    except (pd.errors.ParserError, pd.errors.ParserWarning, UnicodeDecodeError):
        odd = True
    if odd:
        body = re.sub(rb"(?m)^[ \t]+$", b"", body) if file.separator != "\t" else body  # blank lines, for pandas too
        body = csv_rows.unescaped(body, width, file.separator) if quotes else body
        lines, quotes, notes = csv_rows.examined(body, width, file.separator, file.path, file.line, file.quotes)
        frame = _frame(body, file, quotes, text)
    if lines is None:
        lines = np.arange(len(frame)) + file.line
    numeric = set(range(width)) - text
    again = {place for place in range(width) if _is_code(frame[place], place in decimals)}
    if numeric - again:
        again |= numeric & _padded(body, file.separator, width)
    texts = _frame(body, file, quotes, again, only=again) if again else frame
    notes += [
        f"warning: {file.header[place]}: {said} {file.header[place]}"
        for place, said in alike.items()
        if place not in text
    ]
    return [_array((texts if place in again else frame)[place], not quotes) for place in range(width)], lines, notes


def _text_columns(file: CsvFile) -> tuple[set[int], set[int], dict[int, str]]:
    """By their first rows, the columns to read as text: with a text, or with points that may be of thousands as in 1.234; those with
    points that are of decimals; and what is to be said of those that hold both 1.1 and 1.10, as versions do."""
    rows = csv_rows.quoted if file.quotes is not False else csv_rows.literal
    sample = file.body[: PIECE // 4].decode("utf-8", "ignore")
    found: set[int] = set()
    pointed: dict[int, set[str]] = {}
    try:
        for row in islice(rows(sample[: sample.rfind("\n") + 1] or sample, file.separator), LOOKED_AT):
            for place, cell in enumerate(map(str.strip, row.cells[: len(file.header)])):
                if cell and place not in found and not numbers.plain(cell):
                    found.add(place)
                elif "." in cell:
                    pointed.setdefault(place, set()).add(cell)
    except csv_rows.Odd:
        pass
    alike: dict[int, str] = {}
    for place, cells in pointed.items():
        for cell in sorted(cells):
            if re.fullmatch(r".*\.\d+0", cell) and (short := cell.rstrip("0")) in cells:
                alike[place] = f"{short} and {cell} are the same number; if they are versions or codes: --categories"
    return (
        found | {place for place, cells in pointed.items() if all(map(GROUPED.fullmatch, cells))},
        set(pointed),
        alike,
    )


def _frame(body: bytes, file: CsvFile, quotes: bool, text: set[int], only: set[int] | None = None) -> pd.DataFrame:
    """The rows as pandas reads them, columns named 0, 1, …; those of `text` as categories."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)
        return pd.read_csv(
            io.BytesIO(body),
            sep=file.separator,
            header=None,
            names=list(range(len(file.header))),
            index_col=False,
            usecols=None if only is None else sorted(only),
            dtype=dict.fromkeys(text, "category" if only is None else str),  # as categories they are read faster
            keep_default_na=False,
            na_values={place: [""] for place in range(len(file.header)) if place not in text},
            quoting=0 if quotes else 3,
            skipinitialspace=True,
            encoding="utf-8",
            encoding_errors="replace",
        )


def _array(cells: pd.Series, unwrap: bool) -> Read:
    """A column in numpy: float64, or its different texts without blanks around them, and which of them each row has."""
    if cells.dtype.kind in "if":
        return cells.to_numpy(np.float64), None
    cells = cells.astype("category")
    known = [csv_rows.unwrapped(str(text).strip()) if unwrap else str(text).strip() for text in cells.cat.categories]
    return np.array([*known, "", None], object)[:-1], cells.cat.codes.to_numpy()  # code -1, a missing one, is the last


def _is_code(cells: pd.Series, decimals: bool) -> bool:
    """Whether a column must be looked at as text: it is none of numbers, or its numbers may be written in some other way."""
    if isinstance(cells.dtype, pd.CategoricalDtype):
        return cells.cat.categories.dtype.kind in "iufb"  # where pandas made numbers of all the texts
    if cells.dtype.kind not in "if":
        return True
    values = cells.to_numpy()
    if cells.dtype.kind == "i":
        return bool(len(values)) and bool(max(abs(int(values.min())), abs(int(values.max()))) >= numbers.LARGEST)
    known = values[~np.isnan(values)]
    if not len(known) or np.isinf(known).any() or np.abs(known).max() >= numbers.LARGEST:
        return True
    if not (known[:LOOKED_AT] % 1).any() and not (known % 1).any():
        return True  # whole numbers with a point or an exponent: 1.0, or the code 1e1
    thousandths = known * 1_000  # whole, where every point is one of thousands
    return not decimals and bool((np.abs(thousandths - thousandths.round()) < 1e-6).all())


def _padded(body: bytes, separator: str, width: int) -> set[int]:
    """The columns in which a value begins with a zero and another digit, as codes do."""
    data = np.frombuffer(b"\n" + body, np.uint8)
    hits = []
    for begin in range(0, len(data), PIECE):
        piece = data[begin : begin + PIECE + 2]
        zeros = piece[1:-1] == 48
        zeros &= piece[2:] - 48 < 10
        zeros &= (piece[:-2] == ord(separator)) | (piece[:-2] == 10) | (piece[:-2] == 34)
        hits.append(np.flatnonzero(zeros) + begin)
    places = np.concatenate(hits)
    if not len(places) or b'"' in body:
        return set(range(width)) if len(places) else set()
    separators, ends = np.flatnonzero(data == ord(separator)), np.flatnonzero(data == 10)
    begins = ends[np.searchsorted(ends, places, side="right") - 1]
    return set((np.searchsorted(separators, places, side="right") - np.searchsorted(separators, begins)).tolist())
