"""What the columns of a table are: numbers, categories, texts, dates or left out; and which of their texts mean "not known".

A kind comes from how the values are written, never from what they say about the target. It is kept in spec, so that a prediction
reads its input as training did.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from support.data import dates, numbers
from support.data.numbers import MISSING, NumberFormat
from support.data.table import Cells, Table
from support.errors import ProjectError

import numpy as np

MOSTLY = 0.9  # share of a column's values that must be numbers (or dates) for the others to be taken as slips
NEVER = frozenset(
    word for word in MISSING if re.fullmatch(r"[?.:]+|nan|nat|\\n|[<(\[].*|#.*", word.lower())
)  # never a category
OFTEN_ONE = frozenset(("None", "none", "-", "--", "\u2013", "\u2014"))  # often a category: no disorder, no garage
SHARE = 0.01  # of the rows: a word that is found as often in the target is a class
_ID = re.compile(r"(^|[_\s.-])(id|ids|index|uuid|guid|key|rowid|unnamed_\d+)$|[a-z]Id$|[a-z]ID$|^Id", re.IGNORECASE)
_CODE = re.compile(r"0[0-9]+|[0-9]+[eE][0-9]+|[0-9]{16,}|[0-9]+(_[0-9]+)+|0[xX][0-9a-fA-F]+")
_WORD = re.compile(r"(?!.*\d(?:[A-Za-z]{3,9}|\u5e74)\d)\w+")  # and no 31JAN2024
_TIME = re.compile(r"\d{1,3}:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?[AP]M)?", re.IGNORECASE)
_DATE = re.compile(r"(?<!\d)(?:1[89]|2[015])\d\d(?!\d)|(?<!\d)\d\d?[./-]\d\d?[./-](?:\d\d|\d{4})(?!\d)")
_WHEN = re.compile(r"date|datum|fecha|time|stamp|epoch|zeit|(^|_)(ts|at|on)$", re.IGNORECASE)
_AROUND = re.compile(
    r'^(?:="|[\'<>~\u2248\u2264\u2265]+\s*)|(?:"|[*+\u2020]+|\s*\[\w+\]|\s*\(\w\)|\s[A-Za-z]{1,2})$'
)  # of an amount
RANGES = {"%Y%m%d": (19_000_101, 21_001_231), "excel": (20_000, 60_000)} | {
    f"unix{unit}": (5e8 * scale, 4e9 * scale) for unit, scale in (("", 1), ("-ms", 1e3), ("-us", 1e6), ("-ns", 1e9))
}  # numbers that are likely dates

Column = dict[str, Any]  # name, kind, and as the kind needs: why, format (a record), missing, slips


def understand(
    table: Table,
    target: str,
    ignore: Iterable[str] = (),
    forced: Iterable[str] = (),
    categories: Iterable[str] = (),
    date_format: str | None = None,
) -> list[Column]:
    """The kind of each column; `forced` are those that the user calls numbers."""
    found: list[Column] = []
    for name, cells in table.columns.items():
        if name == target:
            kind: dict[str, Any] = {"kind": "target"}
        elif name in ignore:
            kind = {"kind": "left out", "why": "by --ignore"}
        elif name in categories:
            kind = {"kind": "category"}
        else:
            kind = kind_of(name, cells, table, name in forced, date_format)
        words = {"missing": sorted(table.missing[name])} if name in table.missing else {}
        found.append({"name": name, **kind, **words})
    return found


def kind_of(
    name: str, cells: Cells, table: Table, forced: bool = False, date_format: str | None = None
) -> dict[str, Any]:
    """The kind of one column.

    Raises:
        ProjectError: where none of its values is the number that the user calls it.
    """
    if cells.dtype != object:
        if not forced and _is_identity(name, cells):
            return {"kind": "left out", "why": "it only numbers the rows (--numbers or --categories puts it in)"}
        low, high = RANGES.get(date_format or "", (-np.inf, np.inf))
        likely = date_format and np.nanmin(cells, initial=high) >= low and np.nanmax(cells, initial=low) <= high
        if likely and (found := dates.detect(as_texts(cells).tolist(), date_format)):
            return {"kind": "date", "format": found.to_record()}
        form = table.formats.get(name)
        return {"kind": "number"} | ({"format": form.to_record()} if form else {}) | _doubtful(name, cells)
    known = np.flatnonzero(~np.isin(cells, list(MISSING)))
    if form := number_format(cells[known], forced):
        values = numbers.parse(cells, form)
        return {"kind": "number", "format": form.to_record()} | _slips(
            known[np.isnan(values[known])], cells, table, "numbers"
        )
    if forced:
        first = int(known[0]) if len(known) else 0
        raise ProjectError(
            f"{table.at(first)}: {name} is {cells[first]!r}, which is no number\nLeave {name} out of --numbers."
        )
    texts = list(dict.fromkeys(cells[known]))
    if texts and (date_format or not all(map(_WORD.fullmatch, texts[:50]))):
        date = dates.detect(texts, date_format) if date_format else None
        if date is None and dates.nearest(texts[:: 1 + len(texts) // 200], 0.5):
            date = dates.detect(texts) or dates.nearest(texts)
        if date is not None and len(wrong := dates.misfits(cells.tolist(), date)) <= (1 - MOSTLY) * len(known):
            return {"kind": "date", "format": date.to_record()} | _slips(wrong, cells, table, "dates")
    words = np.mean([len(text.split()) for text in texts[:500]]) if texts else 0
    kind = "text" if len(texts) > 50 and (len(texts) > 0.5 * len(known) or words >= 2) else "category"
    return {"kind": kind} | _nearly(name, cells, known, table)


def number_format(cells: Cells, forced: bool = False, least: float = MOSTLY) -> NumberFormat | None:
    """How at least this share of the values is written as numbers, or all that can be where `forced`; None where they are none."""
    if not len(cells):
        return None
    if form := numbers.detect(cells, forced=forced):
        return form
    texts = list(dict.fromkeys(map(str, cells)))
    single = [text for text in texts if numbers.detect([_unsigned(text)], forced=forced)]
    if not single or (not forced and any(map(_CODE.fullmatch, texts))):
        return None
    form = numbers.detect(single, forced=forced)
    if form is None:
        return None
    fits = np.isin(cells, single).mean()
    return form if forced or fits >= least else None


def _unsigned(text: str) -> str:
    """A text without the sign behind or around it, which alone would look like a part of a code."""
    return re.sub(r"\((.*)\)$|(?<=\d)[-\u2212\u2013]$", r"\1", text)


def as_texts(cells: Cells) -> Cells:
    """Numbers as the texts that they were."""
    return np.array(["" if np.isnan(value) else f"{value:.15g}" for value in cells], object)


def without_missing(table: Table, target: str, wanted: tuple[str, ...] | None) -> tuple[Table, list[str]]:
    """The table with "" for every text that means "not known", and what is worth saying about that.

    Args:
        table: as read.
        target: the column to predict, of which a word such as None may be a class.
        wanted: the texts that mean "not known" as the user has them; None to find out.
    """
    columns, missing, notes = dict(table.columns), dict(table.missing), []
    for name, cells in table.columns.items():
        if cells.dtype != object:
            continue
        counts = Counter(cells.tolist())
        words = {word for word in counts if word and (word in MISSING if wanted is None else word in wanted)}
        if wanted is None and words:
            kept = _classes(words, counts, name == target)
            if kept and name == target:
                rows = ", ".join(f"{word!r} ({counts[word]:,} rows)" for word in sorted(kept))
                notes.append(
                    f"note: {name}: {rows} is taken as a class of its own; if it means not known: --missing {sorted(kept)[0]}"
                )
            words -= kept
            for word in sorted(words) if name == target else ():
                notes.append(
                    f"warning: {name}: {word!r} is taken as not known: {counts[word]:,} rows are left out; "
                    'if it is a class, say what means not known, for example --missing "?"'
                )
        if words:
            missing[name] = {word: counts[word] for word in sorted(words)}
            columns[name] = np.array(["" if cell in words else cell for cell in cells.tolist()] + [None], object)[:-1]
    return replace(table, columns=columns, missing=missing), notes


def alike(name: str, cells: Cells) -> list[str]:
    """A warning where values differ in capitals or blanks only."""
    found: dict[str, list[str]] = {}
    for value in sorted(set(cells)):
        found.setdefault("".join(value.casefold().split()), []).append(value)
    pairs = [values for values in found.values() if len(values) > 1]
    if not pairs:
        return []
    shown = "; ".join(" and ".join(values) for values in pairs[:4]) + ("; …" if len(pairs) > 4 else "")
    return [f"warning: {name}: {shown} differ in capitals or blanks only, and are taken as different values"]


def _classes(words: set[str], counts: Counter[str], is_target: bool) -> set[str]:
    """Which of these words are values like the others of their column."""
    others = [value for value in counts if value and value not in words]
    soft = words - NEVER
    if len(others) == 1:
        return soft  # without it, all values were the same
    if is_target:
        return {word for word in soft if counts[word] >= max(2, SHARE * counts.total())}
    return words & OFTEN_ONE


def _slips(wrong: np.ndarray, cells: Cells, table: Table, what: str) -> dict[str, str]:
    if not len(wrong):
        return {}
    first = int(wrong[0])
    return {"slips": f"{len(wrong)} values are no {what}, first {table.at(first)}: {cells[first]!r}; read as missing"}


def _nearly(name: str, cells: Cells, known: np.ndarray, table: Table) -> dict[str, str]:
    """A warning where most values look like numbers, times or dates, but not all in one way that is known."""
    texts = list(dict.fromkeys(cells[known]))[:2_000]
    if not texts or any(map(_CODE.fullmatch, texts)):
        return {}
    forms = {text: numbers.detect([_unsigned(text)]) or numbers.detect([_unsigned(_amount(text))]) for text in texts}
    units = sorted({form.unit for form in forms.values() if form})
    odd = int(np.argmax(cells == next((text for text in texts if not numbers.detect([_unsigned(text)])), texts[0])))
    shown = f"see {table.at(odd)}: {cells[odd]!r}"
    mend = f"write them alike, or --ignore {name}"
    if sum(form is not None for form in forms.values()) >= 0.8 * len(texts):
        several = f"with several units, {', '.join(unit or 'none' for unit in units[:4])}"
        why = f"numbers {several if len(units) > 1 else f'that no one reading fits, {shown}'}"
    elif sum(_TIME.fullmatch(text) is not None for text in texts) >= 0.8 * len(texts):
        why, mend = f"times of day or durations, {shown}", "write them as numbers, such as minutes"
    elif sum(_is_dated(text) for text in texts) >= 0.8 * len(texts):
        why, mend = f"what may be dates, {shown}", "write them as 2024-05-31, or see --date-format"
    else:
        return {}
    return {"warning": f"warning: {name} holds {why}; it is taken as text: {mend}"}


def _amount(text: str) -> str:
    """A text without what often stands around a number, such as a footnote; a dash is the nought of accountants."""
    bare = _AROUND.sub("", re.sub("[\u200b-\u200f\ufeff]", "", unicodedata.normalize("NFKC", text)))
    return "0" if re.fullmatch(r"[$\u20ac\u00a3]\s*-|-\s*[$\u20ac\u00a3]", bare) else bare


def _is_dated(text: str) -> bool:
    """Whether a text is little more than a date."""
    groups = re.findall(r"\d+", re.sub(r"[.,]\d{3,9}|(?<=:\d\d)[+-]\d{4}$", "", text))
    many = len(groups) > 1 or re.match(r"\d", text) is not None or len(text) <= 8
    return bool(_DATE.search(text)) and many and sum(len(group) > 2 for group in groups) <= 1 and len(text) <= 40


def _doubtful(name: str, cells: Cells) -> dict[str, str]:
    """A warning where numbers may be dates, or one of them may mean "not known"."""
    known = cells[~np.isnan(cells)]
    if len(known) < 2:
        return {}
    for form, (low, high) in RANGES.items():
        likely = (form == "%Y%m%d" or _WHEN.search(name)) and low <= known.min() and known.max() <= high
        if likely and dates.detect(as_texts(known).tolist(), form):
            why = f"{known[0]:.15g} may be a date; it is taken as a number; if it is one: --date-format {form}"
            return {"warning": f"warning: {name}: {why}"}
    said = numbers.code_for_missing(known)
    return {"warning": f"warning: {name}: {said}"} if said else {}


def _is_identity(name: str, values: np.ndarray) -> bool:
    """Whether the values are whole numbers, all different, and go up row by row or bear a name such as id."""
    if len(values) < 20 or np.isnan(values).any() or (values != np.round(values)).any():
        return False
    if _ID.search(name):
        return bool(len(np.unique(values)) == len(values))
    return bool((np.diff(values) == 1).all())
