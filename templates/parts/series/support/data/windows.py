"""From a regular series to windows: known values and the values that follow; in time order, without leakage."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from support.data.series import Series
from support.data.steps import Step
from support.errors import ProjectError
from support.splits import Split, Splits

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

FEWEST = 8  # windows to train with; fewer are not enough to learn from


@dataclass(frozen=True)
class SeriesSplits(Splits):
    """Windows: `x` (windows, history, columns) are the known values, `y` (windows, horizon) the target's next values, NaN if missing.

    `origins` are the rows of the series at which the targets of the train, validation and test windows begin.
    """

    series: Series = field(kw_only=True)
    origins: tuple[np.ndarray, np.ndarray, np.ndarray] = field(kw_only=True)

    def fingerprint(self) -> str:
        """As in Splits, but of the series itself, which the windows repeat many times."""
        digest = hashlib.sha256(json.dumps(self.spec, sort_keys=True, default=str).encode())
        for values in (self.series.values, self.series.known, *self.origins):
            digest.update(np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()[:16]

    def parts(self) -> list[tuple[str, int, int]]:
        """Title, first row and row after the last of training, validation and test."""
        there = {
            title: origins
            for title, origins in zip(("training", "validation", "test"), self.origins, strict=True)
            if len(origins)
        }
        begins = [0, *(int(origins[0]) for origins in list(there.values())[1:]), len(self.series)]
        return list(zip(there, begins[:-1], begins[1:], strict=True))


def load(series: Series, config: Any) -> SeriesSplits:
    """Windows of a series, their targets in time order: training, then validation, then test.

    A window belongs to the part that contains all of its targets; its inputs may reach back into the part before.
    """
    rows, table, step = len(series), series.table, series.step
    season = next((length for length in step.seasons() if length <= 48), 12)
    horizon = config.horizon or season
    # One more than two seasons: the window then contains the values exactly one and two seasons before its last value.
    history = config.history or min(2 * max(horizon, season) + 1, max(1, rows // 5))
    test = max(round(config.test_fraction * rows), horizon)
    validation = max(round(config.validation_fraction * rows), horizon) if config.validation_fraction else 0
    train, needed = rows - validation - test, history + horizon + FEWEST - 1
    if train < needed:
        share = 1 - config.validation_fraction - config.test_fraction
        total = max(needed + 2 * horizon, int(np.ceil(needed / share)))
        raise ProjectError(
            f"{table.path}: {rows:,} rows of {step} are too few for a history of {history} and a horizon of {horizon}: {total:,} are needed\n"
            "Give a smaller --history or --horizon, or a longer series."
        )
    spec = learned(series, train, history, config) | {"horizon": horizon, "history": history}
    targets = np.where(series.known, series.values[:, 0], np.nan).astype(np.float32)
    borders = (0, train, train + validation, rows)
    first, second, third = (
        _origins(series.known, begin, end, history, horizon)
        for begin, end in zip(borders[:-1], borders[1:], strict=True)
    )
    if not (len(first) and len(third)):
        raise ProjectError(
            f"{table.path}: too many gaps: no window is left\nGive a smaller --history, or --step to average over a longer time."
        )
    train_part, validation_part, test_part = (
        cut(series.values, targets, origins, history, horizon) for origins in (first, second, third)
    )
    return SeriesSplits(
        train_part, validation_part, test_part, spec, table.source, table.note,
        series=series, origins=(first, second, third),
    )  # fmt: skip


def cut(values: np.ndarray, targets: np.ndarray, origins: np.ndarray, history: int, horizon: int) -> Split:
    """The windows whose targets begin at the rows `origins`; if these are consecutive, nothing is copied."""
    before = sliding_window_view(values, history, axis=0).transpose(0, 2, 1)
    after = sliding_window_view(targets, horizon)
    if len(origins) and len(origins) == origins[-1] - origins[0] + 1:
        return Split(before[origins[0] - history : origins[-1] + 1 - history], after[origins[0] : origins[-1] + 1])
    return Split(before[origins - history], after[origins])


def learned(series: Series, train: int, history: int, config: Any) -> dict[str, Any]:
    """The entries of spec that predictions and scores need, from the first `train` rows only."""
    known = series.known[:train]
    values, target = series.values[:train].astype(np.float64), series.values[:train, 0].astype(np.float64)
    lowest = values.min(axis=0)
    if not known.any() or target[known].min() == target[known].max():
        raise ProjectError(
            f"{series.table.path}: {series.names[0]} is {target[0]:g} in every row of the training part: there is nothing to forecast\nAnother column: --target NAME"
        )
    if config.relative == "yes" and lowest.min() <= 0:
        raise ProjectError(
            f"--relative yes needs numbers above 0, but {series.names[int(lowest.argmin())]} has {lowest.min():g}\nLeave it out, or take --relative no."
        )
    if config.season and config.season >= train - 1:
        raise ProjectError(
            f"--season {config.season} is longer than the {train:,} rows of the training part\nGive a smaller one."
        )
    found = config.relative == "auto" and lowest.min() > 0 and _swings_grow(target, series.step)
    relative = config.relative == "yes" or found
    # The season whose repetition is the best forecast in training: the strongest opponent.
    errors = {length: seasonal_error(target, known, length) for length in series.step.seasons() if 2 * length <= train}
    season = config.season or min(errors or [1], key=lambda length: np.nan_to_num(errors.get(length, 0), nan=np.inf))
    # The mean distance of a column's values from the last one of their window.
    before = sliding_window_view(values, history, axis=0)[:: max(1, train // 1_000)]
    gap = (before - before[:, :, -1:]) / (before[:, :, -1:] if relative else 1)
    return {
        "kind": "series",
        "target": series.names[0],
        "columns": series.names,
        "step": series.step.to_record(),
        "season": season,
        "seasonal_error": seasonal_error(target, known, season),
        "relative": relative,
        # A smaller last value counts as this one, so that nothing is divided by 0.
        "least": float(lowest.min() / 100) if relative else 0.0,
        "spread": [float(value) or 1.0 for value in np.sqrt(np.square(gap).mean(axis=(0, 2)))],
        "reading": series.reading,
    }


def seasonal_error(target: np.ndarray, known: np.ndarray, season: int) -> float:
    """The mean error in training of the seasonal-naive forecast, by which MASE divides (Hyndman and Koehler 2006)."""
    both = known[season:] & known[:-season]
    error = np.abs(target[season:] - target[:-season])[both]
    return float(error.mean()) if len(error) and error.mean() > 0 else float("nan")


def _origins(known: np.ndarray, begin: int, end: int, history: int, horizon: int) -> np.ndarray:
    """The rows at which the targets of a part's windows begin; windows with mostly missing values are left out."""
    rows = np.arange(max(begin, history), end - horizon + 1)
    before = np.concatenate([[0], np.cumsum(known)])
    return rows[(before[rows] - before[rows - history] >= 0.5 * history) & (before[rows + horizon] > before[rows])]


def _swings_grow(target: np.ndarray, step: Step) -> bool:
    """Whether the target's swings grow with its level, as with percentages: changes relative to the last value are then easier to forecast.

    In each stretch of a season, the spread and the level; they must rise together, and nearly in proportion.
    """
    size = next((length for length in step.seasons() if length >= 4), 12)
    stretches = target[len(target) % size :].reshape(-1, size)
    if len(stretches) < 4:
        return False
    level, spread = np.log(stretches.mean(axis=1)), np.log(stretches.std(axis=1) + 1e-12)
    if level.std() < 0.1:
        return False
    return bool(np.corrcoef(level, spread)[0, 1] > 0.7 and np.polyfit(level, spread, 1)[0] > 0.5)
