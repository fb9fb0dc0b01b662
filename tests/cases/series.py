"""Series that people have: dates and values asserted as they stand in the file."""

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ask import FOLDER, Case, ask, refused

READ = """
import numpy as np
import data
from config import Config
from support import settings
from support.data import windows
from support.reports import inspection
config = settings.read(Config, argv=["--data", path, *options])
found = data.read_series(config)
inspection.report(windows.load(found, config))
result = {
    "dates": found.dates,
    "step": str(found.step),
    "when": np.datetime_as_string(found.date(np.arange(len(found))), "s").tolist(),
    "values": dict(zip(found.names, found.values.T.astype(float).tolist())),
    "known": found.known.tolist(),
    "notes": found.notes,
}
"""


def rows(path: Path) -> list[dict[str, str]]:
    """By Python's own csv module."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def plain(text: str) -> float:
    """1,234.50, $5, 86% and 4.74M as numbers, by hand."""
    scale = {"K": 1e3, "M": 1e6, "B": 1e9}.get(text[-1], 1.0)
    return scale * float(text.strip("$%KMB").replace(",", ""))


def series(name: str, file: str, columns: list[str], form: dict[str, str], options: list[str], said: list[str]) -> Case:
    """A file with one row per step: every value of these columns stands at its date, and `said` is printed.

    Args:
        form: the columns of its dates, and how each is written.
    """

    def read() -> tuple[str, bool]:
        path = next(FOLDER.glob(f"{name}*")) / "input" / file
        answer = ask("time-series-forecast", READ, path=str(path), options=options)
        if answer.refused:
            return refused(answer.refused), False
        found, by_hand = answer.result, {}
        for row in rows(path):
            when = datetime.strptime(" ".join(row[column] for column in form), " ".join(form.values()))
            by_hand[when.isoformat()] = [plain(row[column]) for column in columns]
        there = dict(
            zip(found["when"], zip(*(found["values"][column] for column in columns), strict=True), strict=True)
        )
        right = all(close(there.get(when), values) for when, values in by_hand.items())
        right &= sum(found["known"]) == len(by_hand) and found["when"] == sorted(there)
        right &= all(text in answer.printed for text in said)
        return f"{found['dates']}; {len(there):,} rows of {found['step']}", right

    return Case(next(FOLDER.glob(f"{name}*")).name if FOLDER.is_dir() else name, file, read)


def close(found: Any, values: list[float]) -> bool:
    return found is not None and all(abs(a - b) <= 1e-6 * abs(b) for a, b in zip(found, values, strict=True))


def weekly(file: str, form: str, said: str) -> Case:
    """Payments at any time: refused as a series, and averaged over weeks where that is asked for."""

    def read() -> tuple[str, bool]:
        path = next(FOLDER.glob("04*")) / "input" / file
        column = "paid_on" if file == "payments.csv" else "opened"
        options = ["--target", "amount", "--horizon", "4"]
        answer = ask("time-series-forecast", READ, path=str(path), options=options)
        if not answer.refused.strip().endswith("such as --step day.") and "--step day" not in answer.refused:
            return refused(answer.refused), False
        answer = ask("time-series-forecast", READ, path=str(path), options=[*options, "--step", "week"])
        if answer.refused:
            return refused(answer.refused), False
        weeks: dict[str, list[float]] = {}
        for row in rows(path):
            day = datetime.strptime(row[column], form).replace(hour=0, minute=0, second=0)
            weeks.setdefault((day - timedelta(days=day.weekday())).isoformat(), []).append(float(row["amount"]))
        found = dict(zip(answer.result["when"], answer.result["values"]["amount"], strict=True))
        right = all(close([found.get(week, 0.0)], [sum(some) / len(some)]) for week, some in weeks.items())
        return f"{answer.result['dates']}; {len(found)} weeks", right and said in answer.printed

    return Case("04-dayfirst-dates", file, read)


CASES = [
    series(
        "24", "nasdaq.csv", ["Close/Last", "Volume"], {"Date": "%m/%d/%Y"}, ["--target", "Close/Last", "--columns", "all"],
        ["Date: month/day/year, from 4 January 2021 to 18 May 2022, one row per business day", "Close/Last: $1003.96, unit $"],
    ),
    series(
        "24", "index.csv", ["Price", "Vol.", "Change %"], {"Date": "%m/%d/%Y"}, ["--target", "Price", "--columns", "all"],
        ["Date: month/day/year, from 4 January 2021 to 18 May 2022, one row per business day", ", comma for thousands", "K, M, B for thousands, millions, billions", "unit %"],
    ),
    series(
        "25", "co2.csv", ["average"], {"year": "%Y", "month": "%m"}, [],
        ["year + month, from January 1960 to December 2020, one row per month: 732 rows"],
    ),
    series(
        "25", "rain.csv", ["Rainfall"], {"Year": "%Y", "Month": "%m", "Day": "%d"}, [],
        ["Year + Month + Day, from 1 January 2010 to 8 February 2014, one row per day: 1,500 rows"],
    ),
    weekly("payments.csv", "%d/%m/%Y", "paid_on: day/month/year, from"),
    weekly("with_time.csv", "%d/%m/%Y %H:%M", "opened: day/month/year hour:minute, from"),
    weekly("with_seconds.csv", "%m/%d/%Y %H:%M:%S", "opened: month/day/year hour:minute:second, from"),
]  # fmt: skip
