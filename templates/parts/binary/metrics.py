"""How good yes-or-no predictions are: accuracy, AUC, precision, recall and F1 at a threshold."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.reports import tables
from support.splits import Split, Splits

import numpy as np

METRIC = "accuracy"  # the number that runs are compared by


def score(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, float]:
    """Scores of predicted probabilities of yes (examples, 1) against targets (examples,) 0 or 1.

    `spec["threshold"]` is where yes begins, 0.5 where there is none. AUC needs no threshold: how often a yes gets a higher
    probability than a no; nan where all targets are the same.
    """
    from sklearn.metrics import precision_recall_fscore_support, roc_auc_score

    yes, probability = truth > 0.5, np.asarray(prediction, np.float64).reshape(-1)
    predicted = probability >= threshold(spec)
    precision, recall, f1, _ = precision_recall_fscore_support(yes, predicted, average="binary", zero_division=0)
    return {
        "accuracy": float((predicted == yes).mean()),
        "auc": float(roc_auc_score(yes, probability)) if len(np.unique(yes)) == 2 else float("nan"),
        "precision": float(precision),
        "recall": float(recall),
        "f1": float(f1),
        "loss": float(-np.log(np.maximum(np.where(yes, probability, 1 - probability), 1e-7)).mean()),
    }


def threshold(spec: dict[str, Any]) -> float:
    return float(spec.get("threshold", 0.5))


def choose_threshold(truth: np.ndarray, prediction: np.ndarray, config: Any) -> dict[str, Any]:
    """What only validation can choose, for the spec: the threshold, where the settings say what each error costs."""
    if not hasattr(config, "false_yes_cost"):
        return {}
    return {"threshold": cheapest_threshold(truth, prediction, config.false_yes_cost, config.false_no_cost)}


def cheapest_threshold(truth: np.ndarray, prediction: np.ndarray, false_yes_cost: float, false_no_cost: float) -> float:
    """The threshold at which the errors on these examples cost least.

    Few examples cannot tell neighbours apart, so of all thresholds within a standard error of the cheapest (Breiman et al. 1984)
    it is the one nearest to that of true probabilities: cost of a wrong yes / (cost of a wrong yes + of a wrong no).
    """
    probability = np.asarray(prediction, np.float64).reshape(-1, 1)
    ideal = false_yes_cost / (false_yes_cost + false_no_cost)
    candidates = np.unique(np.append(np.quantile(probability, np.linspace(0, 1, 101)), ideal))
    yes = truth.reshape(-1, 1) > 0.5
    predicted = probability >= candidates  # (examples, candidates)
    costs = false_yes_cost * (predicted & ~yes) + false_no_cost * (~predicted & yes)
    total = costs.sum(axis=0)
    error = costs[:, total.argmin()].std() * np.sqrt(len(costs))
    near = candidates[total <= total.min() + error]
    return float(near[np.abs(near - ideal).argmin()])


def details(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """The threshold and the four counts (rows: true label, columns: predicted label)."""
    from sklearn.metrics import confusion_matrix

    predicted = np.asarray(prediction).reshape(-1) >= threshold(spec)
    counts = confusion_matrix(truth > 0.5, predicted, labels=[False, True])
    return {"threshold": threshold(spec), "labels": spec["labels"], "confusion": counts.tolist()}


def to_record(prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """One probability as a record: the label, and how probable that label is."""
    yes = float(np.reshape(prediction, -1)[0])
    predicted = int(yes >= threshold(spec))
    return {
        "label": spec["labels"][predicted],
        "probability": round(yes if predicted else 1 - yes, 6),
        f"probability of {spec['labels'][1]}": round(yes, 6),
    }


def to_text(record: dict[str, Any]) -> str:
    """A record as a line for a person."""
    return f"{record['label']}  {record['probability']:.1%}"


def to_rows(results: dict[str, Any]) -> list[list[str]]:
    """The scores as a table: header, network and baselines, then the four counts."""
    rows = tables.scores(results)
    for label, counts in zip(results["labels"], results["confusion"], strict=True):
        cells = [f"{count} as {other}" for other, count in zip(results["labels"], counts, strict=True)]
        rows.append([f"true {label}", *cells, *[""] * (len(rows[0]) - 4), str(sum(counts))])
    return rows


def to_table(results: dict[str, Any]) -> str:
    """What evaluate.py prints."""
    examples = f"{results['test_examples']:,} test examples, yes from {results['threshold']:.2f}"
    return f"Measured on {results['note']}: {examples}.\n{tables.aligned(tables.scores(results))}"


def plot(
    splits: Splits, prediction: np.ndarray, folder: Path, draw_examples: Callable[[Split, list[str], Path, str], Any]
) -> list[Any]:
    """Draw the ROC curve, precision and recall by threshold, calibration, and the worst mistakes; gives files with captions."""
    from support.reports import figures

    from sklearn.calibration import CalibrationDisplay
    from sklearn.metrics import RocCurveDisplay, precision_recall_curve

    labels, yes = splits.spec["labels"], splits.test.y > 0.5
    probability = np.asarray(prediction, np.float64).reshape(-1)
    figure, (left, middle, right) = figures.plt.subplots(1, 3, figsize=(13, 4))
    RocCurveDisplay.from_predictions(yes, probability, name="network", plot_chance_level=True, ax=left)
    left.set(xlabel=f"share of {labels[0]} taken for {labels[1]}", ylabel=f"share of {labels[1]} found", title="ROC")
    precision, recall, thresholds = precision_recall_curve(yes, probability)
    middle.plot(thresholds, precision[:-1], label="precision")
    middle.plot(thresholds, recall[:-1], label="recall")
    middle.axvline(threshold(splits.spec), color="0.6", linestyle=":")
    middle.set(xlabel="threshold", xlim=(0, 1), title="precision and recall")
    middle.legend()
    CalibrationDisplay.from_predictions(yes, probability, n_bins=5, name="network", ax=right)
    right.set(xlabel="predicted probability", ylabel=f"share of {labels[1]}", title="calibration")
    caption = "ROC curve; what moving the threshold (dotted) would do; and whether a probability of 70% comes true in 70% of cases."
    drawn = [figures.save(figure, folder / "threshold.png", caption)]

    wrong = np.flatnonzero((probability >= threshold(splits.spec)) != yes)
    worst = wrong[np.argsort(-np.abs(yes - probability)[wrong], kind="stable")][:24]
    if len(worst):
        titles = [f"{labels[int(yes[i])]}, {labels[1]} {probability[i]:.0%}" for i in worst]
        caption = f"The worst of {len(wrong)} mistakes: what it is, what was predicted, and the row."
        drawn.append(draw_examples(splits.test.take(worst), titles, folder / "mistakes.png", caption))
    return drawn
