"""A series of numbers: one row per step of time, none missing. Rows at any times are put on such a grid, and corrections are reported.

Corrections use the past only: rows are sorted, a few rows of the same time become their mean, and a missing value is
filled with the last value before it. Such a filled value is never a target, neither in training nor in a metric.
"""

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from support.data import steps
from support.data.steps import DAY, Step
from support.data.table import Table
from support.errors import ProjectError

import numpy as np
import pandas as pd

REPEATS = 0.1  # fraction of the rows that may repeat a date with another value; with more, it is another kind of file
LEAST = 8  # rows of each series, on average, before a column counts as one that distinguishes series


@dataclass(frozen=True)
class Series:
    """One row per step of time, none missing."""

    values: (
        np.ndarray
    )  # (rows, columns) float32; the target is column 0; missing values are filled with the last one before them
    known: np.ndarray  # (rows,) whether the file has the target's value
    start: Any  # the date of row 0, datetime64[s]
    step: Step
    names: list[str]  # of the columns; those without values are left out
    notes: list[str]  # problems in the dates and values, and their corrections
    table: Table  # its source
    dates: str = ""  # their columns and format, in words
    reading: dict[str, Any] = field(default_factory=dict)  # for a prediction: the formats of dates and numbers

    def __len__(self) -> int:
        return len(self.values)

    def date(self, rows: Any) -> Any:
        """The date of a row, or of several; rows after the last one are the future."""
        return self.step.dates(self.start, rows)

    def show(self, row: int) -> str:
        return self.step.show(self.date(row))


def regular(
    when: pd.DatetimeIndex, frame: pd.DataFrame, table: Table, step: Step | None, average: bool = True
) -> Series:
    """Rows (rows, columns) at the times `when` on a regular grid.

    Args:
        when: (rows,); rows with NaT are left out.
        step: of the grid; detected if None.
        average: if a step is given, each row is the mean of the values in it; otherwise each value goes to the nearest row.

    Raises:
        ProjectError: if there is no such grid, or if most dates occur several times.
    """
    notes: list[str] = []
    rows = np.flatnonzero(when.notna())  # of the table
    if len(rows) < len(when):
        first = table.at(int(when.isna().argmax()))
        notes.append(f"{len(when) - len(rows):,} rows have no date, first {first}: they are left out")
    if len(rows) < 3:
        raise ProjectError(f"{table.path} has {len(rows)} rows, too few for a series\nExpected some dozens at least.")
    when = when[rows]
    if when.is_monotonic_decreasing:
        notes.append("the newest row stands first: the rows were turned into the order of time")
    elif not when.is_monotonic_increasing:
        first = table.at(int(rows[int((np.diff(when) < np.timedelta64(0)).argmax()) + 1]))
        notes.append(f"rows are not in the order of time, first {first}: they were sorted")
    order = np.argsort(when, kind="stable")
    when, rows = when[order], rows[order]
    averaged = step is not None and average
    step = step or steps.step_of(when.unique(), table.path)
    start = step.begin(when[0]) if averaged else step.dates(when[0], 0)
    exact = step.positions(when, start)
    position = np.floor(exact + (1e-9 if averaged else 0.5)).astype(int)
    frame, count = frame.iloc[rows].set_axis(position), int(position[-1]) + 1
    if not averaged:
        off = np.flatnonzero(np.abs(exact - np.round(exact)) > 1e-6)
        notes += [
            f"{len(off):,} rows lie between two steps of {step}, first {table.at(int(rows[row]))}: each was taken at the nearest"
            for row in off[:1]
        ]
        notes += _repeated(when, frame, rows, table)
    elif count < len(when):
        notes.append(f"{len(when):,} rows became {count:,}: the mean over each {str(step).removeprefix('1 ')}")
    notes += _gaps(position, start, step, table)  # before as many rows are made as the grid has
    frame = frame.groupby(level=0).mean()
    for name, missing in frame.isna().sum().items():
        never = ", never a target" if name == frame.columns[0] else ""
        notes += [f"{name}: {missing:,} values are missing: filled with the value before{never}"] * bool(missing)
    frame = frame.reindex(range(count))
    empty = list(frame.columns[frame.isna().all()])
    if frame.columns[0] in empty:
        raise ProjectError(f"{table.path}: {empty[0]} has no value in any row\nAnother column: --target NAME")
    if empty:
        notes.append(f"left out, as they have no values: {', '.join(empty)}")
        frame = frame.drop(columns=empty)
    filled = frame.ffill()
    begin = int(filled.notna().all(axis=1).argmax())  # the first row by which every column has a value
    start = step.dates(start, begin)
    if begin:
        notes.append(f"the first {begin:,} rows are left out: until {step.show(start)} a column has no value")
    values, known = filled.to_numpy(np.float32)[begin:], frame.iloc[begin:, 0].notna().to_numpy()
    return Series(values, known, start, step, list(frame.columns), notes, table)


