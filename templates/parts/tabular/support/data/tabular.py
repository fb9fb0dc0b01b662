"""From a table to splits: the target, the rows that belong together, and what is learned from the training rows."""

import difflib
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from support.data import columns, kinds, numbers, targets
from support.data.csv_file import CsvOptions
from support.data.kinds import Column
from support.data.numbers import NumberFormat
from support.data.table import Cells, Table, read
from support.errors import ProjectError
from support.splits import Split, Splits, split_positions
from support.training_config import SplitConfig

import numpy as np
import pandas as pd
from pydantic import Field

COMPARISON = re.compile(r"(.+?)\s*(>=|<=|==|!=|>|<)\s*(.+)")
COMPARE = {
    ">=": np.greater_equal,
    "<=": np.less_equal,
    "==": np.equal,
    "!=": np.not_equal,
    ">": np.greater,
    "<": np.less,
}


class TableOptions(CsvOptions, SplitConfig):
    """What is asked of a table: the same options in every project on tables."""

    data: str = Field("sample", description="sample, full, or the path of your own CSV file")
    target: str | None = Field(None, description='column to predict, or a yes-no question, for example "G3 >= 10"')
    ignore: tuple[str, ...] = Field((), description="columns to leave out, for example what is only known afterwards")
    numbers: tuple[str, ...] = Field((), description="columns to read as numbers, if their type was detected wrongly")
    categories: tuple[str, ...] = Field((), description="columns to read as categories, for example numeric codes")
    missing: tuple[str, ...] | None = Field(None, description='texts that mean "missing", for example "NA,?"')
    date_format: str | None = Field(None, description="format of dates, for example %d.%m.%Y")
    bins: int = Field(0, ge=0, le=200, description="bins for a piecewise-linear encoding of numeric columns; 0: none")
    group: str | None = Field(None, description="column whose equal values stay in one split, for example a patient")
    time: str | None = Field(None, description="column of dates or numbers: the newest rows become the test")
    validation_fraction: float = Field(0.15, ge=0, lt=0.5, description="share of the rows that chooses the best epoch")


@dataclass(frozen=True)
class Prepared:
    """A table with its target and the types of its columns, before it is split.

    `y` holds a target per row; rows of one `unit` must stay in one split (they are equal, or of one group); `time` is None, or when.
    `notes` say how the file was read where it is ambiguous.
    """

    table: Table
    columns: list[Column]
    y: np.ndarray
    units: np.ndarray
    time: np.ndarray | None
    question: dict[str, Any]
    bins: int = 0
    notes: tuple[str, ...] = ()


def read_own(config: TableOptions, target: str = "", labels: dict[str, str] | None = None) -> Table:
    """The user's own CSV file; `target` and `labels` are the template's own, used where the file has that column.

    Raises:
        ProjectError: where the file is no table.
    """
    column = config.target or target
    as_text = {*config.categories, *([column] if targets.TEXT and not COMPARISON.fullmatch(column) else [])}
    table = read(Path(config.data), as_text=as_text, **config.reading())
    return replace(table, target=target, labels=labels or {})


def load(table: Table, config: TableOptions) -> Splits:
    """The three splits of a table.

    Raises:
        ProjectError: where the table lacks a column or values that the options name.
    """
    prepared = prepare(table, config)
    for line in prepared.notes:
        if line.startswith("warning"):
            print(line, file=sys.stderr)
    return splits_at(prepared, *positions(prepared, config))


