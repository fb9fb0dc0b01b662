"""Numbers as people write them: 1,234.50 and 1.234,50, 12,34,567, $5.00, (1,234), 86 %, 4.74M, 120 m².

What a comma, a point, a blank or an apostrophe means is decided once per column, by the grouping of all its values, and kept in a
NumberFormat: the same reading serves training and prediction. Codes such as 007, 8_10, 1e1, 0x10 or a number of 19 digits are not
numbers: read as numbers, different codes would become equal.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np

_MISSING = (
    "? - -- . .. ... : \u2013 \u2014 NA N/A n/a na n.a. N.A. k.A. <NA> NaN nan NaT NULL null (null) <null> [null] \\N None none missing "
    "#N/A #NULL! #DIV/0! #VALUE! #REF! #NAME? #NUM! #NV #WERT! #BEZUG! #N/V"
)
MISSING = frozenset(("", "k. A.", *_MISSING.split()))  # how files write that a value is missing
MARKS = {" ": " \u00a0\u202f\u2009\u2007", "'": "'\u2019"}  # how these may be written: five blanks, two apostrophes
STYLES = [
    (pair[0], pair[1:]) for pair in (".", ".,", ",.", ", ", ". ", ".'", ",'", ",")
]  # mark of decimals, of thousands
SCALES = {"K": 1e3, "k": 1e3, "M": 1e6, "B": 1e9}
POWER = re.compile(r"[1-9][0-9]*[eE][0-9]+")  # a number, or a code such as 1e1
LARGEST = 10**15  # whole numbers of more digits are codes, such as those of cards and accounts
_WORDS = {",": "comma", ".": "point", " ": "blank", "'": "apostrophe"}
_GROUPING = "".join(MARKS.values())
_CURRENCY = r"(?:USD|EUR|GBP|JPY|CHF|CNY|INR|AUD|CAD|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|ZAR|KRW|TRY|RUB|[Kk]r\.?|Rs\.?|Fr\.)|[^\W\d_]{0,2}[$€£¥₹₩₽₺₪฿₫₴₦¢]|R\$"
_CELL = re.compile(  # a sign, a currency, digits with marks, a unit; (5) is -5
    rf"(?P<open>\()?\s*(?P<sign>[+\-\u2212\u2013]?)\s*(?P<prefix>{_CURRENCY})?\s*(?P<inner>[\-\u2212\u2013]?)"
    rf"(?P<body>[0-9.,](?:[0-9.,{_GROUPING}]*[0-9.,])?(?:[eE][+-]?[0-9]+(?![^\W_]))?)"
    r"\s*(?P<unit>[^\s\d_.,;:()/+\-\u2212\u2013'\u2019\"=<>#*][^\d_;:()+=<>#*\"]{0,14}[23²³]?)?\s*(?(open)\))"
)


@dataclass(frozen=True)
class NumberFormat:
    """How the numbers of one column are written.

    `decimal` and `thousands` are marks ("" for none, " " for any blank); `unit` stands before or behind each number; `scaled`
    says that K, M and B count thousands, millions and billions; `padded` that leading zeros mean nothing; `doubt` is empty or
    says how else the values could be read; `example` is a value of the column.
    """

    decimal: str = "."
    thousands: str = ""
    unit: str = ""
    scaled: bool = False
    padded: bool = False
    doubt: str = ""
    example: str = ""

    def to_record(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "NumberFormat":
        return cls(**record)

    @property
    def plain(self) -> bool:
        """Whether numbers are in plain format: digits and a point."""
        return self.decimal == "." and not (self.thousands or self.unit or self.scaled or self.doubt)

    def text(self) -> str:
        """In words, such as "1,234.50, comma for thousands"."""
        grouped = any(mark in self.example for mark in MARKS.get(self.thousands, self.thousands))
        words = [self.example, f"{_WORDS[self.thousands]} for thousands" if grouped else ""]
        words += [
            "comma for decimals" * (self.decimal == ","),
            "K, M, B for thousands, millions, billions" * self.scaled,
        ]
        return ", ".join(filter(None, [*words, self.unit and f"unit {self.unit}"]))


def detect(
    cells: Iterable[Any], decimal: str | None = None, hint: str = ".", forced: bool = False
) -> NumberFormat | None:
    """The one number format of all these values; None where one of them is not a number.

    Args:
        cells: texts; missing ones ("", NA, …) and numbers of JSON are skipped.
        decimal: the mark of decimals, where it is known: "." or ",".
        hint: what the rest of the file says where the values leave it open: the mark of decimals in other columns, or ";",
            the separator that goes with a comma.
        forced: read leading zeros and numbers of any length too: the user says that these are numbers.
    """
    found = []
    for text in dict.fromkeys(cells):
        if isinstance(text, str) and text not in MISSING:
            if (match := _CELL.fullmatch(text)) is None:
                return None
            found.append(match)
    unit, scaled = _unit(found)
    if not found or unit is None or all(match["open"] for match in found):  # (1), (2) are codes
        return None
    bodies = [match["body"] for match in found]
    fitting = [style for style in STYLES if _all_fit(bodies, style, forced)]
    fitting = [style for style in fitting if decimal in (None, style[0])] or fitting
    if not fitting:
        return None
    style, doubt = _choose(fitting, bodies, decimal or hint)
    example = max((m.string for m in found), key=lambda t: (sum(m in t for m in style[1]), style[0] in t, len(t)))
    return NumberFormat(*style, unit, scaled, forced, "" if decimal else doubt, example)


def detect_most(cells: Sequence[str] | np.ndarray, least: float = 0.9, forced: bool = False) -> NumberFormat | None:
    """How at least this share of the values is written, the others being typing errors; None where they are not numbers, or are codes."""
    if (form := detect(cells, forced=forced)) or not len(cells):
        return form
    texts = list(dict.fromkeys(cells))
    some = texts[:1_000] if len(texts) > 2_000 else []
    if sum(detect([text], forced=forced) is not None for text in some) < 0.5 * len(some):
        return None
    single = {text for text in texts if detect([re.sub(r"^\((.*)\)$", r"\1", text)], forced=forced)}
    form = detect(single, forced=forced) if forced or not any(map(is_code, cells)) else None
    return form if form and (forced or np.mean([cell in single for cell in cells]) >= least) else None


def parse(cells: Sequence[Any] | np.ndarray, form: NumberFormat) -> np.ndarray:
    """The cells as float64; NaN for what is missing, and for what does not fit (`cell not in MISSING`, and yet NaN)."""
    values = {cell: _value(cell, form) for cell in set(cells)}
    return np.array([values[cell] for cell in cells], np.float64)


def plain(text: str) -> bool:
    """Whether a text is a number as computers write it, and no code."""
    return _fits(STYLES[0], False)(re.sub("^[+-]", "", text)) is not None


def is_code(text: str) -> bool:
    """Whether a text is a code of digits, such as 007 or 8_10."""
    return re.fullmatch(r"0[0-9]+|[0-9]+[eE][0-9]+|[0-9]{16,}|[0-9]+(_[0-9]+)+|0[xX][0-9a-fA-F]+", text) is not None


def canonical(text: str) -> str:
    """A name without decimals that are all zero, so that 1.0 and 1 are one class; codes such as 007 stay as they are."""
    return re.sub(r"\.0*$", "", text) if re.fullmatch(r"-?(?:0|[1-9][0-9]*)\.0*", text) else text


def code_for_missing(values: np.ndarray) -> str:
    """A warning about a value such as -999 or 9999 that lies far from all others; empty where there is none."""
    known = values[~np.isnan(values)]
    for code in (known.min(), known.max()) if len(known) else ():
        others, text = known[known != code], f"{code:g}"
        low = re.fullmatch(r"-9+|-99+\.9+", text) and len(others) and others.min() >= code / 2
        high = re.fullmatch(r"9{3,}", text) and len(others) and others.max() < code / 2
        if low or (high and len(known) - len(others) > 1):
            what = f"{len(known) - len(others):,} values are {text}, far {'below' if low else 'above'} all others"
            return f"{what}: if that means missing, empty these values"
    return ""


def _value(cell: Any, form: NumberFormat) -> float:
    if not isinstance(cell, str):
        return float(cell) if np.isfinite(cell) else np.nan
    match, style = None if cell in MISSING else _CELL.fullmatch(cell), (form.decimal, form.thousands)
    fitting = match and (
        _fits(style, form.padded)(match["body"]) or (style == STYLES[0] and POWER.fullmatch(match["body"]))
    )
    if match is None or not fitting:
        return np.nan
    unit, scale = _bare(match), 1.0
    if form.scaled and match["unit"] in SCALES:
        unit, scale = match["prefix"] or "", SCALES[match["unit"]]
    if unit and _folded(unit) != _folded(form.unit):
        return np.nan  # a bare number is taken in the unit of its column
    body = (
        re.sub(f"[{MARKS.get(form.thousands, form.thousands)}]", "", match["body"]) if form.thousands else match["body"]
    )
    value = float(body.replace(form.decimal, ".")) * scale
    negative = bool(match["open"]) ^ bool((match["sign"] + match["inner"]).strip("+"))
    return np.nan if np.isinf(value) else -value if negative else value


def _bare(match: re.Match[str]) -> str:
    """What stands beside the digits, before or behind them."""
    return " ".join(part.strip() for part in (match["prefix"], match["unit"]) if part)


def _folded(unit: str) -> str:
    """Equal for year and years, kg and KG, m2 and m²."""
    folded = unit.translate(str.maketrans("²³", "23")).casefold().strip(". ")
    return folded[:-1] if len(folded) > 3 and folded.endswith("s") else folded


def _unit(found: list[re.Match[str]]) -> tuple[str | None, bool]:
    """The one unit of all values, and whether letters scale them; None where there are several, or some without."""
    letters = {match["unit"] for match in found} - {None}
    scaled = bool(letters) and letters <= set(SCALES) and letters != {"B"}
    if scaled and not all(match["unit"] is None or match["body"] + match["unit"] in match[0] for match in found):
        return None, False  # 300 K are kelvin
    named = [(match["prefix"] or "" if scaled else _bare(match), match["body"].strip("0.,")) for match in found]
    units = {unit for unit, _ in named}
    if units <= {""}:
        return "", scaled
    if len({_folded(unit) for unit, digits in named if digits or "" not in units}) != 1:
        return None, False  # zero needs no unit
    one = max(units, key=lambda unit: (len(unit), unit))
    lonely = len(one) == 1 and one.isascii() and one.isalpha() and one not in "gmslhWVAJNLC"
    is_code = lonely or one in ("st", "nd", "rd", "th")  # 12B, 14B, 1st
    return (None, False) if is_code else (one, scaled)


@cache
def _fits(style: tuple[str, str], padded: bool) -> Any:
    """What tells whether digits are a number in a style."""
    decimal, mark = re.escape(style[0]), f"[{re.escape(MARKS.get(style[1], style[1]))}]"
    whole = "[0-9]+" if padded else "0|[1-9][0-9]{0,14}"  # longer ones are codes
    if style[1]:
        whole += rf"|[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+"
    if style[1] == ",":
        whole += r"|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"  # 12,34,567: crores and lakhs of India
    power = r"(?:[eE][+-]?[0-9]+)?"
    pattern = rf"(?:{whole})(?:{decimal}[0-9]*{power})?|{decimal}[0-9]+{power}|(?:{whole})[eE][+-][0-9]+"
    return re.compile(pattern).fullmatch


def _all_fit(bodies: list[str], style: tuple[str, str], padded: bool) -> bool:
    fits = _fits(style, padded)
    rest = [body for body in bodies if not fits(body)]
    if rest and style == STYLES[0] and all(map(POWER.fullmatch, rest)):
        return any("." in body for body in bodies)  # 1e5 beside 0.25 is a number; beside 10 it may be a code
    return not rest


def _choose(fitting: list[tuple[str, str]], bodies: list[str], hint: str) -> tuple[tuple[str, str], str]:
    """The style to take of those that fit all values, and in words what else it could be."""
    for mark, decimals, thousands in ((".", (".", ""), (",", ".")), (",", (",", ""), (".", ","))):
        marked = [body for body in bodies if mark in body]
        if not marked or not {decimals, thousands} <= set(fitting):
            continue
        bare = len(marked) < len(bodies)
        if mark == ".":  # 5.843 is usual; twenty such as 1.234 beside 593, and never 1.23, are not
            small = all(int(body) < 1000 for body in bodies if body.isdigit())
            grouped = hint == "," or (bare and len(marked) >= 20 and small)
            if not grouped and not bare and hint != ";":  # beside ; a comma would be usual for decimals
                return decimals, ""
        else:
            grouped = hint == "."  # and not ";", the usual separator where the comma is taken
        first = max(marked, key=len)
        taken, other = float(re.sub("[.,]", "", first)), float(first.replace(",", "."))
        taken, other = (taken, other) if grouped else (other, taken)
        option = "," if (mark == ",") == grouped else "."
        doubt = f"{first} is taken as {taken:.15g}, but could be {other:.15g}; then --decimal {option!r}"
        return thousands if grouped else decimals, doubt
    return fitting[0], ""
