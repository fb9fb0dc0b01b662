"""The dates of a table: the columns that contain them, whole or in parts (year + month, date + time), and their format.

Parts are joined as texts, so that all dates are read in one way: by a format that fits every row (dates.py).
"""

import difflib
import re
from dataclasses import dataclass
from typing import Any

from support.data import dates
from support.data.dates import DateFormat
from support.data.table import Table
from support.errors import ProjectError

import numpy as np
import pandas as pd

NAMED = re.compile(
    r"date|time|month|day|year|week|quarter|period|stamp|when|datum|fecha|zeit|jahr|monat|woche|^kw$|quartal|ann[ée]e|mois|m[eê]s$|semain|trimestre|a[ñn]o|^anno|^data$|^ds$|^dt$|^yr$|epoch|^unnamed|^index$",
    re.IGNORECASE,
)
WEEKS = re.compile(r"week|woche|semain|semana|^kw$", re.IGNORECASE)
ROLES = {  # the name of a column of a part, in lower case without punctuation, and the form of its values
    "year": ("year yr yyyy yy jahr année annee an año ano anno jaar calendaryear", r"\d{4}|\d\d"),
    "quarter": ("quarter qtr q quartal trimestre", r"[Qq]?\s?[1-4]"),
    "month": ("month mo mon mm mth monat mois mes mês mese maand period", r"M?(0?[1-9]|1[0-2])|[^\W\d_]{3,}\.?"),
    "week": ("week wk weekno isoweek weekofyear woche kw semaine semana", r"(W|KW|kw)?\s?(0?[1-9]|[1-4]\d|5[0-3])"),
    "day": ("day dy dd dayofmonth tag jour día dia giorno dag", r"0?[1-9]|[12]\d|3[01]"),
    "day of year": ("doy dayofyear yday julianday", r"[0-3]?\d?\d"),
    "hour": ("hour hr hh hourofday stunde hourending uur heure hora ora time", r"[01]?\d|2[0-4]"),
    "minute": ("minute min mi minuto", r"[0-5]?\d"),
    "second": ("second sec ss", r"[0-5]?\d"),
}
FORMATS = {  # by the parts that there are besides a year
    ("month", "day"): "%Y-%m-%d", ("month",): "%Y-%m", ("quarter",): "%Y-Q%q", ("week",): "%G-W%V", ("day of year",): "%Y-%j",
}  # fmt: skip
CLOCK = {"hour": "h", "minute": "min", "second": "s"}  # and pandas' names for them
TIMES = ("time", "uhrzeit", "timeofday", "clock", "clocktime", "zeit", "heure", "hora", "ora", "hour", "hr", "uhr")


@dataclass(frozen=True)
class DateColumns:
    """The dates of a table, their columns and their format."""

    columns: tuple[str, ...]
    when: pd.DatetimeIndex  # (rows,) without a time zone, NaT if missing
    format: DateFormat
    parts: bool = False  # whether year, month … have columns of their own

    def text(self) -> str:
        """In words: Date: day.month.year."""
        name = " + ".join(self.columns)
        return name if self.parts else f"{name}: {self.format.text()}"


def read(
    table: Table, wanted: str | None = None, format: str | None = None, kept: dict[str, Any] | None = None
) -> DateColumns:
    """The dates of a table.

    Args:
        wanted: the column, or several joined by +, such as Date+Time; detected if None.
        format: their format, as given by the user; detected if None.
        kept: their format in training (`DateFormat.to_record`).

    Raises:
        ProjectError: naming the file, and the line of a date that cannot be read.
    """
    names = [wanted] if wanted in table.columns else (wanted or "").split("+")
    columns = tuple(name.strip() for name in names) if wanted else _found(table, format)
    for name in columns:
        if name not in table.columns:
            raise ProjectError(f"--date-column: {no_column(table, name)}")
    cells, own, clock = _joined(table, columns)
    found = DateFormat.from_record(kept) if kept else None
    if asked := format or own:
        same = found if found and not format and not len(dates.misfits(cells, found)) else None
        found = same or dates.detect(cells, asked) or dates.given(asked)
    elif found is None or len(dates.misfits(cells, found)):
        # 2024-05 is a week if the name says so
        week = (dates.detect(cells, form) for form in ("%G-%V", "%G%V") if WEEKS.search(columns[0]))
        found = next(filter(None, week), None) or dates.detect(cells) or found or _nearest(table, columns, cells)
    wrong = dates.misfits(cells, found)
    if len(wrong):
        row = int(wrong[0])
        fitting = [cell for cell in cells[:1_000][~_missing(cells[:1_000])] if not len(dates.misfits([cell], found))]
        example = f"as in the other rows, for example {fitting[0]!r}" if fitting else found.text()
        raise ProjectError(
            f"{table.at(row)}: {' + '.join(columns)} is {cells[row]!r}, which is no date\nExpected {example}; or say how dates are written: --date-format"
        )
    return DateColumns(columns, pd.DatetimeIndex(dates.parse(cells, found) + clock), found, own is not None)


