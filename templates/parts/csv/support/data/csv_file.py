"""The format of a CSV file: its encoding, separator, header and quotes are detected, faults are named with file and line."""

import codecs
import csv
import io
import re
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, Literal

from support.data import csv_rows, numbers
from support.errors import ProjectError
from support.settings import Settings
from support.terminal import one_line

from pydantic import Field

SEPARATORS = (",", ";", "\t", "|")
SAMPLE = 200_000  # bytes looked at first
PACKED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"PAR1")  # how .xlsx and .zip, .xls, .gz and .parquet begin
MARKUP = re.compile(rb"\s*(?:<(?:!doctype|\?xml|html|table)\b|[\[{]\s*[\"{\[])", re.IGNORECASE)
DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ]\d.*)?|.*\b\d\d:\d\d(?::\d\d)?\b.*")


class CsvOptions(Settings):
    """How a CSV file is written, where that cannot be detected."""

    separator: str | None = Field(None, description="character between the values of a CSV file, or tab")
    decimal: Literal[".", ","] | None = Field(None, description="decimal mark in a CSV file: . or ,")
    header: bool | None = Field(None, description="whether the first line of a CSV file holds the column names")
    skip_lines: int = Field(0, ge=0, description="lines of a CSV file above the column names, such as a title")
    quotes: bool | None = Field(None, description='whether a " at the start of a value encloses the value')

    def reading(self) -> dict[str, Any]:
        """What `table.read` takes; kept in spec, so that a prediction reads as training did."""
        return {name: getattr(self, name) for name in CsvOptions.model_fields}


@dataclass(frozen=True)
class CsvFile:
    """The content of a CSV file, and how to read it.

    `raw` is UTF-8 with line ends \\n; its rows begin behind the line end at `begin - 1`, on line `line` of the file. `texts` are the
    columns with a text among the first rows, `gaps` the others with an empty cell there; `quotes` says whether quotes enclose
    values, where the user does; `notes`, what else a reader should know.
    """

    path: Path
    separator: str
    header: list[str]
    line: int
    raw: bytes
    begin: int
    texts: set[int]
    gaps: set[int]
    quotes: bool | None = None
    notes: tuple[str, ...] = ()

    @cached_property
    def has_quotes(self) -> bool:
        return self.raw.find(b'"', self.begin) >= 0

    def has(self, pattern: bytes) -> bool:
        """Whether this stands in the rows, the line end before them included."""
        return re.compile(pattern).search(self.raw, self.begin - 1) is not None


def opened(
    path: Path,
    separator: str | None = None,
    header: bool | None = None,
    skip_lines: int = 0,
    quotes: bool | None = None,
) -> CsvFile:
    """The file with its header read and checked.

    Raises:
        ProjectError: naming file and line, where the file is no table.
    """
    (raw, notes), begin, line = decoded(path), 0, 1
    if told := re.match(rb'"?sep=(.)"?\n', raw, re.IGNORECASE):  # a line that tells Excel the separator
        separator, begin, line = separator or told[1].decode(), told.end(), 2
    while begin < len(raw) and (line <= skip_lines or not raw[begin : raw.find(b"\n", begin)].strip()):
        begin, line = raw.find(b"\n", begin) + 1, line + 1
    if begin >= len(raw):
        raise ProjectError(f"{path} has {line - 1} lines, and all are blank or skipped\nSee --skip-lines.")
    text = raw[begin : begin + SAMPLE].decode("utf-8", "ignore")
    text, at = text[: text.rfind("\n") + 1] or text, f"{path}:{line}"
    separator = {"tab": "\t", "\\t": "\t"}.get(separator or "", separator) or _separator(text, at, line)
    if len(separator) != 1:
        raise ProjectError(f"--separator cannot be {separator!r}: expected one character, or tab")
    if header is None and (advice := _below_title(text, separator, line)):
        raise ProjectError(f"{at}: {advice}")
    rows = list(islice((csv_rows.literal if quotes is False else csv_rows.quoted)(text, separator), 300))
    names = _names([[cell.strip() for cell in row.cells] for row in rows], separator, at, header)
    if header is not False:
        for _ in range(rows.pop(0).end):
            begin, line = raw.index(b"\n", begin) + 1, line + 1
    if not re.compile(rb"\S").search(raw, begin):
        raise ProjectError(f"{path} has a header but no rows\nExpected one line per example below it.")
    cells = zip_longest(*(row.cells[: len(names)] for row in rows), fillvalue="")
    texts, gaps = set[int](), set[int]()
    for place, column in enumerate(set(map(str.strip, column)) for column in cells):
        (texts if _are_texts(column) else gaps if "" in column else set()).add(place)
    raw, begin = (raw, begin) if begin else (b"\n" + raw, 1)
    return CsvFile(path, separator, names, line, raw, begin, texts, gaps, quotes, notes)


