"""How good a classifier is: accuracy, precision, recall, F1, confusion matrix."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.reports import tables
from support.splits import Split, Splits

import numpy as np

METRIC = "accuracy"  # the number that runs are compared by


def score(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, float]:
    """Scores of predicted probabilities (examples, classes) against true class numbers (examples,).

    Precision, recall and F1 are averaged over the classes, each counting the same however rare it is ("macro").
    """
    classes = by_class(truth, prediction)
    likelihood = prediction[np.arange(len(truth)), truth]
    return {
        "accuracy": float((prediction.argmax(axis=1) == truth).mean()),
        **{name: float(np.mean([one[name] for one in classes])) for name in ("precision", "recall", "f1")},
        "loss": float(-np.log(np.maximum(likelihood, 1e-7)).mean()),
    }


def by_class(truth: np.ndarray, prediction: np.ndarray) -> list[dict[str, Any]]:
    """Precision, recall, F1 and the number of examples of each class; 0 where there is nothing to divide by."""
    from sklearn.metrics import precision_recall_fscore_support

    columns = precision_recall_fscore_support(
        truth, prediction.argmax(axis=1), labels=range(prediction.shape[1]), zero_division=0
    )
    return [
        {"precision": float(precision), "recall": float(recall), "f1": float(f1), "examples": int(examples)}
        for precision, recall, f1, examples in zip(*columns, strict=True)
    ]


def details(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """Scores per class and the confusion matrix (rows: true class, columns: predicted class)."""
    from sklearn.metrics import confusion_matrix

    counts = confusion_matrix(truth, prediction.argmax(axis=1), labels=range(prediction.shape[1]))
    classes = dict(zip(spec["labels"], by_class(truth, prediction), strict=True))
    return {"classes": classes, "confusion": counts.tolist()}


def choose_threshold(truth: np.ndarray, prediction: np.ndarray, config: Any) -> dict[str, Any]:
    """What only validation can choose, for the spec: nothing here, the most probable class is predicted."""
    return {}


def to_record(prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """One row of probabilities as a record: the label, its probability, and the runners-up."""
    order = np.argsort(-prediction, kind="stable")[:3]
    top = [{"label": spec["labels"][place], "probability": round(float(prediction[place]), 6)} for place in order]
    return {**top[0], "top": top}


def to_text(record: dict[str, Any]) -> str:
    """A record as a line for a person."""
    others = ", ".join(f"{other['label']} {other['probability']:.1%}" for other in record["top"][1:])
    return f"{record['label']}  {record['probability']:.1%}  (then {others})"


def to_rows(results: dict[str, Any]) -> list[list[str]]:
    """The scores as a table: header, network and baselines, then each class."""
    rows = tables.scores(results)
    for label, values in results["classes"].items():
        cells = [f"{values[name]:.4f}" if name in values else "" for name in results["test"]]
        rows.append([f"class {label}", *cells, str(values["examples"])])
    return rows


def to_table(results: dict[str, Any]) -> str:
    """What evaluate.py prints."""
    heading = f"Measured on {results['note']}: {results['test_examples']:,} test examples."
    return f"{heading}\n{tables.aligned(tables.scores(results))}"


def plot(
    splits: Splits, prediction: np.ndarray, folder: Path, draw_examples: Callable[[Split, list[str], Path, str], Any]
) -> list[Any]:
    """Draw the confusion matrix and the worst mistakes; gives the files with their captions."""
    from support.reports import figures

    from sklearn.metrics import ConfusionMatrixDisplay

    labels, truth, predicted = splits.spec["labels"], splits.test.y, prediction.argmax(axis=1)
    size = min(12, 2 + 0.45 * len(labels))
    figure, axis = figures.plt.subplots(figsize=(size, size))
    ConfusionMatrixDisplay.from_predictions(
        truth,
        predicted,
        labels=range(len(labels)),
        display_labels=labels,
        normalize="true",
        include_values=len(labels) <= 30,
        values_format=".0%",
        xticks_rotation="vertical" if max(map(len, labels)) > 3 else "horizontal",
        cmap="Blues",
        colorbar=False,
        text_kw={"size": 7},
        ax=axis,
    )
    caption = (
        "Confusion matrix: of the test examples of each true class (row), how many were predicted as which (column)."
    )
    drawn = [figures.save(figure, folder / "confusion.png", caption)]

    wrong = np.flatnonzero(predicted != truth)
    worst = wrong[np.argsort(-prediction[wrong].max(axis=1), kind="stable")][:24]
    if len(worst):
        titles = [f"{labels[truth[i]]} as {labels[predicted[i]]}\n{prediction[i].max():.0%}" for i in worst]
        caption = f"The worst of {len(wrong)} mistakes: what it is, what was predicted, and how sure the network was."
        drawn.append(draw_examples(splits.test.take(worst), titles, folder / "mistakes.png", caption))
    return drawn
