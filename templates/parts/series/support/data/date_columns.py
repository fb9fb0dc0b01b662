"""Where the dates of a table stand: in one column, or spread over several (year + month + day, date + time), and how they are written."""

import difflib
import re
from dataclasses import dataclass, field
from typing import Any

from support.data import date_parts, dates
from support.data.date_parts import PARTS, texts
from support.data.dates import DateFormat
from support.data.table import Table
from support.errors import ProjectError

import numpy as np
import pandas as pd

NAMED = re.compile(
    r"date|time|month|day|year|week|quarter|period|stamp|when|datum|fecha|zeit|jahr|monat|woche|^kw$|quartal|ann[ée]e|mois|m[eê]s$|semain|trimestre|a[ñn]o|^anno|^data$|^ds$|^dt$|^yr$|epoch|^unnamed|^index$",
    re.IGNORECASE,
)
ZONE = re.compile(r"\d:\d\d.*(?:Z|[+-]\d\d:?\d\d)$")
SLIPS = 0.02  # share of the rows that may have no date; they are left out


@dataclass(frozen=True)
class DateColumns:
    """The dates of a table, where they stand and how they are written."""

    columns: tuple[str, ...]
    when: np.ndarray  # (rows,) datetime64[s], NaT where one is missing
    how: dict[str, Any] = field(default_factory=dict)  # for a prediction: what `read` takes as `kept`

    def text(self) -> str:
        """In words: Date: day.month.year."""
        name = " + ".join(self.columns)
        return f"{name}: {DateFormat.from_record(self.how['format']).text()}" if "format" in self.how else name


def read(
    table: Table, wanted: str | None = None, format: str | None = None, kept: dict[str, Any] | None = None
) -> DateColumns:
    """The dates of a table.

    Args:
        wanted: the column, or several joined by +, such as Date+Time; found out where None.
        format: how they are written, as the user says; found out where None.
        kept: how they were written in training (`DateColumns.how`).

    Raises:
        ProjectError: naming the file, and the line of a date that cannot be read.
    """
    kept = kept or {}
    columns = _named(table, wanted) if wanted else _found(table, format)
    parts = date_parts.roles(table, list(columns))
    if len(columns) > 1 and "year" in parts and any(all(part in parts for part in some) for some in PARTS):
        when, first = date_parts.assembled(table, parts, kept.get("first_year"))
        wrong = np.isnat(when) & ~np.any([_missing(texts(table, name)) for name in columns], axis=0)
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise ProjectError(
                f"{table.at(row)}: {_shown(table, columns, row)} is no date\nCorrect it, or remove the row."
            )
        return DateColumns(columns, when, {"first_year": first})
    clock = {role: name for role, name in parts.items() if role in date_parts.CLOCK and len(columns) > 1}
    rest = [name for name in columns if name not in clock.values()]
    cells = pd.Series(texts(table, rest[0]), dtype=object)
    for name in rest[1:]:
        cells = (cells + " " + date_parts.times(texts(table, name))).str.strip()
    found = DateFormat.from_record(kept["format"]) if "format" in kept else None
    if not format and re.search(r"week|woche|semain|semana|^kw$", columns[0], re.IGNORECASE):
        found = (
            found or dates.detect(cells, "%G-%V") or dates.detect(cells, "%G%V")
        )  # 2024-05 is a week where the name says so
    if format:
        found = dates.detect(cells, format) or dates.given(format)
    elif found is None or len(dates.misfits(cells, found)):
        found = dates.detect(cells) or found or _nearest(table, columns, cells)
    wrong = dates.misfits(cells, found)
    if len(wrong):
        raise _misfit(table, columns, cells, int(wrong[0]), found)
    return DateColumns(
        columns, dates.parse(cells, found) + date_parts.clock(table, clock), {"format": found.to_record()}
    )


# --- which columns ---


