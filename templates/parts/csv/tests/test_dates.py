"""How people write dates: each form is read as what it means, or not at all; nothing is guessed row by row."""

from support.data import dates
from support.data.dates import DateFormat
from support.errors import ProjectError

import numpy as np
import pytest

# Texts of a column; the dates that they mean; the note about it.
READ: dict[str, tuple[list[str], list[str], str]] = {
    "iso": (["2024-01-31", "2024-02-01"], ["2024-01-31", "2024-02-01"], "year-month-day"),
    "iso without zeros": (["2024-1-31", "2024-11-1"], ["2024-01-31", "2024-11-01"], "year-month-day"),
    "iso with times": (["2024-01-31 23:59:59", "2024-02-01 00:00:00"], ["2024-01-31T23:59:59", "2024-02-01"], "year-month-day hour:minute:second"),
    "iso with T": (["2024-01-31T23:59", "2024-02-01T00:00"], ["2024-01-31T23:59", "2024-02-01"], "year-month-dayThour:minute"),
    "fractions": (["2024-01-31 23:59:59.250", "2024-02-01 00:00:00.5"], ["2024-01-31T23:59:59", "2024-02-01"], "second.fraction"),
    "fractions with a comma": (["2024-01-31 23:59:59,250"], ["2024-01-31T23:59:59"], "second,fraction"),
    "some with fractions": (["2024-01-31 23:59:59", "2024-02-01 00:00:01.5"], ["2024-01-31T23:59:59", "2024-02-01T00:00:01"], ""),
    "midnight left out": (["01.02.2024", "01.02.2024 12:00", "13.02.2024"], ["2024-02-01", "2024-02-01T12", "2024-02-13"], "day.month.year"),
    "Z": (["2024-01-31T23:00:00Z", "2024-02-01T00:30:00Z"], ["2024-01-31T23", "2024-02-01T00:30"], "taken in UTC"),
    "offsets": (["2024-03-31T01:30:00+01:00", "2024-03-31T03:30:00+02:00"], ["2024-03-31T00:30", "2024-03-31T01:30"], "taken in UTC"),
    "offsets without a colon": (["2024-01-31 23:00:00 +0100", "2024-02-01 00:10:00 +0100"], ["2024-01-31T22", "2024-01-31T23:10"], "taken in UTC"),
    "days with offsets stay days": (["2024-03-30T00:00:00+01:00", "2024-04-01T00:00:00+02:00"], ["2024-03-30", "2024-04-01"], "local time"),
    "UTC as a word": (["2024-01-31 23:00:00 UTC", "2024-02-01 00:30:00 UTC"], ["2024-01-31T23", "2024-02-01T00:30"], "taken in UTC"),
    "one late row says day first": (["01/02/2024"] * 500 + ["13/02/2024"], ["2024-02-01"] * 500 + ["2024-02-13"], "day/month/year"),
    "one late row says month first": (["01/02/2024"] * 500 + ["02/13/2024"], ["2024-01-02"] * 500 + ["2024-02-13"], "month/day/year"),
    "day first with time": (["02/05/2021 12:14", "15/11/2021 18:34"], ["2021-05-02T12:14", "2021-11-15T18:34"], "day/month/year hour:minute"),
    "month first with seconds": (["9/4/2021 18:48:01", "4/22/2021 11:45:46"], ["2021-09-04T18:48:01", "2021-04-22T11:45:46"], "month/day/year hour:minute:second"),
    "AM and PM": (["5/13/2024 12:00:00 AM", "5/13/2024 1:05:00 PM"], ["2024-05-13T00:00", "2024-05-13T13:05"], "AM/PM"),
    "a sharp hour": (["5/13/2024 3 PM", "5/13/2024 11 AM"], ["2024-05-13T15", "2024-05-13T11"], "AM/PM"),
    "dots": (["31.01.2024", "1.2.2024"], ["2024-01-31", "2024-02-01"], "day.month.year"),
    "dashes": (["31-01-2024", "01-02-2024"], ["2024-01-31", "2024-02-01"], "day-month-year"),
    "slashes, year first": (["2024/01/31", "2024/02/01"], ["2024-01-31", "2024-02-01"], "year/month/day"),
    "two-digit years": (["31/01/99", "01/02/00"], ["1999-01-31", "2000-02-01"], "years taken as 1999 to 2098"),
    "two-digit years of one century": (["31/12/61", "01/01/78", "05/05/70"], ["1961-12-31", "1978-01-01", "1970-05-05"], "years taken as 1961 to 2060"),
    "births": ([f"15/06/{year % 100:02}" for year in range(1930, 2006)], [f"{year}-06-15" for year in range(1930, 2006)], "years taken as 1930 to 2029"),
    "yyyymmdd": (["20240131", "20240201"], ["2024-01-31", "2024-02-01"], "yearmonthday"),
    "ddmmyyyy": (["31012024", "01022024"], ["2024-01-31", "2024-02-01"], "daymonthyear"),
    "yyyymm": (["202412", "202501"], ["2024-12-01", "2025-01-01"], "yearmonth"),
    "yyyymmddhhmmss": (["20240131235959", "20240201000000"], ["2024-01-31T23:59:59", "2024-02-01"], ""),
    "yyyymmddThhmmss is no date that is known": (["20240131T2359599"], [], ""),
    "yyyymmdd with times": (["20240131 23:59:59", "20240201 00:00:00"], ["2024-01-31T23:59:59", "2024-02-01"], "yearmonthday hour:minute:second"),
    "years": (["1999", "2000"], ["1999-01-01", "2000-01-01"], "year"),
    "years as floats": (["1999.0", "2000.0"], ["1999-01-01", "2000-01-01"], "year"),
    "months": (["2024-01", "2024-12"], ["2024-01-01", "2024-12-01"], "year-month"),
    "months, year last": (["01/2024", "12/2024"], ["2024-01-01", "2024-12-01"], "month/year"),
    "months of statistics offices": (["2024M01", "2024M12"], ["2024-01-01", "2024-12-01"], "yearMmonth"),
    "quarters": (["2024Q1", "2024Q4"], ["2024-01-01", "2024-10-01"], "yearquarter"),
    "quarters with a dash": (["2024-Q1", "2024-Q4"], ["2024-01-01", "2024-10-01"], "year-quarter"),
    "quarters, year last": (["Q1 2024", "Q4 2024"], ["2024-01-01", "2024-10-01"], "quarter year"),
    "weeks": (["2024-W05", "2024-W06"], ["2024-01-29", "2024-02-05"], "year-week"),
    "days of weeks": (["2024-W05-7", "2024-W06-1"], ["2024-02-04", "2024-02-05"], "day of the week"),
    "unix": (["1704067200", "1704070800"], ["2024-01-01", "2024-01-01T01"], "seconds since 1970"),
    "unix with a fraction": (["1704067200.5", "1704070800.0"], ["2024-01-01", "2024-01-01T01"], "seconds since 1970"),
    "milliseconds": (["1704067200000", "1704070800000"], ["2024-01-01", "2024-01-01T01"], "milliseconds since 1970"),
    "names of months": (["31 Jan 2024", "1 Feb 2024"], ["2024-01-31", "2024-02-01"], "day month's name year"),
    "whole names": (["January 31, 2024", "February 1, 2024"], ["2024-01-31", "2024-02-01"], "month's name day, year"),
    "banks": (["31-Jan-24", "01-FEB-24"], ["2024-01-31", "2024-02-01"], "day-month's name-two-digit year"),
    "month and year": (["Jan-99", "Feb-00"], ["1999-01-01", "2000-02-01"], "month's name-two-digit year"),
    "Sept.": (["Sept. 30, 2024", "Oct. 1, 2024"], ["2024-09-30", "2024-10-01"], ""),
    "mails": (["Wed, 31 Jan 2024 23:00:00 +0000", "Thu, 1 Feb 2024 00:10:00 GMT"], ["2024-01-31T23", "2024-02-01T00:10"], "taken in UTC"),
    "web servers": (["31/Jan/2024:23:00:00 +0100"], ["2024-01-31T22"], "taken in UTC"),
    "Postgres": (["2024-01-31 10:30:00+00", "2024-02-01 09:05:00.25+01"], ["2024-01-31T10:30", "2024-02-01T08:05"], "taken in UTC"),
    "months with a dot": (["01.2024", "12.2024"], ["2024-01-01", "2024-12-01"], "month.year"),
    "missing values": (["2024-01-31", "", "n/a", "2024-02-01", "NaT", "0000-00-00"], ["2024-01-31", "NaT", "NaT", "2024-02-01", "NaT", "NaT"], ""),
}  # fmt: skip

