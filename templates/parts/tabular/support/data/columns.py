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
from support.data.kinds import Column, as_texts, is_among
from support.data.numbers import MISSING, NumberFormat
from support.data.preprocessing import LIMIT, words_of
from support.data.table import Cells, Table
from support.errors import ProjectError

import numpy as np

CATEGORIES = 200  # values that a column's vocabulary holds at most; rarer ones count as unknown
MOST_BINS = 1_024  # of all numbers together, so that a wide table stays small
WORDS = 30  # words that a text column's list holds at most
UNSEEN = 5  # values to name that training never saw
DATE_PARTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "days": lambda when: when.astype("datetime64[s]").astype(np.int64) / 86_400,  # since 1970-01-01
    "month": lambda when: when.astype("datetime64[M]").astype(np.int64) % 12 + 1,
    "weekday": lambda when: (when.astype("datetime64[D]").astype(np.int64) + 3) % 7,  # 0 is Monday
    "hour": lambda when: when.astype("datetime64[h]").astype(np.int64) % 24,
}


def fit(columns: list[Column], table: Table, rows: np.ndarray, bins: int = 0) -> dict[str, Any]:
    """What the training rows give for the columns: the entries `columns`, `numbers`, `texts` and `bins` of spec."""
    known: list[Column] = []
    numbers: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    values: list[np.ndarray] = []  # of each entry of numbers
    for column in columns:
        name, cells, why = column["name"], table.columns[column["name"]][rows], ""
        if column["kind"] in ("number", "date"):
            before = len(numbers)
            for part in ["value"] if column["kind"] == "number" else DATE_PARTS:
                found = read(cells, column, part)
                if statistics := _statistics(found):
                    numbers.append({"name": name, "part": part, **statistics})
                    values.append(found)
            if len(numbers) == before:
                why = "no values" if np.isnan(read(cells, column)).all() else "the same value in every training row"
        elif column["kind"] in ("category", "text"):
            vocabulary, words = _vocabulary(cells, column["kind"])
            texts.append({"name": name, "first": 0, "vocabulary": vocabulary or [""], "words": words})
            if len(set(cells)) < 2 or not (vocabulary or words or column["kind"] == "category"):
                texts.pop()
                why = "the same value in every training row" if len(set(cells)) < 2 else "text in which nothing repeats"
        known.append({"name": name, "kind": "left out", "why": why} if why else column)
    if not numbers and not texts:
        reasons = "; ".join(f"{column['name']}: {column.get('why', 'the target')}" for column in known)
        raise ProjectError(f"{table.path}: no column is left to learn from\n{reasons}")
    texts.sort(
        key=lambda text: len(text["vocabulary"])
    )  # small categories first: the network uses an embedding for large ones
    first = 1  # 0 is the index of unknown values, in every column
    for text in texts:
        text["first"] = first
        first += len(text["vocabulary"])
    bins = min(bins, MOST_BINS // max(1, len(numbers)))
    for entry, found in zip(numbers, values, strict=True) if bins else ():
        scaled = np.nan_to_num((found - entry["median"]) / entry["scale"]).clip(-LIMIT, LIMIT)
        entry["edges"] = np.quantile(scaled, np.linspace(0, 1, bins + 1)).round(6).tolist()
    return {"columns": known, "numbers": numbers, "texts": texts, "bins": bins}


def raw(
    columns: dict[str, Cells], spec: dict[str, Any], count: int, at: Callable[[int], str] | None = None
) -> dict[str, np.ndarray]:
    """Rows as the saved model takes them: {"numbers": float32 with NaN for missing, "texts": objects with "" for missing}.

    Args:
        columns: cells by column name; a column that is not there counts as missing.
        spec: from `fit`.
        count: how many rows.
        at: gives the position of a row. With it, a value of the wrong kind is an error, and a category that training did not show is
            named on stderr; without, both count as missing.

    Raises:
        ProjectError: where a value is not a number or date, as it was in training.
    """
    described = {column["name"]: column for column in spec["columns"]}
    empty = np.full(count, "", object)
    x: dict[str, np.ndarray] = {}
    if spec["numbers"]:
        x["numbers"] = np.empty((count, len(spec["numbers"])), np.float32)
        for position, entry in enumerate(spec["numbers"]):
            cells, column = columns.get(entry["name"], empty), described[entry["name"]]
            x["numbers"][:, position] = values = read(cells, column, entry["part"])
            if at and cells.dtype == object:
                _check(cells, values, column, at)
    if spec["texts"]:
        x["texts"] = np.empty((count, len(spec["texts"])), object)
        for position, entry in enumerate(spec["texts"]):
            cells, column = columns.get(entry["name"], empty), described[entry["name"]]
            words = {*column.get("missing", ()), *(MISSING - set(entry["vocabulary"]))}
            x["texts"][:, position] = np.where(is_among(cells, words), "", cells)
        if at:
            _name_unseen(x["texts"], spec, described, at)
    return x


def read(cells: Cells, column: Column, part: str = "value") -> np.ndarray:
    """The cells of a number or date column as float64 (one part of a date), NaN for what is missing or cannot be read."""
    if column["kind"] != "date":
        form = NumberFormat(**column.get("format") or {})
        return numbers.parse(cells, form) if cells.dtype == object else cells
    texts = as_texts(cells) if cells.dtype != object else cells
    when = dates.parse(texts, DateFormat.from_record(column["format"]))
    return np.where(np.isnat(when), np.nan, DATE_PARTS["days" if part == "value" else part](when))


def _check(cells: Cells, values: np.ndarray, column: Column, at: Callable[[int], str]) -> None:
    """Raise for a value that is neither missing nor read as in training."""
    wrong = next((row for row in np.flatnonzero(np.isnan(values)) if cells[row] not in MISSING), None)
    if wrong is None or (column["kind"] == "date" and str(cells[wrong]).lower() in dates.MISSING):
        return
    kind, form = column["kind"], column.get("format", {})
    like = (
        f" as in training: {DateFormat.from_record(form).text()}"
        if kind == "date"
        else f" such as {form['example']}"
        if form
        else ""
    )
    was = f"{at(int(wrong))}: {column['name']} is {cells[wrong]!r}, but was a {kind} in training"
    raise ProjectError(f"{was}\nExpected a {kind}{like}, or nothing where it is missing.")


def _name_unseen(
    texts: np.ndarray, spec: dict[str, Any], described: dict[str, Column], at: Callable[[int], str]
) -> None:
    """Print the categories that training never saw, each with the most similar one that it saw."""
    lines = []
    for entry, cells in zip(spec["texts"], texts.T, strict=True):
        known = {value.casefold(): value for value in entry["vocabulary"] if value}
        unseen = dict.fromkeys(value for value in cells if value and value not in entry["vocabulary"])
        for value in unseen if described[entry["name"]]["kind"] == "category" else ():
            close = difflib.get_close_matches(value.casefold(), known, 1, 0.5)
            close = close or [each for each in known if each.startswith(value.casefold())]
            hint = (
                f"; did you mean {known[close[0]]}?" if close else f"; it knows {', '.join(sorted(known.values())[:6])}"
            )
            where = at(int(np.argmax(cells == value)))
            lines.append(f"note: {where}: {entry['name']} is {value!r}, which training did not show{hint}")
    more = [f"note: and {len(lines) - UNSEEN} more such values"] * (len(lines) > UNSEEN)
    for line in lines[:UNSEEN] + more:
        print(line, file=sys.stderr)


def _statistics(values: np.ndarray) -> dict[str, Any] | None:
    """Median, spread and whether values are missing; None where all are, or all are the same."""
    known = values[~np.isnan(values)].astype(np.float32).astype(np.float64)
    if not len(known) or (len(known) == len(values) and known.min() == known.max()):
        return None
    inner = np.clip(known, *np.quantile(known, (0.01, 0.99)))  # a few outliers must not set the scale
    scale = float(inner.std()) or float(known.std()) or 1.0
    return {"median": float(np.median(known)), "scale": scale, "gaps": len(known) < len(values)}


def _vocabulary(cells: Cells, kind: str) -> tuple[list[str], list[str]]:
    """The values (and for texts the words) that are frequent enough to learn from, in alphabetical order."""
    least = max(5, len(cells) // 100) if kind == "text" else 2 if len(cells) >= 100 else 1
    values = sorted(value for value, count in Counter(cells).most_common(CATEGORIES) if count >= least)
    counts = Counter(word for cell in cells for word in set(words_of(cell))) if kind == "text" else Counter()
    return values, sorted(word for word, count in counts.most_common(WORDS) if least <= count <= 0.95 * len(cells))
