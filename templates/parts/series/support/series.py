"""From a table with dates to a regular series, and from there to windows: what was known, and what came next.

What is wrong with the dates is mended in a way that looks at the past alone, and said: rows are sorted, rows of the same time become
their mean, and a gap repeats the last value before it. Such a repeated value is never an answer, neither in training nor in a score.
"""

import difflib
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from support import steps
from support.errors import ProjectError
from support.settings import Settings
from support.splits import Split, Splits
from support.steps import Moment, Step
from support.table import Table, read, to_numbers

FEWEST = 8  # windows to train with; fewer teach nothing
SLIPS = 0.1  # share of a column's values that may be no numbers; they become gaps


class SeriesOptions(Settings):
    """What the functions here read from a project's Config."""

    data: str = "sample"
    target: str | None = None
    columns: tuple[str, ...] = ()
    date_column: str | None = None
    date_format: str | None = None
    step: str | None = None
    separator: str | None = None
    horizon: int | None = None
    history: int | None = None
    season: int | None = None
    relative: str = "auto"
    validation_fraction: float = 0.15
    test_fraction: float = 0.2


@dataclass(frozen=True)
class Series:
    """One row per step of time, none missing."""

    values: np.ndarray  # (rows, columns) float32; the target is column 0; gaps repeat the last value before them
    known: np.ndarray  # (rows,) whether the target's value stood in the file
    start: Moment  # the date of row 0
    step: Step
    names: list[str]  # of the columns
    path: str = "the sample"
    source: str = "sample"
    note: str = ""
    notes: list[str] = field(default_factory=list)  # what was found in the dates and values, and what was done about it

    def __len__(self) -> int:
        return len(self.values)

    def date(self, row: int) -> Moment:
        """The date of a row; rows after the last one are the future."""
        return self.step.date(self.start, row)

    def show(self, row: int) -> str:
        return self.step.show(self.date(row))