def prepare(table: Table, config: TableOptions) -> Prepared:
    """Find the target and the kinds of the columns, leave out rows without a target, and find the rows that belong together."""
    wanted = config.target or (table.target if table.target in table.columns else "")
    match = None if wanted in table.columns else COMPARISON.fullmatch(wanted.strip())
    column = match[1].strip() if match else wanted
    if column not in table.columns:
        what = _no_column(table, column) if column else f"which column of {table.path} is to be predicted?"
        raise ProjectError(f"{what}\nName it: --target COLUMN. There are: {', '.join(list(table.columns)[:12])}")
    for option in ("ignore", "numbers", "categories", "group", "time"):
        value = getattr(config, option)
        own = type(config).model_fields[option].default or ()
        for name in value if isinstance(value, tuple) else filter(None, [value]):
            if name not in table.columns and name not in own:
                raise ProjectError(f"--{option}: {_no_column(table, name)}")
    table, notes = kinds.without_missing(table, column, config.missing)
    cells = _comparison(table, wanted, column, match[2], match[3].strip("\"' ")) if match else table.columns[column]
    rows = np.flatnonzero(cells != "" if cells.dtype == object else ~np.isnan(cells))
    if not len(rows):
        raise ProjectError(f"{table.path}: {wanted} has no value in any row, only gaps\nAnother column: --target NAME")
    kept = {name: values[rows] for name, values in table.columns.items()}
    table, cells = replace(table, columns=kept, lines=table.lines[rows]), cells[rows]
    if cells.dtype == object and not targets.TEXT:
        cells = _as_numbers(table, column, cells)
    labels = table.labels if wanted == table.target else {}
    y, question = targets.read(cells, wanted, table.path, labels)
    found = kinds.understand(table, column, config.ignore, config.numbers, config.categories, config.date_format)
    notes = [*table.notes, *notes, *doubtful(y, cells, table, column)]
    notes += [kind["warning"] for kind in found if "warning" in kind]
    for kind in found:
        if kind["kind"] == "category" or (kind["kind"] == "target" and not match):
            cells = table.columns[kind["name"]]
            notes += kinds.alike(kind["name"], cells) if cells.dtype == object else []
        if kind["name"] == config.group:
            kind |= {"kind": "left out", "why": "it is the group"}
    question |= {"target": column, "reading": config.reading()} | ({"question": wanted} if match else {})
    time = _time(table, config.time, config.date_format) if config.time else None
    return Prepared(table, found, y, _units(table, found, config.group), time, question, config.bins, tuple(notes))


def positions(prepared: Prepared, config: TableOptions) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The rows of training, validation and test; no unit is in two of them."""
    fractions = (config.validation_fraction, config.test_fraction)
    if prepared.time is None:
        return by_unit(prepared, fractions, config.seed)
    # The newest rows for the test, the newest of the others for validation; a unit counts where its newest row is.
    when = pd.Series(prepared.time).groupby(prepared.units).transform("max").to_numpy()
    part = np.searchsorted(np.quantile(when, (1 - sum(fractions), 1 - fractions[1])), when)
    return np.flatnonzero(part == 0), np.flatnonzero(part == 1), np.flatnonzero(part == 2)


def by_unit(
    prepared: Prepared, fractions: tuple[float, float], seed: int, rows: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A random split of the rows (all by default), with the same mixture of targets in each part."""
    rows = np.arange(len(prepared.y)) if rows is None else rows
    names, first = np.unique(prepared.units[rows], return_index=True)
    parts = split_positions(targets.strata(prepared.y[rows][first]), fractions, seed)
    train, validation, test = (rows[np.isin(prepared.units[rows], names[part])] for part in parts)
    return train, validation, test


def splits_at(prepared: Prepared, train: np.ndarray, validation: np.ndarray, test: np.ndarray) -> Splits:
    """The splits with these rows; what is learned about the columns is learned from `train` alone."""
    table = prepared.table
    if len(train) < 2 or not len(test):
        few = f"{table.path}: too few rows: {len(train)} for training, {len(test)} for the test"
        raise ProjectError(f"{few}\nAdd rows, or check --group and --time.")
    spec = {"kind": "table", **prepared.question, **columns.fit(prepared.columns, table, train, prepared.bins)}
    every = Split(columns.raw(table.columns, spec, len(table)), prepared.y)
    return Splits(every.take(train), every.take(validation), every.take(test), spec, table.source, table.note)


