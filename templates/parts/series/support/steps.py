"""Dates: how a column writes them, the step from row to row, and the regular grid that the rows lie on."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from support.errors import ProjectError

DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d %b %Y", "%b %d, %Y")
TIMES = ("", " %H:%M", " %H:%M:%S")
FORMATS = (
    "iso",
    "%Y-%m",
    "%Y/%m",
    "%Y%m",
    "%m/%Y",
    "%b %Y",
    "%B %Y",
    "%Y",
    *(day + time for day in DAYS for time in TIMES),
    "unix",
)
UNITS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
SHORT = {"s": "second", "min": "minute", "h": "hour", "d": "day", "w": "week"}
MONTHS = {"month": 1, "quarter": 3, "year": 12}
USUAL = (1, 10, 30, 60, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600, 43_200, 86_400, 604_800, 1_209_600)
NAMED = re.compile(r"date|time|month|day|year|week|period|stamp|when|datum|fecha|zeit|jahr", re.IGNORECASE)

Moment = Any  # a numpy.datetime64 of seconds, whose own types do not know what may be added to it


@dataclass(frozen=True)
class Step:
    """From one row to the next: `count` months, or `count` seconds."""

    count: int
    months: bool = False

    def __str__(self) -> str:
        for name, size in reversed((MONTHS if self.months else UNITS).items()):
            if self.count % size == 0 and not (name == "week" and self.count != size):
                number = self.count // size
                return f"{number} {name}{'s' if number > 1 else ''}"
        raise AssertionError(self.count)  # one month or second divides everything

    def positions(self, when: np.ndarray, start: Moment) -> np.ndarray:
        """How many steps each date lies after `start`, as numbers with a fraction."""
        if self.months:
            return (_month(when) - _month(start)) / self.count
        return (when - start).astype(np.int64) / self.count

    def date(self, start: Moment, position: int) -> Moment:
        """The date this many steps after `start`; a month keeps the day, or has its last one."""
        if not self.months:
            return np.datetime64(start, "s") + np.timedelta64(self.count * int(position), "s")
        month = np.datetime64(int(_month(start)) + self.count * int(position), "M")
        inside = np.datetime64(start, "s") - np.datetime64(start, "M").astype("datetime64[s]")
        last = (month + 1).astype("datetime64[s]") - np.timedelta64(1, "D")
        return np.datetime64(min(month.astype("datetime64[s]") + inside, last + inside % np.timedelta64(1, "D")), "s")

    def show(self, when: Moment) -> str:
        """A date as short as its step allows: 1961-01, 1991-01-01, 2018-06-26 20:00."""
        text = str(np.datetime64(when, "s")).replace("T", " ")
        if self.months and text.endswith("-01 00:00:00"):
            return text[:7]
        if self.months or self.count % UNITS["day"] == 0:
            return text.removesuffix(" 00:00:00")
        return text if self.count % UNITS["minute"] else text[:16]

    def seasons(self) -> list[int]:
        """How many steps a day, a week and a year may have: the lengths after which such series repeat themselves."""
        if self.months:
            return [12 // self.count] if 12 % self.count == 0 and self.count < 12 else []
        hour, day, week, year = (UNITS["hour"], UNITS["day"], UNITS["week"], 365 * UNITS["day"])
        lengths = (hour,) if self.count < UNITS["minute"] else (day, week) if self.count < day else (week, year)
        return [length // self.count for length in lengths if length % self.count < day and length >= 2 * self.count]

    def plain(self) -> dict[str, Any]:
        return {"count": self.count, "months": self.months}


def read_step(text: str) -> Step:
    """A step as one types it: 15min, 1h, day, 2 weeks, month, quarter.

    Raises:
        ProjectError: where it is none.
    """
    match = re.fullmatch(r"\s*(\d*)\s*([a-zA-Z]+?)s?\s*", text)
    count, unit = (int(match[1] or 1), match[2].lower()) if match else (0, "")
    unit = SHORT.get(unit or text.strip(), unit)
    if count and unit in MONTHS:
        return Step(count * MONTHS[unit], months=True)
    if count and unit in UNITS:
        return Step(count * UNITS[unit])
    raise ProjectError(f"--step cannot be {text!r}: expected for example 15min, 1h, day, week, month or quarter")


def parse(cells: np.ndarray, name: str, at: Callable[[int], str], form: str | None = None) -> tuple[np.ndarray, str]:
    """The dates of a column as datetime64[s], and how they were read.

    Args:
        cells: the texts of the column.
        name: of the column, for messages.
        at: says where a row stands, as file:line.
        form: how dates are written, as strptime has it; found out where None.

    Raises:
        ProjectError: naming file and line, where one is no date, or some have a time zone and others none.
    """
    form = form or best_format(cells)
    if form is None:
        raise ProjectError(
            f"{at(0)}: {name} is {str(cells[0])!r}, which is no date that is known\nSay how it is written: --date-format, for example %d.%m.%Y"
        )
    found: list[Any] = [read_one(cell, form) for cell in cells]
    for row, date in enumerate(found):
        if date is None:
            raise ProjectError(
                f"{at(row)}: {name} is {cells[row]!r}, which is no date\nExpected as in the other rows, for example {_example(cells, form)!r}."
            )
    aware = [date.tzinfo is not None for date in found]
    if any(aware) and not all(aware):
        row = aware.index(not aware[0])
        raise ProjectError(
            f"{at(row)}: {name} is {cells[row]!r}: some dates have a time zone and others none\nWrite all with one, or all without."
        )
    if any(aware):
        found = [date.astimezone(UTC).replace(tzinfo=None) for date in found]
        return np.array(found, "datetime64[s]"), "dates with time zones, taken in UTC"
    return np.array(found, "datetime64[s]"), "" if form == "iso" else f"dates read as {form}"


def best_format(cells: np.ndarray) -> str | None:
    """How most of these texts are written as dates; None where they are none.

    3/4/2024 is the third of April or the fourth of March: what makes the steps between rows more equal is taken.
    """
    some = [str(cell) for cell in cells[:: max(1, len(cells) // 400)]]
    fitting = [form for form in FORMATS if sum(read_one(cell, form) is not None for cell in some) >= 0.9 * len(some)]
    if not fitting or not some:
        return None
    if len(fitting) == 1 or fitting[0] == "iso":
        return fitting[0]
    return max(fitting, key=lambda form: _evenness([read_one(str(cell), form) for cell in cells[:2_000]]))


def read_one(text: str, form: str) -> datetime | None:
    """One date; None where it is not written so."""
    text = text.strip()
    try:
        if form == "iso":
            return datetime.fromisoformat(text) if len(text) >= 8 else None
        if form == "unix":
            return (
                datetime.fromtimestamp(int(text), UTC).replace(tzinfo=None) if re.fullmatch(r"\d{9,10}", text) else None
            )
        return datetime.strptime(text, form)
    except (ValueError, OverflowError):
        return None


def step_of(when: np.ndarray, path: str) -> Step:
    """The step that most rows have; `when` is sorted, without repetitions.

    Raises:
        ProjectError: where there is none.
    """
    between = np.diff(when).astype(np.int64)
    middle = float(np.median(between))
    months = np.diff(_month(when))
    days = when.astype("datetime64[D]")
    first_or_last = len(np.unique(days - days.astype("datetime64[M]"))) == 1 or bool(
        (days + 1 == (days.astype("datetime64[M]") + 1).astype("datetime64[D]")).mean() > 0.9
    )
    if middle >= 28 * UNITS["day"] and first_or_last:
        return Step(_most_common(months[months > 0]), months=True)
    common = _most_common(between)
    usual = min(USUAL, key=lambda step: abs(np.log(step / middle)))
    candidates = [common] * bool((between == common).mean() >= 0.5) + [usual] * bool(abs(usual / middle - 1) < 0.2)
    for count in candidates:  # clocks that are a little off: what counts is that the rows stay near the grid
        places = Step(count).positions(when, when[0])
        if (np.abs(places - np.round(places)) < 0.1).mean() >= 0.9:
            return Step(count)
    if candidates:
        return Step(candidates[0])
    raise ProjectError(
        f"{path}: the dates have no common step: they are {_time(between.min())} to {_time(between.max())} apart\n"
        "Say over which time to average, for example --step 1h or --step day."
    )


def _month(when: Any) -> Any:
    return np.asarray(when).astype("datetime64[M]").astype(np.int64)


def _most_common(values: np.ndarray) -> int:
    different, counts = np.unique(values, return_counts=True)
    return int(different[counts.argmax()])


def _evenness(found: list[datetime | None]) -> float:
    dates = np.array([date for date in found if date is not None], "datetime64[s]")
    same_day = len(np.unique(dates.astype("datetime64[D]") - dates.astype("datetime64[M]"))) == 1
    steps = np.diff(_month(dates)) if same_day else np.diff(dates).astype(np.int64)
    return float((steps == _most_common(steps)).mean()) if len(steps) else 0.0


def _example(cells: np.ndarray, form: str) -> str:
    return next((str(cell) for cell in cells if read_one(cell, form) is not None), "2024-05-31")


def _time(seconds: int) -> str:
    return next(
        f"{seconds / size:.3g} {name}s" for name, size in reversed(UNITS.items()) if seconds >= size or size == 1
    )
