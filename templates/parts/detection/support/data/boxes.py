"""Boxes in numpy, without TensorFlow: overlap, non-maximum suppression, and from a model's output to the boxes that are found.

A box is [left, top, right, bottom]. Targets `y` have the shape (images, boxes, 5): class number, then a box in 0..1 of
the square image that the network sees; if an image has fewer boxes than the fullest one, the class of the rest is -1. A
model's output has the shape (images, cells, 4 + classes): a box and a score 0..1 for each class, from every cell of its
grids.
"""

from dataclasses import dataclass

import numpy as np

OVERLAP = 0.5  # two boxes of one class that overlap more than this count as the same object
MINIMUM = 0.01  # lower scores are ignored: thousands of cells are background
CANDIDATES = 400  # cells per image that suppression compares with one another, the best first
KEPT = 100  # boxes per image, as COCO counts them (Lin et al. 2014)


@dataclass(frozen=True)
class Found:
    """The objects found in one image, the best first: boxes (found, 4), scores (found,), classes (found,)."""

    boxes: np.ndarray
    scores: np.ndarray
    classes: np.ndarray

    def __len__(self) -> int:
        return len(self.scores)

    def above(self, threshold: float) -> "Found":
        """Those with at least this score."""
        keep = self.scores >= threshold
        return Found(self.boxes[keep], self.scores[keep], self.classes[keep])


def iou(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Intersection over union of each box of `one` (n, 4) with each of `other` (m, 4): shape (n, m), 0..1."""
    corner = np.maximum(one[:, None, :2], other[None, :, :2])
    opposite = np.minimum(one[:, None, 2:], other[None, :, 2:])
    intersection = np.maximum(opposite - corner, 0).prod(axis=2)
    union = area(one)[:, None] + area(other)[None] - intersection
    return intersection / np.maximum(union, 1e-12)


def area(boxes: np.ndarray) -> np.ndarray:
    """Areas (n,) of boxes (n, 4); 0 if right is less than left."""
    return np.maximum(boxes[:, 2:] - boxes[:, :2], 0).prod(axis=1)


def suppress(boxes: np.ndarray, scores: np.ndarray, overlap: float = OVERLAP) -> np.ndarray:
    """Non-maximum suppression: positions of the boxes that stay, the best first.

    The box with the highest score stays and removes all that overlap it by more than `overlap`; so does the best of the
    rest, and so on.
    """
    order = np.argsort(-scores, kind="stable")
    overlaps = iou(boxes[order], boxes[order]) > overlap
    alive = np.ones(len(order), bool)
    for position in range(len(order)):
        if alive[position]:
            alive[position + 1 :] &= ~overlaps[position, position + 1 :]
    return order[alive]


def find(output: np.ndarray, minimum: float = MINIMUM, overlap: float = OVERLAP) -> Found:
    """The objects in a model's output (cells, 4 + classes) for one image, after suppression class by class."""
    cells, classes = np.nonzero(output[:, 4:] >= minimum)
    scores = output[cells, 4 + classes]
    best = np.argsort(-scores, kind="stable")[:CANDIDATES]
    boxes, scores, classes = np.clip(output[cells[best], :4], 0, 1), scores[best], classes[best]
    kept = [
        members[suppress(boxes[members], scores[members], overlap)]
        for members in (np.flatnonzero(classes == number) for number in np.unique(classes))
    ]
    positions = np.concatenate(kept) if kept else np.zeros(0, int)
    positions = positions[np.argsort(-scores[positions], kind="stable")][:KEPT]
    return Found(boxes[positions], scores[positions], classes[positions])


def truth(target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Boxes (n, 4) and classes (n,) of one image's target (boxes, 5), without the padding."""
    real = target[target[:, 0] >= 0]
    return real[:, 1:], real[:, 0].astype(int)


def pad(targets: list[np.ndarray]) -> np.ndarray:
    """Targets of several images, each (n, 5), as one array (images, boxes of the fullest, 5)."""
    padded = np.full((len(targets), max([1, *map(len, targets)]), 5), -1, np.float32)
    padded[..., 1:] = 0
    for row, target in enumerate(targets):
        padded[row, : len(target)] = target
    return padded
