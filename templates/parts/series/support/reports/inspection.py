"""Step 1 for series: what is there, what was wrong with the dates, how often it repeats itself, and how it is cut."""

from support import runs
from support.data import windows
from support.data.series import Series
from support.data.windows import SeriesSplits
from support.reports import drawing

import numpy as np
import pandas as pd

SHOWN = 20  # columns listed


def report(series: Series, splits: SeriesSplits) -> None:
    """Print what is known about the series before any training, and draw it into runs/data.png."""
    spec = splits.spec
    print(f"Data: {series.note}")
    first, last = (_day(series, row) for row in (0, len(series) - 1))
    print(f"{series.dates}, from {first} to {last}, one row per {series.step.each()}: {len(series):,} rows")
    for note in series.notes:
        print(f"note: {note}")
    print(f"{'column':20} {'least':>10} {'mean':>10} {'most':>10}")
    for position, name in enumerate(series.names[:SHOWN]):
        values = series.values[:, position]
        what = "  to forecast" if position == 0 else ""
        print(f"{name[:20]:20} {values.min():10.4g} {values.mean():10.4g} {values.max():10.4g}{what}")
    if len(series.names) > SHOWN:
        print(f"… and {len(series.names) - SHOWN} more")
    print(_seasons(series, splits))
    how = "shares of the last value, as the swings grow with the level" if spec["relative"] else "differences"
    print(f"The model takes changes of {spec['target']} as {how}.")
    print(f"A window: {spec['history']} rows that are known, then {spec['horizon']} that are asked for")
    for (title, begin, end), origins in zip(drawing.parts(splits), [o for o in splits.origins if len(o)], strict=True):
        print(f"{title:11} {series.show(begin)} to {series.show(end - 1)}: {len(origins):,} windows")
    path, _ = drawing.series(series, splits, runs.FOLDER / "data.png")
    print(f"Drawn: {runs.shown(path)}\nNext: python model.py")


def _day(series: Series, row: int) -> str:
    """The date of a row with its month's name, so that day and month cannot be confused: 3 January 1990."""
    shown, when = series.show(row), pd.Timestamp(series.date(row))
    text = f"{when.day} {when:%B %Y}" if len(shown) >= 10 else f"{when:%B %Y}" if len(shown) == 7 else shown
    return text + shown[10:]


def _seasons(series: Series, splits: SeriesSplits) -> str:
    """How far off one is by saying what was one season before, for each season that the step suggests."""
    train = int(splits.origins[0][-1]) + splits.spec["horizon"]
    target, known = series.values[:train, 0].astype(np.float64), series.known[:train]
    lengths = sorted({1, splits.spec["season"], *(length for length in series.step.seasons() if 2 * length <= train)})
    errors = [
        f"{length} row{'s' * (length > 1)} before: {windows.seasonal_error(target, known, length):.4g}"
        for length in lengths
    ]
    return (
        f"Mean error in training of repeating the value from {', '.join(errors)}; the season is {splits.spec['season']}"
    )
