"""The step from row to row: some seconds, some months, or the next day of the week that has rows."""

import re
from dataclasses import asdict, dataclass
from typing import Any

from support.errors import ProjectError

import numpy as np
import pandas as pd

UNITS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
SHORT = {"s": "second", "min": "minute", "h": "hour", "d": "day", "w": "week"}
MONTHS = {"month": 1, "quarter": 3, "year": 12}
USUAL = (1, 10, 30, 60, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600, 43_200, 86_400, 604_800, 1_209_600)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Moment = Any  # a numpy.datetime64 of seconds, whose own types do not know what may be added to it


@dataclass(frozen=True)
class Step:
    """From one row to the next: `count` months, or `count` seconds.

    `month_end`: each row is the last day of its month. `weekdays`: a 1 for each day of the week, from Monday, that has rows, such as
    1111100 for business days; the other days do not exist.
    """

    count: int
    months: bool = False
    month_end: bool = False
    weekdays: str = ""

    def __str__(self) -> str:
        if self.weekdays:
            return "1 business day" if self.weekdays == "1111100" else "1 day"
        for name, size in reversed((MONTHS if self.months else UNITS).items()):
            if self.count % size == 0 and not (name == "week" and self.count != size):
                number = self.count // size
                return f"{number} {name}{'s' if number > 1 else ''}"
        raise AssertionError(self.count)  # one month or second divides everything

    def each(self) -> str:
        """As in: one row per month, per 15 minutes, per day from Monday to Saturday."""
        text = str(self).removeprefix("1 ")
        if self.weekdays in ("", "1111100"):
            return text
        named = [day for day, there in zip(WEEKDAYS, self.weekdays, strict=True) if there == "1"]
        return f"{text} ({', '.join(day[:3] for day in named)})"

    def positions(self, when: np.ndarray, start: Moment) -> np.ndarray:
        """How many steps each date lies after `start`, as numbers with a fraction."""
        when = np.asarray(when, "datetime64[s]")
        if self.months:
            return (_month(when) - _month(start)) / self.count
        if self.weekdays:
            days, first = when.astype("datetime64[D]"), np.datetime64(start, "D")
            inside = (when - days - (np.datetime64(start, "s") - first)).astype(np.int64) / UNITS["day"]
            off = 0.5 * ~np.is_busday(days, self.weekdays)  # a day that does not exist lies between two that do
            return np.busday_count(first, days, self.weekdays) - off + inside
        return (when - start).astype(np.int64) / self.count

    def dates(self, start: Moment, positions: Any) -> np.ndarray:
        """The dates these numbers of steps after `start`; a month keeps the day, or has its last one."""
        positions, start = np.asarray(positions, np.int64), np.datetime64(start, "s")
        if self.weekdays:
            first = np.datetime64(start, "D")
            return np.busday_offset(first, positions, "forward", self.weekdays).astype("datetime64[s]") + (
                start - first
            )
        if not self.months:
            return start + self.count * positions.astype("timedelta64[s]")
        months = (_month(start) + self.count * positions).astype("datetime64[M]")
        clock, last = start - np.datetime64(start, "D"), (months + 1).astype("datetime64[D]") - 1
        days = months.astype("datetime64[D]") + (np.datetime64(start, "D") - np.datetime64(start, "M"))
        return (last if self.month_end else np.minimum(days, last)).astype("datetime64[s]") + clock

    def show(self, when: Moment) -> str:
        """A date as short as its step allows: 1961-01, 1991-01-01, 2018-06-26 20:00."""
        text = str(np.datetime64(when, "s")).replace("T", " ")
        if self.months and text.endswith("-01 00:00:00"):
            return text[:4] if self.count % 12 == 0 and text[5:7] == "01" else text[:7]
        if self.months or self.count % UNITS["day"] == 0:
            return text.removesuffix(" 00:00:00")
        return text if self.count % UNITS["minute"] else text[:16]

    def seasons(self) -> list[int]:
        """How many steps a day, a week and a year may have: the lengths after which such series repeat themselves."""
        if self.months:
            return [12 // self.count] if 12 % self.count == 0 and self.count < 12 else []
        if self.weekdays:
            week = self.weekdays.count("1")
            return [week, round(week * 365.25 / 7)]
        hour, day, week, year = (UNITS["hour"], UNITS["day"], UNITS["week"], 365 * UNITS["day"])
        lengths = (hour,) if self.count < UNITS["minute"] else (day, week) if self.count < day else (week, year)
        return [length // self.count for length in lengths if length % self.count < day and length >= 2 * self.count]

    def to_record(self) -> dict[str, Any]:
        return asdict(self)


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


def step_of(when: np.ndarray, path: str) -> Step:
    """The step that most rows have; `when` is sorted, without repetitions.

    Raises:
        ProjectError: where there is none.
    """
    dates, between = pd.DatetimeIndex(when), np.diff(when).astype(np.int64)
    months = np.diff(_month(when))
    if np.median(between) >= 28 * UNITS["day"]:
        if dates.is_month_end.mean() > 0.9 and not (dates.day == dates.day[0]).all():
            return Step(_most_common(months[months > 0]), months=True, month_end=True)
        if (dates.day == dates.day[0]).all():
            return Step(_most_common(months[months > 0]), months=True)
    common = _most_common(between)
    middle = float(np.median(between))
    usual = min(USUAL, key=lambda step: abs(np.log(step / middle)))
    candidates = [common] * bool((between == common).mean() >= 0.5) + [usual] * bool(abs(usual / middle - 1) < 0.2)
    near = 0.0
    for count in candidates:  # clocks that are a little off: what counts is that the rows stay near the grid
        places = Step(count).positions(when, when[0])
        near = float((np.abs(places - np.round(places)) < 0.1).mean())
        if near >= 0.9:
            return _without_idle_days(Step(count), dates)
    if middle >= 27 * UNITS["day"] and months.min() >= 1 and (months == _most_common(months)).mean() > 0.8:
        return Step(_most_common(months), months=True)  # once a month, on its last business day or its third Friday
    if candidates and (candidates[0] == common or near >= 0.5):  # else rows at any times, as of payments
        return Step(candidates[0])
    raise ProjectError(
        f"{path}: the dates have no common step: they are {_time(between.min())} to {_time(between.max())} apart\n"
        "Say over which time to average, for example --step 1h or --step day."
    )


def _without_idle_days(step: Step, dates: pd.DatetimeIndex) -> Step:
    """Daily rows that leave out the same days in every week, as markets do: these days do not exist."""
    present = np.bincount(dates.day_of_week, minlength=7) > 0
    if step.count != UNITS["day"] or present.all() or present.sum() < 2 or dates[-1] - dates[0] < pd.Timedelta(days=21):
        return step
    return Step(step.count, weekdays="".join(str(int(there)) for there in present))


def _month(when: Any) -> Any:
    return np.asarray(when).astype("datetime64[M]").astype(np.int64)


def _most_common(values: np.ndarray) -> int:
    different, counts = np.unique(values, return_counts=True)
    return int(different[counts.argmax()])


def _time(seconds: int) -> str:
    return next(
        f"{seconds / size:.3g} {name}s" for name, size in reversed(UNITS.items()) if seconds >= size or size == 1
    )
