"""The figures of an evaluation: precision by recall, boxes on test images, the confusion matrix, and the worst mistakes."""

from collections.abc import Sequence
from pathlib import Path

from support.data import boxes
from support.data.boxes import Found
from support.reports import drawing
from support.splits import Split
from support.training import average_precision
from support.training.average_precision import OVERLAP, confusion, pairs

import numpy as np

SHOWN = 12  # images in a figure
Figure = tuple[Path, str]  # a file and its caption


def draw(test: Split, found: Sequence[Found], labels: list[str], threshold: float, folder: Path) -> list[Figure]:
    """Draw everything that was `found` in the images of `test` into the folder."""
    shown = [one.above(threshold) for one in found]

    def examples(rows: np.ndarray, titles: list[str], name: str, caption: str) -> Figure:
        caption = f"{caption}: true boxes in green, found ones in orange with their scores."
        return drawing.draw_boxes(test.take(rows), [shown[row] for row in rows], labels, titles, folder / name, caption)

    figures = [
        _curves(test.y, found, labels, threshold, folder / "precision_recall.png"),
        examples(np.arange(min(SHOWN, len(test))), [], "boxes.png", "The first test images"),
    ]
    if len(labels) > 1:
        figures.append(_confusion(confusion(test.y, shown, len(labels)), labels, folder / "confusion.png"))
    mistakes = np.array([_mistakes(target, one) for target, one in zip(test.y, shown, strict=True)])  # (images, 3)
    worst = np.argsort(-mistakes[:, 0], kind="stable")[: min(SHOWN, int((mistakes[:, 0] > 0).sum()))]
    if len(worst):
        titles = [f"{missed:.0f} missed, {wrong:.0f} wrong" for _, missed, wrong in mistakes[worst]]
        caption = f"The worst of {(mistakes[:, 0] > 0).sum()} images with a mistake"
        figures.append(examples(worst, titles, "mistakes.png", caption))
    return figures


def _mistakes(target: np.ndarray, found: Found) -> tuple[float, float, float]:
    """The error of an image, the objects missed plus the scores of wrong boxes; and the number of each."""
    true_boxes, true_classes = boxes.truth(target)
    partner = pairs(true_boxes, found.boxes)
    right = (partner >= 0) & (found.classes == np.append(true_classes, -1)[partner])
    missed = len(true_boxes) - right.sum()
    return missed + found.scores[~right].sum(), missed, (~right).sum()


def _curves(truth: np.ndarray, found: Sequence[Found], labels: list[str], threshold: float, path: Path) -> Figure:
    from support.reports import figures
    from support.reports.figures import plt

    figure, axis = plt.subplots(figsize=(5, 4))
    for number, label in enumerate(labels):
        precision, recall, sure, total = average_precision.curve(truth, found, number, np.array([OVERLAP]))
        if not total:
            continue
        area = average_precision.average_precision(precision, recall)[0]
        (line,) = axis.plot([0, *recall[0]], [1, *precision[0]], label=f"{label}, AP {area:.3f}")
        shown = int((sure >= threshold).sum()) - 1
        if shown >= 0:
            axis.plot(recall[0, shown], precision[0, shown], "o", color=line.get_color())
    axis.set(xlabel="recall: true boxes found", ylabel="precision: found boxes right", xlim=(0, 1.02), ylim=(0, 1.02))
    axis.grid(alpha=0.3)
    axis.legend()
    caption = f"Precision by recall at an overlap of {OVERLAP}, as boxes with lower and lower scores are let in; the dot is the threshold."
    return figures.save(figure, path, caption)


def _confusion(counts: np.ndarray, labels: list[str], path: Path) -> Figure:
    """Draw the confusion matrix, background last."""
    from support.reports import figures
    from support.reports.figures import plt

    from sklearn.metrics import ConfusionMatrixDisplay

    size = min(12, 2 + 0.5 * len(labels))
    figure, axis = plt.subplots(figsize=(size, size))
    display = ConfusionMatrixDisplay(counts, display_labels=[*labels, "background"])
    display.plot(cmap="Blues", colorbar=False, xticks_rotation="vertical", ax=axis)
    axis.set(xlabel="found", ylabel="true")
    caption = "True class (row) and found class (column); the last column was missed, in the last row there is nothing."
    return figures.save(figure, path, caption)
