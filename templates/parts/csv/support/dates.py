"""How a column writes its dates: the one format that fits every value, found out or given, and the dates read with it.

A format is what strptime takes, such as %d.%m.%Y %H:%M, or one of NAMED. Nothing is guessed row by row: a column has one format, and a
text that does not fit it is no date. Where two formats fit every value, what was taken and what else fits is part of the result.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from support.date_forms import ZONE, candidates, shapes
from support.date_words import plain, plain_format
from support.errors import ProjectError

UNITS = {"unix": "s", "unix-ms": "ms", "unix-us": "us", "unix-ns": "ns", "excel": "D"}
NAMED = ("iso", *UNITS)  # besides formats of strptime; excel: days since 1899-12-30, as spreadsheets count them
MISSING = frozenset(("", "-", "--", ".", "?", "na", "n/a", "#n/a", "nan", "nat", "null", "none", "nil", "missing", "unknown",
                     "0000-00-00", "0000-00-00 00:00:00", "00/00/0000"))  # fmt: skip
YEARS = (1500, 2200)  # a number outside is no year
WORDS = {
    "%Y": "year", "%y": "two-digit year", "%m": "month", "%b": "month's name", "%d": "day", "%H": "hour", "%I": "hour", "%M": "minute",
    "%S": "second", "%f": "fraction", "%p": " AM/PM", "%z": " offset", "%q": "quarter", "%G": "year", "%V": "week", "%u": "day of the week", "%j": "day of the year",
}  # fmt: skip
NAMES = {"iso": "ISO 8601", "unix": "seconds since 1970", "unix-ms": "milliseconds since 1970", "unix-us": "microseconds since 1970",
         "unix-ns": "nanoseconds since 1970", "excel": "days as spreadsheets count them"}  # fmt: skip


@dataclass(frozen=True)
class DateFormat:
    """How a column writes its dates.

    `forms` are formats that differ in the time alone, as where midnight is left out. `ambiguous` is another format that fits every
    value, "" where there is none, and `because` what spoke against it. `zone` says how offsets were taken: "utc", or "local" where
    every local time is midnight, so that days stay days; "" where the texts have none.
    """

    forms: tuple[str, ...]
    ambiguous: str = ""
    because: str = ""
    zone: str = ""

    def to_record(self) -> dict[str, Any]:
        return asdict(self) | {"forms": list(self.forms)}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "DateFormat":
        return cls(**{**record, "forms": tuple(record["forms"])})

    def text(self) -> str:
        """In words: day.month.year hour:minute; and what else would fit, with the option that decides."""
        text = " or ".join(_in_words(form) for form in self.forms[:2])
        if self.zone:
            text += ", taken in UTC" if self.zone == "utc" else ", each in its local time"
        if any("%y" in form for form in self.forms):
            text += ", 69 to 99 as 1969 to 1999 and 00 to 68 as 2000 to 2068"
        if self.ambiguous:
            reason = f"taken because {self.because}" if self.because else "no row decides"
            text += f" ({reason}; {_in_words(self.ambiguous)} fits too: --date-format {_quoted(self.ambiguous)})"
        return text


def detect(cells: Sequence[str], format: str | None = None) -> DateFormat | None:
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
        return _given(texts, format)
    if not len(texts):
        return None
    some = texts.iloc[:: max(1, len(texts) // 200)]
    fitting = [found for found in _formats(some) if _fits(some, found)]
    if not fitting:
        return None
    if len(texts) > len(some):
        fitting = [found for found in fitting if _fits(texts, found)] or _extended(texts, some, fitting)
    return _choose(cells, texts, fitting) if fitting else None


def nearest(cells: Sequence[str]) -> DateFormat | None:
    """The format that fits the most values, at least four in five of them: for a message that names those that do not fit."""
    _, texts = _different(cells)
    some = texts.iloc[:: max(1, len(texts) // 200)]
    best: tuple[float, DateFormat] | None = None
    for shape in shapes(some).value_counts().index[:8]:
        for found in _formats(some[shapes(some) == shape]):
            share = float(_read(texts, found).notna().mean())
            if share >= 0.8 and (best is None or share > best[0]):
                best = share, found
    return best[1] if best else None


def parse(cells: Sequence[str], fmt: DateFormat) -> np.ndarray:
    """The dates (rows,) as datetime64[s]; NaT where one is missing, and where one does not fit, which `misfits` tells."""
    codes, texts = _different(cells)
    found = np.append(_read(texts, fmt).to_numpy("datetime64[s]"), np.datetime64("NaT", "s"))
    return found[codes]


def misfits(cells: Sequence[str], fmt: DateFormat) -> np.ndarray:
    """The rows whose text is neither missing nor a date in this format."""
    codes, _ = _different(cells)
    return np.flatnonzero((codes >= 0) & np.isnat(parse(cells, fmt)))


# --- reading ---


def _different(cells: Sequence[str]) -> tuple[np.ndarray, pd.Series]:
    """For each row the position of its text among the different texts, -1 where it is missing; the different texts, plain."""
    codes, texts = pd.factorize(np.asarray(cells, object))
    different = pd.Series([str(text).strip() for text in texts], dtype=object)
    present = ~different.str.lower().isin(MISSING) if len(different) else pd.Series([], dtype=bool)
    position = np.where(present, np.cumsum(present) - 1, -1)
    return np.append(position, -1)[codes], plain(different[present].reset_index(drop=True))


def _read(texts: pd.Series, fmt: DateFormat) -> pd.Series:
    """Plain texts as dates without a zone; NaT where one does not fit."""
    found = _read_as(texts, fmt.forms[0], fmt.zone)
    for form in fmt.forms[1:]:
        if (rest := found.isna()).any():
            found = found.where(~rest, _read_as(texts[rest], form, fmt.zone).reindex(texts.index))
    return found


def _read_as(texts: pd.Series, form: str, zone: str) -> pd.Series:
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
    else:
        found = pd.to_datetime(texts, format=form, errors="coerce")
    return found.astype("datetime64[s]")


def _given(texts: pd.Series, format: str) -> DateFormat | None:
    """A format that the user gave; None where a value does not fit it."""
    if format not in NAMED and not re.search(r"%[YymdbBGjs]", format):
        raise ProjectError(
            f"--date-format cannot be {format!r}: expected for example %d.%m.%Y %H:%M, or {', '.join(NAMED)}"
        )
    form = format if format in NAMED else plain_format(format)
    try:
        _read_as(texts[:1], form, "")
    except ValueError as error:
        raise ProjectError(f"--date-format cannot be {format!r}: {error}") from None
    zoned = "%z" in form or (form == "iso" and bool(texts.str.contains(rf":\d\d.*{ZONE}$", regex=True).any()))
    found = DateFormat((form,), zone="utc" if zoned else "")
    return found if len(texts) and bool(_read(texts, found).notna().all()) else None


# --- finding out ---


def _formats(texts: pd.Series) -> list[DateFormat]:
    return [DateFormat(forms, zone=zone) for forms, zone in candidates(texts)]


def _extended(texts: pd.Series, some: pd.Series, fitting: list[DateFormat]) -> list[DateFormat]:
    """Formats that fit all texts, where those of some texts did not: a few may be written without a time, or with fractions."""
    rest = texts[_read(texts, fitting[0]).isna()]
    return [found for found in _formats(pd.concat([some, rest])) if _fits(texts, found)]


def _fits(texts: pd.Series, found: DateFormat) -> bool:
    dates = _read(texts, found)
    return bool(dates.notna().all()) and bool(dates.dt.year.between(*YEARS).all())


def _choose(cells: Sequence[str], texts: pd.Series, fitting: list[DateFormat]) -> DateFormat:
    """Of formats that all fit, the one in which the rows are in order of time or evenly spaced; else the first."""
    if fitting[0].zone and _days(texts[:200], fitting[0]) and _days(texts, fitting[0]):
        fitting = [replace(one, zone="local") for one in fitting]
    first = fitting[0]
    if len(fitting) == 1 or first.forms[0].startswith(("%Y-", "%Y/", "%Y.", "%Y%m%d")):
        return first
    read = [parse(cells, one) for one in fitting]
    read = [dates[~np.isnat(dates)] for dates in read]
    rivals = [position for position, dates in enumerate(read) if not position or not np.array_equal(dates, read[0])]
    if len(rivals) == 1:
        return first
    for evidence, reason in (
        (_ordered, "the rows are in order of time only so"),
        (_even, "the dates are more evenly spaced so"),
    ):
        shares = [evidence(read[position]) for position in rivals]
        best = int(np.argmax(shares))
        second = max(share for position, share in enumerate(shares) if position != best)
        if shares[best] >= 0.5 and shares[best] > second + 0.01:
            other = next(position for position in rivals if position != rivals[best])
            return replace(fitting[rivals[best]], ambiguous=fitting[other].forms[0], because=reason)
    return replace(first, ambiguous=fitting[rivals[1]].forms[0])


def _days(texts: pd.Series, found: DateFormat) -> bool:
    """Whether every text is midnight by its own clock."""
    clock = _read(texts, replace(found, zone="local"))
    return bool((clock == clock.dt.normalize()).all())


def _ordered(dates: np.ndarray) -> float:
    """Whether the rows go up or down all the way, 0 or 1; of fewer than five different dates nothing can be said."""
    steps = np.diff(dates).astype(np.int64)
    return float(len(np.unique(dates)) >= 5 and ((steps >= 0).all() or (steps <= 0).all()))


def _even(dates: np.ndarray) -> float:
    """The share of the commonest step between the different dates in order; months count as equal."""
    dates = np.unique(dates)
    if len(dates) < 5:
        return 0.0
    days = dates.astype("datetime64[D]") - dates.astype("datetime64[M]")
    steps = np.diff(dates.astype("datetime64[M]") if len(np.unique(days)) == 1 else dates).astype(np.int64)
    return float(np.unique(steps, return_counts=True)[1].max() / len(steps))


# --- in words ---


def _in_words(form: str) -> str:
    if form in NAMES:
        return NAMES[form]
    form = form.replace("Q%q", "%q").replace("%qQ", "%q").replace("W%V", "%V").replace(" %p", "%p").replace(" %z", "%z")
    return re.sub(r"%[A-Za-z]", lambda code: WORDS.get(code[0], code[0]), form)


def _quoted(form: str) -> str:
    return f'"{form}"' if " " in form else form
