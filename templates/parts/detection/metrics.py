"""Metrics of a detector: average precision as COCO defines it, precision and recall at a threshold, and the confusion matrix."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.data import boxes
from support.reports import detection_figures
from support.splits import Split, Splits
from support.training import average_precision
from support.training.average_precision import confusion

import numpy as np

METRIC = "ap50"  # the metric that runs are compared by: average precision at an overlap of 0.5


def score(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, float]:
    """Metrics of a model's outputs (images, cells, 4 + classes) against targets (images, boxes, 5), see support/data/boxes.py.

    `ap50` is average precision at an overlap of 0.5, `ap` its mean over overlaps of 0.5, 0.55, … 0.95, both averaged
    over the classes. Precision (the fraction of found boxes that are right), recall (the fraction of true boxes that
    are found) and F1 count the boxes with at least `spec["threshold"]`.
    """
    by_class, counts = _measure(truth, prediction, spec)
    right = np.trace(counts[:-1, :-1])
    precision, recall = right / max(1, counts[:, :-1].sum()), right / max(1, counts[:-1].sum())
    some = by_class[~np.isnan(by_class[:, 0])]
    return {
        "ap50": float(some[:, 0].mean()) if len(some) else 0.0,
        "ap": float(some.mean()) if len(some) else 0.0,
        "precision": float(precision),
        "recall": float(recall),
        "f1": float(2 * precision * recall / max(precision + recall, 1e-12)),
    }


def details(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """The threshold, average precision by class, and the confusion matrix with background."""
    by_class, counts = _measure(truth, prediction, spec)
    classes = {
        label: {
            "ap50": None if np.isnan(by_class[row, 0]) else float(by_class[row, 0]),
            "ap": None if np.isnan(by_class[row, 0]) else float(by_class[row].mean()),
            "precision": float(counts[row, row] / max(1, counts[:, row].sum())),
            "recall": float(counts[row, row] / max(1, counts[row].sum())),
            "boxes": int(counts[row].sum()),
        }
        for row, label in enumerate(spec["labels"])
    }
    return {"threshold": threshold(spec), "classes": classes, "confusion": counts.tolist()}


def _measure(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Average precision (classes, overlaps), and the confusion matrix at the threshold (classes + 1, classes + 1)."""
    found, classes = [boxes.find(output) for output in prediction], len(spec["labels"])
    counts = confusion(truth, [one.above(threshold(spec)) for one in found], classes)
    return average_precision.per_class(truth, found, classes), counts


def threshold(spec: dict[str, Any]) -> float:
    return float(spec.get("threshold", 0.5))


def choose_threshold(truth: np.ndarray, prediction: np.ndarray, config: Any) -> dict[str, Any]:
    """The lowest score of a box that is shown: where F1 is highest on the validation images.

    With few boxes, neighbouring thresholds are equally good, so it is the middle of all within 0.02 of the best.
    """
    found = [boxes.find(output) for output in prediction]
    limits = np.arange(0.05, 0.96, 0.01)
    f1 = np.zeros(len(limits))
    for row, limit in enumerate(limits):
        counts = confusion(truth, [one.above(limit) for one in found], prediction.shape[-1] - 4)
        f1[row] = 2 * np.trace(counts[:-1, :-1]) / max(1, counts[:-1].sum() + counts[:, :-1].sum())
    return {"threshold": round(float(np.median(limits[f1 >= f1.max() - 0.02])), 2)}


def to_record(prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """One output (cells, 4 + classes) as objects with their labels, scores and boxes in 0..1 of the square image."""
    found = boxes.find(prediction).above(threshold(spec))
    labels = [spec["labels"][number] for number in found.classes]
    rows = zip(labels, found.scores.round(4).tolist(), found.boxes.round(5).tolist(), strict=True)
    return {"objects": [{"label": label, "score": sure, "box": box} for label, sure, box in rows]}


def to_text(record: dict[str, Any]) -> str:
    """A prediction as a line for a person."""
    objects = record["objects"]
    named = [
        f"{one['label']} {one['score']:.0%} at {' '.join(f'{value:g}' for value in one['box'])}" for one in objects
    ]
    more = f", and {len(objects) - 5} more" if len(objects) > 5 else ""
    return f"{len(objects)} found: " + ", ".join(named[:5]) + more if objects else "nothing found"


def to_rows(metrics: dict[str, Any]) -> list[list[str]]:
    """The metrics as a table: header, network and baselines, then each class."""
    names, classes = list(metrics["test"]), metrics["classes"]
    total = sum(one["boxes"] for one in classes.values())
    rows = {
        title: {**values, "boxes": total}
        for title, values in {"network": metrics["test"], **metrics["baselines"]}.items()
    }
    rows |= {f"class {label}": values for label, values in classes.items()}
    table = [["", *names, "boxes"]]
    for title, values in rows.items():
        cells = ["" if values.get(name) is None else f"{values[name]:.4f}" for name in names]
        table.append([title, *cells, str(values["boxes"])])
    return table


def to_table(metrics: dict[str, Any]) -> str:
    """What evaluate.py prints."""
    header, *lines = to_rows(metrics)
    lines = lines[: 1 + len(metrics["baselines"])] if len(metrics["classes"]) == 1 else lines
    width = max(len(line[0]) for line in lines)
    what = f"{metrics['test_examples']:,} test images with {lines[0][-1]} boxes, shown from {metrics['threshold']:.2f}"
    rows = [f"{line[0]:{width}}  " + "  ".join(f"{cell:>9}" for cell in line[1:-1]) for line in (header, *lines)]
    return "\n".join([f"Measured on {metrics['note']}: {what}.", *rows])


def plot(
    splits: Splits, prediction: np.ndarray, folder: Path, draw_examples: Callable[[Split, list[str], Path, str], Any]
) -> list[Any]:
    """Draw precision by recall, test images with true and found boxes, and the worst mistakes; returns the files with captions."""
    found = [boxes.find(output) for output in prediction]
    return detection_figures.draw(splits.test, found, splits.spec["labels"], threshold(splits.spec), folder)