def roles(table: Table, columns: list[str]) -> dict[str, str]:
    """For each part of a date, its column: by name, if all its values are such numbers."""
    found: dict[str, str] = {}
    for role, (names, pattern) in ROLES.items():
        for name in columns:
            if _bare(name) in names.split() and name not in found.values():
                cells = _texts(table, name)
                filled = cells[~_missing(cells)]
                if len(filled) and filled.str.fullmatch(pattern).all():
                    found.setdefault(role, name)
    return found if "hour" in found else {role: name for role, name in found.items() if role not in CLOCK}


def _joined(table: Table, columns: tuple[str, ...]) -> tuple[pd.Series, str | None, Any]:
    """The dates in columns as texts, their format if it is known, and hours, minutes and seconds from their own columns."""
    found = roles(table, list(columns)) if len(columns) > 1 else {}
    clock: Any = pd.Timedelta(0)
    for role, unit in CLOCK.items():
        if role in found:
            clock = clock + pd.to_timedelta(pd.to_numeric(_texts(table, found[role]), errors="coerce"), unit=unit)
    clock = np.asarray(clock, "timedelta64[s]")
    some = next((some for some in FORMATS if {"year", *some} <= found.keys()), None)
    if some is None:
        rest = [name for name in columns if name not in {found.get(role) for role in CLOCK}]
        cells = _texts(table, rest[0])
        for name in rest[1:]:
            cells = (cells + " " + _times(_texts(table, name))).str.strip()
        return cells, None, clock
    cells, form = _texts(table, found["year"]), FORMATS[some]
    if cells.str.fullmatch(r"\d\d|").all():
        form = form.replace("%Y", "%y")
    missing = _missing(cells)
    for part in some:
        own = _texts(table, found[part])
        if part == "month" and own.str.contains(r"[^\WM\d]", regex=True).any():
            form = form.replace("%m", "%b")
        else:
            own = {"quarter": "Q", "week": "W"}.get(part, "") + own.str.replace(r"^\D+", "", regex=True)
        cells, missing = cells + "-" + own, missing | _missing(_texts(table, found[part]))
    return cells.mask(missing, ""), form, clock


def no_column(table: Table, name: str) -> str:
    """The beginning of an error message: a column that the table does not have."""
    close = difflib.get_close_matches(name, list(table.columns), 1)
    return f"{table.path}:1: there is no column {name}" + (f"; did you mean {close[0]}?" if close else "")


def _found(table: Table, format: str | None) -> tuple[str, ...]:
    """A column of whole dates, with one of times if dates repeat; else year, month and other parts; else years."""
    by_name = [name for name in table.columns if NAMED.search(name)]
    others = [name for name in table.columns if name not in by_name and table.columns[name].dtype == object]
    years: list[str] = []
    _refuse_wide(table)
    for name in [*by_name, *others]:
        cells = _texts(table, name)
        form = dates.detect(cells, format)
        if form is None or (name in others and not format and _numbers(cells)):
            continue
        if form.forms[0] in ("%Y", "%Y.0") and not format:
            years += [name] * (name in by_name)
            continue
        return (name, *_clock_beside(table, name, pd.Series(dates.parse(cells, form)).dropna()))
    parts = roles(table, list(table.columns))
    for some in FORMATS:
        if {"year", *some} <= parts.keys() and not format:
            clock = [role for role in CLOCK if role in parts and some[-1].startswith("day")]
            return tuple(parts[role] for role in ("year", *some, *clock))
    if years:
        return (years[0],)
    for name in [*by_name, *others]:  # the column whose misfits the message names
        cells = _texts(table, name)
        if (name in by_name and (format or not _numbers(cells))) or dates.nearest(cells, 0.5):
            return (name,)
    raise ProjectError(
        f"{table.path}:1: no column holds dates; there are: {', '.join(list(table.columns)[:12])}\n"
        "Expected one such as 2024-05-31 or 31.05.2024 14:00. Name it with --date-column, several as --date-column Date+Time; "
        "how they are written: --date-format, for example excel for days as spreadsheets count them."
    )