NOT_READ: dict[str, list[str]] = {
    "mixed orders": ["31/01/2024", "01/31/2024"],
    "two writings": ["2024-01-31", "31.01.2024"],
    "a day that does not exist": ["2023-02-28", "2023-02-29"],
    "some with a zone": ["2024-01-31T00:00:00Z", "2024-01-31T01:00:00"],
    "no year": ["24-Jan", "25-Jan"],
    "day and month": ["01/02", "02/02"],
    "texts": ["spring", "summer"],
    "numbers": ["1.5", "2.5"],
    "versions": ["1.2.3", "1.2.4"],
    "addresses": ["10.0.0.1", "10.0.0.2"],
    "times": ["12:30", "12:45"],
    "five digits": ["12345", "45123"],
    "seven digits": ["2024011", "2024012"],
    "ids with a year": ["A2024-01", "A2024-02"],
    "years of nobody": ["9999", "0001"],
    "years of two halves": ["2009/10", "2010/11", "2011/12"],
    "telephones": ["0170-12345", "0170-54321"],
    "another language": ["31. Dezember 2024", "1. Mai 2024"],
    "ordinals": ["31st January 2024", "1st of February 2024"],
    "hours past 24": ["2024-01-01 25:00"],
    "nothing": ["", "n/a"],
}


