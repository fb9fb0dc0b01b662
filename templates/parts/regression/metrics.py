"""How good estimated numbers are: R², mean absolute and root mean squared error."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.reports import tables
from support.splits import Split, Splits

import numpy as np

METRIC = "r2"  # the number that runs are compared by


def score(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, float]:
    """Scores of estimates (examples, 1) against targets (examples,).

    R² is the share of the targets' variance that the estimates explain: 1 is perfect, 0 as good as always predicting the mean;
    nan where all targets are the same.
    """
    from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

    truth, estimate = np.asarray(truth, np.float64), np.asarray(prediction, np.float64).reshape(-1)
    return {
        "r2": float(r2_score(truth, estimate)) if np.ptp(truth) else float("nan"),
        "mae": float(mean_absolute_error(truth, estimate)),
        "rmse": float(root_mean_squared_error(truth, estimate)),
        "bias": float((estimate - truth).mean()),
    }


def choose_threshold(truth: np.ndarray, prediction: np.ndarray, config: Any) -> dict[str, Any]:
    """What only validation can choose, for the spec: nothing here."""
    return {}


def details(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """Quantiles of the errors: half are smaller than the first number, nine of ten smaller than the second."""
    error = np.abs(np.asarray(prediction).reshape(-1) - truth)
    return {"half_within": float(np.quantile(error, 0.5)), "nine_of_ten_within": float(np.quantile(error, 0.9))}


def to_record(prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """One estimate as a record."""
    return {"answer": spec["answer"], "value": float(np.reshape(prediction, -1)[0])}


def to_text(record: dict[str, Any]) -> str:
    """A record as a line for a person."""
    return f"{record['answer']} {amount(record['value'])}"


def amount(value: float) -> str:
    """A number with four figures, and a comma for thousands."""
    return f"{float(f'{value:.4g}'):,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def to_rows(results: dict[str, Any]) -> list[list[str]]:
    """The scores as a table: header, network and baselines."""
    return tables.scores(results, lambda name, value: f"{value:.4f}" if name == "r2" else amount(value))


def to_table(results: dict[str, Any]) -> str:
    """What evaluate.py prints."""
    half, most = amount(results["half_within"]), amount(results["nine_of_ten_within"])
    return (
        f"Measured on {results['note']}: {results['test_examples']:,} test examples.\n"
        f"{tables.aligned(to_rows(results))}\nHalf of the errors are below {half}, nine of ten below {most}."
    )


def plot(
    splits: Splits, prediction: np.ndarray, folder: Path, draw_examples: Callable[[Split, list[str], Path, str], Any]
) -> list[Any]:
    """Draw estimates against the truth, the residuals, and the worst mistakes; gives the files with their captions."""
    from support.reports import figures

    from sklearn.metrics import PredictionErrorDisplay

    truth, estimate = splits.test.y, np.asarray(prediction).reshape(-1)
    figure, axes = figures.plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for axis, kind in zip(axes, ("actual_vs_predicted", "residual_vs_predicted"), strict=True):
        PredictionErrorDisplay.from_predictions(
            truth, estimate, kind=kind, scatter_kwargs={"s": 6, "alpha": 0.5}, ax=axis
        )
        axis.set_title(splits.spec["answer"])
    caption = "Truth against estimates, and the errors: where they fan out or bend, the network misses something."
    drawn = [figures.save(figure, folder / "residuals.png", caption)]

    worst = np.argsort(-np.abs(estimate - truth), kind="stable")[:24]
    titles = [f"{amount(truth[i])}, estimated {amount(estimate[i])}" for i in worst]
    caption = "The worst estimates: truth, estimate, and the row."
    drawn.append(draw_examples(splits.test.take(worst), titles, folder / "mistakes.png", caption))
    return drawn
