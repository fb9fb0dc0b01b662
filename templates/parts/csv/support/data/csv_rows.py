"""The rows of a CSV file one by one, each with its line: slower than pandas, and asked where a file looks odd.

A quote at the beginning of a value encloses it, line breaks and separators included. A stray one, as in `"great film` or 20", then
swallows lines: the rows in between would be lost. So a value of several lines is looked at closely, and where every line makes a row
when quotes are plain characters, they are.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from support.errors import ProjectError

import numpy as np

NUMBERS = ("9", "9.9", "-9", "-9.9", "")  # what they look like
SUMS = re.compile(
    r"(grand |sub)?(total|sum|average|mean|count|summe|gesamt(summe)?|mittelwert|somme|moyenne|totale|media|suma|soma|totaal)s?:?",
    re.IGNORECASE,
)
FEW = 100  # different values: a column with fewer has a list of what it may hold


class Row(NamedTuple):
    """Cells, and the lines of the text that they stand on: from `line` (0 is the first) to before `end`."""

    line: int
    end: int
    cells: list[str]


class Odd(Exception):
    """Line (0 is the first) and message of what is wrong with a row."""


def quoted(text: str, separator: str, strict: bool = False) -> Iterator[Row]:
    """The rows, where a quote encloses a value; blank lines are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=strict)
    line = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) or len(cells) > 1:
                yield Row(line, reader.line_num, cells)
            line = reader.line_num
    except csv.Error as error:
        if "expected after" in str(error):
            raise Odd(line, "a quote opens a value here, and more text follows the quote that closes it") from None
        raise Odd(line, "a quote opens a value here and is never closed") from None


def literal(text: str, separator: str) -> Iterator[Row]:
    """The rows, where a quote is a character like any other, but for those around a whole value."""
    for line, content in enumerate(text.split("\n")):
        if content.strip():
            yield Row(line, line + 1, [unwrapped(cell.lstrip(" ")) for cell in content.split(separator)])


def unwrapped(cell: str) -> str:
    """A value without the quotes around it."""
    if len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in cell[1:-1].replace('""', ""):
        return cell[1:-1].replace('""', '"')
    return cell


def unescaped(body: bytes, width: int, separator: str) -> bytes:
    """The rows with each \\" as "", where all can be read so: as programs write that do not double a quote."""
    if b'\\"' in body:
        other = body.replace(b'\\"', b'""')
        try:
            _lines(quoted(other.decode("utf-8", "replace"), separator, strict=True), width, separator)
            return other
        except Odd:
            pass
    return body


def has_stray_quote(body: bytes, separator: str) -> bool:
    """Whether a quote has other characters on both sides, as in "good" film: pandas passes over it in silence."""
    others = b'[^\n"' + re.escape(separator.encode()) + b"]"
    return b'"' in body and re.search(others + b'"' + others, body) is not None


def sums(columns: dict[str, np.ndarray], lines: np.ndarray, path: Path) -> list[str]:
    """A warning where the last row is one of sums, and no example."""
    for name, cells in columns.items() if len(lines) > 2 else ():
        last = str(cells[-1])
        if cells.dtype == object and SUMS.fullmatch(last) and (cells == last).sum() == 1:
            return [f"warning: {path}:{lines[-1]}: {last!r} in {name}: if this is a row of sums, delete it"]
    return []


def ragged(cells: list[str], width: int, separator: str) -> str:
    """What is wrong with a row of another length than the header."""
    many = "more" if len(cells) > width else "fewer"
    return (
        f"{len(cells)} values, {many} than the {width} columns of the header\n"
        f'A value that holds {separator!r} needs straight quotes (") around it.'
    )


def examined(
    body: bytes, width: int, separator: str, path: Path, line: int, quotes: bool | None
) -> tuple[np.ndarray, bool, list[str]]:
    """The line of each row, whether quotes enclose values, and what is worth saying about it.

    Args:
        body: the rows of the file, as UTF-8.
        width: how many columns there are.
        separator: between values.
        path, line: of the file, and of its first row there.
        quotes: as the user says; None to find out.

    Raises:
        ProjectError: naming the line where a row has another number of values, or a quote swallows lines.
    """
    text = body.decode("utf-8", "replace")
    try:
        if quotes is False:
            return _lines(literal(text, separator), width, separator) + line, False, []
        rows = list(quoted(text, separator, strict=True))
        found = _lines(iter(rows), width, separator)
        if quotes is None and (swallowing := _swallowing(rows, text, width, separator)) is not None:
            first, last = swallowing.line + line, swallowing.end + line - 1
            raise Odd(
                swallowing.line,
                f"a quote opens a value here that ends on line {last}, and line {first} is a whole row without it",
            )
        return found + line, True, []
    except Odd as odd:
        above, message = odd.args
        if quotes is None and b'"' in body:
            try:
                found = _lines(literal(text, separator), width, separator)
                return (
                    found + line,
                    False,
                    [
                        f'{path}:{above + line}: {message.splitlines()[0]}; so each " was read as a plain character, one row a line'
                    ],
                )
            except Odd as second:
                if message.startswith("a quote"):
                    message += (
                        f'\nDouble the quote (""), or say that quotes are plain characters: --no-quotes'
                        f" (line {second.args[0] + line} is no row then)."
                    )
        raise ProjectError(f"{path}:{above + line}: {message}") from None


def _lines(rows: Iterator[Row], width: int, separator: str) -> np.ndarray:
    found = []
    for row in rows:
        if len(row.cells) != width:
            raise Odd(row.line, ragged(row.cells, width, separator))
        found.append(row.line)
    return np.array(found, np.int64)


def _swallowing(rows: list[Row], text: str, width: int, separator: str) -> Row | None:
    """The first row of several lines of which one line is a whole row by itself, as like the other rows as rows are."""
    long = [row for row in rows if row.end - row.line > 1]
    if not long:
        return None
    lines = text.split("\n")
    allowed: dict[int, set[str]] = defaultdict(set)
    for position in range(width):
        values = {row.cells[position].strip() for row in rows if row.end - row.line == 1}
        listed = len(values) <= FEW and not all(_shape(value) in NUMBERS for value in values)
        allowed[position] = values if listed else {_shape(value) for value in values}
    for row in long:
        for content in lines[row.line : row.end - 1]:
            cells = [unwrapped(cell.lstrip(" ")).strip() for cell in content.split(separator)]
            if len(cells) != width:
                continue
            others = [position for position, cell in enumerate(cells) if not cell.startswith('"') and '"' not in cell]
            like = [cells[place] in allowed[place] or _shape(cells[place]) in allowed[place] for place in others]
            if like and all(like[-1:]) and sum(like) >= 0.5 * len(like) and _short(rows, others, like):
                return row
    return None


def _short(rows: list[Row], others: list[int], like: list[bool]) -> bool:
    """Whether a column that fits is one of short values: any prose is like prose."""
    some = [row.cells for row in rows[:200]]
    return any(fits and max(len(cells[place]) for cells in some) < 40 for place, fits in zip(others, like, strict=True))


def _shape(text: str) -> str:
    """What a value looks like: 9 for digits, a for letters."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"[0-9]+", "9", text))