@pytest.mark.parametrize("case", READ)
def test_dates_are_read_as_they_are_meant(case: str) -> None:
    cells, expected, text = READ[case]
    found = dates.detect(cells)
    if not expected:
        assert found is None
        return
    assert found is not None
    assert found.ambiguous == ""
    assert text in found.text()
    np.testing.assert_array_equal(dates.parse(cells, found), np.array(expected, "datetime64[s]"))
    assert DateFormat.from_record(found.to_record()) == found
    assert not len(dates.misfits(cells, found))


@pytest.mark.parametrize("case", NOT_READ)
def test_what_fits_no_format_in_every_row_is_no_column_of_dates(case: str) -> None:
    assert dates.detect(NOT_READ[case]) is None


@pytest.mark.parametrize(
    ("cells", "first", "said"),
    [
        # Nothing decides: day first, with a note.
        (["01/02/2024", "03/04/2024"], "2024-02-01", "(no row decides; month/day/year fits too: --date-format %m/%d/%Y)"),
        (["1/2/2024 1:00 PM", "3/4/2024 2:00 PM"], "2024-01-02T13", "(no row decides; day/month/year hour:minute AM/PM fits too: --date-format \"%d/%m/%Y %I:%M %p\")"),
        # Ten days of February, or the second day of ten months.
        ([f"{day:02}/02/2024" for day in range(1, 11)], "2024-02-01", "(no row decides; month/day/year fits too"),
        # The order of the rows decides, or even steps.
        ([f"{2 + i // 9:02}/{1 + i % 9:02}/2024" for i in range(60)], "2024-02-01", "month/day/year (taken because the rows are in order of time only so"),
        ([f"{1 + i % 12:02}/01/{2000 + i // 12}" for i in range(60)], "2000-01-01", "month/day/year (taken because the dates are more evenly spaced so; day/month/year fits too"),
        ([f"01/{1 + i % 12:02}/{2000 + i // 12}" for i in range(60)], "2000-01-01", "day/month/year (taken because the dates are more evenly spaced so; month/day/year fits too"),
        ([f"{24:02}-{1 + i // 12:02}-{1 + i % 12:02}" for i in range(100)], "2024-01-01", "two-digit year-month-day"),
        # The last part is the year: it differs less than days do.
        ([f"{1 + i * 7 % 12:02}.{1 + i * 5 % 12:02}.21" for i in range(12)], "2021-01-01", "day.month.two-digit year, years taken as 2021 to 2120 (no row decides; month.day.two-digit year"),
        # The same in no order: even steps decide.
        ([f"{1 + i % 12:02}/01/{2000 + (5 * (i // 12)) % 9}" for i in range(108)], "2000-01-01", "month/day/year (taken because the dates are more evenly spaced so; day/month/year fits too"),
    ],
)  # fmt: skip
def test_where_two_formats_fit_every_row_what_was_taken_and_why_is_said(
    cells: list[str], first: str, said: str
) -> None:
    found = dates.detect(cells)
    assert found is not None and found.ambiguous
    assert dates.parse(cells, found)[0] == np.datetime64(first, "s")
    assert said in found.text()
    assert DateFormat.from_record(found.to_record()) == found


