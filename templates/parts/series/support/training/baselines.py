"""Baselines: the last value, the season before, and two models of scikit-learn on the same windows."""

from typing import Any

from support.data.series import Series
from support.data.windows import SeriesSplits
from support.splits import Split, Splits

import numpy as np

SEASONAL = "seasonal naive"
MOST = 4_000  # training windows that the slow models see, evenly spread


def predict(splits: Splits, seed: int) -> dict[str, np.ndarray]:
    """By name, forecasts (test windows, horizon); the models see windows from which the last value is subtracted."""
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    assert isinstance(splits, SeriesSplits)
    horizon, last = splits.spec["horizon"], splits.test.x[:, -1:, 0]
    whole = np.flatnonzero(~np.isnan(splits.train.y).any(axis=1))
    some = splits.train.take(whole[:: -(-len(whole) // MOST)])
    ridge = make_pipeline(StandardScaler(), Ridge(alpha=1.0)).fit(rows(some), some.y - some.x[:, -1:, 0])
    return {
        "naive": np.repeat(last, horizon, axis=1),
        SEASONAL: seasonal_naive(splits.series, splits.origins[2], splits.spec["season"], horizon),
        "ridge regression": ridge.predict(rows(splits.test)) + last,
        "boosted trees": trees(some, splits.test, seed) + last,
    }


def seasonal_naive(series: Series, origins: np.ndarray, season: int, horizon: int) -> np.ndarray:
    """The value one season before each target (the newest such row that was known at the origin), (origins, horizon)."""
    ahead = np.arange(horizon)
    back = season * (ahead // season + 1)
    return series.values[np.maximum(origins[:, None] + ahead - back, 0), 0]


def trees(train: Split, test: Split, seed: int) -> np.ndarray:
    """One model for all steps ahead: its inputs are the step and the latest values (window, step) -> change."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    horizon = train.y.shape[1]
    few = train.take(slice(None, None, max(1, len(train) * horizon // 100_000)))

    def table(split: Split) -> np.ndarray:
        newest = rows(split)[:, -48:]
        return np.hstack([np.repeat(newest, horizon, axis=0), np.tile(np.arange(horizon), len(newest))[:, None]])

    model = HistGradientBoostingRegressor(random_state=seed, max_iter=100)
    model.fit(table(few), (few.y - few.x[:, -1:, 0]).reshape(-1))
    return model.predict(table(test)).reshape(len(test), horizon)


def rows(split: Split) -> np.ndarray:
    """Windows as rows of a table: each column minus its last value."""
    x: Any = split.x - split.x[:, -1:, :]
    return x.reshape(len(x), -1)
