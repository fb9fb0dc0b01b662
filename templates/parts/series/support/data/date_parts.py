"""Dates that are spread over several columns: a year, a month and a day; hours and minutes; a time beside a date."""

import re

from support.data import dates
from support.data.dates import MONTHS, first_year, plain
from support.data.table import Table

import numpy as np
import pandas as pd

ROLES = {  # what a column may be called, in small letters and without marks; the least and the greatest of its numbers
    "year": ("year yr yyyy yy jahr année annee an año ano anno jaar calendaryear", 0, 2200),
    "quarter": ("quarter qtr q quartal trimestre", 1, 4),
    "month": ("month mo mon mm mth monat mois mes mês mese maand monthno monthnumber period", 1, 12),
    "week": ("week wk weekno weeknumber isoweek weekofyear woche kw semaine semana", 1, 53),
    "day": ("day dy dd dayofmonth tag jour día dia giorno dag", 1, 31),
    "day of year": ("doy dayofyear yday julianday", 1, 366),
    "hour": ("hour hr hh hourofday stunde hourending uur heure hora ora time", 0, 24),
    "minute": ("minute min mi minuto", 0, 59),
    "second": ("second sec ss", 0, 59),
}
TIMES = ("time", "uhrzeit", "timeofday", "clock", "clocktime", "zeit", "heure", "hora", "ora", "hour", "hr")
PARTS = (("month", "day"), ("month",), ("quarter",), ("week",), ("day of year",))  # besides the year
CLOCK = {"hour": 3_600, "minute": 60, "second": 1}


def texts(table: Table, name: str) -> np.ndarray:
    """A column as texts; whole numbers without a point."""
    cells = table.columns[name]
    if cells.dtype == object:
        return cells
    whole = [cell == cell and cell == np.round(cell) for cell in cells]
    return np.array(
        [
            f"{cell:.0f}" if is_whole else "" if cell != cell else repr(float(cell))
            for cell, is_whole in zip(cells, whole, strict=True)
        ],
        object,
    )


def roles(table: Table, columns: list[str]) -> dict[str, str]:
    """By part of a date, the column that holds it: by its name, where all its values are such numbers."""
    found: dict[str, str] = {}
    for role, (names, _, _) in ROLES.items():
        for name in columns:
            if _bare(name) in names.split() and name not in found.values() and numbers(table, name, role) is not None:
                found.setdefault(role, name)
    if "hour" not in found:
        return {role: name for role, name in found.items() if role not in CLOCK}
    return found


def numbers(table: Table, name: str, role: str) -> pd.Series | None:
    """A column as whole numbers of a part of a date, NaN where missing; None where a value is none."""
    cells = pd.Series(texts(table, name), dtype=object).str.strip()
    cells = cells.mask(cells.str.lower().isin(dates.MISSING))
    if role == "month":
        cells = cells.str.replace(r"^M(?=\d)", "", regex=True)  # M01, as statistics offices write
    if role == "month" and cells.str.contains(r"[^\W\d]", na=False).any():
        order = {month: position for position, month in enumerate(MONTHS, start=1)}
        found = plain(cells.fillna("")).map(order).mask(cells.isna())
    else:
        prefix = {"quarter": r"^[Qq]\s?", "week": r"^(?:[Ww]|KW|kw)\s?"}.get(role, r"^\b$")
        found = pd.to_numeric(cells.str.replace(prefix, "", regex=True), errors="coerce")
    _, low, high = ROLES[role]
    fine = found.between(low, high) & (found % 1 == 0)
    if role == "year":
        fine &= (found >= 1_000) | (found < 100)
    return found if (fine | cells.isna()).all() and fine.any() else None


def assembled(table: Table, parts: dict[str, str], first: int | None = None) -> tuple[np.ndarray, int]:
    """The dates (rows,) that parts make, NaT where one is missing or a day does not exist, and the first year of the hundred.

    Args:
        parts: by role, the column; a year at least.
        first: the first of the hundred years that two-digit years lie in, as found in training.
    """
    value = {role: found for role, name in parts.items() if (found := numbers(table, name, role)) is not None}
    year = value["year"]
    if (year.dropna() < 100).all():
        first = first_year(year.dropna().to_numpy(int)) if first is None else first
        year = first + (year - first) % 100
    month, day = value.get("month"), value.get("day")
    if "quarter" in value:
        month = 3 * value["quarter"] - 2
    if "week" in value:
        text = year.astype("Int64").astype(str) + "-W" + value["week"].astype("Int64").astype(str).str.zfill(2) + "-1"
        when = pd.to_datetime(text, format="%G-W%V-%u", errors="coerce")
    else:
        one = pd.Series(1, index=year.index)
        pieces = {"year": year, "month": one if month is None else month, "day": one if day is None else day}
        when = pd.to_datetime(pd.DataFrame(pieces), errors="coerce")
    if "day of year" in value:
        when = when + pd.to_timedelta(value["day of year"] - 1, unit="D")
    return when.to_numpy("datetime64[s]") + clock(table, parts), first or 0


def clock(table: Table, parts: dict[str, str]) -> np.ndarray:
    """Hours, minutes and seconds of their own columns as timedelta64[s]; 24 is the next midnight."""
    seconds = np.zeros(len(table))
    for role, size in CLOCK.items():
        if role in parts and (found := numbers(table, parts[role], role)) is not None:
            seconds += size * found.to_numpy(float)
    return np.where(np.isnan(seconds), np.timedelta64("NaT", "s"), np.nan_to_num(seconds).astype("timedelta64[s]"))


def time_column(table: Table, columns: list[str]) -> str | None:
    """The column of times such as 14:05, 2:05 PM, 14.05.00 or 1405, by its name and values."""
    for name in columns:
        if _bare(name) in TIMES and times(texts(table, name)).str.fullmatch(r"\d{1,2}:\d\d.*|\d{1,2} ?[AP]M|").all():
            return name
    return None


def times(cells: np.ndarray) -> pd.Series:
    """Times of day as texts with colons: 18.00.00 and 18h00 become 18:00:00 and 18:00, 930 becomes 09:30, 93000 09:30:00; others stay as they are."""
    found = plain(pd.Series(cells, dtype=object)).fillna("")
    filled = found[found != ""]
    if filled.str.fullmatch(r"\d{1,6}").all() and pd.to_numeric(filled).max() > 24:
        digits = 4 if filled.str.len().max() < 5 else 6
        return found.where(found == "", found.str.zfill(digits).str.replace(r"(?<=\d)(?=(?:\d\d)+$)", ":", regex=True))
    return found.str.replace(
        r"^(\d{1,2})[.hH](\d\d)(?:[.:](\d\d))?$", lambda m: ":".join(filter(None, m.groups())), regex=True
    )


def _bare(name: str) -> str:
    return re.sub(r"[\W\d_]", "", name).lower()
