"""How a column writes its dates: the one format that fits every value, detected or given, and the dates read with it.

A format is what strptime takes, such as %d.%m.%Y %H:%M, or one of NAMED; %q is a quarter. Nothing is guessed row by row: a column has
one format, and a text that does not fit it is no date. Where two formats fit every value, the result names both
the one that is used and the other.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from support.data.date_format import DateFormat
from support.errors import ProjectError

import numpy as np
import pandas as pd

UNITS = {"unix": "s", "unix-ms": "ms", "unix-us": "us", "unix-ns": "ns", "excel": "D"}
NAMED = ("iso", *UNITS)  # besides formats of strptime; excel: days since 1899-12-30, as spreadsheets count them
_NO_DATE = "- -- . ? na n/a #n/a nan nat null none nil missing unknown 0000-00-00 00/00/0000"
MISSING = frozenset(("", *_NO_DATE.split()))
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
YEARS = (1500, 2200)  # a date outside these years is not read as a date
_FORMATS = (  # of dates without their time, the likely first; _ is a blank
    "%Y-%m-%d %Y/%m/%d %Y.%m.%d %d/%m/%Y %m/%d/%Y %d.%m.%Y %m.%d.%Y %d-%m-%Y %m-%d-%Y %d/%m/%y %m/%d/%y %d.%m.%y %m.%d.%y %d-%m-%y "
    "%m-%d-%y %y-%m-%d %d-%b-%Y %d-%b-%y %d/%b/%Y %d_%b_%Y %d._%b_%Y %b_%d,_%Y %b_%d_%Y %b-%Y %b-%y %b_%Y %Y_%b %Y-%m %m/%Y %m.%Y "
    "%YM%m %Y%m%d %d%m%Y %m%d%Y %Y%m %Y %Y.0 %Y%m%d%H%M %Y%m%d%H%M%S %Y%m%dT%H%M %Y%m%dT%H%M%S %YQ%q %Y-Q%q %Y_Q%q Q%q_%Y %G-W%V %G-W%V-%u unix unix-ms unix-us unix-ns"
)
FORMATS = [form.replace("_", " ") for form in _FORMATS.split()]
DIGITS = {"unix": "9,10", "unix-ms": "12,13", "unix-us": "15,16", "unix-ns": "18,19"}
_ZONE = r" ?(?:Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)$"
_TIME = re.compile(
    rf"(?P<before>T|,? |:|(?<=\d{{8}})-)(?P<H>\d{{1,2}})(?P<M>:\d\d)?(?P<S>:\d\d)?(?P<f>[.,]\d{{1,9}})?(?P<p> ?[AP]M)?(?P<z>{_ZONE})?$", re.IGNORECASE
)  # fmt: skip
Cells = Sequence[str] | np.ndarray  # or a Series of pandas


def detect(cells: Cells, format: str | None = None) -> DateFormat | None:
    """The format that fits all values; None where none does, or there is no value.

    Day first or month first is decided by all rows; where all rows fit both, by their order and by even steps between them; where
    these say nothing, day first is taken (with AM and PM month first), and `ambiguous` names the other.

    Args:
        cells: the texts of the column, missing ones among them.
        format: as the user typed it.

    Raises:
        ProjectError: where `format` is none.
    """
    _, texts = _different(cells)
    some = texts.iloc[:: max(1, len(texts) // 200)]
    for few in (some, texts):  # some rows may have no time, or fractions
        possible = [given(format)] if format else [one for one in _formats(few) if _read(some, one).notna().all()]
        fitting = [_completed(texts, one) for one in possible if _read(texts, one).notna().all()] if len(texts) else []
        if fitting or not possible:
            return _likeliest(cells, fitting) if fitting else None
    return None


def given(format: str) -> DateFormat:
    """The format that a user typed.

    Raises:
        ProjectError: where it is none.
    """
    form = format.replace("%B", "%b").replace("%A, ", "").replace("%a ", "")
    try:
        if format not in NAMED and not re.search(r"%[YymdbGjsq]", form):
            raise ValueError
        _read_as(pd.Series(["2024-01-31"], dtype=object), form, "")
    except ValueError:
        example = "Expected for example %d.%m.%Y %H:%M, or one of"
        raise ProjectError(f"--date-format cannot be {format!r}\n{example} {', '.join(NAMED)}.") from None
    return DateFormat((form,), zone="utc" if "%z" in form else "", first=1941 if "%y" in form else 0)


def nearest(cells: Cells, least: float = 0.8) -> DateFormat | None:
    """The format that fits the most values, at least this share of them: for a message that names those that do not fit."""
    _, texts = _different(cells)
    some = texts.iloc[:: max(1, len(texts) // 200)]
    shares = {}
    for _, alike in list(some.groupby(some.str.replace(r"\d", "0", regex=True), sort=False))[:8]:
        for found in _formats(alike):
            shares[found] = float(_read(texts, found).notna().mean())
    best = max(shares, key=lambda found: shares[found], default=None)
    return _completed(texts, best) if best and shares[best] >= least else None


def parse(cells: Cells, fmt: DateFormat) -> np.ndarray:
    """The dates (rows,) as datetime64[s]; NaT where one is missing, and where one does not fit, which `misfits` tells."""
    codes, texts = _different(cells)
    return np.append(_read(texts, fmt).to_numpy("datetime64[s]"), np.datetime64("NaT", "s"))[codes]


def misfits(cells: Cells, fmt: DateFormat) -> np.ndarray:
    """The rows whose text is neither missing nor a date in this format."""
    codes, _ = _different(cells)
    return np.flatnonzero((codes >= 0) & np.isnat(parse(cells, fmt)))


def plain(texts: pd.Series) -> pd.Series:
    """Texts with the names of months and of days of the week as strptime knows them, and blanks collapsed."""
    if not texts.str.contains(r"[a-z]{2}|  |UTC|GMT|[+-]\d\d$|[A-Z]{3}", regex=True).any():
        return texts
    day = r"^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*[,.]? "
    texts = texts.str.replace(r"\s+", " ", regex=True).str.replace(day, "", regex=True, case=False)
    texts = texts.str.replace(r"(:\d\d(?:\.\d+)?)(?: ?(?:UTC|GMT))$", r"\1Z", regex=True)
    texts = texts.str.replace(r"(:\d\d(?:\.\d+)? ?[+-]\d\d)$", r"\g<1>00", regex=True)
    month = rf"(?<![A-Za-z])({'|'.join(MONTHS)})(?!day)[a-z]*\.?(?![A-Za-z])"
    return texts.str.replace(month, lambda match: match[1].title(), regex=True, flags=re.IGNORECASE)


def first_year(years: np.ndarray) -> int:
    """The first of the hundred years that two-digit years are taken in: those of a column lie together, and end by 2040 at the latest."""
    years = np.unique(np.asarray(years) % 100)
    gaps = np.diff(np.append(years, years[0] + 100))
    last = int(years[gaps.argmax()])  # before the longest stretch without a year
    return 1941 if gaps.max() <= 10 else (2000 if last <= 40 else 1900) + last - (100 - int(gaps.max()))


def _different(cells: Cells) -> tuple[np.ndarray, pd.Series]:
    """For each row the position of its text among the different texts, -1 where it is missing; the different texts, plain."""
    codes, different = pd.factorize(np.asarray(cells, object))
    texts = pd.Series(different, dtype=object).astype(str).str.strip()
    known = ~texts.str.lower().isin(MISSING).to_numpy(bool)
    positions = np.append(np.where(known, np.cumsum(known) - 1, -1), -1)
    return positions[codes], plain(texts[known].reset_index(drop=True))


def _read(texts: pd.Series, fmt: DateFormat) -> pd.Series:
    """Plain texts as dates without a zone; NaT where one does not fit."""
    found = _read_as(texts, fmt.forms[0], fmt.zone, fmt.first)
    for form in fmt.forms[1:]:
        found = found.fillna(_read_as(texts[found.isna()], form, fmt.zone, fmt.first))
    return found.where(found.dt.year.between(*YEARS))


def _read_as(texts: pd.Series, form: str, zone: str, first: int = 1941) -> pd.Series:
    if form in UNITS:
        origin, numbers = (
            "1899-12-30" if form == "excel" else "unix",
            pd.to_numeric(texts, errors="coerce").astype(float),
        )
        found = pd.to_datetime(numbers, unit=UNITS[form], origin=origin, errors="coerce")  # type: ignore[call-overload]
        return found.astype("datetime64[s]")
    if zone == "local":
        texts, form = texts.str.replace(_ZONE, "", regex=True), form.replace(" %z", "").replace("%z", "")
    if "%q" in form:  # a quarter is its first month
        texts = texts.str.replace(r"Q([1-4])", lambda match: f"{3 * int(match[1]) - 2:02}", regex=True)
        form = form.replace("Q%q", "%m")
    if "%V" in form and "%u" not in form:  # a week is its Monday
        texts, form = texts + " 1", form + " %u"
    utc = zone != "local" and (form == "iso" or "%z" in form)
    found = pd.to_datetime(texts, format="ISO8601" if form == "iso" else form, errors="coerce", utc=utc)
    found = found.dt.tz_localize(None).astype("datetime64[s]")
    if "%y" in form:
        months = found.to_numpy("datetime64[M]")
        late = (first + (found.dt.year - first) % 100 - found.dt.year).fillna(0).to_numpy("timedelta64[Y]")
        found = pd.Series(months + late + (found.to_numpy() - months), found.index)
    return found


def _formats(texts: pd.Series) -> list[DateFormat]:
    """The formats that the shapes of these plain texts allow, the likely first."""
    examples = texts[~texts.str.replace(r"\d", "0", regex=True).duplicated()]
    if not 0 < len(examples) <= 40:  # 1/1/2024 1:00 to 12/12/2024 12:00 are eight
        return []
    split = [_split(text) for text in examples]
    times = list(dict.fromkeys(time for _, time in split))
    forms = [form for form in FORMATS if all(_pattern(form).fullmatch(date) for date, _ in split)]
    if "%p" in times[0]:  # as Americans write
        forms.sort(key=lambda form: not form.startswith("%m"))
    zones = {"%z" in time for time in times}
    if len(zones) > 1:
        return []  # some with a zone and some without: they are not of one clock
    zone = "utc" if True in zones else ""
    return [DateFormat(tuple(form + time for time in times), zone=zone, first=1941 * ("%y" in form)) for form in forms]


def _split(text: str) -> tuple[str, str]:
    """The date of a text, and the format of its time with what stands before it."""
    match = _TIME.search(text)
    if match is None or not (match["M"] or match["p"]):
        return text, ""
    form = match["before"] + ("%I" if match["p"] else "%H") + ":%M" * bool(match["M"]) + ":%S" * bool(match["S"])
    form += f"{match['f'][0]}%f" if match["f"] else ""
    form += re.sub("[AP]M", "%p", match["p"] or "", flags=re.IGNORECASE)
    return text[: match.start()], form + (" " * match["z"].startswith(" ") + "%z" if match["z"] else "")


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """The texts that may be dates in a format; without marks between its parts, each has two digits."""
    if form in DIGITS:
        return re.compile(rf"\d{{{DIGITS[form]}}}(\.\d+)?")
    usual = r"\d\d" if re.fullmatch(r"(%\w|T)+", form) else r"\d{1,2}"
    year, month = r"\d{4}", f"(?:{'|'.join(MONTHS)})"
    parts = {"%Y": year, "%G": year, "%y": r"\d\d", "%b": month, "%q": "[1-4]", "%u": "[1-7]"}
    return re.compile(re.sub("%.", lambda code: parts.get(code[0], usual), form.replace(".", r"\.")))


def _completed(texts: pd.Series, found: DateFormat) -> DateFormat:
    """The format with the hundred years that two-digit years lie in, and with "local" where every local time is midnight."""
    if found.first:
        return replace(found, first=first_year(_read(texts, found).dropna().dt.year.to_numpy()))
    if found.forms == ("iso",) and texts.str.contains(rf":\d\d.*{_ZONE}", regex=True).any():
        return replace(found, zone="utc")
    local = replace(found, zone="local")
    clock = _read(texts, local) if found.zone else None
    return local if clock is not None and (clock.dropna() == clock.dropna().dt.normalize()).all() else found


def _likeliest(cells: Cells, fitting: list[DateFormat]) -> DateFormat:
    """Of formats that all fit, the one in which the rows are in order of time or evenly spaced; else the first."""
    first = fitting[0]
    if first.forms[0].startswith("%Y"):
        return first
    read = {one: (dates := parse(cells, one))[~np.isnat(dates)] for one in fitting}
    rivals = [one for one in fitting if one is first or not np.array_equal(read[one], read[first])]
    evidence = [_evidence(read[one]) for one in rivals]
    for kind, reason in enumerate(("the rows are in order of time only so", "the dates are more evenly spaced so")):
        shares = [pair[kind] for pair in evidence]
        best, *others = sorted(range(len(rivals)), key=lambda position: -shares[position])
        if others and shares[best] >= 0.5 and shares[best] > shares[others[0]] + 0.01:
            return replace(rivals[best], ambiguous=rivals[min(others)].forms[0], because=reason)
    return replace(first, ambiguous=rivals[1].forms[0]) if len(rivals) > 1 else first


def _evidence(dates: np.ndarray) -> tuple[float, float]:
    """Whether the rows go up or down all the way, 0 or 1; and the share of the commonest step between dates, months being equal."""
    different, steps = np.unique(dates), np.diff(dates).astype(np.int64)
    if len(different) < 5:
        return 0.0, 0.0  # too few to tell
    months = different.astype("datetime64[M]")
    if len(np.unique((different - months).astype("timedelta64[D]"))) == 1:
        different = months
    counts = np.unique(np.diff(different).astype(np.int64), return_counts=True)[1]
    return float((steps >= 0).all() or (steps <= 0).all()), float(counts.max() / counts.sum())
