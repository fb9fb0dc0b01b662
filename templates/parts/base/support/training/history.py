"""history.csv: the loss and the metrics of every epoch."""

import csv

from support import files
from support.runs import Run


def write(run: Run, history: list[dict[str, float]]) -> None:
    """One row per epoch."""
    if history:
        names = list(history[-1])
        rows = ([row.get(name, "") for name in names] for row in history)
        lines = [[f"{value:.6g}" if isinstance(value, float) else value for value in row] for row in rows]
        files.write_csv(run.folder / "history.csv", [names, *lines])


def read(run: Run) -> list[dict[str, float]]:
    """The rows; an empty list where there is no history yet."""
    path = run.folder / "history.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: float(value) for name, value in row.items() if value} for row in csv.DictReader(file)]
