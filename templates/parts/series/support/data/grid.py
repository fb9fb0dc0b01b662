"""Rows at any times, put on a grid with the same step everywhere; what had to be mended is said.

What is mended looks at the past alone: rows are sorted, a few rows of the same time become their mean, and a gap repeats the last
value before it. Such a repeated value is never a target, neither in training nor in a metric.
"""

from dataclasses import dataclass
from itertools import combinations

from support.data import steps
from support.data.steps import Moment, Step
from support.data.table import Table
from support.errors import ProjectError

import numpy as np
import pandas as pd

REPEATS = 0.1  # share of the rows that may repeat a date with another value; more is another kind of file
LEAST = 8  # rows of each series, on average, before a column is taken for one that tells series apart


@dataclass(frozen=True)
class Grid:
    """One row per step of time, none missing."""

    values: np.ndarray  # (rows, columns) float32; gaps repeat the last value before them
    known: np.ndarray  # (rows,) whether the first column had a value
    start: Moment  # the date of row 0
    step: Step
    names: list[str]  # of the columns; those without values are left out
    notes: list[str]


def regular(
    when: np.ndarray, values: np.ndarray, names: list[str], table: Table, step: Step | None, average: bool = True
) -> Grid:
    """Rows (rows, columns) at the times `when` on a regular grid.

    Args:
        when: (rows,) datetime64[s]; rows with NaT are left out.
        step: of the grid; found out where None.
        average: where a step is given, each row is the mean of what lies in it; else each is taken at the nearest.

    Raises:
        ProjectError: where there is no such grid, or most dates occur several times.
    """
    notes: list[str] = []
    lines = np.flatnonzero(~np.isnat(when))
    if len(lines) < len(when):
        first = table.at(int(np.flatnonzero(np.isnat(when))[0]))
        notes.append(f"{len(when) - len(lines):,} rows have no date, first {first}: they are left out")
    if len(lines) < 3:
        raise ProjectError(f"{table.path} has {len(lines)} rows, too few for a series\nExpected some dozens at least.")
    when, values = when[lines], values[lines]
    steps_back = np.diff(when) < np.timedelta64(0)
    if steps_back.all():
        notes.append("the newest row stands first: the rows were turned into the order of time")
    elif steps_back.any():
        first = table.at(int(lines[int(steps_back.argmax()) + 1]))
        notes.append(f"rows are not in the order of time, first {first}: they were sorted")
    order = np.argsort(when, kind="stable")
    when, lines, frame = when[order], lines[order], pd.DataFrame(values[order], columns=range(len(names)))
    averaged = step is not None and average
    step = step or steps.step_of(np.unique(when), table.path)
    start = _begin(when[0], step) if averaged else step.dates(when[0], 0)[()]
    exact = step.positions(when, start)
    position = np.floor(exact + 1e-9 if averaged else exact + 0.5).astype(int)
    off = np.flatnonzero(np.abs(exact - np.round(exact)) > 1e-6)
    if len(off) and not averaged:
        notes.append(
            f"{len(off):,} rows lie between two steps of {step}, first {table.at(int(lines[off[0]]))}: each was taken at the nearest"
        )
    rows = int(position[-1]) + 1
    if averaged and rows < len(when):
        notes.append(f"{len(when):,} rows became {rows:,}: the mean over each {step.each()}")
    elif not averaged:
        notes += _repeated(when, position, frame, lines, table)
    frame = frame.groupby(position).mean().reindex(range(rows))
    there = np.bincount(position, minlength=rows) > 0
    notes += _gaps(there, frame, names, start, step, table)

    empty = [name for column, name in enumerate(names) if frame[column].isna().all()]
    if names[0] in empty:
        raise ProjectError(f"{table.path}: {names[0]} has no value in any row\nAnother column: --target NAME")
    if empty:
        notes.append(f"left out, as they have no values: {', '.join(empty)}")
        frame = frame.dropna(axis="columns", how="all")
        names = [name for name in names if name not in empty]
    known = frame[0].notna().to_numpy()
    begin = int(frame.notna().to_numpy().argmax(axis=0).max())  # the first row by which every column has had a value
    if begin:
        until = step.show(step.dates(start, begin))
        notes.append(f"the first {begin:,} rows are left out: until {until} a column has no value")
    filled = frame.ffill().to_numpy(np.float32)[begin:]
    return Grid(filled, known[begin:], step.dates(start, begin)[()], step, names, notes)


def _begin(when: Moment, step: Step) -> Moment:
    """The last date at or before `when` at which a step begins: on the clock, on a Monday, at a quarter."""
    if step.months:
        month = int(np.datetime64(when, "M").astype(int)) // step.count * step.count
        return np.datetime64(month, "M").astype("datetime64[s]")
    monday = np.datetime64("1970-01-05T00:00:00")
    return np.datetime64(when - (when - monday) % np.timedelta64(step.count, "s"), "s")


