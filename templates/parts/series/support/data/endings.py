"""What a forecast goes on from: the last rows of a file, read as the training data were."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.data import date_columns, steps, values
from support.data.csv_file import CsvOptions
from support.data.series import Series, no_column, on_grid, read_file
from support.data.steps import Step
from support.data.table import Table
from support.errors import ProjectError

import numpy as np


@dataclass(frozen=True)
class Ending:
    """The last rows of a file, from which a forecast goes on."""

    name: str
    series: Series  # at least `history` rows

    def future(self, horizon: int) -> list[str]:
        """The dates of the next rows."""
        return [self.series.show(len(self.series) + ahead) for ahead in range(horizon)]


def read(texts: list[str], spec: dict[str, Any], sample: Table, options: dict[str, Any] | None = None) -> list[Ending]:
    """The series in each file, on the grid that the model was trained with; "sample" is the project's own.

    Args:
        options: of reading (`CsvOptions`, `date_column`, `date_format`), those that are to differ from training's.

    Raises:
        ProjectError: where a column of the model is missing, or the rows do not reach far enough back.
    """
    return [_read(text, spec, sample, options or {}) for text in texts]


def _read(text: str, spec: dict[str, Any], sample: Table, options: dict[str, Any]) -> Ending:
    kept, step = spec["reading"], Step(**spec["step"])
    csv = kept.get("csv", {}) | {name: options[name] for name in CsvOptions.model_fields if name in options}
    forms = {} if "decimal" in options else kept.get("numbers", {})
    wanted = options.get("date_column")
    found = sample if text == "sample" else read_file(Path(text), csv, wanted or kept.get("date_column"), forms)
    for column in spec["columns"]:
        if column not in found.columns:
            raise ProjectError(f"{no_column(found, column)}\nThe model was trained with: {', '.join(spec['columns'])}")
    if not wanted and all(name in found.columns for name in (kept.get("date_column") or "").split("+")):
        wanted = kept["date_column"]
    read = date_columns.read(found, wanted, options.get("date_format") or kept.get("date_format"), kept.get("dates"))
    notes = [f"dates are not written as in training: {read.text()}"] if read.how != kept.get("dates", read.how) else []
    rows, notes = [], [*notes, *found.notes]
    for column in spec["columns"]:
        numbers, _, said = values.read(found, column, options.get("decimal"), forms.get(column))
        rows.append(numbers)
        notes += said
    when = np.unique(read.when[~np.isnat(read.when)])
    own = steps.step_of(when, found.path) if len(when) > 2 else step
    same = (own.count, own.months) == (step.count, step.months)
    if not same and step.positions(when[-1], when[0]) > len(read.when):
        raise ProjectError(
            f"{found.path}: its rows are {own} apart, but the model was trained on steps of {step}\nTrain a model for this series: python train.py --data {text}"
        )
    series = on_grid(read, np.stack(rows, axis=1), spec["columns"], found, step, not same, notes, kept)
    if len(series) < spec["history"]:
        raise ProjectError(
            f"{found.path} has {len(series):,} rows of {step}, but the model looks back over {spec['history']}\nGive a file that begins earlier."
        )
    return Ending(text, series)
