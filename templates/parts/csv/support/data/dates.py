"""How a column writes its dates: the one format that fits every value, found out or given, and the dates read with it.

A format is what strptime takes, such as %d.%m.%Y %H:%M, or one of NAMED. Nothing is guessed row by row: a column has one format, and a
text that does not fit it is no date. Where two formats fit every value, what was taken and what else fits is part of the result.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from support.data.date_forms import (
    ZONE,
    candidates,
    even,
    first_year,
    in_years,
    ordered,
    shapes,
)
from support.data.date_words import in_words, plain, plain_format, quoted
from support.errors import ProjectError

import numpy as np
import pandas as pd

UNITS = {"unix": "s", "unix-ms": "ms", "unix-us": "us", "unix-ns": "ns", "excel": "D"}
NAMED = ("iso", *UNITS)  # besides formats of strptime; excel: days since 1899-12-30, as spreadsheets count them
MISSING = frozenset(("", "-", "--", ".", "?", "na", "n/a", "#n/a", "nan", "nat", "null", "none", "nil", "missing", "unknown",
                     "0000-00-00", "0000-00-00 00:00:00", "00/00/0000"))  # fmt: skip
Cells = Sequence[str] | np.ndarray  # or a Series of pandas

YEARS = (1500, 2200)  # a date outside is none


@dataclass(frozen=True)
class DateFormat:
    """How a column writes its dates.

    `forms` are formats that differ in the time alone, as where midnight is left out. `ambiguous` is another format that fits every
    value, "" where there is none, and `because` what spoke against it. `zone` says how offsets were taken: "utc", or "local" where
    every local time is midnight, so that days stay days; "" where the texts have none. `first` is the first of the hundred years that
    two-digit years lie in, 0 where there are none.
    """

    forms: tuple[str, ...]
    ambiguous: str = ""
    because: str = ""
    zone: str = ""
    first: int = 0

    def to_record(self) -> dict[str, Any]:
        return asdict(self) | {"forms": list(self.forms)}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "DateFormat":
        return cls(**{**record, "forms": tuple(record["forms"])})

    def text(self) -> str:
        """In words: day.month.year hour:minute; and what else would fit, with the option that decides."""
        text = " or ".join(in_words(form) for form in self.forms[:2])
        if self.zone:
            text += ", taken in UTC" if self.zone == "utc" else ", each in its local time"
        if self.first:
            text += f", years taken as {self.first} to {self.first + 99}"
        if self.ambiguous:
            reason = f"taken because {self.because}" if self.because else "no row decides"
            text += f" ({reason}; {in_words(self.ambiguous)} fits too: --date-format {quoted(self.ambiguous)})"
        return text


def detect(cells: Cells, format: str | None = None) -> DateFormat | None:
    """The format that fits all values; None where none does, or there is no value.

    Day first or month first is decided by all rows; where all rows fit both, by their order and by even steps between them; where
    these say nothing, day first is taken (with AM and PM month first), and `ambiguous` names the other.

    Args:
        cells: the texts of the column, missing ones among them.
        format: as the user gave it.

    Raises:
        ProjectError: where `format` is none.
    """
    _, texts = _different(cells)
    if format is not None:
        found = given(format)
        return _dated(texts, found) if len(texts) and bool(_read(texts, found).notna().all()) else None
    if not len(texts):
        return None
    some = texts.iloc[:: max(1, len(texts) // 200)]
    fitting = [found for found in _formats(some) if _fits(some, found)]
    if not fitting:
        return None
    if len(texts) > len(some):
        fitting = [found for found in fitting if _fits(texts, found)] or _extended(texts, some, fitting)
    return _choose(cells, texts, [_dated(texts, found) for found in fitting]) if fitting else None


def given(format: str) -> DateFormat:
    """The format that a user typed.

    Raises:
        ProjectError: where it is none.
    """
    form = format if format in NAMED else plain_format(format)
    try:
        if format not in NAMED and not re.search(r"%[YymdbGjs]", form):
            raise ValueError
        _read_as(pd.Series(["2024-01-31"], dtype=object), form, "")
    except ValueError:
        raise ProjectError(
            f"--date-format cannot be {format!r}\nExpected for example %d.%m.%Y %H:%M, or one of {', '.join(NAMED)}."
        ) from None
    return DateFormat((form,), zone="utc" if "%z" in form else "", first=1969 if "%y" in form else 0)


def nearest(cells: Cells, least: float = 0.8) -> DateFormat | None:
    """The format that fits the most values, at least this share of them: for a message that names those that do not fit."""
    _, texts = _different(cells)
    some = texts.iloc[:: max(1, len(texts) // 200)]
    best: tuple[float, DateFormat] | None = None
    for shape in shapes(some).value_counts().index[:8]:
        for found in _formats(some[shapes(some) == shape]):
            share = float(_read(texts, found).notna().mean())
            if share >= least and (best is None or share > best[0]):
                best = share, found
    return _dated(texts, best[1]) if best else None


def parse(cells: Cells, fmt: DateFormat) -> np.ndarray:
    """The dates (rows,) as datetime64[s]; NaT where one is missing, and where one does not fit, which `misfits` tells."""
    codes, texts = _different(cells)
    found = np.append(_read(texts, fmt).to_numpy("datetime64[s]"), np.datetime64("NaT", "s"))
    return found[codes]


def misfits(cells: Cells, fmt: DateFormat) -> np.ndarray:
    """The rows whose text is neither missing nor a date in this format."""
    codes, _ = _different(cells)
    return np.flatnonzero((codes >= 0) & np.isnat(parse(cells, fmt)))


# --- reading ---


def _different(cells: Cells) -> tuple[np.ndarray, pd.Series]:
    """For each row the position of its text among the different texts, -1 where it is missing; the different texts, plain."""
    codes, texts = pd.factorize(np.asarray(cells, object))
    different = pd.Series([str(text).strip() for text in texts], dtype=object)
    present = ~different.str.lower().isin(MISSING) if len(different) else pd.Series([], dtype=bool)
    position = np.where(present, np.cumsum(present) - 1, -1)
    return np.append(position, -1)[codes], plain(different[present].reset_index(drop=True))


def _read(texts: pd.Series, fmt: DateFormat) -> pd.Series:
    """Plain texts as dates without a zone; NaT where one does not fit."""
    found = _read_as(texts, fmt.forms[0], fmt.zone, fmt.first)
    for form in fmt.forms[1:]:
        if (rest := found.isna()).any():
            found = found.where(~rest, _read_as(texts[rest], form, fmt.zone, fmt.first).reindex(texts.index))
    return found.where(found.dt.year.between(*YEARS))


def _read_as(texts: pd.Series, form: str, zone: str, first: int = 1969) -> pd.Series:
    if form in UNITS:
        numbers = pd.to_numeric(texts, errors="coerce").astype(float)
        origin = "1899-12-30" if form == "excel" else "unix"
        found = pd.to_datetime(numbers, unit=UNITS[form], origin=origin, errors="coerce")  # type: ignore[call-overload]
        return found.astype("datetime64[s]")
    if zone == "local":
        texts, form = (
            texts.str.replace(rf"(?<=[\dM]){ZONE}", "", regex=True),
            form.replace(" %z", "").replace("%z", ""),
        )
    if "%q" in form:  # a quarter is its first month
        pattern = r"Q([1-4])" if "Q%q" in form else r"([1-4])Q"
        texts = texts.str.replace(pattern, lambda match: f"{3 * int(match[1]) - 2:02}", regex=True, case=False)
        form = form.replace("Q%q", "%m").replace("%qQ", "%m")
    if "%V" in form and "%u" not in form:  # a week is its Monday
        texts, form = texts + " 1", form + " %u"
    if zone != "local" and (form == "iso" or "%z" in form):
        form = "ISO8601" if form == "iso" else form
        found = pd.to_datetime(texts, format=form, errors="coerce", utc=True).dt.tz_localize(None)
    elif "%y" in form:
        found = in_years(pd.to_datetime(texts, format=form, errors="coerce"), first)
    else:
        found = pd.to_datetime(texts, format=form, errors="coerce")
    return found.astype("datetime64[s]")


# --- finding out ---


def _formats(texts: pd.Series) -> list[DateFormat]:
    return [DateFormat(forms, zone=zone, first=1969 if "%y" in forms[0] else 0) for forms, zone in candidates(texts)]


def _extended(texts: pd.Series, some: pd.Series, fitting: list[DateFormat]) -> list[DateFormat]:
    """Formats that fit all texts, where those of some texts did not: a few may be written without a time, or with fractions."""
    rest = texts[_read(texts, fitting[0]).isna()]
    return [found for found in _formats(pd.concat([some, rest])) if _fits(texts, found)]


def _fits(texts: pd.Series, found: DateFormat) -> bool:
    return bool(_read(texts, found).notna().all())


def _choose(cells: Cells, texts: pd.Series, fitting: list[DateFormat]) -> DateFormat:
    """Of formats that all fit, the one in which the rows are in order of time or evenly spaced; else the first."""
    if fitting[0].zone and _days(texts[:200], fitting[0]) and _days(texts, fitting[0]):
        fitting = [replace(one, zone="local") for one in fitting]
    ends = texts.str.extract(r"^(\d\d)\D\d\d\D(\d\d)(?!\d)")
    if ends[1].nunique() < ends[0].nunique():  # the last part is the year: it differs less than days do
        fitting = [one for one in fitting if not one.forms[0].startswith("%y")] or fitting
    first = fitting[0]
    if len(fitting) == 1 or first.forms[0].startswith(("%Y-", "%Y/", "%Y.", "%Y%m%d")):
        return first
    read = [parse(cells, one) for one in fitting]
    read = [dates[~np.isnat(dates)] for dates in read]
    rivals = [position for position, dates in enumerate(read) if not position or not np.array_equal(dates, read[0])]
    if len(rivals) == 1:
        return first
    for evidence, reason in (
        (ordered, "the rows are in order of time only so"),
        (even, "the dates are more evenly spaced so"),
    ):
        shares = [evidence(read[position]) for position in rivals]
        best = int(np.argmax(shares))
        second = max(share for position, share in enumerate(shares) if position != best)
        if shares[best] >= 0.5 and shares[best] > second + 0.01:
            other = next(position for position in rivals if position != rivals[best])
            return replace(fitting[rivals[best]], ambiguous=fitting[other].forms[0], because=reason)
    return replace(first, ambiguous=fitting[rivals[1]].forms[0])


def _dated(texts: pd.Series, found: DateFormat) -> DateFormat:
    """The format with the hundred years that its two-digit years lie in, and offsets noticed."""
    if any("%y" in form for form in found.forms):
        years = _read(texts, replace(found, first=1969)).dropna().dt.year.to_numpy()
        return replace(found, first=first_year(years))
    if found.forms == ("iso",) and texts.str.contains(rf":\d\d.*{ZONE}$", regex=True).any():
        return replace(found, zone="utc")
    return found


def _days(texts: pd.Series, found: DateFormat) -> bool:
    """Whether every text is midnight by its own clock."""
    clock = _read(texts, replace(found, zone="local"))
    return bool((clock == clock.dt.normalize()).all())
