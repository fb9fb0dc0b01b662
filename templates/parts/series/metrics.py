"""Metrics of forecasts: MAE, RMSE and MASE, over all steps ahead and for each, and a prediction interval.

MASE (Hyndman and Koehler 2006, "Another look at measures of forecast accuracy") is the mean absolute error, divided by
that of the seasonal-naive forecast (the value of one season before) in the training part. Below 1 is better than that
forecast, in any unit.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.splits import Split, Splits

import numpy as np

METRIC = "mase"  # the number that runs are compared by; lower is better


def score(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, float]:
    """Scores of forecasts (windows, horizon) against the true values (windows, horizon), NaN if missing."""
    error = np.asarray(prediction, np.float64) - np.asarray(truth, np.float64)
    mae = float(np.nanmean(np.abs(error)))
    return {
        "mase": mae / spec["seasonal_error"],
        "mae": mae,
        "rmse": float(np.sqrt(np.nanmean(np.square(error)))),
    }


def choose_threshold(truth: np.ndarray, prediction: np.ndarray, config: Any) -> dict[str, Any]:
    """Half the width of the interval for each step ahead: the error of the validation windows, without the worst few.

    Split conformal prediction (Papadopoulos et al. 2002; Lei et al. 2018): of n errors the ceil((n + 1) × share)-th
    smallest. It holds if new errors are like those of validation, which is not certain in a changing series:
    evaluate.py counts how often the test values are inside. `ratio` is the same as a factor, for series whose errors
    grow with their level.
    """
    error = np.abs(np.asarray(prediction, np.float64) - truth)
    interval = {"share": config.interval, "width": [_of_sorted(step, config.interval) for step in error.T]}
    if np.nanmin(truth) > 0 and prediction.min() > 0:
        ratio = np.abs(np.log(prediction) - np.log(truth))
        interval["ratio"] = [float(np.exp(_of_sorted(step, config.interval))) for step in ratio.T]
    return {"interval": interval}


def _of_sorted(errors: np.ndarray, share: float) -> float:
    errors = np.sort(errors[~np.isnan(errors)])
    if not len(errors):
        return float("nan")
    return float(errors[min(len(errors), int(np.ceil((len(errors) + 1) * share))) - 1])


def bounds(prediction: np.ndarray, spec: dict[str, Any]) -> tuple[np.ndarray, np.ndarray] | None:
    """The lower and upper end of the interval around forecasts (…, horizon); None if there was no validation part to measure it."""
    interval = spec.get("interval")
    if not interval:
        return None
    if spec["relative"] and "ratio" in interval:
        factor = np.array(interval["ratio"])
        return prediction / factor, prediction * factor
    width = np.array(interval["width"])
    return prediction - width, prediction + width


def details(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """The scores for each step ahead, and how often the true value was in the interval."""
    by_horizon = [
        {"step": ahead + 1, **score(truth[:, ahead], prediction[:, ahead], spec)}
        for ahead in range(truth.shape[1])
        if not np.isnan(truth[:, ahead]).all()
    ]
    found: dict[str, Any] = {"season": spec["season"], "by_horizon": by_horizon}
    ends = bounds(np.asarray(prediction), spec)
    if ends is not None:
        known = ~np.isnan(truth)
        inside = (truth >= ends[0]) & (truth <= ends[1])
        found["interval"] = {"stated": spec["interval"]["share"], "measured": float(inside[known].mean())}
    return found


def to_record(prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """One forecast: a value for each step ahead, and the interval around each."""
    values = np.asarray(prediction, np.float64).reshape(-1)
    answer: dict[str, Any] = {"target": spec["target"], "values": [float(value) for value in values]}
    ends = bounds(values, spec)
    if ends is not None:
        answer |= {"low": ends[0].tolist(), "high": ends[1].tolist(), "share": spec["interval"]["share"]}
    return answer


def to_text(answer: dict[str, Any]) -> str:
    """A prediction as a line for a person."""
    shown = ", ".join(amount(value) for value in answer["values"][:12])
    return f"{answer['target']} {shown}" + (", …" if len(answer["values"]) > 12 else "")


def amount(value: float) -> str:
    """A number with four significant digits, and a comma for thousands."""
    return f"{float(f'{value:.4g}'):,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def to_rows(metrics: dict[str, Any]) -> list[list[str]]:
    """The scores as a table: header, network and baselines; the last column is the MAE divided by seasonal-naive's on the same windows."""
    from support.training.baselines import SEASONAL

    reference = metrics["baselines"][SEASONAL]["mae"]
    table = [["", "MASE", "MAE", "RMSE", "of seasonal naive", "windows"]]
    for title, values in {"network": metrics["test"], **metrics["baselines"]}.items():
        cells = [f"{values['mase']:.3f}", amount(values["mae"]), amount(values["rmse"])]
        ratio = f"{values['mae'] / reference:.3f}" if reference else "-"
        table.append([title, *cells, ratio, str(metrics["test_examples"])])
    return table


def to_table(metrics: dict[str, Any]) -> str:
    """What evaluate.py prints."""
    header, *lines = to_rows(metrics)
    width = max(len(line[0]) for line in lines)
    text = [f"Measured on {metrics['note']}: {metrics['test_examples']:,} test windows, season {metrics['season']}."]
    text += [
        f"{line[0]:{width}}  "
        + "  ".join(f"{cell:>{max(9, len(name))}}" for cell, name in zip(line[1:-1], header[1:], strict=False))
        for line in (header, *lines)
    ]
    steps = metrics["by_horizon"]
    some = [steps[position] for position in sorted({0, len(steps) // 4, len(steps) // 2, len(steps) - 1})]
    text.append("MAE by step ahead: " + ", ".join(f"{step['step']}: {amount(step['mae'])}" for step in some))
    if "interval" in metrics:
        interval = metrics["interval"]
        text.append(f"The {interval['stated']:.0%} interval held {interval['measured']:.0%} of the test values.")
    return "\n".join(text)


def plot(
    splits: Splits, prediction: np.ndarray, folder: Path, draw_examples: Callable[[Split, list[str], Path, str], Any]
) -> list[Any]:
    """Draw forecasts over the test part, errors by step ahead, and the worst windows; returns the files with their captions."""
    from support.data.windows import SeriesSplits
    from support.reports import drawing

    assert isinstance(splits, SeriesSplits)
    pictures = [
        drawing.forecasts(splits, prediction, bounds(prediction, splits.spec), folder / "forecasts.png"),
        drawing.by_horizon(splits, prediction, folder / "by_horizon.png"),
    ]
    error = np.nanmean(np.abs(prediction - splits.test.y), axis=1)
    worst: list[int] = []  # neighbouring windows look alike: only one within each horizon
    for row in np.argsort(-error, kind="stable"):
        if len(worst) < 6 and all(abs(int(row) - other) >= splits.spec["horizon"] for other in worst):
            worst.append(int(row))
    titles = [f"mean error {amount(error[row])}" for row in worst]
    caption = "The worst test windows: what was known, and what came."
    pictures.append(draw_examples(splits.test.take(np.array(worst)), titles, folder / "worst.png", caption))
    return pictures
