"""Numbers as people write them: 1,234.50 and 1.234,50, 12,34,567, $5.00, (1,234), 86 %, 4.74M, 120 m².

What a comma, a point, a blank or an apostrophe means is decided once per column, by the grouping of all its values, and kept in a
NumberFormat: the same reading serves training and prediction. Codes such as 007, 8_10, 1e1, 0x10 or a number of 19 digits are no
numbers: read as ones, different codes would become equal.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

# How files write "not known".
_NOT_KNOWN = (
    "? - -- . .. ... : \u2013 \u2014 NA N/A n/a na n.a. N.A. k.A. <NA> NaN nan NaT NULL null (null) <null> [null] \\N None none missing "
    "#N/A #NULL! #DIV/0! #VALUE! #REF! #NAME? #NUM! #NV #WERT! #BEZUG! #N/V"
)
MISSING = frozenset(("", "k. A.", *_NOT_KNOWN.split()))
BLANKS = " \u00a0\u202f\u2009\u2007"  # between thousands: blank, no-break, narrow no-break, thin, figure space
APOSTROPHES = "'\u2019"
SCALES = {"K": 1e3, "k": 1e3, "M": 1e6, "B": 1e9}
_CURRENCIES = (
    "USD EUR GBP JPY CHF CNY INR AUD CAD NZD SEK NOK DKK PLN CZK HUF BRL MXN ZAR KRW TRY RUB SGD "
    "HKD ILS THB R$ A$ C$ US$ CA$ NZ$ HK$ S$ NT$ kr kr. Kr Kr. Fr. Rs Rs. zł Kč Ft lei лв"
)
STYLES = ((".", ""), (".", ","), (",", "."), (",", " "), (".", " "), (".", "'"), (",", "'"), (",", ""))
ORDINALS = ("st", "nd", "rd", "th")
LARGEST = 10**15  # whole numbers of more digits are codes, such as those of cards and accounts
SURE = 20  # values such as 1.234 beside 593, and never 1.23, before the point is taken for one of thousands
_SIGNS = r"\-\u2212\u2013"  # hyphen, minus, dash, for a class of a regular expression
_WORDS = {",": "comma", ".": "point", " ": "blank", "'": "apostrophe"}
_PREFIX = "|".join(map(re.escape, sorted(_CURRENCIES.split(), key=len, reverse=True)))
_CELL = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[+{_SIGNS}])?\s*(?P<prefix>{_PREFIX}|[^\W\d_]{{0,2}}[$€£¥₹₩₽₺₪฿₫₴₦¢])?\s*(?P<inner>[{_SIGNS}])?\s*"
    rf"(?P<body>[0-9.,](?:[0-9.,{BLANKS}{APOSTROPHES}]*[0-9.,])?(?:[eE][+-]?[0-9]+(?![^\W_]))?)(?:/-)?"  # 500/- of India
    rf"\s*(?P<unit>[^\s0-9_.,;:()/+{_SIGNS}{APOSTROPHES}\"=<>#*][^0-9_;:()+=<>#*\"]{{0,14}}(?:[23²³]|/100 ?km)?)?(?P<trail>[{_SIGNS}])?\s*(?P<close>\))?"
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
        """Whether there is nothing to tell: digits and a point."""
        return self.decimal == "." and not (self.thousands or self.unit or self.scaled or self.doubt)

    def text(self) -> str:
        """In words, such as "1,234.50, comma for thousands"."""
        words = [self.example]
        if any(mark in self.example for mark in _marks(self.thousands)):
            words.append(f"{_WORDS[self.thousands]} for thousands")
        if self.decimal == ",":
            words.append("comma for decimals")
        if self.scaled:
            words.append("K, M, B for thousands, millions, billions")
        if self.unit:
            words.append(f"unit {self.unit}")
        return ", ".join(words)


def detect(
    cells: Iterable[Any], decimal: str | None = None, hint: str = ".", forced: bool = False
) -> NumberFormat | None:
    """How all these values are written as numbers; None where one of them is none.

    Args:
        cells: texts; what is not known ("", NA, …) and numbers of JSON are passed over.
        decimal: the mark of decimals, where it is known: "." or ",".
        hint: what the rest of the file says where the values leave it open: the mark of decimals in other columns, or ";",
            the separator that goes with a comma.
        forced: read leading zeros and numbers of any length too: the user says that these are numbers.
    """
    texts, found = [], []
    for text in dict.fromkeys(cells):
        if not isinstance(text, str) or text in MISSING:
            continue
        match = _matched(text)
        if match is None or bool(match["open"]) != bool(match["close"]):
            return None
        texts.append(text)
        found.append(match)
    if not texts:
        return None
    unit, scaled = _unit(found)
    if unit is None or _negative_codes(found):
        return None
    bodies = [match["body"] for match in found]
    styles = [style for style in STYLES if decimal in (None, style[0])] or list(STYLES)
    fitting = [style for style in styles if _all_fit(bodies, style, forced)]
    if not fitting and decimal:
        fitting = [style for style in STYLES if _all_fit(bodies, style, forced)]
    if not fitting:
        return None
    style, doubt = _choose(fitting, bodies, hint if decimal is None else decimal, decimal is None)
    widest = max(texts, key=lambda text: (sum(mark in text for mark in style[1]), style[0] in text, len(text)))
    return NumberFormat(*style, unit=unit, scaled=scaled, padded=forced, doubt=doubt, example=widest)


def parse(cells: Sequence[Any] | np.ndarray, form: NumberFormat) -> np.ndarray:
    """The cells as float64; NaN for what is missing, and for what does not fit (`cell not in MISSING`, and yet NaN)."""
    power = r"|[1-9][0-9]*[eE][0-9]+" if (form.decimal, form.thousands) == STYLES[0] else ""
    fits = re.compile(_pattern((form.decimal, form.thousands), form.padded) + power).fullmatch
    values = {cell: _value(cell, form, fits) for cell in set(cells)}
    return np.array([values[cell] for cell in cells], np.float64)


def plain(text: str) -> bool:
    """Whether a text is a number as computers write it, and no code."""
    return re.fullmatch(_PLAIN, text) is not None


def code_for_missing(values: np.ndarray) -> str:
    """What is to be said of a value such as -999 or 9999 that lies far from all others; nothing where there is none."""
    known = values[~np.isnan(values)]
    for code in (known.min(), known.max()) if len(known) else ():
        others = known[known != code]
        low = (
            code < 0
            and re.fullmatch(r"-9+\.0|-99+\.9+", repr(float(code)))
            and len(others)
            and others.min() >= code / 2
        )
        high = re.fullmatch(r"9{3,}\.0", repr(float(code))) and len(others) and others.max() < code / 2
        if low or (high and len(known) - len(others) > 1):
            far = "below" if low else "above"
            return f"{len(known) - len(others):,} values are {code:g}, far {far} all others: if that means missing, empty these values"
    return ""


def canonical(text: str) -> str:
    """A name without the decimals that mean nothing, so that 1.0 and 1 are one class; codes such as 007 stay as they are."""
    return re.sub(r"\.0*$", "", text) if re.fullmatch(r"-?(?:0|[1-9][0-9]*)\.0*", text) else text


def _value(cell: Any, form: NumberFormat, fits: Any) -> float:
    if not isinstance(cell, str):
        return float(cell) if np.isfinite(cell) else np.nan
    match = None if cell in MISSING else _matched(cell)
    if match is None or bool(match["open"]) != bool(match["close"]) or not fits(match["body"]):
        return np.nan
    unit, scale = _bare(match), 1.0
    if form.scaled and match["unit"] in SCALES:
        unit, scale = match["prefix"] or "", SCALES[match["unit"]]
    if unit and _folded(unit) != _folded(form.unit):
        return np.nan  # a bare number is taken in the unit of its column
    body = match["body"]
    for mark in _marks(form.thousands):
        body = body.replace(mark, "")
    value = float(body.replace(form.decimal, ".") if form.decimal else body) * scale
    if np.isinf(value) or (_whole(match["body"]) >= LARGEST and not form.padded):
        return np.nan
    names = ("sign", "inner") if match["body"][-1] in ".," else ("sign", "inner", "trail")  # 1'200.– has no cents
    negative = bool(match["open"]) ^ any((match[name] or "+") != "+" for name in names)
    return -value if negative else value


def _matched(text: str) -> re.Match[str] | None:
    return _CELL.fullmatch(re.sub(r"^([$\u20ac\u00a3\u00a5])\s*\(", r"(\1", text))  # $ (5.00) is ($5.00)


def _bare(match: re.Match[str]) -> str:
    """What stands beside the digits, before or behind them."""
    return " ".join(part.strip() for part in (match["prefix"], match["unit"]) if part)


def _folded(unit: str) -> str:
    """Equal for year and years, kg and KG."""
    folded = unicodedata.normalize("NFKC", unit).casefold().strip(". ")
    return folded[:-1] if len(folded) > 3 and folded.endswith("s") else folded


def _unit(found: list[re.Match[str]]) -> tuple[str | None, bool]:
    """The one unit of all values, and whether letters scale them; None where there are several, or some without."""
    letters = {match["unit"] for match in found} - {None}
    scaled = bool(letters) and letters <= set(SCALES) and letters != {"B"}
    if scaled and not all(match["unit"] is None or match["body"] + match["unit"] in match[0] for match in found):
        return None, False  # 300 K are kelvin
    units = {match["prefix"] or "" if scaled else _bare(match) for match in found}
    if {_folded(unit) for unit in units} == {""}:
        return "", scaled
    used = {match["prefix"] or "" if scaled else _bare(match) for match in found if match["body"].strip("0.,")}
    if len({_folded(unit) for unit in used or units}) != 1:
        return None, False
    one = next(unit for unit in sorted(units, key=lambda unit: (-len(unit), unit)) if unit)
    lonely = len(one) == 1 and one.isascii() and one.isalpha() and one not in "gmslhWVAJNLC"
    return (None, False) if lonely or one in ORDINALS else (one, scaled)  # 12B, 14B are codes


def _negative_codes(found: list[re.Match[str]]) -> bool:
    """Whether signs are a part of codes: (1), (2), or the grades 2-, 3, 1-."""
    if all(match["open"] for match in found):
        return True
    trailing = any(match["trail"] and match["body"][-1] not in ".," for match in found)
    if trailing and any(match["sign"] or match["inner"] for match in found):
        return True
    return trailing and not any(len(match["body"]) >= 3 for match in found)


def _marks(thousands: str) -> str:
    return BLANKS if thousands == " " else APOSTROPHES if thousands == "'" else thousands


def _pattern(style: tuple[str, str], padded: bool) -> str:
    """Which digits are a number in a style, as a regular expression."""
    decimal, thousands = re.escape(style[0]), _marks(style[1])
    whole = "[0-9]+" if padded else f"0|[1-9][0-9]{{0,{15}}}"
    if thousands:
        mark = f"[{re.escape(thousands)}]"
        whole += rf"|[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+"
        if style[1] == ",":
            whole += rf"|[1-9][0-9]?(?:{mark}[0-9]{{2}})+{mark}[0-9]{{3}}"  # 12,34,567: crores and lakhs of India
    power = r"(?:[eE][+-]?[0-9]+)?"
    return rf"(?:{whole})(?:{decimal}[0-9]*{power})?|{decimal}[0-9]+{power}|(?:{whole})[eE][+-][0-9]+"


_PLAIN = rf"[+-]?(?:{_pattern(STYLES[0], False)})"


def _all_fit(bodies: list[str], style: tuple[str, str], padded: bool) -> bool:
    fits = re.compile(_pattern(style, padded)).fullmatch
    rest = [body for body in bodies if not fits(body)]
    if rest and style == STYLES[0] and all(re.fullmatch(r"[1-9][0-9]*[eE][0-9]+", body) for body in rest):
        return any("." in body for body in bodies)  # 1e5 beside 0.25 is a number; beside 10 it may be a code
    if rest:
        return False
    return padded or not any(len(re.sub("[^0-9]", "", body)) > 15 and _whole(body) >= LARGEST for body in bodies)


def _whole(body: str) -> int:
    return int(body) if body.isdigit() else 0


def _choose(fitting: list[tuple[str, str]], bodies: list[str], hint: str, free: bool) -> tuple[tuple[str, str], str]:
    """The style to take of those that fit all values, and in words what else it could be."""
    usual = fitting[0]
    for mark, as_decimal, as_thousands in ((".", (".", ""), (",", ".")), (",", (",", ""), (".", ","))):
        marked = [body for body in bodies if mark in body]
        if not marked or not {as_decimal, as_thousands} <= set(fitting):
            continue
        bare = len(marked) < len(bodies)
        if mark == ".":  # 5.843 is usual; 1.234 beside 593, and never 1.23, is not
            thousands = hint == "," or (
                bare and len(marked) >= SURE and all(int(b) < 1000 for b in bodies if b.isdigit())
            )
            if not thousands and not bare and hint != ";":
                return as_decimal, ""  # three decimals in every value; beside ; a comma would be usual for them
        else:
            thousands = hint == "."  # and not "," or ";", the usual separator where the comma is taken
        first = max(marked, key=len)
        one, other = float(re.sub("[.,]", "", first)), float(first.replace(",", "."))
        taken, not_taken = (one, other) if thousands else (other, one)
        option = "," if (mark == ",") == thousands else "."
        if not free:
            return (as_thousands if thousands else as_decimal), ""
        doubt = f"{first} is taken as {taken:.15g}, but could be {not_taken:.15g}; then --decimal {option!r}"
        return (as_thousands if thousands else as_decimal), doubt
    blank = [style for style in fitting if style[1] == " "]
    if len(blank) == 2 and usual[1] == " ":
        return (hint, " "), ""
    return usual, ""
