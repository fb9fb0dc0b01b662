"""A CSV file as columns, read strictly: what is wrong is named with its file and line.

The separator and the encoding are found out. A column whose values are all numbers (or gaps) is an array of numbers; every other
column keeps its text as it stands in the file.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from support.errors import ProjectError

GAPS = frozenset(
    ("", "?", "-", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None", "NaT")
)  # how files write "not known"
SEPARATORS = (",", ";", "\t", "|")
CHUNK = 20_000  # rows turned into numbers at a time, so that a large file never stands in memory as text cells
csv.field_size_limit(1 << 24)

Cells = np.ndarray  # (rows,): float64 with NaN for gaps, or objects (str, "" for gaps)


@dataclass(frozen=True)
class Table:
    """Columns of equal length, and where they came from.

    `target` is the column to predict, `labels` are nicer names for its values, `source` and `note` are as in `Splits`.
    """

    columns: dict[str, Cells]
    lines: np.ndarray  # (rows,): the line of the file on which each row begins
    path: str = "the sample"
    target: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    source: str = "sample"
    note: str = ""

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


def read(path: Path, separator: str | None = None, as_text: Iterable[str] = ()) -> Table:
    """The table in a CSV file with a header.

    Args:
        path: the file; UTF-8, UTF-16 with its mark, or Windows-1252.
        separator: one character, or "tab"; found out where None.
        as_text: columns to keep as text even where all their values are numbers.

    Raises:
        ProjectError: naming file and line, where the file is no table.
    """
    text = _decode(path)
    dialect = {"tab": "\t", "\\t": "\t"}.get(separator or "", separator) or _sniff(text, path)
    if len(dialect) != 1:
        raise ProjectError(f"--separator cannot be {separator!r}: expected one character, or tab")
    rows = _rows(text, dialect, path)
    header = [name.strip() or f"unnamed_{position}" for position, name in enumerate(next(rows)[1], start=1)]
    _check_header(header, dialect, path)

    parts: dict[int, list[np.ndarray]] = {
        position: [] for position, name in enumerate(header) if name not in set(as_text)
    }
    lines: list[int] = []
    for chunk in _chunks(rows):
        for line, row in chunk:
            if len(row) != len(header):
                many = "more" if len(row) > len(header) else "fewer"
                raise ProjectError(
                    f"{path}:{line}: {len(row)} values, {many} than the {len(header)} columns of the header\nA value that holds {dialect!r} needs quotes around it."
                )
            lines.append(line)
        for position in list(parts):
            numbers = to_numbers([row[position] for _, row in chunk])
            if numbers is None:
                del parts[position]
            else:
                parts[position].append(numbers)
    if not lines:
        raise ProjectError(f"{path} has a header but no rows\nExpected one line per example below it.")

    rest = [position for position in range(len(header)) if position not in parts]
    texts: dict[int, list[str]] = {position: [] for position in rest}
    seen: dict[str, str] = dict.fromkeys(GAPS, "")  # equal texts share one object, and every gap is ""
    literal = {position for position, name in enumerate(header) if name in set(as_text)}  # None is a word there
    again = _rows(text, dialect, path) if rest else iter(())
    next(again, None)
    for _, row in again:
        for position in rest:
            cell = row[position].strip()
            texts[position].append(cell if position in literal else seen.setdefault(cell, cell))
    columns = {
        name: np.concatenate(parts[position]) if position in parts else np.array(texts[position], object)
        for position, name in enumerate(header)
    }
    return Table(columns, np.array(lines), str(path), source=str(path), note=f"your own data, {path}")


def to_numbers(cells: Iterable[str]) -> np.ndarray | None:
    """Texts as float64, gaps and infinities as NaN; None where one is no number."""
    try:
        numbers = np.array(["nan" if cell.strip() in GAPS else cell for cell in cells], dtype=np.float64)
    except ValueError:
        return None
    numbers[np.isinf(numbers)] = np.nan
    return numbers


def _decode(path: Path) -> str:
    """The text of the file."""
    if path.is_dir():
        raise ProjectError(f"{path} is a folder\nExpected a CSV file, for example {path}/table.csv.")
    if not path.exists():
        raise ProjectError(f"there is no data at {path}\nExpected sample, full, or the path of a CSV file.")
    raw = path.read_bytes()
    if not raw.strip():
        raise ProjectError(
            f"{path} is empty\nExpected a line with the names of the columns, and one line per example below it."
        )
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace")
    if raw.startswith(b"PK\x03\x04"):
        raise ProjectError(f"{path}:1: this is a workbook or a zip file, not text\nSave the sheet as CSV first.")
    if b"\0" in raw or sum(byte < 9 for byte in raw[:4096]) > 4:
        line = raw[: raw.find(b"\0")].count(b"\n") + 1 if b"\0" in raw else 1
        raise ProjectError(
            f"{path}:{line}: this is a binary file, not text\nExpected a CSV file: a line with the names of the columns, then one line per example."
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        foreign = error.object[error.start : error.start + 1]
        proper = _first_utf8_line(raw)
        if proper is None:
            return raw.decode("cp1252", errors="replace")  # what spreadsheets on Windows write
        raise ProjectError(
            f"{path}:{line}: byte 0x{foreign.hex()} is not UTF-8, but line {proper} is: the file mixes two encodings\nSave the whole file as UTF-8, for example in a spreadsheet: CSV UTF-8."
        ) from None


def _first_utf8_line(raw: bytes) -> int | None:
    """The first line with a letter outside ASCII that is proper UTF-8."""
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if not line.isascii():
            try:
                line.decode("utf-8")
                return number
            except UnicodeDecodeError:
                continue
    return None


def _sniff(text: str, path: Path) -> str:
    """The separator that cuts the first lines into the same number of columns, the most of them."""
    beginning = text[:100_000]
    if len(text) > len(beginning):
        beginning = beginning.rsplit("\n", 1)[0] or beginning
    found: dict[str, tuple[float, int]] = {}
    for separator in SEPARATORS:
        widths = [
            len(row)
            for _, row in zip(
                range(100), csv.reader(io.StringIO(beginning, newline=""), delimiter=separator), strict=False
            )
            if row
        ]
        if widths and widths[0] > 1:
            found[separator] = (sum(width == widths[0] for width in widths) / len(widths), widths[0])
    if not found:
        raise ProjectError(
            f"{path}:1: only one column: {text.splitlines()[0][:60]!r}\nExpected names of columns with , ; | or a tab between them; any other: --separator."
        )
    return max(found, key=lambda separator: found[separator])


def _rows(text: str, separator: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line on which it begins; blank lines are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    line = 1
    try:
        for row in reader:
            if row and not (len(row) == 1 and not row[0].strip()):
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise ProjectError(f"{path}:{line}: {error}\nIs a closing quote missing?") from None


def _chunks(rows: Iterator[tuple[int, list[str]]]) -> Iterator[list[tuple[int, list[str]]]]:
    while chunk := [row for _, row in zip(range(CHUNK), rows, strict=False)]:
        yield chunk


def _check_header(header: list[str], separator: str, path: Path) -> None:
    for position, name in enumerate(header):
        if name in header[:position]:
            raise ProjectError(f"{path}:1: two columns are named {name}\nEach needs a name of its own.")
    if len(header) < 2:
        raise ProjectError(
            f"{path}:1: only one column, {header[0][:60]!r}, with {separator!r} as the separator\nAnother one: --separator ';'"
        )
    if to_numbers(header) is not None:
        raise ProjectError(
            f"{path}:1: the first line holds numbers, not the names of the columns\nAdd a first line with names, for example: area,rooms,price"
        )
