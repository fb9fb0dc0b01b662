"""Baselines: boxes in the usual positions, and a linear model on gradients in a sliding window."""

from collections.abc import Callable

from support.data import boxes
from support.splits import Split, Splits

import numpy as np
from PIL import Image

USUAL = 8  # boxes that are always given
WINDOW = 32  # pixels: the input of the linear model, at every position and size
CELL = 4  # pixels: within each, gradients are counted by direction
DIRECTIONS = 9
STEP = 1.25  # between two sizes of window
EXAMPLES = 3_000  # windows of background to train on
PREDICTED = 200  # boxes per image before suppression


def predict(splits: Splits, seed: int) -> dict[str, np.ndarray]:
    """By name, outputs (test images, boxes, 4 + classes) of models made from the same training images as the network."""
    return {"usual boxes": usual(splits, seed), "gradients, sliding window": sliding(splits, seed)}


def usual(splits: Splits, seed: int) -> np.ndarray:
    """The same few boxes for every image: the centres of groups of training boxes (k-means), the largest group first."""
    from sklearn.cluster import KMeans

    targets = splits.train.y[splits.train.y[..., 0] >= 0]
    classes = len(splits.spec["labels"])
    rows = []
    for number in np.unique(targets[:, 0]).astype(int):
        known = targets[targets[:, 0] == number, 1:].astype(float)
        count = min(USUAL, len(np.unique(known, axis=0)))
        groups = KMeans(count, n_init=1, random_state=seed).fit(known)
        sure = np.bincount(groups.labels_, minlength=count) / len(targets)
        rows.append(np.column_stack([groups.cluster_centers_, np.eye(classes)[[number] * count] * sure[:, None]]))
    return np.repeat(np.concatenate(rows)[None], len(splits.test), axis=0)


def sliding(splits: Splits, seed: int) -> np.ndarray:
    """Histograms of oriented gradients (HOG) in windows of all positions and sizes, and logistic regression (Dalal and Triggs 2005)."""
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(seed)
    known = splits.train.y[splits.train.y[..., 0] >= 0].astype(float)
    size, classes = known[:, 3:] - known[:, 1:3], len(splits.spec["labels"])
    shape = float(np.exp(np.log(size[:, 0] / size[:, 1]).mean()))  # width / height
    sides = np.sqrt(size.prod(axis=1))
    features, labels = _windows(splits.train, sides, shape, rng)
    model = LogisticRegression(C=0.02, max_iter=300).fit(features, labels)

    def classify(windows: np.ndarray) -> np.ndarray:
        probability = np.zeros((len(windows), classes + 1))
        probability[:, model.classes_] = model.predict_proba(windows)
        return probability[:, 1:]  # the first is background

    smallest, largest = np.quantile(sides, (0.05, 0.95))
    steps = max(1, int(np.ceil(np.log(largest / smallest) / np.log(STEP))) + 1)
    lengths = np.unique(np.maximum(smallest * STEP ** np.arange(steps), WINDOW / (2 * splits.spec["shape"][0])))
    output = np.zeros((len(splits.test), PREDICTED, 4 + classes))
    for row in range(len(splits.test)):
        image = _grey(splits.test.x[row : row + 1])[0]
        found = [_slide(image, length * np.sqrt(shape), length / np.sqrt(shape), classify) for length in lengths]
        flat = np.concatenate([np.zeros((0, 4 + classes)), *(one for one in found if one is not None)])
        best = np.argsort(-flat[:, 4:].max(axis=1), kind="stable")[:PREDICTED]
        output[row, : len(best)] = flat[best]
    return output


def _windows(train: Split, sides: np.ndarray, shape: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Features and classes (from 1; 0 is background) of all training boxes and of random windows without a box."""
    features, labels = [], []
    each = -(-EXAMPLES // len(train))
    for row in range(len(train)):
        image = Image.fromarray(_grey(train.x[row : row + 1])[0])
        true_boxes, true_classes = boxes.truth(train.y[row])
        long = rng.choice(sides, each) * rng.uniform(0.8, 1.25, each)
        size = np.column_stack([long * np.sqrt(shape), long / np.sqrt(shape)])
        corner = rng.random((2, each)).T * np.maximum(0, 1 - size)
        random = np.column_stack([corner, corner + size])
        empty = boxes.iou(random, true_boxes).max(axis=1, initial=0) < 0.3
        for box in np.clip(np.concatenate([true_boxes, random[empty]]), 0, 1) * image.width:
            crop = image.resize((WINDOW, WINDOW), Image.Resampling.BILINEAR, tuple(box))
            features.append(_gradients(np.asarray(crop)).ravel())
        labels += [*(true_classes + 1), *[0] * int(empty.sum())]
    return np.array(features), np.array(labels)


def _slide(
    image: np.ndarray, wide: float, high: float, classify: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray | None:
    """Boxes and scores (windows, 4 + classes) of all windows of one size: the image is resized so that they are WINDOW pixels."""
    size = round(WINDOW / wide), round(WINDOW / high)
    if min(size) < WINDOW:
        return None
    counts = _gradients(np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BILINEAR)))
    cells = WINDOW // CELL
    views = np.lib.stride_tricks.sliding_window_view(counts, (cells, cells), axis=(0, 1))  # (rows, columns, 9, 8, 8)
    top, left = np.indices(views.shape[:2]).reshape(2, -1) * CELL / np.array([[size[1]], [size[0]]])
    scores = classify(views.transpose(0, 1, 3, 4, 2).reshape(-1, cells * cells * DIRECTIONS))
    return np.column_stack([left, top, left + wide, top + high, scores])


def _grey(x: np.ndarray) -> np.ndarray:
    """Images (n, side, side, 3) in grey (n, side, side), uint8."""
    return np.asarray(np.asarray(x, float) @ (0.299, 0.587, 0.114), np.uint8)


def _gradients(grey: np.ndarray) -> np.ndarray:
    """For each cell, how much the brightness changes in each of 9 directions, up to a factor: (rows, columns, 9), length 1."""
    y, x = np.gradient(np.sqrt(grey.astype(float)))
    angle = (np.arctan2(y, x) % np.pi) * DIRECTIONS / np.pi
    direction, strength = np.minimum(angle.astype(int), DIRECTIONS - 1), np.hypot(x, y)
    rows, columns = grey.shape[0] // CELL, grey.shape[1] // CELL
    inside = (slice(rows * CELL), slice(columns * CELL))
    row, column = np.indices((rows * CELL, columns * CELL)) // CELL
    counts = np.zeros((rows, columns, DIRECTIONS))
    np.add.at(counts, (row, column, direction[inside]), strength[inside])
    return counts / (np.linalg.norm(counts, axis=-1, keepdims=True) + 1)
