"""Figures of series: forecasts over the test part, errors by step ahead, windows, and a forecast that goes on from the last row."""

from pathlib import Path
from typing import Any

import metrics
from support.data.endings import Ending
from support.data.series import Series
from support.data.windows import SeriesSplits
from support.reports import figures
from support.reports.figures import Picture, plt
from support.splits import Split, Splits
from support.training.baselines import seasonal_naive

import numpy as np

BEFORE = 3  # horizons of history drawn before a forecast


def series(whole: Series, splits: SeriesSplits, path: Path) -> Picture:
    """Every column, with the three parts and the gaps."""
    names = whole.names[:8]
    when = whole.date(np.arange(len(whole)))
    figure, axes = plt.subplots(len(names), 1, figsize=(10, 2.4 * len(names)), squeeze=False, sharex=True)
    for axis, name, values in zip(axes[:, 0], names, whole.values.T, strict=False):
        for title, begin, end in parts(splits):
            axis.plot(when[begin:end], values[begin:end], linewidth=0.8, label=title)
        axis.set_title(name, fontsize=9)
    if not whole.known.all():
        axes[0, 0].plot(when[~whole.known], whole.values[~whole.known, 0], "r.", markersize=3, label="filled")
    axes[0, 0].legend(fontsize=8)
    return figures.save(figure, path, "The series, and its parts in time order.")


def parts(splits: SeriesSplits) -> list[tuple[str, int, int]]:
    """Title, first row and row after the last of training, validation and test."""
    begins = [0, *(int(origins[0]) for origins in splits.origins[1:] if len(origins)), len(splits.series)]
    titles = ["training", "validation", "test"] if len(begins) == 4 else ["training", "test"]
    return list(zip(titles, begins[:-1], begins[1:], strict=True))


def forecasts(splits: Splits, prediction: np.ndarray, path: Path) -> Picture:
    """Forecasts one after the other over the test part, with their interval and what came."""
    assert isinstance(splits, SeriesSplits)
    horizon, origins, whole = splits.spec["horizon"], splits.origins[2], splits.series
    chosen = np.arange(0, len(origins), horizon)[-8:]  # the newest
    begin = max(0, int(origins[chosen[0]]) - BEFORE * horizon)
    rows = np.arange(begin, int(origins[chosen[-1]]) + horizon)
    figure, axis = plt.subplots(figsize=(10, 3.8))
    axis.plot(whole.date(rows), whole.values[rows, 0], color="0.4", linewidth=1.2, label="what came")
    for number, window in enumerate(chosen):
        when = whole.date(origins[window] + np.arange(horizon))
        line = axis.plot(when, prediction[window], linewidth=1.2, color="C0", label="" if number else "forecast")
        if (ends := metrics.bounds(prediction[window], splits.spec)) is not None:
            share = splits.spec["interval"]["share"]
            axis.fill_between(
                when,
                *ends,
                alpha=0.2,
                color=line[0].get_color(),
                linewidth=0,
                label="" if number else f"{share:.0%} interval",
            )
        axis.axvline(when[0], color="0.9", linewidth=0.8, zorder=0)
    axis.legend(fontsize=8)
    axis.set_ylabel(splits.spec["target"])
    return figures.save(
        figure, path, "Forecasts over the newest test rows; each begins at a grey line, and knows nothing to its right."
    )


def by_horizon(splits: Splits, prediction: np.ndarray, path: Path) -> Picture:
    """The mean absolute error for each step ahead, beside seasonal-naive's."""
    assert isinstance(splits, SeriesSplits)
    horizon = splits.spec["horizon"]
    season = seasonal_naive(splits.series, splits.origins[2], splits.spec["season"], horizon)
    figure, axis = plt.subplots(figsize=(7, 3.4))
    for title, answer in (("network", prediction), ("seasonal naive", season)):
        error = np.nanmean(np.abs(answer - splits.test.y), axis=0)
        axis.plot(np.arange(1, horizon + 1), error, marker="o" if horizon <= 40 else None, markersize=3, label=title)
    axis.set(xlabel="steps ahead", ylabel="mean absolute error", ylim=(0, None))
    axis.legend()
    axis.grid(alpha=0.3)
    return figures.save(figure, path, "Errors by how far ahead the forecast looks.")


def windows(split: Split, titles: list[str], path: Path, caption: str) -> Picture:
    """Windows: what was known, and what came."""
    columns = min(3, len(titles))
    lines = -(-len(titles) // columns)
    figure, axes = plt.subplots(lines, columns, figsize=(4 * columns, 2.4 * lines), squeeze=False)
    for axis in axes.flat[len(titles) :]:
        axis.axis("off")
    for axis, title, before, after in zip(axes.flat, titles, split.x, split.y, strict=False):
        axis.plot(np.arange(-len(before), 0), before[:, 0], color="0.4", linewidth=1)
        axis.plot(np.arange(len(after)), after, color="C1", linewidth=1.2)
        axis.axvline(-0.5, color="0.8", linewidth=0.8)
        axis.set_title(title, fontsize=8)
        axis.tick_params(labelsize=7)
    figure.tight_layout()
    return figures.save(figure, path, caption)


def future(endings: list[Ending], answers: list[dict[str, Any]], path: Path) -> Picture:
    """The last rows of each file and how they go on."""
    figure, axes = plt.subplots(len(endings), 1, figsize=(10, 3.6 * len(endings)), squeeze=False)
    for axis, ending, answer in zip(axes[:, 0], endings, answers, strict=True):
        horizon, whole = len(answer["values"]), ending.series
        rows = np.arange(max(0, len(whole) - 4 * horizon), len(whole))
        ahead = whole.date(len(whole) + np.arange(horizon))
        axis.plot(whole.date(rows), whole.values[rows, 0], color="0.4", linewidth=1.2, label=ending.name)
        axis.plot(
            ahead, answer["values"], color="C0", marker="o" if horizon <= 40 else None, markersize=3, label="forecast"
        )
        if "low" in answer:
            axis.fill_between(
                ahead,
                answer["low"],
                answer["high"],
                alpha=0.2,
                color="C0",
                linewidth=0,
                label=f"{answer['share']:.0%} interval",
            )
        axis.legend(fontsize=8)
        axis.set_ylabel(answer["target"])
    return figures.save(figure, path, "The forecast goes on from the last row.")
