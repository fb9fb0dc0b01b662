"""From a table to splits: what is asked, which rows belong together, and what is learned from the training rows."""

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

import numpy as np
from pydantic import Field

_COMPARISON = re.compile(r"(.+?)\s*(>=|<=|==|!=|>|<)\s*(.+)")


class TableOptions(CsvOptions):
    """What is asked of a table: the same options in every project on tables."""

    data: str = Field("sample", description="sample, full, or the path of your own CSV file")
    target: str | None = Field(
        None, description='column to predict, or a yes-no question about one, for example "G3 >= 10"'
    )
    ignore: tuple[str, ...] = Field((), description="columns to leave out, for example what is only known afterwards")
    numbers: tuple[str, ...] = Field(
        (), description="columns to read as numbers, where they were taken for something else"
    )
    categories: tuple[str, ...] = Field(
        (), description="columns to read as categories, for example numbers that only name a thing"
    )
    missing: tuple[str, ...] | None = Field(
        None, description='texts that mean "not known", for example "NA,?"; found out where not given'
    )
    date_format: str | None = Field(
        None, description="how dates are written, for example %d.%m.%Y; found out where not given"
    )
    bins: int = Field(
        0,
        ge=0,
        le=200,
        description="places at which the effect of a number may bend at once; 0 leaves bending to the layers",
    )
    group: str | None = Field(
        None, description="column whose rows stay in one split where they share its value, for example a patient"
    )
    time: str | None = Field(
        None, description="column of dates or numbers: the newest rows become the test, as in real use"
    )
    validation_fraction: float = Field(0.15, ge=0, lt=0.5, description="share of the rows that chooses the best epoch")
    test_fraction: float = Field(0.2, gt=0, lt=0.5, description="share of the rows kept for the test")
    seed: int = Field(
        42, ge=0, description="of the splits, the first weights and the order; the same seed repeats the run"
    )


@dataclass(frozen=True)
class Prepared:
    """A table of which is known what is asked, before it is split.

    `y` holds an answer per row; rows of one `unit` must not be parted (they are equal, or of one group); `time` is None, or when.
    `notes` say how the file was read where that could be otherwise.
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
    if not config.data:
        raise ProjectError('--data is ""\nExpected sample, full, or the path of a CSV file.')
    path = Path(config.data)
    column = _column_of(config.target) if config.target else target
    as_text = {*config.categories, *([column] if targets.TEXT else [])}
    table = read(path, as_text=as_text, **config.reading())
    if config.target and config.target in table.columns:
        column = config.target
    return replace(table, target=target, labels=labels or {})


def load(table: Table, config: TableOptions) -> Splits:
    """The three splits of a table.

    Raises:
        ProjectError: where the table cannot answer what is asked.
    """
    prepared = prepare(table, config)
    for line in prepared.notes:
        if line.startswith("warning"):
            print(line, file=sys.stderr)
    return splits_at(prepared, *positions(prepared, config))


def prepare(table: Table, config: TableOptions) -> Prepared:
    """Find the target and the kinds of the columns, leave out rows without an answer, and see which rows belong together."""
    wanted = config.target or (table.target if table.target in table.columns else "")
    table, notes = kinds.without_missing(table, _asked_of(table, wanted), config.missing)
    column, cells, yes_no = _target(table, wanted)
    own_ignore = type(config).model_fields["ignore"].default
    for option, names in (
        ("--ignore", config.ignore),
        ("--numbers", config.numbers),
        ("--categories", config.categories),
    ):
        for name in names:
            if name not in table.columns and not (option == "--ignore" and name in own_ignore):
                raise ProjectError(f"{option}: {_no_column(table, name)}")
    answered = np.flatnonzero(~np.isnan(cells) if cells.dtype != object else cells != "")
    if not len(answered):
        raise ProjectError(
            f"{table.path}: {wanted} has no value in any row, only gaps\nExpected the answers to learn from; another column: --target NAME"
        )
    table = replace(
        table, columns={name: values[answered] for name, values in table.columns.items()}, lines=table.lines[answered]
    )
    cells = cells[answered]
    if cells.dtype == object and not targets.TEXT:
        cells = _as_numbers(table, column, cells)
    y, question = targets.read(
        cells, wanted, table.path, table.labels if wanted == table.target or not config.target else {}
    )
    if yes_no:
        question = {**question, "question": wanted}
    found = kinds.understand(table, column, config.ignore, config.numbers, config.categories, config.date_format)
    notes = [*table.notes, *notes, *_doubtful(y, cells, table, column)]
    notes += [kind["warning"] for kind in found if "warning" in kind]
    for kind in found:
        cells = table.columns[kind["name"]]
        if cells.dtype == object and kind["kind"] in ("target", "category") and not yes_no:
            notes += kinds.alike(kind["name"], cells)
    if config.group:
        _need(table, "--group", config.group)
        found = [
            {"name": kind["name"], "kind": "left out", "why": "it is the group"}
            if kind["name"] == config.group
            else kind
            for kind in found
        ]
    units = _units(table, found, config.group)
    time = None
    if config.time:
        _need(table, "--time", config.time)
        time = _time(table, config.time, config.date_format)
    question = {**question, "target": column, "reading": config.reading()}
    return Prepared(table, found, y, units, time, question, config.bins, tuple(notes))


def positions(prepared: Prepared, config: TableOptions) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The rows of training, validation and test; no unit is in two of them."""
    fractions = (config.validation_fraction, config.test_fraction)
    if prepared.time is not None:
        return _by_time(prepared, fractions)
    return by_unit(prepared, fractions, config.seed)