@dataclass(frozen=True)
class SeriesSplits(Splits):
    """Windows: `x` (windows, history, columns) is what was known, `y` (windows, horizon) what the target did next, NaN in gaps.

    `origins` are the rows of the series at which the answers of the train, validation and test windows begin.
    """

    series: Series = field(kw_only=True)
    origins: tuple[np.ndarray, np.ndarray, np.ndarray] = field(kw_only=True)

    def fingerprint(self) -> str:
        """As in Splits; of the series itself, which the windows repeat many times over."""
        digest = hashlib.sha256(json.dumps(self.spec, sort_keys=True, default=str).encode())
        for values in (self.series.values, self.series.known, *self.origins):
            digest.update(np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()[:16]


# --- from a table to a series ---


def from_table(table: Table, config: Any) -> Series:
    """The series in a table: dates put in order and on a regular grid, numbers read, gaps filled from the past.

    Raises:
        ProjectError: naming file and line where the table holds no such series.
    """
    name = _date_column(table, config.date_column)
    cells = _as_texts(table.columns[name])
    when, how = steps.parse(cells, name, table.at, config.date_format)
    notes = [f"{name}: {how}"] if how else []
    names = _columns(table, name, config)
    numbers: dict[str, np.ndarray] = {}
    for column in names:
        numbers[column], note = _numbers(table, column)
        notes += [note] if note else []
    values = np.stack([numbers[column] for column in names], axis=1)
    return regular(when, values, names, table, steps.read_step(config.step) if config.step else None, notes)


def regular(
    when: np.ndarray, values: np.ndarray, names: list[str], table: Table, step: Step | None, notes: list[str]
) -> Series:
    """Rows (rows, columns) at the times `when`, put on a grid with the same step everywhere.

    Args:
        step: of the grid, each of whose rows is the mean of what lies in it; found out where None.
    """
    notes = list(notes)
    if len(when) < 3:
        raise ProjectError(f"{table.path} has {len(when)} rows, too few for a series\nExpected some dozens at least.")
    backward = np.flatnonzero(np.diff(when) < np.timedelta64(0))
    if len(backward):
        notes.append(f"rows are not in the order of time, first {table.at(int(backward[0]) + 1)}: they were sorted")
    order = np.argsort(when, kind="stable")
    when, values, lines = when[order], values[order], np.arange(len(when))[order]
    averaged = step is not None
    step = step or steps.step_of(np.unique(when), table.path)
    start = _floor(when[0], step) if averaged else when[0]
    exact = step.positions(when, start)
    position = np.floor(exact + 1e-9 if averaged else exact + 0.5).astype(int)
    off = np.flatnonzero(np.abs(exact - np.round(exact)) > 1e-6)
    if len(off) and not averaged:
        notes.append(
            f"{len(off):,} rows lie between two steps of {step}, first {table.at(int(lines[off[0]]))}: each was taken at the nearest"
        )
    rows = int(position[-1]) + 1
    grid, repeated, different = _means(position, values, rows, when)
    if averaged and rows < len(when):
        notes.append(f"{len(when):,} rows became {rows:,}: the mean over each {step}")
    elif len(repeated):
        notes.append(
            f"{len(repeated):,} dates occur again, first {table.at(int(lines[repeated[0]]))}: "
            + ("of rows that differ the mean was taken" if different else "the rows are the same, and count once")
        )
    missing = np.flatnonzero(np.bincount(position, minlength=rows) == 0)
    if len(missing) > 0.5 * rows:
        raise ProjectError(
            f"{table.path}: most rows are {step} apart, but then {len(missing):,} of {rows:,} are missing: the steps are mixed\n"
            "Say over which time to average, for example --step day or --step month."
        )
    if len(missing):
        begin, length = _longest_run(missing)
        where = (
            f"{step.show(step.date(start, begin))}, {length} long" if length > 1 else step.show(step.date(start, begin))
        )
        notes.append(
            f"{len(missing):,} dates are missing, {'the longest gap at' if length > 1 else 'first'} {where}: filled with the value before, never an answer"
        )
    gaps = np.isnan(grid).sum(axis=0) - len(missing)
    notes += [
        f"{name}: {count:,} values are missing: filled with the value before{', never an answer' if column == 0 else ''}"
        for column, (name, count) in enumerate(zip(names, gaps, strict=True))
        if count > 0
    ]
    empty = [name for name, column in zip(names, grid.T, strict=True) if np.isnan(column).all()]
    if names[0] in empty:
        raise ProjectError(f"{table.path}: {names[0]} has no value in any row\nAnother column: --target NAME")
    if empty:
        notes.append(f"left out, as they have no values: {', '.join(empty)}")
        kept = [position for position, name in enumerate(names) if name not in empty]
        grid, names = grid[:, kept], [names[position] for position in kept]
    known = ~np.isnan(grid[:, 0])
    begin = int((~np.isnan(grid)).argmax(axis=0).max())  # the first row by which every column has had a value
    filled = _fill(grid)[begin:]
    if begin:
        notes.append(
            f"the first {begin:,} rows are left out: until {step.show(step.date(start, begin))} a column has no value"
        )
    return Series(
        filled.astype(np.float32), known[begin:], step.date(start, begin), step, names,
        table.path, table.source, table.note, notes,
    )  # fmt: skip


# --- from a series to windows ---


def load(series: Series, config: Any) -> SeriesSplits:
    """Windows of a series, their answers in time order: training, then validation, then test.

    A window belongs to the part in which all of its answers lie; what was known before them may reach back into the part before.
    """
    rows, step = len(series), series.step
    horizon, history = sizes(series, config)
    test = max(round(config.test_fraction * rows), horizon)
    validation = max(round(config.validation_fraction * rows), horizon) if config.validation_fraction else 0
    train = rows - validation - test
    needed = history + horizon + FEWEST - 1
    if train < needed:
        total = max(
            needed + 2 * horizon, int(np.ceil(needed / (1 - config.validation_fraction - config.test_fraction)))
        )
        raise ProjectError(
            f"{series.path}: {rows:,} rows of {step} are too few for a history of {history} and a horizon of {horizon}: {total:,} are needed\n"
            "Give a smaller --history or --horizon, or a longer series."
        )
    spec = fit(series, train, history, config) | {"horizon": horizon, "history": history}
    borders = ((0, train), (train, train + validation), (train + validation, rows))
    answers = np.where(series.known, series.values[:, 0], np.nan).astype(np.float32)
    origins = tuple(_origins(series, answers, begin, end, history, horizon) for begin, end in borders)
    parts = [windows(series.values, answers, rows_, history, horizon) for rows_ in origins]
    if min(len(origins[0]), len(origins[2])) == 0:
        raise ProjectError(
            f"{series.path}: too many gaps: no window is left\nGive a smaller --history, or --step to average over a longer time."
        )
    train_windows, validation_windows, test_windows = parts
    return SeriesSplits(
        train_windows, validation_windows, test_windows, spec, series.source, series.note,
        series=series, origins=(origins[0], origins[1], origins[2]),
    )  # fmt: skip


def sizes(series: Series, config: Any) -> tuple[int, int]:
    """Horizon and history: as asked, else one season and two of them, or of the horizon, as far as the series is long enough."""
    lengths = [length for length in series.step.seasons() if length <= 48]
    season = lengths[0] if lengths else 12
    horizon = config.horizon or season
    # One more than two seasons: the window then holds what was exactly one and two seasons before its last value.
    history = config.history or min(2 * max(horizon, season) + 1, max(1, len(series) // 5))
    return horizon, history


def windows(values: np.ndarray, answers: np.ndarray, origins: np.ndarray, history: int, horizon: int) -> Split:
    """The windows whose answers begin at the rows `origins`; where these follow on one another, nothing is copied."""
    where: Any = origins
    if len(origins) and len(origins) == origins[-1] - origins[0] + 1:
        where = slice(int(origins[0]), int(origins[-1]) + 1)
    before = np.lib.stride_tricks.sliding_window_view(values, history, axis=0).transpose(0, 2, 1)
    after = np.lib.stride_tricks.sliding_window_view(answers, horizon)
    begin = slice(where.start - history, where.stop - history) if isinstance(where, slice) else where - history
    return Split(before[begin], after[where])


def fit(series: Series, train: int, history: int, config: Any) -> dict[str, Any]:
    """What the first `train` rows say: the entries of spec that a prediction and a score need. No later row is looked at."""
    known = series.known[:train]
    values, target = series.values[:train].astype(np.float64), series.values[:train, 0].astype(np.float64)
    if not known.any() or target[known].min() == target[known].max():
        raise ProjectError(
            f"{series.path}: {series.names[0]} is {target[0]:g} in every row of the training part: there is nothing to forecast\nAnother column: --target NAME"
        )
    if config.relative == "yes" and values.min() <= 0:
        name = series.names[int(values.min(axis=0).argmin())]
        raise ProjectError(
            f"--relative yes needs numbers above 0, but {name} has {values.min():g}\nLeave it out, or take --relative no."
        )
    positive = values.min() > 0
    relative = config.relative == "yes" or (
        config.relative == "auto" and positive and _swings_grow(target, series.step)
    )
    season = config.season or _season(target, known, series.step)
    if config.season and config.season >= train - 1:
        raise ProjectError(
            f"--season {config.season} is longer than the {train:,} rows of the training part\nGive a smaller one."
        )
    return {
        "kind": "series",
        "target": series.names[0],
        "columns": series.names,
        "step": series.step.plain(),
        "season": season,
        "seasonal_error": seasonal_error(target, known, season),
        "relative": bool(relative),
        "least": float(values.min() / 100)
        if relative
        else 0.0,  # a last value below it counts as this much: none divides by 0
        "spread": _spread(values, relative, history),
        "reading": {
            "date_column": config.date_column,
            "date_format": config.date_format,
            "separator": config.separator,
        },
    }


def seasonal_error(target: np.ndarray, known: np.ndarray, season: int) -> float:
    """The mean error in training of saying what was one season before: what MASE divides by (Hyndman and Koehler 2006)."""
    both = known[season:] & known[:-season]
    error = np.abs(target[season:] - target[:-season])[both]
    return float(error.mean()) if len(error) and error.mean() > 0 else float("nan")


# --- a prediction's inputs ---


@dataclass(frozen=True)
class Ending:
    """The last rows of a file, from which a forecast goes on."""

    name: str
    series: Series  # at least `history` rows

    def future(self, horizon: int) -> list[str]:
        """The dates of the next rows."""
        return [self.series.show(len(self.series) + ahead) for ahead in range(horizon)]


def read_endings(texts: list[str], spec: dict[str, Any], sample: Table) -> list[Ending]:
    """The series in each file, on the grid that the model was trained with; "sample" is the project's own.

    Raises:
        ProjectError: where a column of the model is missing, or the rows do not reach far enough back.
    """
    found = []
    for text in texts:
        how = spec["reading"] if text != "sample" else {}
        table = sample if text == "sample" else read(Path(text), how.get("separator"))
        step = Step(**spec["step"])
        name = _date_column(table, how.get("date_column"))
        for column in spec["columns"]:
            if column not in table.columns:
                raise ProjectError(
                    f"{_no_column(table, column)}\nThe model was trained with: {', '.join(spec['columns'])}"
                )
        when, _ = steps.parse(_as_texts(table.columns[name]), name, table.at, how.get("date_format"))
        values = np.stack([_numbers(table, column)[0] for column in spec["columns"]], axis=1)
        own = steps.step_of(np.unique(when), table.path) if len(np.unique(when)) > 2 else step
        if own != step and step.positions(when.max(), when.min()) > len(when):
            raise ProjectError(
                f"{table.path}: its rows are {own} apart, but the model was trained on steps of {step}\nTrain a model for this series: python train.py --data {text}"
            )
        series = regular(when, values, spec["columns"], table, step if own != step else None, [])
        if len(series) < spec["history"]:
            raise ProjectError(
                f"{table.path} has {len(series):,} rows of {step}, but the model looks back over {spec['history']}\nGive a file that begins earlier."
            )
        found.append(Ending(text, series))
    return found


def last_windows(endings: list[Ending], spec: dict[str, Any]) -> np.ndarray:
    """What the model takes: the last rows of each file, (files, history, columns)."""
    return np.stack([ending.series.values[-spec["history"] :] for ending in endings])


# --- helpers ---


def _date_column(table: Table, wanted: str | None) -> str:
    """The column that holds the dates: as asked, else by its name, else by its values."""
    if wanted:
        if wanted not in table.columns:
            raise ProjectError(f"--date-column: {_no_column(table, wanted)}")
        return wanted
    by_name = [name for name in table.columns if steps.NAMED.search(name)]
    others = [name for name in table.columns if name not in by_name and table.columns[name].dtype == object]
    for name in [*by_name, *others]:
        if steps.best_format(_as_texts(table.columns[name])) is not None:
            return name
    raise ProjectError(
        f"{table.path}:1: no column holds dates; there are: {', '.join(list(table.columns)[:12])}\n"
        "Expected one such as 2024-05-31 or 31.05.2024 14:00. Name it with --date-column, and --date-format where it is written in a rare way."
    )


def _columns(table: Table, date_column: str, config: Any) -> list[str]:
    """The target, then the other columns that the forecast is made from."""
    for option, names in (
        ("--target", (config.target,) if config.target else ()),
        ("--columns", config.columns if config.columns != ("all",) else ()),
    ):
        for name in names:
            if name not in table.columns:
                raise ProjectError(f"{option}: {_no_column(table, name)}")
            if name == date_column:
                raise ProjectError(f"{option}: {name} is the column of dates\nName a column of numbers.")
    rest = [name for name in table.columns if name != date_column]
    numbers = [name for name in rest if table.columns[name].dtype != object or _mostly_numbers(table.columns[name])]
    if not rest:
        raise ProjectError(
            f"{table.path}:1: there is no column besides {date_column}\nExpected one of numbers to forecast."
        )
    only = config.columns[0] if len(config.columns) == 1 and config.columns != ("all",) else ""
    if not (config.target or only) and len(numbers) > 1 and table.target not in numbers:
        raise ProjectError(
            f"which column of {table.path} is to be forecast?\nName it: --target COLUMN. There are: {', '.join(numbers[:12])}"
        )
    target = config.target or only or (table.target if table.target in numbers else (numbers or rest)[0])
    others = numbers if config.columns == ("all",) else config.columns
    return [target, *(name for name in others if name != target)]


def _mostly_numbers(cells: np.ndarray) -> bool:
    numbers, _ = _best_numbers(cells)
    return bool(np.isnan(numbers[cells != ""]).mean() <= SLIPS) if (cells != "").any() else False


def _numbers(table: Table, name: str) -> tuple[np.ndarray, str]:
    """A column as numbers, NaN for gaps, and what is to be said about it.

    Raises:
        ProjectError: naming file and line, where it holds something else.
    """
    cells = table.columns[name]
    if cells.dtype != object:
        return cells.astype(np.float64), ""
    numbers, comma = _best_numbers(cells)
    wrong = np.flatnonzero(np.isnan(numbers) & (cells != ""))
    if len(wrong) > SLIPS * max(1, int((cells != "").sum())):
        raise ProjectError(
            f"{table.at(int(wrong[0]))}: {name} is {cells[wrong[0]]!r}, which is no number\nExpected a column of numbers; another one: --target NAME, --columns NAMES."
        )
    notes = ["read with decimal commas"] if comma else []
    if len(wrong):
        notes.append(
            f"{len(wrong):,} values are no numbers, first {table.at(int(wrong[0]))}: {cells[wrong[0]]!r}; read as gaps"
        )
    return numbers, f"{name}: {'; '.join(notes)}" if notes else ""


def _best_numbers(cells: np.ndarray) -> tuple[np.ndarray, bool]:
    """The texts as numbers, with points or with commas before the decimals: whichever more of them are."""
    plain = _each([str(cell) for cell in cells])
    if not np.isnan(plain[cells != ""]).any():
        return plain, False
    comma = _each([str(cell).replace(".", "").replace(",", ".") for cell in cells])
    return (comma, True) if np.isnan(comma).sum() < np.isnan(plain).sum() else (plain, False)


def _each(texts: list[str]) -> np.ndarray:
    if (numbers := to_numbers(texts)) is not None:
        return numbers
    found = [to_numbers([text]) for text in texts]
    return np.array([np.nan if number is None else number[0] for number in found])


def _no_column(table: Table, name: str) -> str:
    close = difflib.get_close_matches(name, list(table.columns), 1)
    return f"{table.path}:1: there is no column {name}" + (f"; did you mean {close[0]}?" if close else "")


def _as_texts(cells: np.ndarray) -> np.ndarray:
    """Dates that were read as numbers, such as 1949 or 19490131, as they stood in the file."""
    if cells.dtype == object:
        return cells
    return np.array([f"{cell:.0f}" if cell == cell else "" for cell in cells], object)


def _floor(when: Moment, step: Step) -> Moment:
    """The last date at or before `when` at which a step begins."""
    if step.months:
        month = int(np.datetime64(when, "M").astype(int)) // step.count * step.count
        return np.array(month, "datetime64[M]").astype("datetime64[s]")[()]
    monday = np.datetime64("1970-01-05T00:00:00")
    return np.datetime64(when - (when - monday) % np.timedelta64(step.count, "s"), "s")


def _means(
    position: np.ndarray, values: np.ndarray, rows: int, when: np.ndarray
) -> tuple[np.ndarray, np.ndarray, bool]:
    """The mean (rows, columns) of what lies at each place, NaN where nothing does; the rows that repeat a place; do they differ?"""
    there = ~np.isnan(values)
    count, total = np.zeros((rows, values.shape[1])), np.zeros((rows, values.shape[1]))
    np.add.at(count, position, there)
    np.add.at(total, position, np.where(there, values, 0))
    grid = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    repeated = np.flatnonzero(np.diff(position) == 0) + 1
    apart = np.abs(values[repeated] - grid[position[repeated]]) > 1e-9 * np.abs(grid[position[repeated]])
    return grid, repeated, bool((apart & there[repeated]).any())


def _longest_run(rows: np.ndarray) -> tuple[int, int]:
    """Where the longest run of consecutive numbers begins, and its length; the first of equals."""
    breaks = np.flatnonzero(np.diff(rows) > 1)
    begins, ends = np.concatenate([[0], breaks + 1]), np.concatenate([breaks + 1, [len(rows)]])
    longest = int((ends - begins).argmax())
    return int(rows[begins[longest]]), int(ends[longest] - begins[longest])


def _fill(grid: np.ndarray) -> np.ndarray:
    """Each gap as the last value before it."""
    last = np.where(~np.isnan(grid), np.arange(len(grid))[:, None], 0)
    return np.take_along_axis(grid, np.maximum.accumulate(last, axis=0), axis=0)


def _origins(series: Series, answers: np.ndarray, begin: int, end: int, history: int, horizon: int) -> np.ndarray:
    """The rows at which the answers of a part's windows begin; windows that are mostly gap are left out."""
    rows = np.arange(max(begin, history), end - horizon + 1)
    before = np.concatenate([[0], np.cumsum(series.known)])
    known = (before[rows] - before[rows - history]) / history
    answered = before[rows + horizon] - before[rows]
    return rows[(known >= 0.5) & (answered > 0)]


def _season(target: np.ndarray, known: np.ndarray, step: Step) -> int:
    """The season whose repetition is the best forecast in training: the strongest opponent."""
    lengths = [length for length in step.seasons() if 2 * length <= len(target)] or [1]
    return min(lengths, key=lambda length: np.nan_to_num(seasonal_error(target, known, length), nan=np.inf))


def _spread(values: np.ndarray, relative: bool, history: int) -> list[float]:
    """How far a column's values lie from the last one of their window, on average over the training windows."""
    before = np.lib.stride_tricks.sliding_window_view(values, history, axis=0)[:: max(1, len(values) // 1_000)]
    gap = before - before[:, :, -1:]
    if relative:
        gap = gap / before[:, :, -1:]
    return [float(value) or 1.0 for value in np.sqrt(np.square(gap).mean(axis=(0, 2)))]


def _swings_grow(target: np.ndarray, step: Step) -> bool:
    """Whether the target's swings grow with its level, as a percentage does: then shares of the last value are easier to forecast.

    In each stretch of a season, the spread and the level; they must rise together, and nearly in proportion.
    """
    size = next((length for length in step.seasons() if length >= 4), 12)
    stretches = target[len(target) % size :].reshape(-1, size)
    if len(stretches) < 4:
        return False
    level, spread = np.log(stretches.mean(axis=1)), np.log(stretches.std(axis=1) + 1e-12)
    if level.std() < 0.1:
        return False
    slope = np.polyfit(level, spread, 1)[0]
    return bool(np.corrcoef(level, spread)[0, 1] > 0.7 and slope > 0.5)
