"""The step from row to row: some seconds, some months, or the next day of the week that has rows."""

import re
from dataclasses import asdict, dataclass
from typing import Any

from support.errors import ProjectError

import numpy as np
import pandas as pd

DAY = 86_400
SECONDS = {"week": 7 * DAY, "day": DAY, "hour": 3_600, "minute": 60, "second": 1}
MONTHS = {"year": 12, "quarter": 3, "month": 1}
USUAL = (1, 10, 30, 60, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600, 43_200, DAY, 7 * DAY, 14 * DAY)


@dataclass(frozen=True)
class Step:
    """From one row to the next: `count` months, or `count` seconds.

    `month_end`: each row is the last day of its month. `weekdays`: a 1 for each day of the week, from Monday, that has
    rows, such as 1111100 for business days; the other days do not exist.
    """

    count: int
    months: bool = False
    month_end: bool = False
    weekdays: str = ""

    def __str__(self) -> str:
        if self.weekdays:
            return "1 business day" if self.weekdays == "1111100" else "1 day"
        units = MONTHS if self.months else SECONDS
        name = next(
            name for name, size in units.items() if self.count % size == 0 and (name != "week" or self.count == size)
        )
        number = self.count // units[name]
        return f"{number} {name}{'s' if number > 1 else ''}"

    def positions(self, when: Any, start: Any) -> np.ndarray:
        """How many steps each date is after `start`, as numbers with a fraction."""
        when, start = np.asarray(when, "datetime64[s]"), np.datetime64(start, "s")
        if self.months:
            return (month(when) - month(start)) / self.count
        if self.weekdays:  # a day that does not exist is between two that do
            days = when.astype("datetime64[D]")
            off = 0.5 * ~np.is_busday(days, self.weekdays)
            return np.busday_count(start.astype("datetime64[D]"), days, self.weekdays) - off
        return (when - start).astype(np.int64) / self.count

    def dates(self, start: Any, positions: Any) -> Any:
        """The dates after these numbers of steps from `start`; a month keeps the day, or takes its last one."""
        positions, start = np.asarray(positions, np.int64), np.datetime64(start, "s")
        day = start.astype("datetime64[D]")
        if self.weekdays:
            return np.busday_offset(day, positions, "forward", self.weekdays) + (start - day)
        if not self.months:
            return start + self.count * positions.astype("timedelta64[s]")
        months = (month(start) + self.count * positions).astype("datetime64[M]")
        last = (months + 1).astype("datetime64[D]") - 1
        kept = months.astype("datetime64[D]") + (day - start.astype("datetime64[M]"))
        return (last if self.month_end else np.minimum(kept, last)) + (start - day)

    def begin(self, when: Any) -> Any:
        """The last date at or before `when` at which a step begins: on the clock, on a Monday, at a quarter."""
        if self.months:
            return np.datetime64(int(month(when)) // self.count * self.count, "M").astype("datetime64[s]")
        monday = np.datetime64("1970-01-05", "s")
        return self.dates(monday, np.floor(self.positions(when, monday)))

    def show(self, when: Any) -> str:
        """A date as short as its step allows: 1961-01, 1991-01-01, 2018-06-26 20:00."""
        text = str(np.datetime64(when, "s")).replace("T", " ")
        if self.months and text.endswith("-01 00:00:00"):
            return text[:4] if self.count % 12 == 0 and text[5:7] == "01" else text[:7]
        if self.months or self.count % DAY == 0:
            return text.removesuffix(" 00:00:00")
        return text if self.count % 60 else text[:16]

    def seasons(self) -> list[int]:
        """How many steps a day, a week and a year may have: the lengths after which such series repeat themselves."""
        if self.months:
            return [12 // self.count] if 12 % self.count == 0 and self.count < 12 else []
        if self.weekdays:
            week = self.weekdays.count("1")
            return [week, round(week * 365.25 / 7)]
        lengths = (3_600,) if self.count < 60 else (DAY, 7 * DAY) if self.count < DAY else (7 * DAY, 365 * DAY)
        return [size // self.count for size in lengths if size % self.count < DAY and size >= 2 * self.count]

    def to_record(self) -> dict[str, Any]:
        return asdict(self)


def month(when: Any) -> Any:
    """Months since 1970."""
    return np.asarray(when).astype("datetime64[M]").astype(np.int64)


def read_step(text: str) -> Step:
    """A step as a user types it: 15min, 1h, day, 2 weeks, month, quarter.

    Raises:
        ProjectError: if it is not a step.
    """
    words = re.fullmatch(r"\s*(\d*)\s*([a-zA-Z]+?)s?\s*", text)
    count, unit = (int(words[1] or 1), words[2].lower() or "s") if words else (0, "")
    if count and unit in MONTHS:
        return Step(count * MONTHS[unit], months=True)
    unit = next((name for name in SECONDS if unit in (name, name[0], name[:3])), "") if unit != "mon" else ""
    if count and unit:
        return Step(count * SECONDS[unit])
    raise ProjectError(f"--step cannot be {text!r}: expected for example 15min, 1h, day, week, month or quarter")


def step_of(when: pd.DatetimeIndex, path: str) -> Step:
    """The step that most rows have; `when` is sorted, without repetitions.

    Raises:
        ProjectError: if there is none.
    """
    between, months = np.diff(when) // np.timedelta64(1, "s"), np.diff(month(when))
    middle, monthly = float(np.median(between)), _most_common(np.maximum(months, 1))
    if middle >= 28 * DAY:
        same = bool((when.day == when.day[0]).all())
        if same or when.is_month_end.mean() > 0.9:
            return Step(monthly, months=True, month_end=not same)
    common = _most_common(between)
    usual = min(USUAL, key=lambda step: abs(np.log(step / middle)))
    candidates = [common] * bool((between == common).mean() >= 0.5) + [usual] * bool(abs(usual / middle - 1) < 0.2)
    near = 0.0
    for count in candidates:  # clocks may be slightly off: the rows only have to stay near the grid
        places = Step(count).positions(when, when[0])
        near = float((np.abs(places - np.round(places)) < 0.1).mean())
        if near >= 0.9:
            present = np.bincount(when.day_of_week, minlength=7) > 0
            if count != DAY or present.all() or present.sum() < 2 or when[-1] - when[0] < pd.Timedelta(days=21):
                return Step(count)
            return Step(count, weekdays="".join(str(int(there)) for there in present))  # as for markets: no weekends
    if middle >= 27 * DAY and months.min() >= 1 and (months == monthly).mean() > 0.8:
        return Step(monthly, months=True)  # once a month, on its last business day or its third Friday
    if candidates and (candidates[0] == common or near >= 0.5):  # otherwise rows at any times, such as payments
        return Step(candidates[0])
    apart = " to ".join(str(pd.Timedelta(seconds=int(some))) for some in (between.min(), between.max()))
    raise ProjectError(
        f"{path}: the dates have no common step: they are {apart} apart\n"
        "Say over which time to average, for example --step 1h or --step day."
    )


def _most_common(values: np.ndarray) -> int:
    return int(pd.Series(values).mode()[0])