def by_unit(
    prepared: Prepared, fractions: tuple[float, float], seed: int, rows: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A random split of the rows (all by default), with the same mixture of answers in each part."""
    rows = np.arange(len(prepared.y)) if rows is None else rows
    names, first = np.unique(prepared.units[rows], return_index=True)
    parts = split_positions(targets.strata(prepared.y[rows][first]), fractions, seed)
    train, validation, test = (rows[np.isin(prepared.units[rows], names[part])] for part in parts)
    return train, validation, test


def splits_at(prepared: Prepared, train: np.ndarray, validation: np.ndarray, test: np.ndarray) -> Splits:
    """The splits with these rows; what is learned about the columns is learned from `train` alone."""
    table = prepared.table
    if len(train) < 2 or not len(test):
        raise ProjectError(
            f"{table.path}: too few rows: {len(train)} for training, {len(test)} for the test\nAdd rows, or check --group and --time."
        )
    spec = {"kind": "table", **prepared.question, **columns.fit(prepared.columns, table, train, prepared.bins)}
    x = columns.raw(table.columns, spec, len(table))
    everything = Split(x, prepared.y)
    return Splits(
        everything.take(train), everything.take(validation), everything.take(test), spec, table.source, table.note
    )


def _doubtful(y: np.ndarray, cells: Cells, table: Table, name: str) -> list[str]:
    """What is to be said of answers that may be none: a class of one row, a code such as -999."""
    if not targets.TEXT:
        said = numbers.code_for_missing(y)
        return [f"warning: {name}: {said}"] if said else []
    _, first, counts = np.unique(y, return_index=True, return_counts=True)
    return [
        f"warning: {table.at(row)}: {name} is {cells[row]!r} in this row only: if it is no class, delete the row"
        for row in first[counts == 1][:3]
    ]


def _target(table: Table, wanted: str) -> tuple[str, Cells, bool]:
    """The column that is asked about, an answer per row, and whether it is a comparison (then "yes", "no" or "")."""
    names = ", ".join(list(table.columns)[:12]) + (", …" if len(table.columns) > 12 else "")
    if not wanted:
        raise ProjectError(
            f"which column of {table.path} is to be predicted?\nName it: --target COLUMN. There are: {names}"
        )
    if wanted in table.columns:
        return wanted, table.columns[wanted], False
    match = _COMPARISON.fullmatch(wanted.strip())
    if not match:
        raise ProjectError(
            f"{_no_column(table, wanted, 1)}\nName the one to predict: --target COLUMN. There are: {names}"
        )
    name, sign, text = match[1].strip(), match[2], match[3].strip().strip("\"'")
    if name not in table.columns:
        raise ProjectError(f"--target {wanted!r}: {_no_column(table, name, 1)}")
    cells, form = table.columns[name], table.formats.get(name, NumberFormat())
    if cells.dtype == object and (found := numbers.detect(cells)):
        cells, form = numbers.parse(cells, found), found
    limit = numbers.parse([text], form)
    if np.isnan(limit[0]):
        limit = numbers.parse([text], NumberFormat())  # as one types a number
    if cells.dtype == object or np.isnan(limit[0]):
        if sign not in ("==", "!="):
            raise ProjectError(
                f"--target {wanted!r}: {name} and {text!r} are not both numbers\nTexts can only be compared by == and !=."
            )
        cells = cells.astype(object)
        truth, known = (cells == text) == (sign == "=="), cells != ""
    else:
        value, known = limit[0], ~np.isnan(cells)
        truth = {
            ">=": cells >= value,
            "<=": cells <= value,
            "==": cells == value,
            "!=": cells != value,
            ">": cells > value,
            "<": cells < value,
        }[sign]
    return name, np.where(known, np.where(truth, "yes", "no"), "").astype(object), True


def _asked_of(table: Table, target: str) -> str:
    """The column that a target is about."""
    match = None if target in table.columns else _COMPARISON.fullmatch(target.strip())
    return match[1].strip() if match else target


def _as_numbers(table: Table, name: str, cells: Cells) -> Cells:
    """A target of numbers; where most are numbers, the first that is none is an error."""
    known = kinds.number_format(cells, least=0.5)
    if known is None:
        return cells
    values = numbers.parse(cells, known)
    wrong = int(np.flatnonzero(np.isnan(values))[0]) if np.isnan(values).any() else None
    if wrong is not None:
        raise ProjectError(
            f"{table.at(wrong)}: {name} is {cells[wrong]!r}, which is no number as in the other rows ({known.example})\n"
            f"Mend it, or say that it means not known: --missing {cells[wrong]!r}"
        )
    return values


def _column_of(target: str) -> str:
    """The column to keep as text for this target: none for a comparison."""
    return "" if _COMPARISON.fullmatch(target.strip()) else target


def _no_column(table: Table, name: str, line: int | None = None) -> str:
    close = difflib.get_close_matches(name, list(table.columns), 1)
    return f"{table.path}{f':{line}' if line else ''}: there is no column {name}" + (
        f"; did you mean {close[0]}?" if close else ""
    )


def _need(table: Table, option: str, name: str) -> None:
    if name not in table.columns:
        raise ProjectError(f"{option}: {_no_column(table, name, 1)}")


def _time(table: Table, name: str, date_format: str | None) -> np.ndarray:
    """When each row was, as a number."""
    cells = table.columns[name]
    kind = kinds.kind_of(name, cells, table, cells.dtype != object and not date_format, date_format)
    if kind["kind"] not in ("date", "number"):
        raise ProjectError(
            f"{table.at(0)}: --time {name} holds {cells[0]!r}, neither a date nor a number\nExpected for example 2024-05-31."
        )
    when = columns.read(cells, kind, "days" if kind["kind"] == "date" else "value")
    if np.isnan(when).any():
        row = int(np.flatnonzero(np.isnan(when))[0])
        what = "is empty" if str(cells[row]) in ("", "nan") else f"is {cells[row]!r}"
        raise ProjectError(f"{table.at(row)}: {name} {what}, but --time needs a date or number in every row")
    return when


def _units(table: Table, kinds: list[Column], group: str | None) -> np.ndarray:
    """A number per row, the same for rows that are equal in all columns that count, and for rows of one group."""
    code = np.zeros(len(table), np.uint64)
    for kind in kinds:
        if kind["kind"] not in ("target", "left out"):
            _, inverse = np.unique(
                table.columns[kind["name"]].astype(str if table.columns[kind["name"]].dtype == object else float),
                return_inverse=True,
            )
            code = code * np.uint64(0x9E3779B97F4A7C15) + inverse.astype(np.uint64) + np.uint64(1)
            code ^= code >> np.uint64(29)
    _, units = np.unique(code, return_inverse=True)
    if group is None:
        return units
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    _, groups = np.unique(table.columns[group].astype(str), return_inverse=True)
    size = (
        units.max() + 1 + groups.max() + 1
    )  # equal rows and groups are the two sides of a graph; what hangs together stays together
    graph = coo_array((np.ones(len(units)), (units, groups + units.max() + 1)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1][units])


def _by_time(prepared: Prepared, fractions: tuple[float, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The newest rows for the test, the newest of the others for validation; a unit counts where its newest row is."""
    assert prepared.time is not None
    newest = np.full(prepared.units.max() + 1, -np.inf)
    np.maximum.at(newest, prepared.units, prepared.time)
    when = newest[prepared.units]
    validation_from, test_from = np.quantile(when, (1 - sum(fractions), 1 - fractions[1]))
    test = when > test_from
    validation = ~test & (when > validation_from)
    train, middle, last = (np.flatnonzero(part) for part in (~test & ~validation, validation, test))
    return train, middle, last
