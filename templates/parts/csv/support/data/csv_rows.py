"""The rows of a CSV file one by one, each with its line: slower than pandas, and used where a file looks odd.

A quote at the beginning of a value encloses it, line breaks and separators included. A stray one, as in `"great film` or 20", then
swallows lines: the rows in between would be lost. So a value of several lines is checked: if each of its lines is a
row when quotes are plain characters, then quotes are plain characters in this file.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from support.errors import ProjectError

import numpy as np

csv.field_size_limit(1 << 24)


class Row(NamedTuple):
    """Cells, and the lines of the text that they stand on: from `line` (0 is the first) to before `end`."""

    line: int
    end: int
    cells: list[str]


class Odd(Exception):
    """Line (0 is the first) and message of what is wrong with a row."""


def quoted(text: str, separator: str, strict: bool = False) -> Iterator[Row]:
    """The rows, where a quote encloses a value; blank lines are skipped."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=strict)
    line = 0
    try:
        for cells in reader:
            if len(cells) > 1 or any(map(str.strip, cells)):
                yield Row(line, reader.line_num, cells)
            line = reader.line_num
    except csv.Error as error:
        more = (
            ", and more text follows the quote that closes it"
            if "expected after" in str(error)
            else " and is never closed"
        )
        raise Odd(line, f"a quote opens a value here{more}") from None


def literal(text: str, separator: str) -> Iterator[Row]:
    """The rows, where a quote is a character like any other, except those around a whole value."""
    for line, content in enumerate(text.split("\n")):
        if content.strip():
            yield Row(line, line + 1, [unwrapped(cell.lstrip(" ")) for cell in content.split(separator)])


def unwrapped(cell: str) -> str:
    """A value without the quotes around it."""
    if len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in cell[1:-1].replace('""', ""):
        return cell[1:-1].replace('""', '"')
    return cell


def examined(file: Any) -> tuple[np.ndarray, bool, list[str]]:
    """The line of each row of a `CsvFile`, whether quotes enclose values, and a note about them.

    Raises:
        ProjectError: naming the line where a row has another number of values, or a quote swallows lines.
    """
    separator, width, quotes, line = file.separator, len(file.header), file.quotes, file.line
    text = file.raw[file.begin :].decode("utf-8", "replace")
    try:
        if quotes is False:
            return _lines(literal(text, separator), width, separator) + line, False, []
        rows = list(quoted(text, separator, strict=True))
        found = _lines(rows, width, separator)
        if quotes is None and (row := _swallowing(rows, text, width, separator)):
            what = f"a quote opens a value here that ends on line {row.end + line - 1}"
            raise Odd(row.line, f"{what}, and line {row.line + line} is a whole row without it")
        return found + line, True, []
    except Odd as odd:
        at, message = f"{file.path}:{odd.args[0] + line}", odd.args[1]
        if quotes is None and '"' in text:
            try:
                found = _lines(literal(text, separator), width, separator) + line
                said = message.splitlines()[0]
                return found, False, [f'{at}: {said}; so each " was read as a plain character, one row a line']
            except Odd as second:
                if message.startswith("a quote"):
                    message += '\nDouble the quote (""), or say that quotes are plain characters: --no-quotes'
                    message += f" (line {second.args[0] + line} is no row then)."
        raise ProjectError(f"{at}: {message}") from None


def _lines(rows: Iterable[Row], width: int, separator: str) -> np.ndarray:
    found = []
    for row in rows:
        if len(row.cells) != width:
            many = "more" if len(row.cells) > width else "fewer"
            what = f"{len(row.cells)} values, {many} than the {width} columns of the header"
            raise Odd(row.line, f'{what}\nA value that holds {separator!r} needs straight quotes (") around it.')
        found.append(row.line)
    return np.array(found, np.int64)


def _swallowing(rows: list[Row], text: str, width: int, separator: str) -> Row | None:
    """The first row of several lines of which each line is a whole row by itself, with short values like those of other rows."""
    lines, known = text.split("\n"), [row.cells for row in rows if row.end - row.line == 1]
    columns = [place for place in range(width) if all(len(cells[place]) < 40 for cells in known[:200])]  # not prose
    alike = {(place, _shape(cells[place])) for cells in known for place in columns}
    for row in rows if len(known) < len(rows) else ():
        parts = [content.split(separator) for content in lines[row.line : row.end]]
        if len(parts) > 1 and all(len(cells) == width and _mostly_like(cells, columns, alike) for cells in parts):
            return row
    return None


def _mostly_like(cells: list[str], columns: list[int], alike: set[tuple[int, str]]) -> bool:
    """Whether at least half of the values in these columns are like those of other rows."""
    like = [(place, _shape(cells[place])) in alike for place in columns if '"' not in cells[place]]
    return bool(like) and sum(like) >= 0.5 * len(like)


def _shape(text: str) -> str:
    """A value with 9 for its digits."""
    return re.sub(r"[0-9]+", "9", text.strip())
