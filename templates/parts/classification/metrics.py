"""How good a classifier is: accuracy, precision, recall, F1, confusion matrix."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.splits import Split, Splits

import numpy as np

METRIC = "accuracy"  # the number that runs are compared by


def score(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, float]:
    """Scores of predicted probabilities (examples, classes) against true class numbers (examples,).

    Precision, recall and F1 are averaged over the classes, each counting the same however rare it is ("macro").
    """
    counts = confusion(truth, prediction)
    precision, recall, f1 = _by_class(counts)
    likelihood = prediction[np.arange(len(truth)), truth]
    return {
        "accuracy": float(np.trace(counts) / counts.sum()),
        "precision": float(precision.mean()),
        "recall": float(recall.mean()),
        "f1": float(f1.mean()),
        "loss": float(-np.log(np.maximum(likelihood, 1e-7)).mean()),
    }


def details(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """Scores per class and the confusion matrix (rows: true class, columns: predicted class)."""
    counts = confusion(truth, prediction)
    names = ("precision", "recall", "f1")
    per_class = {
        label: {
            **{name: float(values[row]) for name, values in zip(names, _by_class(counts), strict=True)},
            "examples": int(counts[row].sum()),
        }
        for row, label in enumerate(spec["labels"])
    }
    return {"classes": per_class, "confusion": counts.tolist()}


def choose_threshold(truth: np.ndarray, prediction: np.ndarray, config: Any) -> dict[str, Any]:
    """What only validation can choose, for the spec: nothing here, the most probable class is the answer."""
    return {}


def to_record(prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """One row of probabilities as an answer: the label, its probability, and the runners-up."""
    order = np.argsort(-prediction, kind="stable")[:3]
    top = [
        {"label": spec["labels"][position], "probability": round(float(prediction[position]), 6)} for position in order
    ]
    return {**top[0], "top": top}


def to_text(answer: dict[str, Any]) -> str:
    """An answer as a line for a person."""
    others = ", ".join(f"{other['label']} {other['probability']:.1%}" for other in answer["top"][1:])
    return f"{answer['label']}  {answer['probability']:.1%}  (then {others})"


def to_rows(metrics: dict[str, Any]) -> list[list[str]]:
    """The scores as a table: header, network and baselines, then each class."""
    names = list(metrics["test"])
    table = [["", *names, "examples"]]
    for title, values in {"network": metrics["test"], **metrics["baselines"]}.items():
        table.append([title, *(f"{values[name]:.4f}" for name in names), str(metrics["test_examples"])])
    for label, values in metrics["classes"].items():
        table.append(
            [
                f"class {label}",
                *(f"{values[name]:.4f}" if name in values else "" for name in names),
                str(values["examples"]),
            ]
        )
    return table


def to_table(metrics: dict[str, Any]) -> str:
    """What evaluate.py prints."""
    header, *lines = to_rows(metrics)[: 2 + len(metrics["baselines"])]
    width = max(len(line[0]) for line in lines)
    text = [f"Measured on {metrics['note']}: {metrics['test_examples']:,} test examples."]
    text += [f"{line[0]:{width}}  " + "  ".join(f"{cell:>9}" for cell in line[1:-1]) for line in (header, *lines)]
    return "\n".join(text)


def plot(
    splits: Splits, prediction: np.ndarray, folder: Path, draw_examples: Callable[[Split, list[str], Path, str], Any]
) -> list[Any]:
    """Draw the confusion matrix and the worst mistakes; gives the files with their captions."""
    from support.reports import figures
    from support.reports.figures import plt

    labels, truth = splits.spec["labels"], splits.test.y
    counts = confusion(truth, prediction)
    size = min(12, 2 + 0.45 * len(labels))
    figure, axis = plt.subplots(figsize=(size, size))
    axis.imshow(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1), cmap="Blues", vmin=0, vmax=1)
    if len(labels) <= 30:
        for row, column in np.ndindex(counts.shape):
            if counts[row, column]:
                axis.text(
                    column,
                    row,
                    str(counts[row, column]),
                    ha="center",
                    va="center",
                    size=8,
                    color="white" if row == column else "black",
                )
    axis.set_xticks(range(len(labels)), labels, rotation=90 if max(map(len, labels)) > 3 else 0)
    axis.set_yticks(range(len(labels)), labels)
    axis.set_xlabel("predicted")
    axis.set_ylabel("true")
    pictures = [
        figures.save(
            figure,
            folder / "confusion.png",
            "Confusion matrix: every test example, by true class (row) and predicted class (column).",
        )
    ]

    wrong = np.flatnonzero(prediction.argmax(axis=1) != truth)
    worst = wrong[np.argsort(-prediction[wrong].max(axis=1), kind="stable")][:24]
    if len(worst):
        titles = [f"{labels[truth[i]]} as {labels[prediction[i].argmax()]}\n{prediction[i].max():.0%}" for i in worst]
        caption = f"The worst of {len(wrong)} mistakes: what it is, what the network said, and how sure it was."
        pictures.append(draw_examples(splits.test.take(worst), titles, folder / "mistakes.png", caption))
    return pictures


def confusion(truth: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """Counts (classes, classes): rows are true classes, columns predicted ones."""
    classes = prediction.shape[1]
    return np.bincount(truth * classes + prediction.argmax(axis=1), minlength=classes**2).reshape(classes, classes)


def _by_class(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Precision, recall and F1 (harmonic mean of both) of each class; 0 where there is nothing to divide by."""
    right = np.diag(counts).astype(float)
    precision = right / np.maximum(counts.sum(axis=0), 1)
    recall = right / np.maximum(counts.sum(axis=1), 1)
    return precision, recall, 2 * precision * recall / np.maximum(precision + recall, 1e-12)