def _repeated(
    when: np.ndarray, position: np.ndarray, frame: pd.DataFrame, lines: np.ndarray, table: Table
) -> list[str]:
    """What is said of dates that occur again; `frame` is in the order of time.

    Raises:
        ProjectError: where they are so many that the file is no single series.
    """
    again = np.flatnonzero(np.diff(position) == 0) + 1
    if not len(again):
        return []
    group = frame.groupby(position)
    spread = group.max() - group.min()
    different = (spread > 1e-9 * group.max().abs()).any(axis=1).to_numpy()[np.unique(position, return_inverse=True)[1]]
    first = table.at(int(lines[again[0]]))
    if len(when) - len(np.unique(when)) > max(3, REPEATS * len(when)):
        key = _key(table, when, lines)
        if key or different[again].sum() > REPEATS * len(when):
            raise _several(table, when, lines, int(again[0]), key)
    if not different[again].any():
        return [f"{len(again):,} dates occur again, first {first}: the rows are the same, and count once"]
    cause = ", as where clocks are put back" if _clock_changes(when[again]) else ""
    return [f"{len(again):,} dates occur again{cause}, first {first}: of rows that differ the mean was taken"]


def _key(table: Table, when: np.ndarray, lines: np.ndarray) -> tuple[str, ...]:
    """The column, or two, that tell several series of a file apart: with them, each date stands once; none where there are none."""
    keys = {name: pd.Series(cells).iloc[lines].astype(str).to_numpy() for name, cells in table.columns.items()}
    keys = {name: cells for name, cells in keys.items() if 1 < len(pd.unique(cells)) <= len(when) / LEAST}
    for count in (1, 2):
        for names in combinations(list(keys)[:12], count):
            if (
                not pd.DataFrame({"when": when, **{name: keys[name] for name in names}})
                .duplicated(["when", *names])
                .any()
            ):
                return names
    return ()


def _several(table: Table, when: np.ndarray, lines: np.ndarray, first: int, key: tuple[str, ...]) -> ProjectError:
    """The refusal of a file in which dates repeat."""
    date = np.datetime_as_string(when[first], "s").replace("T", " ").removesuffix(" 00:00:00")
    said = f"{table.at(int(lines[first]))}: {date} again: {len(when):,} rows have {len(np.unique(when)):,} dates"
    if key:
        kinds = (
            pd.DataFrame({name: table.columns[name] for name in key})
            .iloc[lines]
            .astype(str)
            .agg(" ".join, axis=1)
            .unique()
        )
        some = ", ".join(kinds[:3]) + (", …" if len(kinds) > 3 else "")
        return ProjectError(
            f"{said}: the file holds {len(kinds):,} series, one for each {' and '.join(key)} ({some})\nKeep the rows of one in a file of its own."
        )
    return ProjectError(
        f"{said}\nName all columns that make a date, such as --date-column Date+Time, or a time to average over, such as --step day."
    )


def _gaps(
    there: np.ndarray, frame: pd.DataFrame, names: list[str], start: Moment, step: Step, table: Table
) -> list[str]:
    """What is said of dates that are missing, and of missing values."""
    missing, rows = np.flatnonzero(~there), len(there)
    runs = np.split(missing, np.flatnonzero(np.diff(missing) > 1) + 1)
    longest = max(runs, key=len)
    if len(missing) > 0.5 * rows:
        longer = "day" if not step.months and step.count < 86_400 else "month"
        gap = " to ".join(step.show(step.dates(start, row)) for row in (longest[0] - 1, longest[-1] + 1))
        raise ProjectError(
            f"{table.path}: most rows are {step} apart, but then {len(missing):,} of {rows:,} are missing, the most from {gap}: the steps are mixed\n"
            f"Correct a date that is wrong, or say over which time to average, for example --step {longer}."
        )
    notes = []
    if len(missing):
        where = step.show(step.dates(start, longest[0]))
        cause = ", as where clocks are put forward" if _clock_changes(step.dates(start, missing)) else ""
        place = f"the longest gap at {where}, {len(longest)} long" if len(longest) > 1 else f"first {where}"
        notes.append(
            f"{len(missing):,} dates are missing{cause}, {place}: filled with the value before, never a target"
        )
    for column, name in enumerate(names):
        if count := int(frame[column].isna().sum()) - len(missing):
            never = ", never a target" if column == 0 else ""
            notes.append(f"{name}: {count:,} values are missing: filled with the value before{never}")
    return notes


def _clock_changes(when: np.ndarray) -> bool:
    """Whether these are early hours of Sundays in spring or autumn, when clocks are changed."""
    dates = pd.DatetimeIndex(when)
    return bool(
        (dates.day_of_week == 6).all()
        and (dates.hour <= 3).all()
        and dates.month.isin([3, 4, 9, 10, 11]).all()
        and (dates.second == 0).all()
        and not (dates.hour == 0).all()
    )
