"""Columns of texts: a CSV file, or a file with a JSON object per line, with every value as it stands there.

Which column is meant is found out by its name, and only where a single one can be meant; otherwise the options are named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.data import csv_file, table, text_files
from support.errors import ProjectError

TABLES = (".csv", ".tsv", ".tab", *text_files.JSON)


@dataclass(frozen=True)
class TextTable:
    """Columns of equal length, "" where a value is missing, where each row stands (file:line), and what is worth a warning."""

    columns: dict[str, list[Any]]
    places: list[str]
    beginning: str  # where the names of the columns stand
    remarks: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.places)

    def texts(self, name: str) -> list[str]:
        """A column's values as they stand there; 1 and "1" of JSON are the same, and true is a word.

        Raises:
            ProjectError: where one is a list or an object.
        """
        found = []
        for place, value in zip(self.places, self.columns[name], strict=True):
            if isinstance(value, list | dict):
                raise ProjectError(f"{place}: {name} is no text\nExpected a text in quotes.")
            found.append(str(value).lower() if isinstance(value, bool) else "" if value is None else str(value))
        return found


def read(path: Path, reading: Mapping[str, Any]) -> TextTable:
    """The table in a file.

    Args:
        path: the file; its ending says whether it is CSV or JSON.
        reading: how a CSV file is written, as `CsvOptions.reading` gives it.

    Raises:
        ProjectError: naming file and line, where it cannot be read.
    """
    if path.suffix.lower() in text_files.JSON:
        return _from_objects(text_files.read_objects(path))
    if path.exists() and not path.is_file():  # a device such as /dev/zero never ends
        raise ProjectError(f"{path} is no file\nExpected a table of texts.")
    names = csv_file.opened(path, **{name: value for name, value in reading.items() if name != "decimal"}).header
    found = table.read(path, as_text=names, **reading)
    columns = {name: cells.tolist() for name, cells in found.columns.items()}
    places = [found.at(row) for row in range(len(found))]
    return TextTable(columns, places, f"{path}:{found.lines[0] - 1}", tuple(found.notes))


def column(
    found: TextTable, given: str | None, usual: Sequence[str], option: str, others: Sequence[str | None] = ()
) -> str | None:
    """The column that is meant: the given one, or the only one with a usual name; the first usual name is beyond doubt.

    Args:
        found: the table.
        given: the option's value.
        usual: names that such a column often has, in small letters.
        option: how the user names the column, such as --text-column.
        others: columns that are taken already.

    Raises:
        ProjectError: where there is no such column, or several can be meant.
    """
    names = ", ".join(found.columns)
    if given is not None:
        if given not in found.columns:
            raise ProjectError(f"{found.beginning}: there is no column {given}\n{option} can be: {names}")
        return given
    likely = [name for name in found.columns if name.strip().lower() in usual and name not in others]
    sure = [name for name in likely if name.strip().lower() == usual[0]]
    if len(sure or likely) > 1:
        raise ProjectError(
            f"{found.beginning}: {' or '.join(sure or likely)}: which column is meant?\nName it with {option}."
        )
    return next(iter(sure or likely), None)


def _from_objects(items: list[text_files.Item]) -> TextTable:
    names = list(dict.fromkeys(name for _, item in items for name in item))
    columns = {name: [item.get(name) for _, item in items] for name in names}
    places = [place for place, _ in items]
    return TextTable(columns, places, places[0])