def decoded(path: Path) -> tuple[bytes, tuple[str, ...]]:
    """The bytes of the file as UTF-8, without a mark at the beginning and blank lines at the end, lines ended by \\n; and notes.

    Raises:
        ProjectError: where it is no text.
    """
    if not path.is_file():  # a pipe may never deliver, a device such as /dev/zero never ends
        folder = f"is a folder\nExpected a CSV file, for example {path}/table.csv."
        there = "is neither a file nor a folder\nExpected a CSV file." if path.exists() else ""
        missing = f"there is no data at {path}\nExpected sample, full, or the path of a CSV file."
        raise ProjectError(f"{path} {folder if path.is_dir() else there}" if there else missing)
    raw, notes = path.read_bytes(), tuple[str, ...]()
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raw = raw.decode("utf-16", errors="replace").encode()
    raw = raw.removeprefix(codecs.BOM_UTF8)
    if not raw or raw.isspace():
        raise ProjectError(
            f"{path} is empty\nExpected a line with the column names, and one line per example below it."
        )
    if raw.startswith(PACKED):
        raise ProjectError(f"{path}:1: this is a workbook or a packed file, not text\nSave it as CSV, or unpack it.")
    if MARKUP.match(raw[:100]):
        raise ProjectError(f"{path}:1: this looks like HTML, XML or JSON, not like a table\nExpected a CSV file.")
    if b"\0" in raw:
        at = f"{path}:{raw.count(10, 0, raw.find(0)) + 1}"
        raise ProjectError(f"{at}: this is a binary file, not text\nExpected a CSV file in UTF-8.")
    if not raw.isascii():
        raw, notes = _as_utf8(raw, path)
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if raw.endswith(b"\n\n") or not raw.endswith(b"\n"):
        raw = raw.rstrip(b"\n") + b"\n"
    return raw, notes


