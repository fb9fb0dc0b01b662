"""From a regular series to windows: what was known, and what came next; in time order, and nothing looks ahead."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from support.data.series import Series
from support.data.steps import Step
from support.errors import ProjectError
from support.splits import Split, Splits

import numpy as np

FEWEST = 8  # windows to train with; fewer teach nothing


@dataclass(frozen=True)
class SeriesSplits(Splits):
    """Windows: `x` (windows, history, columns) is what was known, `y` (windows, horizon) what the target did next, NaN in gaps.

    `origins` are the rows of the series at which the targets of the train, validation and test windows begin.
    """

    series: Series = field(kw_only=True)
    origins: tuple[np.ndarray, np.ndarray, np.ndarray] = field(kw_only=True)

    def fingerprint(self) -> str:
        """As in Splits; of the series itself, which the windows repeat many times over."""
        digest = hashlib.sha256(json.dumps(self.spec, sort_keys=True, default=str).encode())
        for values in (self.series.values, self.series.known, *self.origins):
            digest.update(np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()[:16]


def load(series: Series, config: Any) -> SeriesSplits:
    """Windows of a series, their targets in time order: training, then validation, then test.

    A window belongs to the part in which all of its targets lie; what was known before them may reach back into the part before.
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
    targets = np.where(series.known, series.values[:, 0], np.nan).astype(np.float32)
    origins = tuple(_origins(series, targets, begin, end, history, horizon) for begin, end in borders)
    parts = [cut(series.values, targets, rows_, history, horizon) for rows_ in origins]
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


def cut(values: np.ndarray, targets: np.ndarray, origins: np.ndarray, history: int, horizon: int) -> Split:
    """The windows whose targets begin at the rows `origins`; where these follow on one another, nothing is copied."""
    where: Any = origins
    if len(origins) and len(origins) == origins[-1] - origins[0] + 1:
        where = slice(int(origins[0]), int(origins[-1]) + 1)
    before = np.lib.stride_tricks.sliding_window_view(values, history, axis=0).transpose(0, 2, 1)
    after = np.lib.stride_tricks.sliding_window_view(targets, horizon)
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
        "step": series.step.to_record(),
        "season": season,
        "seasonal_error": seasonal_error(target, known, season),
        "relative": bool(relative),
        "least": float(values.min() / 100)
        if relative
        else 0.0,  # a last value below it counts as this much: none divides by 0
        "spread": _spread(values, relative, history),
        "reading": series.reading,
    }


def seasonal_error(target: np.ndarray, known: np.ndarray, season: int) -> float:
    """The mean error in training of saying what was one season before: what MASE divides by (Hyndman and Koehler 2006)."""
    both = known[season:] & known[:-season]
    error = np.abs(target[season:] - target[:-season])[both]
    return float(error.mean()) if len(error) and error.mean() > 0 else float("nan")


def last(series: list[Series], history: int) -> np.ndarray:
    """What the model takes to go on from each series: its last rows, (series, history, columns)."""
    return np.stack([one.values[-history:] for one in series])


def _origins(series: Series, targets: np.ndarray, begin: int, end: int, history: int, horizon: int) -> np.ndarray:
    """The rows at which the targets of a part's windows begin; windows that are mostly gap are left out."""
    rows = np.arange(max(begin, history), end - horizon + 1)
    before = np.concatenate([[0], np.cumsum(series.known)])
    known = (before[rows] - before[rows - history]) / history
    targeted = before[rows + horizon] - before[rows]
    return rows[(known >= 0.5) & (targeted > 0)]


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
