"""Figures of series: the whole, forecasts over the test part, errors by step ahead, windows, and forecasts of a file."""

from pathlib import Path
from typing import Any

from support.data.series import Series
from support.data.series_files import Ending
from support.data.windows import SeriesSplits
from support.reports import figures
from support.reports.figures import Picture, plt
from support.splits import Split
from support.training.baselines import seasonal_naive

import numpy as np

Ends = tuple[Any, Any] | None  # of intervals: lower and upper, as the forecasts that they are around
BEFORE = 3  # horizons of history drawn before a forecast


def series(splits: SeriesSplits, path: Path) -> Picture:
    """Every column, with the three parts and the missing values."""
    whole = splits.series
    names, when = whole.names[:8], whole.date(np.arange(len(whole)))
    figure, axes = plt.subplots(len(names), 1, figsize=(10, 2.4 * len(names)), squeeze=False, sharex=True)
    for axis, name, values in zip(axes[:, 0], names, whole.values.T, strict=False):
        for title, begin, end in splits.parts():
            axis.plot(when[begin:end], values[begin:end], linewidth=0.8, label=title)
        axis.set_title(name, fontsize=9)
    if not whole.known.all():
        axes[0, 0].plot(when[~whole.known], whole.values[~whole.known, 0], "r.", markersize=3, label="filled")
    axes[0, 0].legend(fontsize=8)
    return figures.save(figure, path, "The series, and its parts in time order.")


def forecasts(splits: SeriesSplits, prediction: np.ndarray, ends: Ends, path: Path) -> Picture:
    """Forecasts (windows, horizon) one after the other over the test part, with their interval and the true values."""
    horizon, origins, whole = splits.spec["horizon"], splits.origins[2], splits.series
    chosen = np.arange(0, len(origins), horizon)[-8:]  # the newest
    begin, end = origins[chosen[0]] - BEFORE * horizon, origins[chosen[-1]] + horizon
    figure, axis = plt.subplots(figsize=(10, 3.8))
    _past(axis, whole, max(0, int(begin)), int(end), "what came")
    for window in chosen:
        interval = None if ends is None else (ends[0][window], ends[1][window])
        _forecast(axis, whole, int(origins[window]), prediction[window], interval, labelled=window == chosen[0])
        axis.axvline(whole.date(origins[window]), color="0.9", linewidth=0.8, zorder=0)
    axis.legend(fontsize=8)
    axis.set_ylabel(splits.spec["target"])
    return figures.save(
        figure, path, "Forecasts over the newest test rows; each begins at a grey line, and knows nothing to its right."
    )


def future(endings: list[Ending], answers: list[dict[str, Any]], path: Path) -> Picture:
    """The last rows of each file and their forecast."""
    figure, axes = plt.subplots(len(endings), 1, figsize=(10, 3.6 * len(endings)), squeeze=False)
    for axis, ending, answer in zip(axes[:, 0], endings, answers, strict=True):
        whole, rows = ending.series, len(ending.series)
        _past(axis, whole, max(0, rows - 4 * len(answer["values"])), rows, ending.name)
        ends = (answer["low"], answer["high"]) if "low" in answer else None
        _forecast(axis, whole, rows, answer["values"], ends)
        axis.legend(fontsize=8)
        axis.set_ylabel(answer["target"])
    return figures.save(figure, path, "The forecast goes on from the last row.")


def _past(axis: Any, whole: Series, begin: int, end: int, label: str) -> None:
    axis.plot(whole.date(np.arange(begin, end)), whole.values[begin:end, 0], color="0.4", linewidth=1.2, label=label)


def _forecast(axis: Any, whole: Series, begin: int, values: Any, ends: Ends, labelled: bool = True) -> None:
    """A forecast that begins at a row of the series, and its interval."""
    when = whole.date(begin + np.arange(len(values)))
    axis.plot(when, values, color="C0", linewidth=1.2, label="forecast" if labelled else "")
    if ends is not None:
        axis.fill_between(when, *ends, alpha=0.2, color="C0", linewidth=0, label="interval" if labelled else "")


def by_horizon(splits: SeriesSplits, prediction: np.ndarray, path: Path) -> Picture:
    """The mean absolute error for each step ahead, beside seasonal-naive's."""
    horizon = splits.spec["horizon"]
    season = seasonal_naive(splits.series, splits.origins[2], splits.spec["season"], horizon)
    figure, axis = plt.subplots(figsize=(7, 3.4))
    for title, answer in (("network", prediction), ("seasonal naive", season)):
        axis.plot(np.arange(1, horizon + 1), np.nanmean(np.abs(answer - splits.test.y), axis=0), label=title)
    axis.set(xlabel="steps ahead", ylabel="mean absolute error", ylim=(0, None))
    axis.legend()
    return figures.save(figure, path, "Errors by how far ahead the forecast looks.")


def windows(split: Split, titles: list[str], path: Path, caption: str) -> Picture:
    """Windows: inputs and targets."""
    columns = min(3, len(titles))
    lines = -(-len(titles) // columns)
    figure, axes = plt.subplots(lines, columns, figsize=(4 * columns, 2.4 * lines), squeeze=False)
    for axis in axes.flat[len(titles) :]:
        axis.axis("off")
    for axis, title, before, after in zip(axes.flat, titles, split.x, split.y, strict=False):
        axis.plot(np.arange(-len(before), 0), before[:, 0], color="0.4", linewidth=1)
        axis.plot(np.arange(len(after)), after, color="C1", linewidth=1.2)
        axis.set_title(title, fontsize=8)
    figure.tight_layout()
    return figures.save(figure, path, caption)
