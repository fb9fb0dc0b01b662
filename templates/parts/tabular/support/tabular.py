"""From a table to splits: what is asked, which rows belong together, and what is learned from the training rows."""

import difflib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from support import answers, columns
from support.columns import Column
from support.errors import ProjectError
from support.settings import Settings
from support.splits import Split, Splits, split_positions
from support.table import Cells, Table, read, to_numbers

_COMPARISON = re.compile(r"(.+?)\s*(>=|<=|==|!=|>|<)\s*(.+)")


class TableOptions(Settings):
    """What is asked of a table: the same options in every project on tables."""

    data: str = Field("sample", description="sample, full, or the path of your own CSV file")
    target: str | None = Field(
        None, description='column to predict, or a yes-no question about one, for example "G3 >= 10"'
    )
    separator: str | None = Field(None, description="between the values of your CSV file; found out where not given")
    ignore: tuple[str, ...] = Field((), description="columns to leave out, for example what is only known afterwards")
    numbers: tuple[str, ...] = Field(
        (), description="columns to read as numbers, where they were taken for something else"
    )
    categories: tuple[str, ...] = Field(
        (), description="columns to read as categories, for example numbers that only name a thing"
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
    """

    table: Table
    columns: list[Column]
    y: np.ndarray
    units: np.ndarray
    time: np.ndarray | None
    question: dict[str, Any]
    bins: int = 0


def read_own(config: TableOptions, target: str = "", labels: dict[str, str] | None = None) -> Table:
    """The user's own CSV file; `target` and `labels` are the template's own, used where the file has that column.

    Raises:
        ProjectError: where the file is no table.
    """
    path = Path(config.data)
    column = _column_of(config.target) if config.target else target
    as_text = {*config.categories, *([column] if answers.TEXT else [])}
    table = read(path, config.separator, as_text)
    if config.target and config.target in table.columns:
        column = config.target
    return Table(table.columns, table.lines, table.path, target, labels or {}, table.source, table.note)


def load(table: Table, config: TableOptions) -> Splits:
    """The three splits of a table.

    Raises:
        ProjectError: where the table cannot answer what is asked.
    """
    prepared = prepare(table, config)
    return splits_at(prepared, *positions(prepared, config))


def prepare(table: Table, config: TableOptions) -> Prepared:
    """Find the target and the kinds of the columns, leave out rows without an answer, and see which rows belong together."""
    wanted = config.target or (table.target if table.target in table.columns else "")
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
    table = Table(
        {name: values[answered] for name, values in table.columns.items()},
        table.lines[answered],
        table.path,
        table.target,
        table.labels,
        table.source,
        table.note,
    )
    y, question = answers.read(
        cells[answered], wanted, table.path, table.labels if wanted == table.target or not config.target else {}
    )
    if yes_no:
        question = {**question, "question": wanted}
    kinds = columns.understand(table, column, config.ignore, config.numbers, config.categories)
    if config.group:
        _need(table, "--group", config.group)
        kinds = [
            {"name": kind["name"], "kind": "left out", "why": "it is the group"}
            if kind["name"] == config.group
            else kind
            for kind in kinds
        ]
    units = _units(table, kinds, config.group)
    time = None
    if config.time:
        _need(table, "--time", config.time)
        time = _time(table, config.time)
    return Prepared(table, kinds, y, units, time, {**question, "target": column}, config.bins)


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
    parts = split_positions(answers.strata(prepared.y[rows][first]), fractions, seed)
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


def read_inputs(texts: list[str], spec: dict[str, Any]) -> tuple[list[str], dict[str, np.ndarray]]:
    """Rows as `predict.py` takes them: `name=value …` is one row, and each .csv or .jsonl file its rows.

    Raises:
        ProjectError: for a name that is no column of the model, or a value of the wrong kind.
    """
    row: dict[str, Any] = {}
    tables: list[tuple[list[str], dict[str, Cells]]] = []
    for text in texts:
        name, equals, value = text.partition("=")
        if equals and not Path(text).exists():
            row[name.strip()] = value.strip()
        elif Path(text).suffix == ".jsonl":
            tables.append(_json_lines(Path(text)))
        elif equals or Path(text).exists() or Path(text).suffix:
            table = read(Path(text), as_text=[entry["name"] for entry in spec["texts"]])
            tables.append(([table.at(position) for position in range(len(table))], table.columns))
        else:
            raise ProjectError(
                f"{text!r} is neither a file nor name=value\nExpected for example: {_example(spec)}, or a .csv or .jsonl file"
            )
    if row:
        tables.insert(0, ([" ".join(f"{name}={value}" for name, value in row.items())], _as_columns([row])))
    names: list[str] = []
    found = []
    for places, cells in tables:
        _check_names(list(cells), spec)
        found.append(columns.raw(cells, spec, len(places), places.__getitem__))
        names += places
    return names, {key: np.concatenate([x[key] for x in found]) for key in found[0]}


def draw_examples(split: Split, titles: list[str], path: Path, caption: str) -> tuple[Path, str]:
    """Draw rows as a table, each after its title."""
    from support import figures
    from support.figures import plt

    cells = [[title.replace("\n", ", "), *_cells(split, row)] for row, title in enumerate(titles)]
    figure, axis = plt.subplots(figsize=(min(20, 2 + 1.1 * len(cells[0])), 0.6 + 0.28 * len(cells)))
    axis.axis("off")
    drawn = axis.table(cellText=cells, loc="center", cellLoc="left")
    drawn.auto_set_font_size(False)
    drawn.set_fontsize(7)
    drawn.auto_set_column_width(list(range(len(cells[0]))))
    return figures.save(figure, path, caption)


def _cells(split: Split, row: int, most: int = 12) -> list[str]:
    numbers = [f"{value:.4g}" for value in split.x.get("numbers", np.zeros((len(split), 0)))[row]]
    texts = [str(value)[:20] for value in split.x.get("texts", np.zeros((len(split), 0)))[row]]
    return (numbers + texts)[:most]


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
    cells, limit = table.columns[name], to_numbers([text])
    if cells.dtype == object and limit is not None and (numbers := to_numbers(cells)) is not None:
        cells = numbers
    if cells.dtype == object or limit is None or np.isnan(limit[0]):
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


def _time(table: Table, name: str) -> np.ndarray:
    """When each row was, as a number."""
    kind = next(kind for kind in columns.understand(table, "", (), (), ()) if kind["name"] == name)
    cells = table.columns[name]
    if cells.dtype == object and kind["kind"] not in ("date", "number"):
        raise ProjectError(
            f"{table.at(0)}: --time {name} holds {cells[0]!r}, neither a date nor a number\nExpected for example 2024-05-31."
        )
    when = columns.read(cells, kind, "days" if kind["kind"] == "date" else "value")
    if np.isnan(when).any():
        raise ProjectError(
            f"{table.at(int(np.flatnonzero(np.isnan(when))[0]))}: {name} is empty, but --time needs it in every row"
        )
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


def _as_columns(rows: list[dict[str, Any]]) -> dict[str, Cells]:
    """Rows of names and values as columns of texts."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return {name: np.array([_as_text(row.get(name)) for row in rows] + [None], object)[:-1] for name in names}


def _as_text(value: Any) -> str:
    from support.table import GAPS

    text = "" if value is None else str(value).strip()
    return "" if text in GAPS else text


def _json_lines(path: Path) -> tuple[list[str], dict[str, Cells]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise ProjectError(f"there is no file {path}") from None
    except UnicodeDecodeError:
        raise ProjectError(f"{path} is not UTF-8 text\nExpected one JSON object per line.") from None
    rows, places = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise ProjectError(f"{path}:{number}: no JSON: {error.msg}\nExpected one object per line.") from None
        if not isinstance(row, dict):
            raise ProjectError(f"{path}:{number}: expected an object with a value per column")
        rows.append(row)
        places.append(f"{path}:{number}")
    if not rows:
        raise ProjectError(f"{path} is empty\nExpected one JSON object per line.")
    return places, _as_columns(rows)


def _check_names(names: list[str], spec: dict[str, Any]) -> None:
    known = [column["name"] for column in spec["columns"]]
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            raise ProjectError(
                f"there is no column {name}"
                + (f"; did you mean {close[0]}?" if close else "")
                + f"\nThe model knows: {', '.join(known[:20])}"
            )
    used = list(dict.fromkeys(entry["name"] for entry in [*spec["numbers"], *spec["texts"]]))
    missing = [name for name in used if name not in names]
    if missing:
        import sys

        more = f" and {len(missing) - 8} more" if len(missing) > 8 else ""
        print(f"note: not given, so taken as not known: {', '.join(missing[:8])}{more}", file=sys.stderr)


def _example(spec: dict[str, Any]) -> str:
    numbers = [f"{entry['name']}={entry['median']:.4g}" for entry in spec["numbers"] if entry["part"] == "value"]
    return " ".join([*numbers, *(f"{entry['name']}={entry['vocabulary'][-1]}" for entry in spec["texts"])][:3])
