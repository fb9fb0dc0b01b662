"""Layouts of series in files: each is read as it is meant, or refused with a message; no date is averaged silently."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import data
from config import Config
from support import settings
from support.data.series import Series
from support.errors import ProjectError

import numpy as np
import pytest


def read(folder: Path, header: str, rows: list[str], *options: str) -> Series:
    path = folder / "my.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return data.read_series(settings.read(Config, argv=["--data", str(path), *options]))


def times(count: int, row: Callable[[datetime, int], str], begin: datetime, **step: float) -> list[str]:
    return [row(begin + i * timedelta(**step), i) for i in range(count)]


def months(count: int, row: Callable[[int, int, int], str]) -> list[str]:
    """Rows of year, month and number, from January 2000."""
    return [row(2000 + i // 12, 1 + i % 12, i) for i in range(count)]


@dataclass
class Layout:
    header: str
    rows: list[str]
    dates: str  # the remark on the dates
    step: str
    first: str  # date of row 0
    last: str
    options: tuple[str, ...] = ()
    note: str = ""  # part of a note
    rows_read: int = 0  # as many as in the file where 0
    values: tuple[float, float] = (0, 0)  # the first two; 0, 1 where both are 0


NEW_YEAR = datetime(2024, 1, 1)
BUSINESS = [
    day
    for day in times(140, lambda d, i: f"{d:%Y-%m-%d}", NEW_YEAR, days=1)
    if datetime.fromisoformat(day).weekday() < 5
]
MONTH_ENDS = [datetime(2000 + (i + 1) // 12, 1 + (i + 1) % 12, 1) - timedelta(days=1) for i in range(60)]
BUSINESS_MONTH_ENDS = [end - timedelta(days=max(0, end.weekday() - 4)) for end in MONTH_ENDS]
NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905

LAYOUTS: dict[str, Layout] = {
    "year and month": Layout("year,month,level", months(48, lambda y, m, i: f"{y},{m},{i}"), "year + month", "1 month", "2000-01", "2003-12"),
    "year and name of month": Layout("Year,Month,level", months(48, lambda y, m, i: f"{y},{NAMES[m - 1]},{i}"), "Year + Month", "1 month", "2000-01", "2003-12"),
    "Yr Mo Dy, two digits": Layout("Yr,Mo,Dy,RPT", times(900, lambda d, i: f"{d:%y},{d.month},{d.day},{i}", datetime(1961, 1, 1), days=1), "Yr + Mo + Dy", "1 day", "1961-01-01", "1963-06-19"),
    "year and quarter": Layout("Year,Quarter,GDP", [f"{2000 + i // 4},Q{1 + i % 4},{i}" for i in range(60)], "Year + Quarter", "1 quarter", "2000-01", "2014-10"),
    "year and week": Layout("year,week,cases", [f"{d.isocalendar().year},{d.isocalendar().week},{i}" for i, d in ((i, NEW_YEAR + timedelta(weeks=i)) for i in range(120))], "year + week", "1 week", "2024-01-01", "2026-04-13"),
    "year and day of the year": Layout("YEAR,DOY,T2M", times(500, lambda d, i: f"{d.year},{d:%j},{i}", NEW_YEAR, days=1), "YEAR + DOY", "1 day", "2024-01-01", "2025-05-14"),
    "year, month, day, hour": Layout("No,year,month,day,hour,pm2.5", times(100, lambda d, i: f"{i + 1},{d.year},{d.month},{d.day},{d.hour},{i}", NEW_YEAR, hours=1), "year + month + day + hour", "1 hour", "2024-01-01 00:00", "2024-01-05 03:00", ("--target", "pm2.5")),
    "date and time": Layout("Date,Time,CO", times(100, lambda d, i: f"{d:%d/%m/%Y},{d:%H:%M:%S},{i}", NEW_YEAR + timedelta(days=20), hours=1), "Date + Time: day/month/year hour:minute:second", "1 hour", "2024-01-21 00:00", "2024-01-25 03:00"),
    "date and hour, 1 to 24": Layout("date,hour,load", times(100, lambda d, i: f"{d:%Y-%m-%d},{d.hour + 1},{i}", NEW_YEAR, hours=1), "date + hour: year-month-day", "1 hour", "2024-01-01 01:00", "2024-01-05 04:00"),
    "date and time named": Layout("tag,uhr,wert", times(100, lambda d, i: f"{d:%d.%m.%Y},{d:%H:%M},{i}", NEW_YEAR + timedelta(days=20), minutes=15), "tag + uhr: day.month.year hour:minute", "15 minutes", "2024-01-21 00:00", "2024-01-22 00:45", ("--date-column", "tag+uhr")),
    "date and time with dots": Layout("Date;Time;CO(GT)", times(100, lambda d, i: f"{d:%d/%m/%Y};{d:%H.%M.%S};{i},0", NEW_YEAR + timedelta(days=20), hours=1), "Date + Time: day/month/year hour:minute:second", "1 hour", "2024-01-21 00:00", "2024-01-25 03:00"),
    "date and time without marks": Layout("Date,Time,Load", times(100, lambda d, i: f"{d:%Y-%m-%d},{d:%H%M},{i}", NEW_YEAR, minutes=30), "Date + Time: year-month-day hour:minute", "30 minutes", "2024-01-01 00:00", "2024-01-03 01:30"),
    "date and time of traders": Layout("<DATE>,<TIME>,<CLOSE>", times(100, lambda d, i: f"{d:%Y%m%d},{d:%H%M%S},{i}", NEW_YEAR, minutes=30), "<DATE> + <TIME>: yearmonthday hour:minute:second", "30 minutes", "2024-01-01 00:00", "2024-01-03 01:30"),
    "no name, and row numbers": Layout(",n,sales", times(60, lambda d, i: f"{d:%Y%m%d},{i},{i * i}", NEW_YEAR, days=1), "unnamed_1: yearmonthday", "1 day", "2024-01-01", "2024-02-29"),
    "newest first": Layout("Date,Price", times(60, lambda d, i: f"{d:%m/%d/%Y},{i}", NEW_YEAR, days=1)[::-1], "Date: month/day/year", "1 day", "2024-01-01", "2024-02-29", note="the newest row stands first"),
    "business days": Layout("Date,Close", [f"{day},{i}" for i, day in enumerate(BUSINESS)], "Date: year-month-day", "1 business day", "2024-01-01", "2024-05-17"),
    "business days with holidays": Layout("Date,Close", [f"{day},{i}" for i, day in enumerate(BUSINESS) if i not in (10, 30, 31)], "Date: year-month-day", "1 business day", "2024-01-01", "2024-05-17", note="3 dates are missing, the longest gap at 2024-02-12, 2 long", rows_read=100),
    "not on Sundays": Layout("Date,Sales", [f"{day:%Y-%m-%d},{i}" for i, day in enumerate(d for d in (NEW_YEAR + timedelta(days=i) for i in range(70)) if d.weekday() < 6)], "Date: year-month-day", "1 day", "2024-01-01", "2024-03-09"),
    "month ends": Layout("DATE,value", [f"{end:%Y-%m-%d},{i}" for i, end in enumerate(MONTH_ENDS)], "DATE: year-month-day", "1 month", "2000-01-31", "2004-12-31"),
    "business month ends": Layout("DATE,value", [f"{end:%Y-%m-%d},{i}" for i, end in enumerate(BUSINESS_MONTH_ENDS)], "DATE: year-month-day", "1 month", "2000-01-31", "2004-12-31"),
    "months of statistics offices": Layout("Year,Period,Value", months(48, lambda y, m, i: f"{y},M{m:02},{i}"), "Year + Period", "1 month", "2000-01", "2003-12"),
    "weeks": Layout("week,cases", [f"{2023 + i // 52}-{1 + i % 52:02},{i}" for i in range(100)], "week: year-week", "1 week", "2023-01-02", "2024-11-25"),
    "weeks of Germany": Layout("Woche;Wert", [f"{1 + i % 52}. KW {2023 + i // 52};{i}" for i in range(100)], "Woche: year-week", "1 week", "2023-01-02", "2024-11-25"),
    "Ano and Mês": Layout("Ano,Mês,Vendas", months(48, lambda y, m, i: f"{y},{m},{i}"), "Ano + Mês", "1 month", "2000-01", "2003-12"),
    "quarters": Layout("Quarter,GDP", [f"{2000 + i // 4}Q{1 + i % 4},{i}" for i in range(60)], "Quarter: yearquarter", "1 quarter", "2000-01", "2014-10"),
    "years": Layout("Year,Spots", [f"{1700 + i},{i}" for i in range(300)], "Year: year", "1 year", "1700", "1999"),
    "months with names": Layout("Month,Sales", months(48, lambda y, m, i: f"{NAMES[m - 1]}-{y % 100:02},{i}"), "Month: month's name-two-digit year, years taken as 2000 to 2099", "1 month", "2000-01", "2003-12"),
    "epoch milliseconds": Layout("time,power", times(100, lambda d, i: f"{int((d - datetime(1970, 1, 1)).total_seconds() * 1000)},{i}", NEW_YEAR, minutes=5), "time: milliseconds since 1970", "5 minutes", "2024-01-01 00:00", "2024-01-01 08:15"),
    "AM and PM": Layout("Datetime,MW", times(100, lambda d, i: f"{d:%m/%d/%Y %I:%M:%S %p},{i}", NEW_YEAR + timedelta(days=20), hours=1), "Datetime: month/day/year hour:minute:second AM/PM", "1 hour", "2024-01-21 00:00", "2024-01-25 03:00"),
    "spreadsheet days": Layout("date,sales", [f"{45292 + i},{i}" for i in range(60)], "date: days as spreadsheets count them", "1 day", "2024-01-01", "2024-02-29", ("--date-format", "excel")),
    "a format alone": Layout("when,what", [f"{1 + i % 28}~2024-{1 + i // 28:02},{i}" for i in range(56)], "when: day~year-month", "1 day", "2024-01-01", "2024-02-28", ("--date-format", "%d~%Y-%m"), note="3 dates are missing", rows_read=59),
    "a row without a date": Layout("date,sales", [*times(60, lambda d, i: f"{d:%Y-%m-%d},{i}", NEW_YEAR, days=1), ",1830"], "date: year-month-day", "1 day", "2024-01-01", "2024-02-29", note="1 rows have no date, first FILE:62: they are left out", rows_read=60),
    "thousands": Layout("Date,Price", times(60, lambda d, i: f'{d:%Y-%m-%d},"{1000 + i:,}.50"', NEW_YEAR, days=1), "Date: year-month-day", "1 day", "2024-01-01", "2024-02-29", note="Price: 1,000.50, comma for thousands", values=(1000.5, 1001.5)),
    "thousands, some below": Layout("Date,Price", times(60, lambda d, i: f'{d:%Y-%m-%d},"{990 + i:,}.5"', NEW_YEAR, days=1), "Date: year-month-day", "1 day", "2024-01-01", "2024-02-29", values=(990.5, 991.5)),
    "volumes": Layout("Date,Vol.", times(60, lambda d, i: f"{d:%Y-%m-%d},{1 + i / 100:.2f}{'K' if i == 1 else 'M'}", NEW_YEAR, days=1), "Date: year-month-day", "1 day", "2024-01-01", "2024-02-29", note="K, M, B for thousands, millions, billions", values=(1e6, 1010)),
    "percent": Layout("Date,Change %", times(60, lambda d, i: f"{d:%Y-%m-%d},{i / 4:.2f}%", NEW_YEAR, days=1), "Date: year-month-day", "1 day", "2024-01-01", "2024-02-29", note="unit %", values=(0, 0.25)),
    "words for missing": Layout("date,sales", times(60, lambda d, i: f"{d:%Y-%m-%d},{'closed' if i in (7, 9) else i}", NEW_YEAR, days=1), "date: year-month-day", "1 day", "2024-01-01", "2024-02-29", note="2 values are no numbers, first FILE:9: 'closed' (2) are taken as missing"),
    "codes for missing": Layout("date,temp", times(60, lambda d, i: f"{d:%Y-%m-%d},{-999.9 if i in (7, 9) else i}", NEW_YEAR, days=1), "date: year-month-day", "1 day", "2024-01-01", "2024-02-29", note="2 values are -999.9, far below all others"),
    "clocks put forward and back": Layout(
        "time,load",
        [f"{d:%Y-%m-%d %H:%M},{i}" for i, d in enumerate(sorted([*(d for d in (datetime(2024, 3, 1) + timedelta(hours=i) for i in range(24 * 250)) if d != datetime(2024, 3, 31, 2)), datetime(2024, 10, 27, 2)]))],
        "time: year-month-day hour:minute", "1 hour", "2024-03-01 00:00", "2024-11-05 23:00", note="1 dates are missing, first 2024-03-31 02:00", rows_read=6_000),
}  # fmt: skip

LONG = [f"2024-01-{1 + i:02},{shop},{i}" for i in range(28) for shop in ("north", "south", "west")]
REFUSED: dict[str, tuple[str, list[str], tuple[str, ...], str]] = {
    "a year that repeats": ("year,period,level", [f"{2000 + i // 12},{i % 12},{i}" for i in range(60)], ("--target", "level"), "FILE:3: 2000-01-01 again: 60 rows have 5 dates"),
    "several series": ("date,shop,sales", LONG, (), "the file holds 3 series, one for each shop (north, south, west)"),
    "months as columns": ("Year," + ",".join(NAMES), [f"{2000 + i}," + ",".join(str(i + m) for m in range(12)) for i in range(30)], (), "FILE:1: the dates stand side by side, as the names of columns (Jan, Feb, Mar, …)"),
    "years as columns": ("Country," + ",".join(f"{1960 + i}" for i in range(30)), ["France," + ",".join(str(i) for i in range(30))], (), "FILE:1: the dates stand side by side, as the names of columns (1960, 1961, 1962, …)"),
    "several series by two columns": ("date,shop,item,sales", [f"2024-01-{1 + i:02},{shop},{item},{i}" for i in range(28) for shop in "ab" for item in "xy"], ("--target", "sales"), "the file holds 4 series, one for each shop and item (a x, a y, b x, …)"),
    "payments at any time": ("paid,amount,late", [f"{NEW_YEAR + timedelta(seconds=int(s)):%d/%m/%Y %H:%M:%S},{i % 40},no" for i, s in enumerate(np.random.default_rng(0).integers(0, 30_000_000, 300))], ("--target", "amount"), "FILE: the dates have no common step"),
    "payments of days": ("paid,amount,late", [f"{NEW_YEAR + timedelta(days=int(s)):%d/%m/%Y},{i % 40},no" for i, s in enumerate(np.random.default_rng(0).integers(0, 200, 300))], ("--target", "amount"), "again: 300 rows have 154 dates\nName all columns that make a date, such as --date-column Date+Time, or a time to average over"),
    "a date far away": ("date,sales", [*times(60, lambda d, i: f"{d:%Y-%m-%d},{i}", NEW_YEAR, days=1), "1924-03-01,7"], (), "are missing, the most from 1924-03-01 to 2024-01-01: the steps are mixed"),
    "a date of no age": ("date,sales", [*times(60, lambda d, i: f"{d:%Y-%m-%d},{i}", NEW_YEAR, days=1), "2924-03-01,7"], (), "FILE:62: date is '2924-03-01', which is no date"),
    "times without dates": ("time,load", [f"{i:02}:00,{i}" for i in range(24)], (), "FILE:2: time is '00:00', which is no date"),
    "days without a year": ("date,load", [f"{1 + i}-Jan,{i}" for i in range(28)], (), "FILE:2: date is '1-Jan', which is no date that is known"),
    "spreadsheet days, unasked": ("date,sales", [f"{45292 + i},{i}" for i in range(60)], (), "FILE:1: no column holds dates; there are: date, sales\nExpected one such as 2024-05-31"),
    "two orders": ("date,sales", [f"{1 + i:02}/01/2024,{i}" for i in range(28)] + [f"02/{1 + i:02}/2024,{i}" for i in range(28)], (), "which is no date"),
    "a format that does not fit": ("date,sales", [f"2024-01-{1 + i:02},{i}" for i in range(28)], ("--date-format", "%d.%m.%Y"), "FILE:2: date is '2024-01-01', which is no date\nExpected day.month.year"),
    "no format": ("date,sales", [f"2024-01-{1 + i:02},{i}" for i in range(28)], ("--date-format", "dd.mm.yyyy"), "--date-format cannot be 'dd.mm.yyyy'"),
    "no such day": ("year,month,day,rain", [f"2023,2,{1 + i},{i}" for i in range(30)], (), "FILE:30: year + month + day is '2023-2-29', which is no date"),
    "no such column": ("date,time,sales", [f"2024-01-{1 + i:02},10:00,{i}" for i in range(28)], ("--date-column", "date+tim"), "--date-column: FILE:1: there is no column tim; did you mean time?"),
    "words": ("date,sales", [f"2024-01-{1 + i:02},{'closed' if i % 5 == 0 else i}" for i in range(28)], ("--target", "sales"), "FILE:2: sales is 'closed', which is no number"),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_read_as_what_it_means(name: str, tmp_path: Path) -> None:
    layout = LAYOUTS[name]
    found = read(tmp_path, layout.header, layout.rows, *layout.options)
    assert (found.dates, str(found.step)) == (layout.dates, layout.step)
    assert (found.show(0), found.show(len(found) - 1)) == (layout.first, layout.last)
    assert len(found) == (layout.rows_read or len(layout.rows))
    np.testing.assert_allclose(found.values[:2, 0], layout.values if any(layout.values) else (0, 1), rtol=1e-6)
    assert layout.note.replace("FILE", str(tmp_path / "my.csv")) in "\n".join(found.notes)
    if not layout.note:
        assert not [note for note in found.notes if "missing" in note or "again" in note or "lie between" in note]


@pytest.mark.parametrize("name", REFUSED)
def test_a_layout_that_is_no_single_series_is_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    header, rows, options, message = REFUSED[name]
    with pytest.raises(ProjectError) as error:
        read(tmp_path, header, rows, *options)
    assert message.replace("FILE", str(tmp_path / "my.csv")) in str(error.value)
    assert str(error.value).count("\n") <= 1


def test_dates_go_on_over_weekends_and_month_ends_as_the_rows_did(tmp_path: Path) -> None:
    business = read(tmp_path, "Date,Close", [f"{day},{i}" for i, day in enumerate(BUSINESS)])
    assert [business.show(len(business) + i) for i in range(2)] == ["2024-05-20", "2024-05-21"]  # a Friday was last
    ends = read(tmp_path, "Date,Close", [f"{end:%Y-%m-%d},{i}" for i, end in enumerate(MONTH_ENDS)])
    assert [ends.show(60 + i) for i in range(3)] == ["2005-01-31", "2005-02-28", "2005-03-31"]
    from_april = read(tmp_path, "Date,Close", [f"{end:%Y-%m-%d},{i}" for i, end in enumerate(MONTH_ENDS[3:])])
    assert (from_april.show(0), from_april.show(1)) == ("2000-04-30", "2000-05-31")


def test_the_reading_of_training_serves_a_prediction_and_an_option_changes_it(tmp_path: Path) -> None:
    from support.data import windows

    rows = times(90, lambda d, i: f"{d:%d/%m/%Y};{1000 + i % 7}", NEW_YEAR, days=1)
    path, other = tmp_path / "train.csv", tmp_path / "predict.csv"
    path.write_text("\n".join(["Date;Price", *(row.replace(";1", ";1.") + ",5" for row in rows)]), encoding="utf-8")
    config = settings.read(Config, argv=["--data", str(path), "--history", "8", "--horizon", "2"])
    spec = windows.load(data.read_series(config), config).spec
    # Days up to the 12th alone would be read as months first or days first; training knew.
    other.write_text(
        "\n".join(["Date;Price", *(row.replace(";1", ";1.") + ",5" for row in rows[31:43])]), encoding="utf-8"
    )
    (ending,) = data.read_endings([str(other)], spec)
    assert (ending.series.show(0), ending.future(1)) == ("2024-02-01", ["2024-02-13"])
    assert ending.series.values[0, 0] == 1003.5
    other.write_text(
        "\n".join(["Date|Price", *(row.replace(";", "|") + ".5" for row in rows[31:43])]), encoding="utf-8"
    )
    with pytest.raises(ProjectError, match="'1003.5', which is no number\nTraining had numbers such as 1.000,5"):
        data.read_endings([str(other)], spec)
    (ending,) = data.read_endings([str(other)], spec, {"separator": "|", "decimal": "."})
    assert ending.series.values[0, 0] == 1003.5
    other.write_text("\n".join(["Date|Price", *(f"2024-02-{1 + i:02}|1.003,5" for i in range(12))]), encoding="utf-8")
    (ending,) = data.read_endings([str(other)], spec)
    assert "dates are not written as in training: Date: year-month-day" in ending.series.notes
