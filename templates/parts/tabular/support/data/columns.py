"""What is learned about the columns of a table: statistics and vocabularies, from training rows alone.

Kinds: number; category (few different texts); text (many different ones: their frequent words count); date (days since 1970, month,
weekday, hour); left out (with the reason). The same reading serves training and prediction.
"""

import difflib
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from support.data import dates, numbers
from support.data.dates import DateFormat
from support.data.kinds import Column, as_texts
from support.data.numbers import MISSING, NumberFormat
from support.data.preprocessing import LIMIT, words_of
from support.data.table import Cells, Table
from support.errors import ProjectError

import numpy as np

CATEGORIES = 200  # values that a column's vocabulary holds at most; rarer ones count as unknown
MOST_BINS = 1_024  # of all numbers together, so that a wide table stays small
WORDS = 30  # words that a text column's list holds at most
DATE_PARTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "days": lambda when: when.astype("datetime64[s]").astype(np.int64) / 86_400,  # since 1970-01-01
    "month": lambda when: when.astype("datetime64[M]").astype(np.int64) % 12 + 1,
    "weekday": lambda when: (when.astype("datetime64[D]").astype(np.int64) + 3) % 7,  # 0 is Monday
    "hour": lambda when: when.astype("datetime64[h]").astype(np.int64) % 24,
}
UNSEEN = 5  # values named that training did not show


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
        at: says where a row stands. With it, a value of the wrong kind is an error, and a category that training did not show is
            named on stderr; without, both count as missing.

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
            if at and cells.dtype == object:
                _check(cells, values, entry, described[entry["name"]], at)
            x["numbers"][:, position] = values
    if spec["texts"]:
        texts = [known_as(columns.get(entry["name"], gaps), entry, described[entry["name"]]) for entry in spec["texts"]]
        x["texts"] = np.stack(texts, axis=1)
        if at:
            _name_unseen(x["texts"], spec, described, at)
    return x


def known_as(cells: Cells, entry: dict[str, Any], column: Column) -> Cells:
    """The texts of a column, with "" for those that meant "not known" in training, or that training never saw and usually do."""
    words = set(column.get("missing", ())) | (MISSING - set(entry["vocabulary"]))
    return np.array(["" if cell in words else cell for cell in cells.tolist()] + [None], object)[:-1]


def _check(cells: Cells, values: np.ndarray, entry: dict[str, Any], column: Column, at: Callable[[int], str]) -> None:
    """Raise for a value that is neither missing nor read as in training."""
    wrong = [row for row in np.flatnonzero(np.isnan(values)) if cells[row] not in MISSING]
    if not wrong:
        return
    kind = "number" if entry["part"] == "value" else "date"
    example = f" such as {column['format']['example']}" if kind == "number" and column.get("format") else ""
    if kind == "date":
        example = f" as in training: {DateFormat.from_record(column['format']).text()}"
    raise ProjectError(
        f"{at(int(wrong[0]))}: {entry['name']} is {cells[wrong[0]]!r}, but was a {kind} in training\nExpected a {kind}{example}, or nothing where it is not known."
    )


def _name_unseen(
    texts: np.ndarray, spec: dict[str, Any], described: dict[str, Column], at: Callable[[int], str]
) -> None:
    """Print the categories that training did not show, each with the nearest that it did."""
    lines = []
    for entry, cells in zip(spec["texts"], texts.T, strict=True):
        if described[entry["name"]]["kind"] != "category":
            continue
        known = {value for value in entry["vocabulary"] if value}
        folded = {value.casefold(): value for value in known}
        for value in dict.fromkeys(cells.tolist()):
            if value and value not in known:
                close = difflib.get_close_matches(value.casefold(), folded, 1, 0.5)
                close = close or [each for each in folded if each.startswith(value.casefold())][:1]
                hint = f"; did you mean {folded[close[0]]}?" if close else f"; it knows {', '.join(sorted(known)[:6])}"
                row = int(np.flatnonzero(cells == value)[0])
                lines.append(f"note: {at(row)}: {entry['name']} is {value!r}, which training did not show{hint}")
    more = [f"note: and {len(lines) - UNSEEN} more such values"] if len(lines) > UNSEEN else []
    for line in lines[:UNSEEN] + more:
        print(line, file=sys.stderr)


def read(cells: Cells, column: Column, part: str = "value") -> np.ndarray:
    """The cells of a number or date column as float64 (one part of a date), NaN for what is missing or cannot be read."""
    if part == "value":
        if cells.dtype != object:
            return cells
        return numbers.parse(
            cells, NumberFormat.from_record(column["format"]) if column.get("format") else NumberFormat()
        )
    texts = as_texts(cells) if cells.dtype != object else cells
    when = dates.parse(texts.tolist(), DateFormat.from_record(column["format"]))
    return np.where(np.isnat(when), np.nan, DATE_PARTS[part](when))


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
