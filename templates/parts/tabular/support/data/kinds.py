"""What the columns of a table are: numbers, categories, texts, dates or left out; and which of their texts mean "missing".

A kind comes from how the values are written, never from what they say about the target. It is kept in spec, so that a prediction
reads its input as training did.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from support.data import dates, numbers
from support.data.numbers import MISSING
from support.data.table import Cells, Table
from support.errors import ProjectError

import numpy as np
import pandas as pd

MOSTLY = 0.9  # share of a column's values that must be numbers (or dates) for the others to count as typing errors
NEVER = re.compile(r"[?.:]+|nan|nat|\\n|[<(\[].*|#.*", re.IGNORECASE)  # words for missing that are never a class
SHARE = 0.01  # of the rows: a word that occurs at least as often in the target is a class
ID = re.compile(r"(^|[_\s.-])(id|ids|index|uuid|guid|key|rowid|unnamed_\d+)$|[a-z]I[dD]$|^Id", re.IGNORECASE)
WHEN = re.compile(r"date|datum|fecha|time|stamp|epoch|zeit|(^|_)(ts|at|on)$", re.IGNORECASE)
RANGES = {"%Y%m%d": (19_000_101, 21_001_231), "excel": (20_000, 60_000)} | {
    f"unix{unit}": (5e8 * scale, 4e9 * scale) for unit, scale in (("", 1), ("-ms", 1e3), ("-us", 1e6), ("-ns", 1e9))
}  # numbers that are likely dates
LIKE = {  # what most texts of a column may look like, and the advice for each
    r"\W{0,2}\d[\d.,']*(\s?[^\w\s]{1,2}|\s[A-Za-z]{1,2}|\s*\[\w+\])?": ("numbers that no one reading fits", "write them alike, or --ignore {name}"),
    r"\d{1,3}:\d\d(:\d\d([.,]\d+)?)?( ?[APap][Mm])?": ("times of day or durations", "write them as numbers, such as minutes"),
    r"(?=.*\b(1[89]|2[015])\d\d(?!\d)|\d\d?[./-]\d\d?[./-]\d\d)(?!.*\d{3}.*\D\d{3})(.*\d\D+\d|\d|.{0,8}$).{0,39}": (
        "what may be dates", "write them as 2024-05-31, or see --date-format",
    ),
}  # fmt: skip

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
        found.append(
            {"name": name, **kind} | ({"missing": sorted(table.missing[name])} if name in table.missing else {})
        )
    return found


def kind_of(
    name: str, cells: Cells, table: Table, forced: bool = False, date_format: str | None = None
) -> dict[str, Any]:
    """The kind of one column.

    Raises:
        ProjectError: where a column that the user calls numeric contains no numbers.
    """
    if cells.dtype != object:
        return _numeric(name, cells, table, forced, date_format)
    known = np.flatnonzero(~is_among(cells, MISSING))
    if form := numbers.detect_most(cells[known], MOSTLY, forced):
        wrong = known[np.isnan(numbers.parse(cells[known], form))]
        return {"kind": "number", "format": form.to_record()} | _slips(wrong, cells, table, "numbers")
    if forced:
        row = int(known[0]) if len(known) else 0
        raise ProjectError(
            f"{table.at(row)}: {name} is {cells[row]!r}, which is no number\nLeave {name} out of --numbers."
        )
    texts = list(dict.fromkeys(cells[known]))
    if date_format or any(re.search(r"\d\W|\d[A-Za-z]{3}|Q\d", text) for text in texts[:50]):
        date = dates.detect(texts, date_format) if date_format else None
        if date is None and dates.nearest(texts[:: 1 + len(texts) // 200], 0.5):
            date = dates.detect(cells[known]) or dates.nearest(texts)
        if date and len(wrong := dates.misfits(cells, date)) <= (1 - MOSTLY) * len(known):
            return {"kind": "date", "format": date.to_record()} | _slips(wrong, cells, table, "dates")
    words = np.mean([len(text.split()) for text in texts[:500]]) if texts else 0
    kind = "text" if len(texts) > 50 and (len(texts) > 0.5 * len(known) or words >= 2) else "category"
    return {"kind": kind} | _nearly(name, texts[:500], cells, table)


def as_texts(cells: Cells) -> Cells:
    """Numbers as the texts that they were."""
    return np.array(["" if np.isnan(value) else f"{value:.15g}" for value in cells], object)


def is_among(cells: Cells, words: Iterable[str]) -> np.ndarray:
    """Which cells (rows,) are one of these words."""
    return pd.Series(cells, dtype=object).isin(list(words)).to_numpy()


def without_missing(table: Table, target: str, wanted: tuple[str, ...] | None) -> tuple[Table, list[str]]:
    """The table with "" for every text that means "missing", and notes about that.

    Args:
        table: as read.
        target: the column to predict, of which a word such as None may be a class.
        wanted: the texts that mean "missing" as the user gives them; None to detect them.
    """
    columns, missing, notes = dict(table.columns), dict(table.missing), []
    for name, cells in table.columns.items():
        counts = Counter(cells.tolist()) if cells.dtype == object else Counter()
        words = {word for word in counts if word and word in (MISSING if wanted is None else wanted)}
        if wanted is None and words:
            enough = max(2, SHARE * counts.total()) if name == target else np.inf
            alone = len(counts.keys() - words - {""}) == 1  # without the word, all values were the same
            kept = {word for word in words if (alone or counts[word] >= enough) and not NEVER.fullmatch(word)}
            words -= kept
            if name == target:
                rows = ", ".join(f"{word!r} ({counts[word]:,} rows)" for word in sorted(kept))
                said = f"is taken as a class of its own; if it means missing: --missing {min(kept, default='')}"
                notes += [f"note: {name}: {rows} {said}"] * bool(kept)
                advice = 'if it is a class, say what means missing, for example --missing "?"'
                taken = "is taken as missing: {:,} rows are left out"
                notes += [f"warning: {name}: {word!r} {taken.format(counts[word])}; {advice}" for word in sorted(words)]
        if words:
            missing[name] = {word: counts[word] for word in sorted(words)}
            columns[name] = np.where(is_among(cells, words), "", cells)
    return replace(table, columns=columns, missing=missing), notes


def alike(name: str, cells: Cells) -> list[str]:
    """A warning where values differ in capitals or blanks only."""
    found: dict[str, list[str]] = {}
    for value in sorted(set(cells)):
        found.setdefault("".join(value.casefold().split()), []).append(value)
    pairs = [" and ".join(values) for values in found.values() if len(values) > 1]
    shown = "; ".join(pairs[:4] + ["…"] * (len(pairs) > 4))
    return [f"warning: {name}: {shown} differ in capitals or blanks only, and are taken as different values"] * bool(
        pairs
    )


def _numeric(name: str, cells: Cells, table: Table, forced: bool, date_format: str | None) -> dict[str, Any]:
    """The kind of a column of numbers, with a warning where they may be dates, or one of them may mean "missing"."""
    known = cells[~np.isnan(cells)]
    whole = len(cells) == len(known) >= 20 and (cells == np.round(cells)).all()
    numbering = (np.diff(cells) == 1).all() or (ID.search(name) and len(np.unique(cells)) == len(cells))
    if whole and numbering and not forced:
        return {"kind": "left out", "why": "it only numbers the rows (--numbers or --categories puts it in)"}
    form = table.formats.get(name)
    number = {"kind": "number"} | ({"format": form.to_record()} if form else {})
    if len(known) < 2:
        return number
    within = {date: low <= known.min() and known.max() <= high for date, (low, high) in RANGES.items()}
    if date_format and within.get(date_format, True) and (found := dates.detect(as_texts(cells), date_format)):
        return {"kind": "date", "format": found.to_record()}
    for date in within:
        if within[date] and (date == "%Y%m%d" or WHEN.search(name)) and dates.detect(as_texts(known), date):
            why = f"{known[0]:.15g} may be a date; it is taken as a number; if it is one: --date-format {date}"
            return number | {"warning": f"warning: {name}: {why}"}
    said = numbers.code_for_missing(known)
    return number | ({"warning": f"warning: {name}: {said}"} if said else {})


def _slips(wrong: np.ndarray, cells: Cells, table: Table, what: str) -> dict[str, str]:
    if not len(wrong):
        return {}
    first = f"first {table.at(int(wrong[0]))}: {cells[wrong[0]]!r}"
    return {"slips": f"{len(wrong)} values are no {what}, {first}; read as missing"}


def _nearly(name: str, texts: list[str], cells: Cells, table: Table) -> dict[str, str]:
    """A warning where most texts look like numbers, times or dates, but not all in one known format."""
    if not texts or any(map(numbers.is_code, texts)):
        return {}
    units = {form.unit for text in texts if (form := numbers.detect([text]))}
    odd = next((text for text in texts if not numbers.detect([text])), texts[0])
    shown = f"see {table.at(int(np.argmax(cells == odd)))}: {odd!r}"
    if len(units) > 1 and all(numbers.detect([text]) for text in texts):
        shown = f"with several units, {', '.join(unit or 'none' for unit in sorted(units)[:4])}"
        why, mend = "numbers", LIKE[next(iter(LIKE))][1]
        return {"warning": f"warning: {name} holds {why} {shown}; it is taken as text: {mend.format(name=name)}"}
    for pattern, (what, mend) in LIKE.items():
        if sum(re.fullmatch(pattern, text) is not None for text in texts) >= 0.8 * len(texts):
            return {"warning": f"warning: {name} holds {what}, {shown}; it is taken as text: {mend.format(name=name)}"}
    return {}
