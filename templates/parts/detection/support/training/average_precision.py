"""Average precision as COCO defines it (Lin et al. 2014), equal to what pycocotools computes.

Boxes are taken in the order of their scores over all images. A box is right if it overlaps a true box of its class that
is not yet taken by at least a threshold; of several it takes the one that it overlaps most. Each box raises recall (the
fraction of true boxes that are found) or lowers precision (the fraction of found boxes that are right). Average
precision is the mean, over 101 recalls 0, 0.01, … 1, of the best precision that is reached at that recall or above.
COCO's crowds (one box around many objects) are not supported.
"""

from collections.abc import Sequence

from support.data import boxes
from support.data.boxes import Found

import numpy as np

THRESHOLDS = np.linspace(0.5, 0.95, 10)  # of overlap; AP@0.5 is that of the first, "AP" the mean over all
RECALLS = np.linspace(0, 1, 101)
OVERLAP = 0.5  # a box is right from this overlap on, if there is only one threshold


def matches(truth: np.ndarray, found: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Which of the boxes `found` (n, 4), the best first, take one of `truth` (m, 4): bool (thresholds, n)."""
    right = np.zeros((len(thresholds), len(found)), bool)
    overlaps = boxes.iou(found, truth)
    for row, threshold in enumerate(thresholds):
        taken = np.zeros(len(truth), bool)
        for column in np.flatnonzero(overlaps.max(axis=1, initial=0) >= threshold - 1e-10):
            free = np.where(taken, -1.0, overlaps[column])
            best = len(free) - 1 - int(free[::-1].argmax())  # of equal ones the last, as pycocotools has it
            if free[best] >= threshold - 1e-10:
                taken[best] = right[row, column] = True
    return right


def curve(
    truth: np.ndarray, found: Sequence[Found], class_number: int, thresholds: np.ndarray = THRESHOLDS
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Precision and recall of one class as boxes are added by falling score.

    Args:
        truth: targets (images, boxes, 5).
        found: what was found in each image.
        class_number: which class counts.
        thresholds: of overlap.

    Returns:
        precision and recall (thresholds, found boxes), scores (found boxes,), and the number of true boxes.
    """
    scores, right, total = [np.zeros(0)], [np.zeros((len(thresholds), 0), bool)], 0
    for target, one in zip(truth, found, strict=True):
        true_boxes, true_classes = boxes.truth(target)
        true_boxes = true_boxes[true_classes == class_number]
        members = np.flatnonzero(one.classes == class_number)
        members = members[np.argsort(-one.scores[members], kind="stable")][: boxes.KEPT]
        total += len(true_boxes)
        scores.append(one.scores[members])
        right.append(matches(true_boxes, one.boxes[members], thresholds))
    flat = np.concatenate(scores)
    order = np.argsort(-flat, kind="stable")
    hits = np.cumsum(np.concatenate(right, axis=1)[:, order], axis=1)
    return hits / np.arange(1, len(order) + 1), hits / max(1, total), flat[order], total


def average_precision(precision: np.ndarray, recall: np.ndarray) -> np.ndarray:
    """The mean precision over 101 recalls, for each row of (thresholds, found boxes): shape (thresholds,), 0..1."""
    if not precision.shape[1]:
        return np.zeros(len(precision))
    best = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]  # the best at this recall or above
    places = [np.searchsorted(row, RECALLS, side="left") for row in recall]
    ended = np.concatenate([best, np.zeros((len(best), 1))], axis=1)  # recalls that are never reached count 0
    return np.array([row[place].mean() for row, place in zip(ended, places, strict=True)])


def per_class(truth: np.ndarray, found: Sequence[Found], classes: int) -> np.ndarray:
    """Average precision (classes, thresholds); NaN for a class that has no true box."""
    result = np.full((classes, len(THRESHOLDS)), np.nan)
    for number in range(classes):
        precision, recall, _, total = curve(truth, found, number)
        if total:
            result[number] = average_precision(precision, recall)
    return result


def confusion(truth: np.ndarray, found: Sequence[Found], classes: int) -> np.ndarray:
    """Counts (classes + 1, classes + 1): rows are true classes, columns found ones, the last of each is background.

    Boxes are matched whatever their class, the one with the highest score first: the last column counts objects that
    were missed, the last row boxes where there is no object.
    """
    counts = np.zeros((classes + 1, classes + 1), int)
    for target, one in zip(truth, found, strict=True):
        true_boxes, true_classes = boxes.truth(target)
        partner = pairs(true_boxes, one.boxes)
        taken = np.full(len(true_boxes), classes)
        taken[partner[partner >= 0]] = one.classes[partner >= 0]
        np.add.at(counts, (true_classes, taken), 1)
        np.add.at(counts[classes], one.classes[partner < 0], 1)
    return counts


def pairs(truth: np.ndarray, found: np.ndarray) -> np.ndarray:
    """For each of the boxes `found` (n, 4), the best first, which of `truth` (m, 4) it takes: (n,), -1 for none."""
    partner = np.full(len(found), -1)
    overlaps = boxes.iou(found, truth)
    for row in range(len(found) if len(truth) else 0):
        best = overlaps[row].argmax()
        if overlaps[row, best] >= OVERLAP:
            partner[row] = best
            overlaps[:, best] = -1.0  # it is taken
    return partner