def _repeated(when: pd.DatetimeIndex, frame: pd.DataFrame, rows: np.ndarray, table: Table) -> list[str]:
    """The remarks on repeated dates; `frame` has the positions on the grid as its index.

    Raises:
        ProjectError: if there are so many that the file is not a single series.
    """
    again = frame.index.duplicated()
    if not again.any():
        return []
    group = frame.groupby(level=0)
    spread = (group.max() - group.min() > 1e-9 * group.max().abs()).any(axis=1)
    different = again & spread.reindex(frame.index).to_numpy()
    place = table.at(int(rows[again.argmax()]))
    if len(when) - when.nunique() > max(3, REPEATS * len(when)):
        cells = pd.DataFrame({name: pd.Series(cells).iloc[rows].astype(str) for name, cells in table.columns.items()})
        key = _key(cells, when)
        said = f"{place}: {str(when[again][0]).removesuffix(' 00:00:00')} again: {len(when):,} rows have {when.nunique():,} dates"
        if key:
            kinds = cells[list(key)].agg(" ".join, axis=1).unique()
            some = ", ".join(kinds[:3]) + (", …" if len(kinds) > 3 else "")
            raise ProjectError(
                f"{said}: the file holds {len(kinds):,} series, one for each {' and '.join(key)} ({some})\nKeep the rows of one in a file of its own."
            )
        if different.sum() > REPEATS * len(when):
            raise ProjectError(
                f"{said}\nName all columns that make a date, such as --date-column Date+Time, or a time to average over, such as --step day."
            )
    how = "of rows that differ the mean was taken" if different.any() else "the rows are the same, and count once"
    return [f"{again.sum():,} dates occur again, first {place}: {how}"]


def _key(cells: pd.DataFrame, when: pd.DatetimeIndex) -> tuple[str, ...]:
    """The one or two columns that distinguish several series of a file: with them, each date occurs once; empty if there are none."""
    few = [name for name in cells if 1 < cells[name].nunique() <= len(cells) / LEAST][:12]
    for names in (*combinations(few, 1), *combinations(few, 2)):
        if not cells[list(names)].set_axis(range(len(names)), axis=1).assign(when=when).duplicated().any():
            return names
    return ()


def _gaps(position: np.ndarray, start: Any, step: Step, table: Table) -> list[str]:
    """The remarks on missing dates between the sorted positions of rows.

    Raises:
        ProjectError: if most dates are missing.
    """
    there = np.unique(position)
    count, jumps = int(there[-1]) + 1 - len(there), np.diff(there)
    if not count:
        return []
    longest = int(jumps.argmax())
    places = (there[longest], there[longest] + 1, there[longest + 1])
    before, first, after = (step.show(step.dates(start, place)) for place in places)
    if count > len(there):
        longer = "day" if step.count < DAY and not step.months else "month"
        raise ProjectError(
            f"{table.path}: most rows are {step} apart, but then {count:,} of {count + len(there):,} are missing, the most from {before} to {after}: the steps are mixed\n"
            f"Correct a date that is wrong, or say over which time to average, for example --step {longer}."
        )
    place = f"the longest gap at {first}, {jumps[longest] - 1} long" if jumps[longest] > 2 else f"first {first}"
    return [f"{count:,} dates are missing, {place}: filled with the value before, never a target"]
