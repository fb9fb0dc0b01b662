"""Columns of a series as numbers: 1,234.5 and 1.234,5, $5.00, 0.73%, 4.74M. A few words among them are missing values, and said."""

from typing import Any

from support.data import numbers
from support.data.numbers import NumberFormat
from support.data.table import Table
from support.errors import ProjectError

import numpy as np
import pandas as pd

SLIPS = 0.1  # share of a column's values that may be no numbers; they are taken as missing


def read(
    table: Table, name: str, decimal: str | None = None, kept: dict[str, Any] | None = None
) -> tuple[np.ndarray, dict[str, Any], list[str]]:
    """A column as float64 with NaN where a value is missing, how its numbers are written, and what is to be said about it.

    Args:
        decimal: the mark of decimals, "." or ","; found out where None.
        kept: how they were written in training (the second result).

    Raises:
        ProjectError: naming file and line of a value that is no number, where these are more than a few.
    """
    cells = table.columns[name]
    if cells.dtype != object:
        own = table.formats.get(name, NumberFormat())
        words = ", ".join(f"{word!r} ({count:,})" for word, count in table.missing.get(name, {}).items())
        notes = [f"{name}: {own.text()}"] * (not own.plain) + [f"{name}: {words} are taken as missing"] * bool(words)
        return cells.astype(np.float64), own.to_record(), notes + _codes(name, cells)
    form = NumberFormat.from_record(kept) if kept and decimal is None else format_of(cells, decimal)
    values = numbers.parse(cells, form or NumberFormat())
    filled = np.array([cell not in numbers.MISSING for cell in cells])
    wrong = np.flatnonzero(np.isnan(values) & filled)
    if len(wrong) > SLIPS * max(filled.sum(), 1):
        row = int(wrong[0])
        expected = "Expected numbers only; an empty value says that it is missing."
        if kept:
            written = form.text() if form and form.example else "1234.5"
            expected = f"Training had numbers such as {written}. What marks decimals: --decimal"
        raise ProjectError(f"{table.at(row)}: {name} is {cells[row]!r}, which is no number\n{expected}")
    notes = [] if form is None or form.plain else [f"{name}: {form.text()}"]
    notes += [f"{name}: {form.doubt}"] if form and form.doubt else []
    if len(wrong):
        words = pd.Series(cells[wrong]).value_counts()
        some = ", ".join(f"{word!r} ({count:,})" for word, count in words.head(3).items())
        more = ", …" if len(words) > 3 else ""
        notes.append(
            f"{name}: {len(wrong):,} values are no numbers, first {table.at(int(wrong[0]))}: {some}{more} are taken as missing"
        )
    return values, (form or NumberFormat()).to_record(), notes + _codes(name, values)


def are_numbers(cells: np.ndarray) -> bool:
    """Whether a column holds numbers, but for a few values."""
    return cells.dtype != object or format_of(cells) is not None


def format_of(cells: np.ndarray, decimal: str | None = None) -> NumberFormat | None:
    """How the numbers of a column are written, a few other texts left out; None where most are no numbers."""
    if (form := numbers.detect(cells, decimal)) is not None:
        return form
    counts = pd.Series(cells, dtype=object).value_counts()
    counts = counts[[text not in numbers.MISSING for text in counts.index]]
    alone = np.array([numbers.detect([text], decimal) is not None for text in counts.index], bool)
    if not alone.any() or counts[~alone].sum() > SLIPS * counts.sum():
        return None
    return numbers.detect(list(counts.index[alone]), decimal)


def _codes(name: str, values: np.ndarray) -> list[str]:
    said = numbers.code_for_missing(values)
    return [f"{name}: {said}"] if said else []
