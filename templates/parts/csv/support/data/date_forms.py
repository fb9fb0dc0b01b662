"""From the shape of a column's texts to the formats of strptime that they may be written in, and what the order of the rows says for one of them."""

import re

from support.data.date_words import MONTHS

import numpy as np
import pandas as pd

ZONE = r" ?(?:Z\b|[+-]\d\d:?\d\d)"
_CLOCK = rf"(?P<hour>\d{{1,2}})(?P<minute>:\d\d(?P<second>:\d\d(?P<fraction>[.,]\d{{1,9}})?)?)(?P<half> ?[AP]M)?(?P<zone>{ZONE})?"
_TIME = re.compile(rf"(?P<before>T|,? |:|-)?(?<!\d)(?:{_CLOCK}|(?P<sharp>\d{{1,2}})(?P<half_sharp> ?[AP]M))(?![\d:])")
_PIECES = re.compile(rf"(\d+|{'|'.join(MONTHS)})")
_BETWEEN = re.compile(r"(?:[\s./,_\-年月日M]|Q%q|%qQ|W%V|\0)*")


def shapes(texts: pd.Series) -> pd.Series:
    """Texts with every digit as 0, so that a column of dates has few different ones; names of months count as one word."""
    shapes = texts.str.replace(r"\d", "0", regex=True)
    return shapes.str.replace("|".join(MONTHS), "Mon", regex=True)


def candidates(texts: pd.Series) -> list[tuple[tuple[str, ...], str]]:
    """Formats that the shapes of plain texts allow, the likely first.

    Each is one or more formats that differ in the time alone, and "utc" where the texts have offsets, else "".
    """
    examples = texts[~shapes(texts).duplicated()]
    if not 0 < len(examples) <= 40:  # 1/1/2024 1:00 to 12/12/2024 12:00 are eight
        return []
    if examples.str.fullmatch(r"\d+(\.\d+)?").all():
        return [((form,), "") for form in _number_forms(examples)]
    spans = texts.str.extract(r"^(\d{4})[-/](\d\d)$").dropna().astype(int)
    if len(spans) == len(texts) > 2 and ((spans[0] + 1) % 100 == spans[1]).all():
        return []  # 2009/10, 2010/11: years that begin in one and end in the next
    split = [_split(text) for text in examples]
    times = list(dict.fromkeys(time for _, time in split))
    zoned = {"%z" in time for time in times}
    if len(zoned) > 1:
        return []  # some with a zone and some without: they are not of one clock
    forms = [_date_forms(date, "%p" in times[0]) for date, _ in split]
    common = [form for form in forms[0] if all(form in other for other in forms)]
    zone = "utc" if True in zoned else ""
    return [(tuple(form.replace("\0", time) for time in times), zone) for form in common]


def _number_forms(examples: pd.Series) -> list[str]:
    """Formats for texts that are plain numbers, by how many digits stand before the point."""
    digits = set(examples.str.split(".").str[0].str.len())
    points = bool(examples.str.contains(".", regex=False).any())
    if points and digits == {4} and examples.str.endswith(".0").all():
        return ["%Y.0"]  # years that once were floating-point numbers
    if points and examples.str.fullmatch(r"\d\d\.\d{4}").all():
        return ["%m.%Y"]
    forms = {4: ["%Y"], 6: ["%Y%m", "%y%m%d", "%d%m%y", "%m%d%y"], 8: ["%Y%m%d", "%d%m%Y", "%m%d%Y"], 10: ["%Y%m%d%H"],
             12: ["%Y%m%d%H%M"], 14: ["%Y%m%d%H%M%S"]}  # fmt: skip
    found = list(forms.get(min(digits), [])) if len(digits) == 1 and not points else []
    epochs = {"unix": {9, 10}, "unix-ms": {12, 13}, "unix-us": {15, 16}, "unix-ns": {18, 19}}
    return found + [name for name, lengths in epochs.items() if digits <= lengths]


def _split(text: str) -> tuple[str, str]:
    """A text without its time, for which \\0 stands, and the format of the time with what stands before it."""
    match = _TIME.search(text)
    if match is None:
        return text + "\0", ""
    half = match["half"] or match["half_sharp"]
    time = (match["before"] or "") + ("%I" if half else "%H")
    time += ":%M" if match["minute"] else ""
    time += ":%S" if match["second"] else ""
    time += match["fraction"][0] + "%f" if match["fraction"] else ""
    time += half.replace("AM", "%p").replace("PM", "%p") if half else ""
    time += (" " * match["zone"].startswith(" ") + "%z") if match["zone"] else ""
    return text[: match.start()] + "\0" + text[match.end() :], time