def _are_texts(cells: set[str]) -> bool:
    """Whether one of these is not a number as computers write it, or every point may be a thousands separator, as in 1.234."""
    pointed = [cell for cell in cells if "." in cell]
    grouped = bool(pointed) and all(re.fullmatch(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}", cell) for cell in pointed)
    return grouped or not all(map(numbers.plain, filter(None, cells)))


def _as_utf8(raw: bytes, path: Path) -> tuple[bytes, tuple[str, ...]]:
    """Bytes of UTF-8 as they are; of Windows-1252, which spreadsheets write, as UTF-8 with a note."""
    try:
        raw.decode()
        return raw, ()
    except UnicodeDecodeError as error:
        wrong = f"{path}:{raw.count(10, 0, error.start) + 1}: byte 0x{raw[error.start]:02x} is"
    for line, content in enumerate(raw.split(b"\n"), start=1):
        if not content.isascii() and content.decode("utf-8", "ignore").encode() == content:
            two = f"{wrong} not UTF-8, but line {line} is: the file mixes two encodings"
            raise ProjectError(f"{two}\nSave the whole file as UTF-8.")
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError as error:
        wrong = f"{path}:{raw.count(10, 0, error.start) + 1}: byte 0x{raw[error.start]:02x} is"
        raise ProjectError(f"{wrong} neither UTF-8 nor Windows-1252\nSave the file as UTF-8.") from None
    word = (re.search(r"\w*[^\x00-\x7f]+\w*", text) or [""])[0]
    return text.encode(), (f"warning: {path} is not UTF-8; it was read as Windows-1252, for example {word}",)


def _separator(text: str, at: str, line: int) -> str:
    """The separator that cuts the first lines into equal numbers of columns, as many as possible."""
    found: dict[str, tuple[float, int]] = {}
    for separator in SEPARATORS:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        widths = [len(row) for row in islice(rows, 100) if row]
        if widths and widths[0] > 1:
            found[separator] = (widths.count(widths[0]) / len(widths), widths[0])
    if found:
        return max(found, key=lambda separator: found[separator])
    advice = next(filter(None, (_below_title(text, separator, line) for separator in SEPARATORS)), "")
    if not advice and re.match(r'".*[,;\t|].*"$', text, re.MULTILINE):
        advice = "each line stands in quotes as a whole\nRemove the quotes around the lines."
    expected = "Expected column names with , ; | or a tab between them; any other: --separator."
    only = f"only one column: {text.splitlines()[0][:60]!r}\n{expected}"
    raise ProjectError(f"{at}: {advice or only}")


def _below_title(text: str, separator: str, line: int) -> str:
    """Advice where the line of names follows mostly empty lines, such as a title; else nothing."""
    cells = [[cell.strip() for cell in content.split(separator)] for content in text.split("\n")[:40]]
    for above in range(1, min(20, len(cells))):
        names, titles = cells[above], [each for each in cells[:above] if any(each)]
        below = [len(each) for each in cells[above + 1 : above + 11] if any(each)]
        named = len(names) > 1 and all(names) and not any(map(numbers.plain, names))
        if not named or not titles or len(below) < 3 or set(below) != {len(names)}:
            continue
        most = len(names) // 2  # cells of a title that hold something
        if all(sum(map(bool, each)) <= most and (most > 1 or len(each) != 2) for each in titles):
            title = f"{' '.join(filter(None, titles[0]))[:60]!r} is no line of names"
            seems = f"line {line + above} looks like one: {', '.join(names[:4])}"
            return f"{title}; {seems}\nSkip what stands above it: --skip-lines {line + above - 1}"
    return ""


def _names(rows: list[list[str]], separator: str, at: str, wanted: bool | None) -> list[str]:
    """The column names, from the first rows; `wanted` says whether the first line holds them, None to check it."""
    first = rows[0]
    if len(first) < 2:
        one = f"{at}: only one column, {first[0][:60]!r}, with {separator!r} as the separator"
        raise ProjectError(f"{one}\nAnother one: --separator ';'")
    if wanted is False:
        return [f"column_{position}" for position in range(1, len(first) + 1)]
    if wanted is None:
        _check_names(first, [row for row in rows[1:] if len(row) == len(first) and row != first], at)
    names = [one_line(name) or f"unnamed_{position}" for position, name in enumerate(first, start=1)]
    if len(set(names)) < len(names):
        raise ProjectError(f"{at}: two columns are named {max(names, key=names.count)}\nEach needs a name of its own.")
    return names


def _check_names(first: list[str], rows: list[list[str]], at: str) -> None:
    """Raise where the first line looks like one more row: some cells are like the values below, and none is unlike them."""
    advice = "Add a first line with names, for example: area,rooms,price; or take column_1, column_2, … as names: --no-header"
    digits = [float(cell) for cell in first if numbers.plain(cell)]
    if digits and len(digits) == sum(map(bool, first)):
        raise ProjectError(f"{at}: the first line holds numbers, not the names of the columns\n{advice}")
    years = len(digits) > 2 and digits == sorted(set(digits)) and all(map(float.is_integer, digits))
    like, unlike = [], 0
    for cell, column in zip(first, zip(*rows, strict=True), strict=False):
        below = [value for value in column if value not in numbers.MISSING]
        if not below or not cell:
            continue
        numeric, dated = (
            sum(map(bool, map(test, below))) >= 0.9 * len(below) for test in (numbers.plain, DATE.fullmatch)
        )
        if numbers.plain(cell):
            like += [cell] * (numeric and not years)
        elif not numeric and (cell in below or (dated and DATE.fullmatch(cell))):
            like.append(cell)
        else:
            unlike += numeric or (len(below) >= 20 and len(set(below)) <= 0.5 * len(below))
    if like and not unlike:
        what = f"{at}: the first line looks like data, not like the names of the columns"
        verb = "is" if len(like) == 1 else "are"
        advice += ". If these are the names: --header"
        raise ProjectError(f"{what}: {', '.join(like[:3])} {verb} like the values below\n{advice}")
