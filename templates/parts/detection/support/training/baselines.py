"""Something simple to be better than: boxes where boxes usually are, and a linear model on gradients in a sliding window."""

from support.data import boxes
from support.splits import Split, Splits

import numpy as np
from PIL import Image

USUAL = 8  # boxes that are always given
WINDOW = 32  # pixels: what the linear model looks at, wherever and at whatever size
CELL = 4  # pixels: within each, gradients are counted by direction
DIRECTIONS = 9
STEP = 1.25  # between two sizes of window
EXAMPLES = 3_000  # windows of background that it learns from
ANSWERS = 200  # boxes per picture before suppression


def predict(splits: Splits, seed: int) -> dict[str, np.ndarray]:
    """By name, outputs (test pictures, boxes, 4 + classes) of models made from the same training pictures as the network."""
    return {"usual boxes": usual(splits, seed), "gradients, sliding window": sliding(splits, seed)}


def usual(splits: Splits, seed: int) -> np.ndarray:
    """The same few boxes for every picture: the centres of groups of training boxes (k-means), the largest group first."""
    from sklearn.cluster import KMeans

    answers = np.concatenate([np.zeros((0, 5)), *(one[one[:, 0] >= 0] for one in splits.train.y)])
    classes = len(splits.spec["labels"])
    rows = []
    for number in range(classes):
        known = answers[answers[:, 0] == number, 1:]
        if len(known):
            count = min(USUAL, len(np.unique(known, axis=0)))
            groups = KMeans(count, n_init=1, random_state=seed).fit(known)
            sure = np.bincount(groups.labels_, minlength=count) / len(answers)
            rows.append(np.column_stack([groups.cluster_centers_, np.eye(classes)[[number] * count] * sure[:, None]]))
    return np.repeat(np.concatenate(rows)[None], len(splits.test), axis=0)


def sliding(splits: Splits, seed: int) -> np.ndarray:
    """Histograms of oriented gradients in windows of all places and sizes, and logistic regression (Dalal and Triggs 2005)."""
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(seed)
    train, classes = splits.train, len(splits.spec["labels"])
    known = np.concatenate([one[one[:, 0] >= 0] for one in train.y])
    size = known[:, 3:] - known[:, 1:3]
    shape = float(np.exp(np.log(size[:, 0] / size[:, 1]).mean()))  # width / height
    sides = np.sqrt(size.prod(axis=1))
    features, labels = _windows(train, sides, shape, rng)
    model = LogisticRegression(C=0.02, max_iter=300).fit(features, labels)
    # The window's weights (classes + 1, features): a class is as probable as it stands out from background.
    weights, bias = (
        (model.coef_, model.intercept_)
        if len(model.classes_) > 2
        else (np.stack([0 * model.coef_[0], model.coef_[0]]), np.array([0, model.intercept_[0]]))
    )
    smallest, largest = np.quantile(sides, (0.05, 0.95))
    steps = max(1, int(np.ceil(np.log(largest / smallest) / np.log(STEP))) + 1)
    lengths = np.maximum(smallest * STEP ** np.arange(steps), WINDOW / (2 * splits.spec["shape"][0]))
    output = np.zeros((len(splits.test), ANSWERS, 4 + classes))
    for row in range(len(splits.test)):
        picture = _grey(splits.test.x[row : row + 1])[0]
        found = np.concatenate(
            [_slide(picture, length, shape, weights, bias, model.classes_, classes) for length in np.unique(lengths)]
        )
        best = np.argsort(-found[:, 4:].max(axis=1), kind="stable")[:ANSWERS]
        output[row, : len(best)] = found[best]
    return output


def _windows(train: Split, sides: np.ndarray, shape: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Features and classes (from 1; 0 is background) of all training boxes and of random windows that hold none."""
    features, labels = [], []
    each = -(-EXAMPLES // len(train))
    for row in range(len(train)):
        picture = Image.fromarray(_grey(train.x[row : row + 1])[0])
        true_boxes, true_classes = boxes.truth(train.y[row])
        long = rng.choice(sides, each) * rng.uniform(0.8, 1.25, each)
        wide, high = long * np.sqrt(shape), long / np.sqrt(shape)
        left, top = rng.random((2, each)) * np.maximum(0, 1 - np.stack([wide, high]))
        random = np.column_stack([left, top, left + wide, top + high])
        empty = boxes.iou(random, true_boxes).max(axis=1, initial=0) < 0.3
        for box, label in [*zip(true_boxes, true_classes + 1, strict=True), *((box, 0) for box in random[empty])]:
            crop = picture.resize(
                (WINDOW, WINDOW), Image.Resampling.BILINEAR, tuple(np.clip(box, 0, 1) * picture.width)
            )
            features.append(_gradients(np.asarray(crop)).ravel())
            labels.append(label)
    return np.array(features), np.array(labels)


def _slide(
    picture: np.ndarray,
    length: float,
    shape: float,
    weights: np.ndarray,
    bias: np.ndarray,
    known: np.ndarray,
    classes: int,
) -> np.ndarray:
    """Boxes and scores (windows, 4 + classes) of all windows of one size: the picture is resized so that they are WINDOW pixels."""
    wide, high = length * np.sqrt(shape), length / np.sqrt(shape)
    size = round(WINDOW / wide), round(WINDOW / high)
    if min(size) < WINDOW:
        return np.zeros((0, 4 + classes))
    counts = _gradients(np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR)))
    cells = WINDOW // CELL
    views = np.lib.stride_tricks.sliding_window_view(counts, (cells, cells), axis=(0, 1))  # (rows, columns, 9, 8, 8)
    views = views.transpose(0, 1, 3, 4, 2).reshape(-1, cells * cells * DIRECTIONS)
    said = views @ weights.T + bias
    said = np.exp(said - said.max(axis=1, keepdims=True))
    probability = np.zeros((len(said), classes + 1))
    probability[:, known] = said / said.sum(axis=1, keepdims=True)
    rows, columns = counts.shape[0] - cells + 1, counts.shape[1] - cells + 1
    top, left = (axis.ravel() for axis in np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"))
    left, top = left * CELL / size[0], top * CELL / size[1]
    return np.column_stack([left, top, left + wide, top + high, probability[:, 1:]])


def _grey(x: np.ndarray) -> np.ndarray:
    """Pictures (n, side, side, 3) in grey (n, side, side), uint8."""
    return np.asarray(np.asarray(x, float) @ (0.299, 0.587, 0.114), np.uint8)


def _gradients(grey: np.ndarray) -> np.ndarray:
    """For each cell how much the brightness changes in each of 9 directions, up to a factor: (rows, columns, 9), length 1."""
    y, x = np.gradient(np.sqrt(grey.astype(float)))
    angle = (np.arctan2(y, x) % np.pi) * DIRECTIONS / np.pi
    direction, strength = np.minimum(angle.astype(int), DIRECTIONS - 1), np.hypot(x, y)
    rows, columns = grey.shape[0] // CELL, grey.shape[1] // CELL
    inside = (slice(rows * CELL), slice(columns * CELL))
    row, column = np.indices((rows * CELL, columns * CELL)) // CELL
    place = (row * columns + column) * DIRECTIONS + direction[inside]
    counts = np.bincount(place.ravel(), strength[inside].ravel(), rows * columns * DIRECTIONS)
    counts = counts.reshape(rows, columns, DIRECTIONS)
    return counts / (np.linalg.norm(counts, axis=-1, keepdims=True) + 1)