@pytest.mark.parametrize(
    ("format", "cells", "expected"),
    [
        ("%m/%d/%Y", ["01/02/2024"], "2024-01-02"),
        ("%d.%m.%Y %H:%M", ["01.02.2024 13:05"], "2024-02-01T13:05"),
        ("%d %B %Y", ["1 February 2024"], "2024-02-01"),
        ("%A, %d %B %Y", ["Thursday, 1 February 2024"], "2024-02-01"),
        ("%Y-%j", ["2024-032"], "2024-02-01"),
        ("%d-%b", ["01-Feb"], "1900-02-01"),
        ("iso", ["2024-02-01T13:05:00Z"], "2024-02-01T13:05"),
        ("unix", ["1706792700"], "2024-02-01T13:05"),
        ("excel", ["45323.5"], "2024-02-01T12"),
        ("%G-W%V", ["2024-W05"], "2024-01-29"),
        ("KW %V/%G", ["KW 5/2024"], "2024-01-29"),
        ("%d.%m.%Y, %H:%M Uhr", ["01.02.2024, 13:05 Uhr"], "2024-02-01T13:05"),
        ("%d/%m/%Y %Hh%M", ["01/02/2024 13h05"], "2024-02-01T13:05"),
    ],
)
def test_a_format_that_is_given_is_taken(format: str, cells: list[str], expected: str) -> None:
    found = dates.detect(cells, format)
    assert found is not None and found.ambiguous == ""
    assert dates.parse(cells, found)[0] == np.datetime64(expected, "s")


def test_a_given_format_that_one_row_does_not_fit_is_not_taken_and_one_that_is_none_is_named() -> None:
    assert dates.detect(["31.01.2024", "2024-02-01"], "%d.%m.%Y") is None
    for wrong in ("dd.mm.yyyy", "%Q", "%d.%m.%Y %k"):
        with pytest.raises(ProjectError, match="--date-format cannot be"):
            dates.detect(["31.01.2024"], wrong)


def test_the_nearest_format_names_the_rows_that_do_not_fit() -> None:
    cells = [f"2024-01-{day:02}" for day in range(1, 21)]
    cells[6], cells[9] = "2024-02-30", ""
    found = dates.nearest(cells)
    assert found is not None and found.forms == ("%Y-%m-%d",)
    assert dates.misfits(cells, found).tolist() == [6]
    assert dates.nearest(["a", "b", "2024-01-01"]) is None


def test_a_few_of_many_dates_may_lack_the_time_of_midnight() -> None:
    hours = np.arange("2024-01-01", "2024-03-03", dtype="datetime64[h]").astype("datetime64[s]")
    cells = [f"{hour.astype(object):%d/%m/%Y %H:%M}" for hour in hours]
    cells[24 * 29] = cells[24 * 29].removesuffix(" 00:00")
    found = dates.detect(cells)
    assert found is not None and set(found.forms) == {"%d/%m/%Y %H:%M", "%d/%m/%Y"}
    np.testing.assert_array_equal(dates.parse(cells, found), hours)
