"""How good estimated numbers are: R², mean absolute and root mean squared error."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.splits import Split, Splits

import numpy as np

METRIC = "r2"  # the number that runs are compared by


def score(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, float]:
    """Scores of estimates (examples, 1) against answers (examples,).

    R² is the share of the answers' variance that the estimates explain: 1 is perfect, 0 as good as always saying the mean.
    """
    truth, estimate = np.asarray(truth, np.float64), np.asarray(prediction, np.float64).reshape(-1)
    error = estimate - truth
    variance = float(np.square(truth - truth.mean()).sum())
    return {
        "r2": 1 - float(np.square(error).sum()) / variance if variance else float("nan"),
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt(np.square(error).mean())),
        "bias": float(error.mean()),
    }


def choose_threshold(truth: np.ndarray, prediction: np.ndarray, config: Any) -> dict[str, Any]:
    """What validation chooses besides the best epoch: nothing here."""
    return {}


def details(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """What the errors are like: half of them are smaller than the first number, nine of ten smaller than the second."""
    error = np.abs(np.asarray(prediction).reshape(-1) - truth)
    return {"half_within": float(np.quantile(error, 0.5)), "nine_of_ten_within": float(np.quantile(error, 0.9))}


def to_record(prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """One estimate as an answer."""
    return {"answer": spec["answer"], "value": float(np.reshape(prediction, -1)[0])}


def to_text(answer: dict[str, Any]) -> str:
    """An answer as a line for a person."""
    return f"{answer['answer']} {amount(answer['value'])}"


def amount(value: float) -> str:
    """A number with four figures, and a comma for thousands."""
    return f"{float(f'{value:.4g}'):,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def to_rows(metrics: dict[str, Any]) -> list[list[str]]:
    """The scores as a table: header, network and baselines."""
    names = list(metrics["test"])
    table = [["", *names, "examples"]]
    for title, values in {"network": metrics["test"], **metrics["baselines"]}.items():
        table.append(
            [
                title,
                *(f"{values[name]:.4f}" if name == "r2" else amount(values[name]) for name in names),
                str(metrics["test_examples"]),
            ]
        )
    return table


def to_table(metrics: dict[str, Any]) -> str:
    """What evaluate.py prints."""
    header, *lines = to_rows(metrics)
    width = max(len(line[0]) for line in lines)
    text = [f"Measured on {metrics['note']}: {metrics['test_examples']:,} test examples."]
    text += [f"{line[0]:{width}}  " + "  ".join(f"{cell:>9}" for cell in line[1:-1]) for line in (header, *lines)]
    text.append(
        f"Half of the errors are below {amount(metrics['half_within'])}, nine of ten below {amount(metrics['nine_of_ten_within'])}."
    )
    return "\n".join(text)


def plot(
    splits: Splits, prediction: np.ndarray, folder: Path, draw_examples: Callable[[Split, list[str], Path, str], Any]
) -> list[Any]:
    """Draw estimates against the truth, the residuals, and the worst mistakes; gives the files with their captions."""
    from support.reports import figures
    from support.reports.figures import plt

    truth, estimate = splits.test.y, np.asarray(prediction).reshape(-1)
    error = estimate - truth
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8))
    left.plot(truth, estimate, ".", markersize=3, alpha=0.5)
    ends = [min(truth.min(), estimate.min()), max(truth.max(), estimate.max())]
    left.plot(ends, ends, color="0.4", linewidth=1)
    left.set(xlabel="true", ylabel="estimated", title=splits.spec["answer"])
    right.plot(estimate, error, ".", markersize=3, alpha=0.5)
    right.axhline(0, color="0.4", linewidth=1)
    right.set(xlabel="estimated", ylabel="error", title="residuals")
    caption = "Estimates against the truth, and the errors: where they fan out or bend, the network misses something."
    pictures = [figures.save(figure, folder / "residuals.png", caption)]

    worst = np.argsort(-np.abs(error), kind="stable")[:24]
    titles = [f"{amount(truth[i])}, estimated {amount(estimate[i])}" for i in worst]
    pictures.append(
        draw_examples(
            splits.test.take(worst),
            titles,
            folder / "mistakes.png",
            "The worst estimates: truth, estimate, and the row.",
        )
    )
    return pictures
