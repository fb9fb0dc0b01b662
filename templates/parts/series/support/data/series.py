"""From a table with dates to a regular series: which column holds what, and how it is read."""

import difflib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.data import date_columns, date_parts, dates, grid, steps, values
from support.data.csv_file import CsvOptions, opened
from support.data.date_columns import DateColumns
from support.data.numbers import NumberFormat
from support.data.steps import Moment, Step
from support.data.table import Table
from support.data.table import read as read_csv
from support.errors import ProjectError

import numpy as np


class SeriesOptions(CsvOptions):
    """What the functions here read from a project's Config, besides how a CSV file is written."""

    data: str = "sample"
    target: str | None = None
    columns: tuple[str, ...] = ()
    date_column: str | None = None
    date_format: str | None = None
    step: str | None = None
    horizon: int | None = None
    history: int | None = None
    season: int | None = None
    relative: str = "auto"
    validation_fraction: float = 0.15
    test_fraction: float = 0.2


@dataclass(frozen=True)
class Series:
    """One row per step of time, none missing."""

    values: np.ndarray  # (rows, columns) float32; the target is column 0; gaps repeat the last value before them
    known: np.ndarray  # (rows,) whether the target's value stood in the file
    start: Moment  # the date of row 0
    step: Step
    names: list[str]  # of the columns
    path: str = "the sample"
    source: str = "sample"
    note: str = ""
    dates: str = ""  # where they stand and how they were read, in words
    notes: list[str] = field(default_factory=list)  # what was found in the dates and values, and what was done about it
    reading: dict[str, Any] = field(default_factory=dict)  # for a prediction: how dates and numbers are written

    def __len__(self) -> int:
        return len(self.values)

    def date(self, rows: Any) -> Any:
        """The date of a row, or of several; rows after the last one are the future."""
        return self.step.dates(self.start, rows)[()]

    def show(self, row: int) -> str:
        return self.step.show(self.date(row))


def read_file(
    path: Path, reading: dict[str, Any], date_column: str | None = None, kept: dict[str, Any] | None = None
) -> Table:
    """The table in a CSV file; columns that may hold dates keep their texts.

    Args:
        reading: how the file is written (`CsvOptions.reading`).
        kept: how numbers were written in training, by column.
    """
    options = {name: value for name, value in reading.items() if name != "decimal"}
    header = opened(path, **options).header
    wanted = (date_column or "").split("+")
    texts = [name for name in header if date_columns.NAMED.search(name) or name in (date_column, *wanted)]
    forms = {name: NumberFormat.from_record(form) for name, form in (kept or {}).items()}
    return read_csv(path, as_text=texts, formats=forms, **reading)


def from_table(table: Table, config: Any) -> Series:
    """The series in a table: dates put in order and on a regular grid, numbers read, gaps filled from the past.

    Raises:
        ProjectError: naming file and line where the table holds no such series.
    """
    found = date_columns.read(table, config.date_column, config.date_format)
    names = _columns(table, found.columns, config)
    read = {name: values.read(table, name, config.decimal) for name in names}
    notes = [*table.notes, *(note for _, _, said in read.values() for note in said)]
    rows = np.stack([numbers for numbers, _, _ in read.values()], axis=1)
    reading = {
        "date_column": "+".join(found.columns),
        "dates": found.how,
        "numbers": {name: form for name, (_, form, _) in read.items()},
        "csv": config.reading(),
    }
    step = steps.read_step(config.step) if config.step else None
    return on_grid(found, rows, names, table, step, True, notes, reading)


def on_grid(
    found: DateColumns, rows: np.ndarray, names: list[str], table: Table, step: Step | None, average: bool,
    notes: list[str], reading: dict[str, Any],
) -> Series:  # fmt: skip
    """Rows (rows, columns) as a series; the step is found out where None, and averaged over where it is given and `average` says so."""
    regular = grid.regular(found.when, rows, names, table, step, average)
    return Series(
        regular.values, regular.known, regular.start, regular.step, regular.names, table.path, table.source, table.note,
        found.text(), [*notes, *regular.notes], reading,
    )  # fmt: skip


def no_column(table: Table, name: str) -> str:
    """The beginning of a refusal: a column that the table does not have."""
    close = difflib.get_close_matches(name, list(table.columns), 1)
    return f"{table.path}:1: there is no column {name}" + (f"; did you mean {close[0]}?" if close else "")


def _columns(table: Table, date_names: tuple[str, ...], config: Any) -> list[str]:
    """The target, then the other columns that the forecast is made from."""
    for option, names in (
        ("--target", (config.target,) if config.target else ()),
        ("--columns", config.columns if config.columns != ("all",) else ()),
    ):
        for name in names:
            if name not in table.columns:
                raise ProjectError(f"{option}: {no_column(table, name)}")
            if name in date_names:
                raise ProjectError(f"{option}: {name} is a column of dates\nName a column of numbers.")
    rest = [name for name in table.columns if name not in date_names]
    if not rest:
        raise ProjectError(
            f"{table.path}:1: there is no column besides {' + '.join(date_names)}\nExpected one of numbers to forecast."
        )
    parts = set(date_parts.roles(table, rest).values()) | {name for name in rest if _dates(table, name)}
    numbers = [name for name in rest if name not in parts and values.are_numbers(table.columns[name])]
    if len(numbers) > 1:
        numbers = [name for name in numbers if not _row_numbers(table.columns[name])]
    only = config.columns[0] if len(config.columns) == 1 and config.columns != ("all",) else ""
    if not (config.target or only) and len(numbers) > 1 and table.target not in numbers:
        raise ProjectError(
            f"which column of {table.path} is to be forecast?\nName it: --target COLUMN. There are: {', '.join(numbers[:12])}"
        )
    target = config.target or only or (table.target if table.target in numbers else (numbers or rest)[0])
    others = numbers if config.columns == ("all",) else config.columns
    return [target, *(name for name in others if name != target)]


def _row_numbers(cells: np.ndarray) -> bool:
    """Whether a column only numbers the rows."""
    return cells.dtype != object and len(cells) > 2 and bool((np.diff(cells) == 1).all()) and cells[0] in (0, 1)


def _dates(table: Table, name: str) -> bool:
    """Whether a column of texts holds dates, such as 2024-01-31, which are no numbers to forecast."""
    cells = table.columns[name]
    return cells.dtype == object and not values.are_numbers(cells) and dates.detect(cells) is not None