def _clock_beside(table: Table, column: str, when: pd.Series) -> tuple[str, ...]:
    """The columns of times beside one of dates without a time, if its dates repeat."""
    if when.is_unique or (when != when.dt.normalize()).any():
        return ()
    others = [name for name in table.columns if name != column]
    for name in others:
        if _bare(name) in TIMES and _times(_texts(table, name)).str.fullmatch(r"\d{1,2}:\d\d.*|\d{1,2} ?[AP]M|").all():
            return (name,)
    parts = roles(table, others)
    return tuple(parts[role] for role in CLOCK if role in parts)


def _refuse_wide(table: Table) -> None:
    """Refuse a table whose dates are the names of its columns."""
    months = [name for name in table.columns if dates.detect([f"{name.strip('. ')} 2024"]) and not name[-1:].isdigit()]
    dated = [name for name in table.columns if re.search(r"\d{4}", name) and dates.detect([name])]
    wide = months if len(months) >= 11 else dated if len(dated) >= 3 else []
    if wide:
        raise ProjectError(
            f"{table.path}:1: the dates stand side by side, as the names of columns ({', '.join(wide[:3])}, …)\n"
            "Expected one row per date: a column of dates, and a column of values. Turn the table first."
        )


def _texts(table: Table, name: str) -> pd.Series:
    """A column as texts without spaces around them; whole numbers without a decimal point."""
    cells = table.columns[name]
    if cells.dtype != object:
        cells = np.array(["" if cell != cell else repr(float(cell)) for cell in cells], object)
    found = pd.Series(cells, dtype=object).str.strip().str.replace(r"^(\d+)\.0$", r"\1", regex=True)
    return found.str.replace(r"^(?:KW ?(\d\d?)|(\d\d?)\.? ?KW)[ /-]+(\d{4})$", r"\3-W\1\2", regex=True)  # 5. KW 2024


def _times(cells: pd.Series) -> pd.Series:
    """Times of day with colons: 18.00.00 and 18h00 become 18:00:00 and 18:00, 930 becomes 09:30, 93000 09:30:00."""
    filled = cells[cells != ""]
    if filled.str.fullmatch(r"\d{1,6}").all() and pd.to_numeric(filled).max() > 24:
        digits = 4 if filled.str.len().max() < 5 else 6
        return cells.str.zfill(digits).str.replace(r"(?<=\d)(?=(?:\d\d)+$)", ":", regex=True).mask(cells == "", "")
    return cells.str.replace(r"(?<=\d)[.hH](?=\d\d)", ":", regex=True)


def _bare(name: str) -> str:
    return re.sub(r"[\W\d_]", "", name).lower()


def _missing(cells: pd.Series) -> pd.Series:
    return cells.str.lower().isin(dates.MISSING)


def _numbers(cells: pd.Series) -> bool:
    return bool(cells.str.fullmatch(r"[\d.]*").all())


def _other_clock(cells: pd.Series) -> int | None:
    """The first row that has a time zone although row one has none, or the reverse."""
    zoned = cells[~_missing(cells)].str.contains(r"\d:\d\d.*(?:Z|[+-]\d\d:?\d\d)$", regex=True)
    return int(zoned.index[zoned != zoned.iloc[0]][0]) if zoned.nunique() > 1 else None


def _nearest(table: Table, columns: tuple[str, ...], cells: pd.Series) -> DateFormat:
    """The format that most of these texts have, whose exceptions are then named."""
    name = " + ".join(columns)
    if (row := _other_clock(cells)) is not None:
        raise ProjectError(
            f"{table.at(row)}: {name} is {cells[row]!r}: some dates have a time zone and others none\nWrite all with one, or all without."
        )
    if (found := dates.nearest(cells, 0.5)) is None:
        row = int((~_missing(cells)).argmax())
        raise ProjectError(
            f"{table.at(row)}: {name} is {cells[row]!r}, which is no date that is known\n"
            "Say how it is written: --date-format, for example %d.%m.%Y, or excel for days as spreadsheets count them."
        )
    return found
