"""Step 1 for series: a summary, problems in the dates, the season, and the splits."""

from support import runs
from support.data import windows
from support.data.windows import SeriesSplits
from support.reports import drawing

import pandas as pd

SHOWN = 20  # columns listed


def report(splits: SeriesSplits) -> None:
    """Print what is known about the series before any training, and draw it into runs/data.png."""
    series, spec = splits.series, splits.spec
    first, last = (_day(series.show(row), pd.Timestamp(series.date(row))) for row in (0, len(series) - 1))
    each = str(series.step).removeprefix("1 ")
    print(f"Data: {splits.note}\n{series.dates}, from {first} to {last}, one row per {each}: {len(series):,} rows")
    for note in series.notes:
        print(f"note: {note}")
    frame = pd.DataFrame(series.values, columns=series.names)
    print(frame.agg(["min", "mean", "max"]).T.head(SHOWN).to_string(float_format="{:.4g}".format))
    if len(series.names) > SHOWN:
        print(f"… and {len(series.names) - SHOWN} more")
    train = int(splits.origins[0][-1]) + spec["horizon"]
    target, known = series.values[:train, 0].astype(float), series.known[:train]
    lengths = sorted({1, spec["season"], *(length for length in series.step.seasons() if 2 * length <= train)})
    errors = [f"{length} before: {windows.seasonal_error(target, known, length):.4g}" for length in lengths]
    print(
        f"Mean error in training of repeating the value so many rows before: {', '.join(errors)}; the season is {spec['season']}"
    )
    how = "shares of the last value, as the swings grow with the level" if spec["relative"] else "differences"
    print(f"To forecast: {spec['target']}; the model takes its changes as {how}.")
    print(f"A window: {spec['history']} rows that are known, then {spec['horizon']} that are asked for")
    for (title, begin, end), origins in zip(splits.parts(), [o for o in splits.origins if len(o)], strict=True):
        print(f"{title:11} {series.show(begin)} to {series.show(end - 1)}: {len(origins):,} windows")
    path, _ = drawing.series(splits, runs.FOLDER / "data.png")
    print(f"Drawn: {runs.shown(path)}\nNext: python model.py")


def _day(shown: str, when: pd.Timestamp) -> str:
    """A date with its month's name, so that day and month cannot be confused: 3 January 1990."""
    text = f"{when.day} {when:%B %Y}" if len(shown) >= 10 else f"{when:%B %Y}" if len(shown) == 7 else shown
    return text + shown[10:]
