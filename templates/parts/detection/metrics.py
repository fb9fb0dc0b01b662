"""How good a detector is: average precision as COCO defines it, precision and recall at a threshold, and what was missed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.data import boxes
from support.data.boxes import Found
from support.reports import drawing
from support.splits import Split, Splits
from support.training import average_precision

import numpy as np

METRIC = "ap50"  # the number that runs are compared by: average precision where half overlap is enough
OVERLAP = 0.5  # from this overlap on a box is right, where one number is wanted
SHOWN = 12  # pictures in a figure


def score(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, float]:
    """Scores of a model's outputs (pictures, cells, 4 + classes) against answers (pictures, boxes, 5), see support/data/boxes.py.

    `ap50` is average precision at an overlap of 0.5, `ap` its mean over overlaps of 0.5, 0.55, … 0.95, both averaged over the
    classes. Precision (how many of the found boxes are right), recall (how many of the true ones are found) and F1 count the boxes
    with at least `spec["threshold"]`.
    """
    found = [boxes.find(output) for output in prediction]
    by_class = average_precision.per_class(truth, found, len(spec["labels"]))
    counts = confusion(truth, [one.above(threshold(spec)) for one in found], len(spec["labels"]))
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


def threshold(spec: dict[str, Any]) -> float:
    return float(spec.get("threshold", 0.5))


def choose_threshold(truth: np.ndarray, prediction: np.ndarray, config: Any) -> dict[str, Any]:
    """The score from which on a box is shown: where F1 is highest on the validation pictures.

    Few boxes cannot tell neighbours apart, so it is the middle of all thresholds within 0.02 of the best.
    """
    found = [boxes.find(output) for output in prediction]
    limits = np.arange(0.05, 0.96, 0.01)
    f1 = np.zeros(len(limits))
    for row, limit in enumerate(limits):
        counts = confusion(truth, [one.above(limit) for one in found], prediction.shape[-1] - 4)
        f1[row] = 2 * np.trace(counts[:-1, :-1]) / max(1, counts[:-1].sum() + counts[:, :-1].sum())
    return {"threshold": round(float(np.median(limits[f1 >= f1.max() - 0.02])), 2)}


def confusion(truth: np.ndarray, found: list[Found], classes: int) -> np.ndarray:
    """Counts (classes + 1, classes + 1): rows are true classes, columns found ones, the last of each is background.

    Boxes are matched whatever their class, the one with the highest score first: in the last column are objects that were missed, in
    the last row boxes where there is nothing.
    """
    counts = np.zeros((classes + 1, classes + 1), int)
    for answer, one in zip(truth, found, strict=True):
        true_boxes, true_classes = boxes.truth(answer)
        partner = pairs(true_boxes, one.boxes)
        for position, true_class in enumerate(true_classes):
            hit = np.flatnonzero(partner == position)
            counts[true_class, one.classes[hit[0]] if len(hit) else classes] += 1
        np.add.at(counts[classes], one.classes[partner < 0], 1)
    return counts


def pairs(truth: np.ndarray, found: np.ndarray) -> np.ndarray:
    """For each of the boxes `found` (n, 4), the best first, which of `truth` (m, 4) it takes: (n,), -1 for none."""
    partner = np.full(len(found), -1)
    overlaps = boxes.iou(found, truth)
    for row in range(len(found)):
        free = np.where(np.isin(np.arange(len(truth)), partner), -1.0, overlaps[row])
        if len(free) and free.max() >= OVERLAP:
            partner[row] = free.argmax()
    return partner


def details(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """The threshold, average precision by class, and the confusion matrix with background."""
    found = [boxes.find(output) for output in prediction]
    labels = spec["labels"]
    by_class = average_precision.per_class(truth, found, len(labels))
    counts = confusion(truth, [one.above(threshold(spec)) for one in found], len(labels))
    classes = {
        label: {
            "ap50": None if np.isnan(by_class[row, 0]) else float(by_class[row, 0]),
            "ap": None if np.isnan(by_class[row, 0]) else float(by_class[row].mean()),
            "precision": float(counts[row, row] / max(1, counts[:, row].sum())),
            "recall": float(counts[row, row] / max(1, counts[row].sum())),
            "boxes": int(counts[row].sum()),
        }
        for row, label in enumerate(labels)
    }
    return {"threshold": threshold(spec), "classes": classes, "confusion": counts.tolist()}


def to_record(prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """One output (cells, 4 + classes) as an answer: the objects with their labels, scores and boxes in 0..1 of the square picture."""
    found = boxes.find(prediction).above(threshold(spec))
    return {
        "objects": [
            {
                "label": spec["labels"][number],
                "score": round(float(sure), 4),
                "box": [round(float(value), 5) for value in box],
            }
            for box, sure, number in zip(found.boxes, found.scores, found.classes, strict=True)
        ]
    }


def to_text(answer: dict[str, Any]) -> str:
    """An answer as a line for a person."""
    objects = answer["objects"]
    if not objects:
        return "nothing found"
    named = [
        f"{one['label']} {one['score']:.0%} at {' '.join(f'{value:g}' for value in one['box'])}" for one in objects[:5]
    ]
    more = f", and {len(objects) - 5} more" if len(objects) > 5 else ""
    return f"{len(objects)} found: " + ", ".join(named) + more


def to_rows(metrics: dict[str, Any]) -> list[list[str]]:
    """The scores as a table: header, network and baselines, then each class."""
    names = list(metrics["test"])
    table = [["", *names, "boxes"]]
    total = str(sum(one["boxes"] for one in metrics["classes"].values()))
    for title, values in {"network": metrics["test"], **metrics["baselines"]}.items():
        table.append([title, *(f"{values[name]:.4f}" for name in names), total])
    for label, values in metrics["classes"].items():
        cells = ["" if values.get(name) is None else f"{values[name]:.4f}" for name in names]
        table.append([f"class {label}", *cells, str(values["boxes"])])
    return table


def to_table(metrics: dict[str, Any]) -> str:
    """What evaluate.py prints."""
    header, *lines = to_rows(metrics)
    lines = lines[: 1 + len(metrics["baselines"])] if len(metrics["classes"]) == 1 else lines
    width = max(len(line[0]) for line in lines)
    text = [
        f"Measured on {metrics['note']}: {metrics['test_examples']:,} test pictures with {lines[0][-1]} boxes, shown from {metrics['threshold']:.2f}."
    ]
    text += [f"{line[0]:{width}}  " + "  ".join(f"{cell:>9}" for cell in line[1:-1]) for line in (header, *lines)]
    return "\n".join(text)


def plot(
    splits: Splits, prediction: np.ndarray, folder: Path, draw_examples: Callable[[Split, list[str], Path, str], Any]
) -> list[Any]:
    """Draw precision by recall, test pictures with true and found boxes, and the worst mistakes; gives the files with captions."""
    labels, test = splits.spec["labels"], splits.test
    everything = [boxes.find(output) for output in prediction]
    shown = [one.above(threshold(splits.spec)) for one in everything]
    pictures = [_curves(test.y, everything, splits.spec, folder)]
    some = np.arange(min(SHOWN, len(test)))
    caption = "The first test pictures: true boxes in green, found ones in orange with their scores."
    pictures.append(
        drawing.draw_boxes(test.take(some), [shown[row] for row in some], labels, [], folder / "boxes.png", caption)
    )
    if len(labels) > 1:
        pictures.append(
            drawing.draw_confusion(
                confusion(test.y, shown, len(labels)), [*labels, "background"], folder / "confusion.png"
            )
        )
    mistakes = [_mistake(answer, one) for answer, one in zip(test.y, shown, strict=True)]
    worst = sorted((row for row in range(len(test)) if mistakes[row][0] > 0), key=lambda row: -mistakes[row][0])[:SHOWN]
    if worst:
        titles = [mistakes[row][1] for row in worst]
        count = sum(mistake[0] > 0 for mistake in mistakes)
        caption = f"The worst of {count} pictures with a mistake: true boxes in green, found ones in orange."
        pictures.append(
            drawing.draw_boxes(
                test.take(np.array(worst)),
                [shown[row] for row in worst],
                labels,
                titles,
                folder / "mistakes.png",
                caption,
            )
        )
    return pictures


def _mistake(answer: np.ndarray, found: Found) -> tuple[float, str]:
    """How wrong a picture is, the sum of the scores of boxes where nothing is and of one for each object missed; and that in words."""
    true_boxes, true_classes = boxes.truth(answer)
    partner = pairs(true_boxes, found.boxes)
    right = (partner >= 0) & (found.classes == np.append(true_classes, -1)[partner])
    missed = len(true_boxes) - int(right.sum())
    return missed + float(found.scores[~right].sum()), f"{missed} missed, {int((~right).sum())} wrong"


def _curves(truth: np.ndarray, found: list[Found], spec: dict[str, Any], folder: Path) -> Any:
    from support.reports import figures
    from support.reports.figures import plt

    figure, axis = plt.subplots(figsize=(5, 4))
    for number, label in enumerate(spec["labels"]):
        precision, recall, sure, total = average_precision.curve(truth, found, number, np.array([OVERLAP]))
        if not total:
            continue
        area = average_precision.average_precision(precision, recall)[0]
        (line,) = axis.plot([0, *recall[0]], [1, *precision[0]], label=f"{label}, AP {area:.3f}")
        shown = int((sure >= threshold(spec)).sum()) - 1
        if shown >= 0:
            axis.plot(recall[0, shown], precision[0, shown], "o", color=line.get_color())
    axis.set(xlabel="recall: true boxes found", ylabel="precision: found boxes right", xlim=(0, 1.02), ylim=(0, 1.02))
    axis.grid(alpha=0.3)
    axis.legend()
    caption = f"Precision by recall at an overlap of {OVERLAP}, as boxes with lower and lower scores are let in; the dot is the threshold."
    return figures.save(figure, folder / "precision_recall.png", caption)