def doubtful(y: np.ndarray, cells: Cells, table: Table, name: str) -> list[str]:
    """Warnings about doubtful targets: a class of one row, a code such as -999."""
    if not targets.TEXT:
        said = numbers.code_for_missing(y)
        return [f"warning: {name}: {said}"] if said else []
    _, first, counts = np.unique(y, return_index=True, return_counts=True)
    once = "in this row only: if it is no class, delete the row"
    return [f"warning: {table.at(row)}: {name} is {cells[row]!r} {once}" for row in first[counts == 1][:3]]


def _comparison(table: Table, wanted: str, name: str, sign: str, text: str) -> Cells:
    """The label of each row for a question such as G3 >= 10: "yes", "no", or "" where it is missing."""
    cells, form = table.columns[name], table.formats.get(name, NumberFormat())
    if cells.dtype == object and (found := numbers.detect(cells)):
        cells, form = numbers.parse(cells, found), found
    value = next(filter(np.isfinite, (float(numbers.parse([text], one)[0]) for one in (form, NumberFormat()))), None)
    if cells.dtype != object and value is not None:
        known, truth = ~np.isnan(cells), COMPARE[sign](cells, value)
    elif sign in ("==", "!="):
        known, truth = cells.astype(str) != "", COMPARE[sign](cells.astype(str), text)
    else:
        both = f"--target {wanted!r}: {name} and {text!r} are not both numbers"
        raise ProjectError(f"{both}\nTexts can only be compared by == and !=.")
    return np.where(known, np.where(truth, "yes", "no"), "").astype(object)


def _as_numbers(table: Table, name: str, cells: Cells) -> Cells:
    """A numeric target; where most values are numbers, the first that is not a number is an error."""
    form = numbers.detect_most(cells, least=0.5)
    values = numbers.parse(cells, form) if form else cells
    if form and np.isnan(values).any():
        wrong = int(np.isnan(values).argmax())
        what = f"{table.at(wrong)}: {name} is {cells[wrong]!r}, which is no number as in other rows ({form.example})"
        raise ProjectError(f"{what}\nCorrect it, or say that it means missing: --missing {cells[wrong]!r}")
    return values


def _no_column(table: Table, name: str) -> str:
    close = difflib.get_close_matches(name, list(table.columns), 1)
    return f"{table.path}:1: there is no column {name}" + (f"; did you mean {close[0]}?" if close else "")


def _time(table: Table, name: str, date_format: str | None) -> np.ndarray:
    """When each row was, as a number."""
    cells = table.columns[name]
    kind = kinds.kind_of(name, cells, table, cells.dtype != object and not date_format, date_format)
    if kind["kind"] not in ("date", "number"):
        what = f"{table.at(0)}: --time {name} holds {cells[0]!r}, neither a date nor a number"
        raise ProjectError(f"{what}\nExpected for example 2024-05-31.")
    when = columns.read(cells, kind)
    if np.isnan(when).any():
        row = int(np.isnan(when).argmax())
        what = "is empty" if str(cells[row]) in ("", "nan") else f"is {cells[row]!r}"
        raise ProjectError(f"{table.at(row)}: {name} {what}, but --time needs a date or number in every row")
    return when


def _units(table: Table, kinds: list[Column], group: str | None) -> np.ndarray:
    """A number per row, the same for rows that are equal in all columns that count, and for rows of one group."""
    code = np.zeros(len(table), np.uint64)
    for kind in kinds:
        if kind["kind"] not in ("target", "left out"):
            places, values = pd.factorize(table.columns[kind["name"]], sort=True)
            places = np.where(places < 0, len(values), places).astype(np.uint64)
            code = code * np.uint64(0x9E3779B97F4A7C15) + places + np.uint64(1)  # a hash, the same on every machine
            code ^= code >> np.uint64(29)
    units = np.unique(code, return_inverse=True)[1]
    if group is None:
        return units
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    # Equal rows and groups are the two sides of a graph; what is connected stays together.
    groups = pd.factorize(table.columns[group].astype(str))[0] + units.max() + 1
    graph = coo_array((np.ones(len(units)), (units, groups)), shape=(groups.max() + 1,) * 2)
    return np.asarray(connected_components(graph, directed=False)[1][units])