def _date_forms(text: str, american: bool) -> list[str]:
    """The formats in which a date (without its time) may be written, the likely first."""
    if re.fullmatch(r"\d{8}\0", text):
        return ["%Y%m%d\0", "%d%m%Y\0", "%m%d%Y\0"]
    text, quarters = re.subn(r"Q[1-4](?!\d)", "Q%q", text, flags=re.IGNORECASE)
    if not quarters:
        text = re.sub(r"(?<!\d)[1-4]Q", "%qQ", text, flags=re.IGNORECASE)
    text = re.sub(r"W\d\d?", "W%V", text)
    between, parts = _PIECES.split(text)[::2], _PIECES.split(text)[1::2]
    if not all(_BETWEEN.fullmatch(literal) for literal in between):
        return []
    kinds = tuple(
        "b" if part in MONTHS else "4" if len(part) == 4 else "2" if len(part) == 2 else "1" for part in parts
    )
    if any(len(part) > 4 or len(part) == 3 for part in parts if part not in MONTHS):
        return []
    found = _orders("".join(kinds), american, "%q" in text, "W%V" in text)
    return [
        "".join(literal + piece for literal, piece in zip(between, [*(f"%{code}" for code in order), ""], strict=True))
        for order in found
    ]


def _orders(kinds: str, american: bool, quarter: bool, week: bool) -> list[str]:
    """Which parts the numbers of a date may be, in strptime's letters, by how many digits each has; b is a month's name."""
    if quarter:
        return {"4": ["Y"], "2": ["y"]}.get(kinds, [])
    if week:
        return {"4": ["G"], "41": ["Gu"]}.get(kinds, [])
    if "b" in kinds:  # 24-Jan, a day without a year or a year without a day, is neither
        numbers = kinds.replace("1", "2")
        return {"b4": ["bY"], "4b": ["Yb"], "b2": ["by"], "2b4": ["dbY"], "b24": ["bdY"], "4b2": ["Ybd"], "2b2": ["dby"] * kinds.endswith("2"),
                "b22": ["bdy"] * kinds.endswith("2"), "42b": []}.get(numbers, [])  # fmt: skip
    numbers = kinds.replace("1", "2")
    days = ["mdY", "dmY"] if american else ["dmY", "mdY"]
    if numbers == "222":
        short = [order.lower() for order in days] if kinds[2] == "2" else []
        return short + ["ymd"] * (kinds[0] == "2")
    return {"422": ["Ymd", "Ydm"], "224": days, "42": ["Ym"], "24": ["mY"], "4": ["Y"]}.get(numbers, [])


def ordered(dates: np.ndarray) -> float:
    """Whether the rows go up or down all the way, 0 or 1; of fewer than five different dates nothing can be said."""
    steps = np.diff(dates).astype(np.int64)
    return float(len(np.unique(dates)) >= 5 and ((steps >= 0).all() or (steps <= 0).all()))


def even(dates: np.ndarray) -> float:
    """The share of the commonest step between the different dates in order; months count as equal."""
    dates = np.unique(dates)
    if len(dates) < 5:
        return 0.0
    days = dates.astype("datetime64[D]") - dates.astype("datetime64[M]")
    steps = np.diff(dates.astype("datetime64[M]") if len(np.unique(days)) == 1 else dates).astype(np.int64)
    return float(np.unique(steps, return_counts=True)[1].max() / len(steps))


def in_years(found: pd.Series, first: int) -> pd.Series:
    """Dates with two-digit years, which strptime takes as 1969 to 2068, in the hundred years that begin with `first`."""
    late = (first + (found.dt.year - first) % 100 - found.dt.year).fillna(0)
    for years in late.unique():
        if years:
            found = found.where(late != years, found + pd.DateOffset(years=int(years)))
    return found


def first_year(years: np.ndarray) -> int:
    """The first of the hundred years that two-digit years are taken in: those of a column lie together, and end by 2040 at the latest."""
    years = np.unique(np.asarray(years) % 100)
    gaps = np.diff(np.append(years, years[0] + 100))
    last = int(years[gaps.argmax()])  # before the longest stretch without a year
    return 1941 if gaps.max() <= 10 else (2000 if last <= 40 else 1900) + last - (100 - int(gaps.max()))
