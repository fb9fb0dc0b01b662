"""From a CSV file to a series: the role of each column, the formats of dates and numbers, and the last rows, from which to forecast."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from support.data import date_columns, dates, numbers, series, steps
from support.data.csv_file import CsvOptions, opened
from support.data.date_columns import no_column
from support.data.dates import DateFormat
from support.data.numbers import NumberFormat
from support.data.series import Series
from support.data.steps import Step
from support.data.table import Table
from support.data.table import read as read_csv
from support.errors import ProjectError

import numpy as np
import pandas as pd

SLIPS = 0.1  # fraction of a column's values that may not be numbers; they count as missing


def read_file(
    path: Path, reading: dict[str, Any], date_column: str | None = None, kept: dict[str, Any] | None = None
) -> Table:
    """The table in a CSV file; columns that may hold dates keep their texts.

    Args:
        reading: how the file is written (`CsvOptions.reading`).
        kept: how numbers were written in training, by column.
    """
    header = opened(path, **{name: value for name, value in reading.items() if name != "decimal"}).header
    wanted = (date_column, *(date_column or "").split("+"))
    texts = [name for name in header if date_columns.NAMED.search(name) or name in wanted]
    forms = {name: NumberFormat.from_record(form) for name, form in (kept or {}).items()}
    return read_csv(path, as_text=texts, formats=forms, **reading)


def from_table(table: Table, config: Any) -> Series:
    """The series in a table: dates put in order and on a regular grid, numbers read, gaps filled from the past.

    Raises:
        ProjectError: naming file and line, if the table contains no such series.
    """
    found = date_columns.read(table, config.date_column, config.date_format)
    frame, forms, notes = read_numbers(table, _columns(table, found.columns, config), config.decimal, {})
    whole = series.regular(found.when, frame, table, steps.read_step(config.step) if config.step else None)
    reading = {
        "date_column": "+".join(found.columns),
        "dates": found.format.to_record(),
        "numbers": forms,
        "csv": config.reading(),
    }
    return replace(whole, dates=found.text(), notes=[*table.notes, *notes, *whole.notes], reading=reading)


def _columns(table: Table, date_names: tuple[str, ...], config: Any) -> list[str]:
    """The target, then the other columns that the forecast is made from."""
    everything = config.columns == ("all",)
    asked = [("--target", config.target)] * bool(config.target) + [
        ("--columns", name) for name in config.columns if not everything
    ]
    for option, name in asked:
        if name not in table.columns:
            raise ProjectError(f"{option}: {no_column(table, name)}")
        if name in date_names:
            raise ProjectError(f"{option}: {name} is a column of dates\nName a column of numbers.")
    rest = [name for name in table.columns if name not in date_names]
    if not rest:
        raise ProjectError(
            f"{table.path}:1: there is no column besides {' + '.join(date_names)}\nExpected one of numbers to forecast."
        )
    parts = date_columns.roles(table, rest).values()
    usable = [name for name in rest if name not in parts and _has_numbers(table.columns[name])]
    cells = {name: table.columns[name] for name in usable if table.columns[name].dtype != object}
    counting = [name for name in cells if cells[name][0] in (0, 1) and (np.diff(cells[name]) == 1).all()]
    usable = [name for name in usable if name not in counting] or usable  # not one that only numbers the rows
    only = config.columns[0] if len(config.columns) == 1 and not everything else ""
    target = config.target or only or (table.target if table.target in usable else "")
    if not target and len(usable) > 1:
        raise ProjectError(
            f"which column of {table.path} is to be forecast?\nName it: --target COLUMN. There are: {', '.join(usable[:12])}"
        )
    target = target or (usable or rest)[0]
    return [target, *(name for name in (usable if everything else config.columns) if name != target)]


# --- numbers ---


def read_numbers(
    table: Table, names: list[str], decimal: str | None, kept: dict[str, Any]
) -> tuple[pd.DataFrame, dict[str, Any], list[str]]:
    """Columns as float64 with NaN if a value is missing, the number format of each, and remarks on them.

    Args:
        decimal: the decimal separator, "." or ","; detected if None.
        kept: by column, how they were written in training (the second result).

    Raises:
        ProjectError: naming file and line of a value that is not a number, if there are more than a few.
    """
    values, forms, notes = {}, {}, list[str]()
    for name in names:
        cells = table.columns[name]
        if cells.dtype != object:
            form, words = table.formats.get(name, NumberFormat()), pd.Series(table.missing.get(name, {}), dtype=int)
            values[name], where, doubt = cells.astype(np.float64), "", ""  # the table has reported doubts
        else:
            known = NumberFormat.from_record(kept[name]) if name in kept and decimal is None else None
            form = known or _format(cells, decimal) or NumberFormat()
            values[name], doubt = numbers.parse(cells, form), form.doubt
            wrong = np.flatnonzero(np.isnan(values[name]) & [cell not in numbers.MISSING for cell in cells])
            if len(wrong) > SLIPS * sum(cell not in numbers.MISSING for cell in cells):
                expected = "Expected numbers only; an empty value says that it is missing."
                if known:
                    expected = (
                        f"Training had numbers such as {form.example or '1234.5'}. What marks decimals: --decimal"
                    )
                row = int(wrong[0])
                raise ProjectError(f"{table.at(row)}: {name} is {cells[row]!r}, which is no number\n{expected}")
            words = pd.Series(cells[wrong], dtype=object).value_counts()
            where = f"first {table.at(int(wrong[0]))}: " if len(wrong) else ""
        forms[name] = form.to_record()
        notes += [f"{name}: {form.text()}"] * (not form.plain) + [f"{name}: {doubt}"] * bool(doubt)
        if len(words):
            some = ", ".join(f"{word!r} ({count:,})" for word, count in words.head(3).items()) + ", …" * (
                len(words) > 3
            )
            notes.append(f"{name}: {words.sum():,} values are no numbers, {where}{some} are taken as missing")
        notes += [f"{name}: {said}" for said in [numbers.code_for_missing(values[name])] if said]
    return pd.DataFrame(values), forms, notes


def _has_numbers(cells: np.ndarray) -> bool:
    return cells.dtype != object or (_format(cells) is not None and dates.detect(cells) is None)


def _format(cells: np.ndarray, decimal: str | None = None) -> NumberFormat | None:
    """The number format of a column, ignoring a few other texts; None if most are not numbers."""
    if (form := numbers.detect(cells, decimal)) is not None:
        return form
    counts = pd.Series(cells, dtype=object).value_counts().drop(list(numbers.MISSING), errors="ignore")
    alone = np.array([numbers.detect([text], decimal) is not None for text in counts.index], bool)
    few = counts[~alone].sum() <= SLIPS * counts.sum()
    return numbers.detect(list(counts.index[alone]), decimal) if few else None


# --- the rows before a forecast ---


@dataclass(frozen=True)
class Ending:
    """The last rows of a file, which a forecast continues."""

    name: str
    series: Series  # at least `history` rows

    def future(self, horizon: int) -> list[str]:
        """The dates of the next rows."""
        return [self.series.show(len(self.series) + ahead) for ahead in range(horizon)]


def read_ending(text: str, spec: dict[str, Any], sample: Table, options: dict[str, Any]) -> Ending:
    """The series in a file, read as the training data were and on their grid; "sample" is the project's own.

    Args:
        options: options of reading (`CsvOptions`, `date_column`, `date_format`) that differ from training's.

    Raises:
        ProjectError: if a column of the model is missing, or if the rows do not reach back far enough.
    """
    kept, step = spec["reading"], Step(**spec["step"])
    csv = kept.get("csv", {}) | {name: options[name] for name in CsvOptions.model_fields if name in options}
    forms = {} if "decimal" in options else kept.get("numbers", {})
    wanted, usual = options.get("date_column"), kept.get("date_column") or ""
    table = sample if text == "sample" else read_file(Path(text), csv, wanted or usual, forms)
    for column in spec["columns"]:
        if column not in table.columns:
            raise ProjectError(f"{no_column(table, column)}\nThe model was trained with: {', '.join(spec['columns'])}")
    if not wanted and all(name in table.columns for name in usual.split("+")):
        wanted = usual
    form = kept["dates"] if "forms" in kept.get("dates", {}) else None
    found = date_columns.read(table, wanted, options.get("date_format"), form)
    other = [f"dates are not written as in training: {found.text()}"] * bool(
        form and found.format != DateFormat.from_record(form)
    )
    frame, _, notes = read_numbers(table, spec["columns"], options.get("decimal"), forms)
    when = found.when.dropna().unique().sort_values()
    own = steps.step_of(when, table.path) if len(when) > 2 else step
    same = (own.count, own.months) == (step.count, step.months)
    if not same and step.positions(when[-1], when[0]) > len(found.when):
        raise ProjectError(
            f"{table.path}: its rows are {own} apart, but the model was trained on steps of {step}\nTrain a model for this series: python train.py --data {text}"
        )
    whole = series.regular(found.when, frame, table, step, average=not same)
    if len(whole) < spec["history"]:
        raise ProjectError(
            f"{table.path} has {len(whole):,} rows of {step}, but the model looks back over {spec['history']}\nGive a file that begins earlier."
        )
    return Ending(text, replace(whole, dates=found.text(), notes=[*other, *table.notes, *notes, *whole.notes]))
