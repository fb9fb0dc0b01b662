"""What the columns of a table are, and what is learned about them: statistics and vocabularies, from training rows alone.

Kinds: number; category (few different texts); text (many different ones: their frequent words count); date (days since 1970, month,
weekday, hour); left out (with the reason). The same reading serves training and prediction.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import numpy as np

from support.errors import ProjectError
from support.portable import LIMIT, words_of
from support.table import GAPS, Cells, Table, to_numbers

MOSTLY = 0.9  # share of a column's values that must be numbers (or dates) for the others to be taken as slips
CATEGORIES = 200  # values that a column's vocabulary holds at most; rarer ones count as unknown
MOST_BINS = 1_024  # of all numbers together, so that a wide table stays small
WORDS = 30  # words that a text column's list holds at most
DATE_FORMATS = (
    "iso",
    "%Y/%m/%d",
    "%Y-%m",
    "%d.%m.%Y",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d.%m.%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d %b %Y",
    "%b %d, %Y",
)
DATE_PARTS: dict[str, Callable[[datetime], float]] = {
    "days": lambda date: date.toordinal() - 719_163 + (date.hour * 60 + date.minute) / 1440,  # since 1970-01-01
    "month": lambda date: date.month,
    "weekday": lambda date: date.weekday(),
    "hour": lambda date: date.hour,
}
_ID = re.compile(r"(^|[_\s.-])(id|ids|index|uuid|guid|key|rowid|unnamed_\d+)$|[a-z]Id$|[a-z]ID$|^Id", re.IGNORECASE)

Column = dict[str, Any]  # name, kind, and as the kind needs: why, format, comma, slips


def understand(
    table: Table, target: str, ignore: Iterable[str], numbers: Iterable[str], categories: Iterable[str]
) -> list[Column]:
    """The kind of each column, from whether its values can be read as numbers or dates, not from what they are."""
    found: list[Column] = []
    for name, cells in table.columns.items():
        if name == target:
            found.append({"name": name, "kind": "target"})
        elif name in ignore:
            found.append({"name": name, "kind": "left out", "why": "by --ignore"})
        elif name in categories:
            found.append({"name": name, "kind": "category"})
        else:
            found.append({"name": name, **_kind(name, cells, table, name in numbers)})
    return found


def _kind(name: str, cells: Cells, table: Table, must_be_number: bool) -> dict[str, Any]:
    if cells.dtype != object:
        if not must_be_number and _is_identity(name, cells):
            return {"kind": "left out", "why": "it only numbers the rows (--numbers or --categories puts it in)"}
        return {"kind": "number"}
    known = np.flatnonzero(cells != "")
    for comma in (False, True):
        values = _numbers_in(cells, comma)
        slips = known[np.isnan(values[known])]
        if len(known) and (len(slips) == 0 or must_be_number or len(known) - len(slips) >= MOSTLY * len(known)):
            if len(known) == len(slips):
                raise ProjectError(
                    f"{table.at(int(known[0]))}: {name} is {cells[known[0]]!r}, which is no number\nLeave {name} out of --numbers."
                )
            kind: dict[str, Any] = {"kind": "number", "comma": comma}
            if len(slips):
                kind["slips"] = (
                    f"{len(slips)} values are no numbers, first {table.at(int(slips[0]))}: {cells[slips[0]]!r}; read as gaps"
                )
            return kind
    some = cells[known[:: max(1, len(known) // 500)]]  # a format is chosen by up to 1,000 values
    for form in DATE_FORMATS:
        if len(some) and sum(_date(cell, form) is not None for cell in some) >= MOSTLY * len(some):
            return {"kind": "date", "format": form}
    different = len(set(cells[known]))
    words = np.mean([len(cell.split()) for cell in some]) if len(some) else 0
    if different > 50 and (different > 0.5 * len(known) or words >= 2):
        return {"kind": "text"}
    return {"kind": "category"}


def _is_identity(name: str, values: np.ndarray) -> bool:
    """Whether the values are whole numbers, all different, and go up row by row or bear a name such as id."""
    if len(values) < 20 or np.isnan(values).any() or (values != np.round(values)).any():
        return False
    steps = np.diff(values)
    if _ID.search(name):
        return bool(len(np.unique(values)) == len(values))
    return bool((steps == 1).all())


def fit(columns: list[Column], table: Table, rows: np.ndarray, bins: int = 0) -> dict[str, Any]:
    """What the training rows say about the columns: the entries `columns`, `numbers`, `texts` and `bins` of spec."""
    known: list[Column] = []
    numbers: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    for column in columns:
        name, cells, why = column["name"], table.columns[column["name"]][rows], None
        if column["kind"] in ("number", "date"):
            parts = ["value"] if column["kind"] == "number" else list(DATE_PARTS)
            fitted = [
                {"name": name, "part": part, **statistics}
                for part in parts
                if (statistics := _statistics(read(cells, column, part)))
            ]
            numbers += fitted
            why = None if fitted else "the same value in every training row" if (cells != "").any() else "no values"
        elif column["kind"] in ("category", "text"):
            vocabulary, words = _vocabulary(cells, column["kind"])
            if len(set(cells)) < 2:
                why = "the same value in every training row"
            elif column["kind"] == "text" and len(vocabulary) + len(words) == 0:
                why = "text in which nothing repeats"
            else:
                texts.append({"name": name, "first": 0, "vocabulary": vocabulary or [""], "words": words})
        known.append(column if why is None else {"name": name, "kind": "left out", "why": why})
    texts.sort(
        key=lambda text: len(text["vocabulary"])
    )  # the small ones first: the network takes large ones another way
    first = 1  # 0 is the place of unknown values, in every column
    for text in texts:
        text["first"] = first
        first += len(text["vocabulary"])
    if not numbers and not texts:
        raise ProjectError(
            f"{table.path}: no column is left to learn from\n"
            + "; ".join(f"{column['name']}: {column.get('why', 'the target')}" for column in known)
        )
    bins = min(bins, MOST_BINS // max(1, len(numbers)))
    for entry in numbers if bins else []:
        column = next(column for column in known if column["name"] == entry["name"])
        values = (read(table.columns[entry["name"]][rows], column, entry["part"]) - entry["median"]) / entry["scale"]
        edges = np.quantile(np.nan_to_num(values).clip(-LIMIT, LIMIT), np.linspace(0, 1, bins + 1))
        entry["edges"] = [round(float(edge), 6) for edge in edges]
    return {"columns": known, "numbers": numbers, "texts": texts, "bins": bins}


def raw(
    columns: dict[str, Cells], spec: dict[str, Any], count: int, at: Callable[[int], str] | None = None
) -> dict[str, np.ndarray]:
    """Rows as the saved model takes them: {"numbers": float32 with NaN for gaps, "texts": objects with "" for gaps}.

    Args:
        columns: cells by column name; a missing column counts as gaps.
        spec: from `fit`.
        count: how many rows.
        at: says where a row stands. With it, a value of the wrong kind is an error; without, a gap.

    Raises:
        ProjectError: where a number or date of training is now something else.
    """
    described = {column["name"]: column for column in spec["columns"]}
    gaps = np.full(count, "", object)
    x: dict[str, np.ndarray] = {}
    if spec["numbers"]:
        x["numbers"] = np.empty((count, len(spec["numbers"])), np.float32)
        for position, entry in enumerate(spec["numbers"]):
            cells = columns.get(entry["name"], gaps)
            values = read(cells, described[entry["name"]], entry["part"])
            if at and cells.dtype == object and len(wrong := np.flatnonzero(np.isnan(values) & (cells != ""))):
                kind = "number" if entry["part"] == "value" else "date"
                raise ProjectError(
                    f"{at(int(wrong[0]))}: {entry['name']} is {cells[wrong[0]]!r}, but was a {kind} in training\nExpected a {kind}, or nothing where it is not known."
                )
            x["numbers"][:, position] = values
    if spec["texts"]:
        x["texts"] = np.stack([columns.get(entry["name"], gaps).astype(object) for entry in spec["texts"]], axis=1)
    return x


def read(cells: Cells, column: Column, part: str = "value") -> np.ndarray:
    """The cells of a number or date column as float64 (one part of a date), NaN for gaps and for what cannot be read."""
    if cells.dtype != object:
        return cells
    if part == "value":
        return _numbers_in(cells, column.get("comma", False))
    take, form = DATE_PARTS[part], column["format"]
    dates = {cell: _date(cell, form) for cell in set(cells)}
    return np.array([np.nan if (date := dates[cell]) is None else take(date) for cell in cells], np.float64)


def _numbers_in(cells: Cells, comma: bool) -> np.ndarray:
    texts = [cell.replace(".", "").replace(",", ".") for cell in cells] if comma else list(cells)
    if (numbers := to_numbers(texts)) is not None:
        return numbers
    single = [to_numbers([text]) for text in texts]
    return np.array([np.nan if number is None else number[0] for number in single])


def _date(cell: str, form: str) -> datetime | None:
    if cell in GAPS:
        return None
    try:
        date = datetime.fromisoformat(cell) if form == "iso" else datetime.strptime(cell, form)
    except ValueError:
        return None
    return date.replace(tzinfo=None)


def _statistics(values: np.ndarray) -> dict[str, Any] | None:
    """Median, spread and whether there are gaps; None where all values are gaps, or all the same."""
    known = values[~np.isnan(values)].astype(np.float32).astype(np.float64)
    if not len(known) or (len(known) == len(values) and known.min() == known.max()):
        return None
    low, high = np.quantile(known, (0.01, 0.99))
    scale = (
        float(np.clip(known, low, high).std()) or float(known.std()) or 1.0
    )  # a few wild values must not set the scale
    return {"median": float(np.median(known)), "scale": scale, "gaps": len(known) < len(values)}


def _vocabulary(cells: Cells, kind: str) -> tuple[list[str], list[str]]:
    """The values (and for texts the words) that are frequent enough to learn from, in alphabetical order."""
    least = 2 if kind == "category" and len(cells) >= 100 else 1 if kind == "category" else max(5, len(cells) // 100)
    values = sorted(value for value, count in Counter(cells).most_common(CATEGORIES) if count >= least)
    if kind == "category":
        return values, []
    counts = Counter(word for cell in cells for word in set(words_of(cell)))
    words = sorted(word for word, count in counts.most_common(WORDS) if least <= count <= 0.95 * len(cells))
    return values, words