def _named(table: Table, wanted: str) -> tuple[str, ...]:
    names = (wanted,) if wanted in table.columns else tuple(name.strip() for name in wanted.split("+"))
    for name in names:
        if name not in table.columns:
            close = difflib.get_close_matches(name, list(table.columns), 1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise ProjectError(f"--date-column: {table.path}:1: there is no column {name}{hint}")
    return names


def _found(table: Table, format: str | None) -> tuple[str, ...]:
    """A column of whole dates, with one of times where dates repeat; else year and month and what else there is; else years."""
    by_name = [name for name in table.columns if NAMED.search(name)]
    others = [name for name in table.columns if name not in by_name and table.columns[name].dtype == object]
    years: list[str] = []
    _check_wide(table)
    for name in [*by_name, *others]:
        cells = texts(table, name)
        form = dates.detect(cells, format)
        if form is None or (name in others and not format and _numbers(cells)):
            continue
        if form.forms[0] in ("%Y", "%Y.0") and not format:
            years += [name] * (name in by_name)
            continue
        return (name, *_times(table, name, dates.parse(cells, form)))
    parts = date_parts.roles(table, list(table.columns))
    for some in PARTS if "year" in parts and not format else ():
        if all(part in parts for part in some):
            clock = [parts[role] for role in date_parts.CLOCK if role in parts and some[-1] in ("day", "day of year")]
            return (parts["year"], *(parts[part] for part in some), *clock)
    if years:
        return (years[0],)
    for name in by_name if format else [*by_name, *others]:
        cells = texts(table, name)
        if (
            format
            or dates.nearest(cells, 0.5)
            or _two_clocks(cells) is not None
            or (name in by_name and not _numbers(cells))
        ):
            return (name,)
    raise _none(table, by_name)


def _times(table: Table, column: str, when: np.ndarray) -> tuple[str, ...]:
    """The columns of times beside one of dates without a time, where its dates repeat."""
    known = when[~np.isnat(when)]
    if (known != known.astype("datetime64[D]")).any() or len(np.unique(known)) == len(known):
        return ()
    others = [name for name in table.columns if name != column]
    if (time := date_parts.time_column(table, others)) is not None:
        return (time,)
    parts = date_parts.roles(table, others)
    return tuple(parts[role] for role in date_parts.CLOCK if role in parts)


def _numbers(cells: np.ndarray) -> bool:
    return bool(pd.Series(cells, dtype=object).str.fullmatch(r"\s*[\d.]*\s*").all())


def _missing(cells: np.ndarray) -> np.ndarray:
    return pd.Series(cells, dtype=object).str.strip().str.lower().isin(dates.MISSING).to_numpy()


# --- refusals ---


def _shown(table: Table, columns: tuple[str, ...], row: int) -> str:
    return ", ".join(f"{name} {texts(table, name)[row]}" for name in columns)


def _two_clocks(cells: Any) -> int | None:
    """The first row that has a time zone where the first row has none, or the other way round."""
    zoned = [bool(ZONE.search(str(cell).strip())) for cell in cells]
    filled = ~_missing(np.asarray(cells, object))
    if not filled.any() or not any(zoned):
        return None
    first = zoned[int(filled.argmax())]
    return next((row for row, zone in enumerate(zoned) if filled[row] and zone != first), None)


def _nearest(table: Table, columns: tuple[str, ...], cells: Any) -> DateFormat:
    """The format that most of these texts have, whose exceptions are then named."""
    name = " + ".join(columns)
    if (row := _two_clocks(cells)) is not None:
        raise ProjectError(
            f"{table.at(row)}: {name} is {cells[row]!r}: some dates have a time zone and others none\nWrite all with one, or all without."
        )
    found = dates.nearest(cells, 0.5)
    if found is None:
        row = int((~_missing(np.asarray(cells, object))).argmax())
        advice = (
            "Days as spreadsheets count them are read with --date-format excel."
            if _counted(cells)
            else "Say how it is written: --date-format, for example %d.%m.%Y"
        )
        raise ProjectError(f"{table.at(row)}: {name} is {str(cells[row])!r}, which is no date that is known\n{advice}")
    return found


def _counted(cells: Any) -> bool:
    """Whether these look like days as spreadsheets count them."""
    return bool(pd.to_numeric(pd.Series(cells, dtype=object), errors="coerce").between(20_000, 60_000).mean() > 0.9)


def _misfit(table: Table, columns: tuple[str, ...], cells: Any, row: int, found: DateFormat) -> ProjectError:
    fitting = [
        str(cell)
        for cell in cells[:1_000]
        if cell and not len(dates.misfits([cell], found)) and not _missing(np.array([cell], object))
    ]
    example = f"as in the other rows, for example {fitting[0]!r}" if fitting else found.text()
    return ProjectError(
        f"{table.at(row)}: {' + '.join(columns)} is {cells[row]!r}, which is no date\nExpected {example}; or say how dates are written: --date-format"
    )


def _check_wide(table: Table) -> None:
    """Refuse a table whose dates stand in the names of its columns."""
    names = list(table.columns)
    months = [name for name in names if name.strip(". ")[:3].title() in dates.MONTHS]
    dated = [name for name in names if re.search(r"\d{4}", name) and dates.detect([name]) is not None]
    wide = months if len(months) >= 11 else dated if len(dated) >= 3 else []
    if wide:
        raise ProjectError(
            f"{table.path}:1: the dates stand side by side, as the names of columns ({', '.join(wide[:3])}, …)\n"
            "Expected one row per date: a column of dates, and a column of values. Turn the table first."
        )


def _none(table: Table, by_name: list[str]) -> ProjectError:
    counted = any(_counted(texts(table, name)) for name in by_name)
    days = " Days as spreadsheets count them: --date-format excel." if counted else ""
    return ProjectError(
        f"{table.path}:1: no column holds dates; there are: {', '.join(list(table.columns)[:12])}\n"
        f"Expected one such as 2024-05-31 or 31.05.2024 14:00.{days} Name it with --date-column, several as --date-column Date+Time; how they are written: --date-format."
    )
