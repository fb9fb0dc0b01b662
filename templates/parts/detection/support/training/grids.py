"""Grids of cells over the image: what each cell predicts, how that becomes a box, and which cells have to find which object.

There are no anchors, boxes of given shapes to start from: a cell predicts how far the centre of a box is from its own
centre, and the box's width and height (as FCOS, Tian et al. 2019, and YOLOX, Ge et al. 2021, do). A coarse grid is for
large objects, a fine one for small. All lengths are in 0..1 of the image's side.
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

LARGEST = 4  # cells: a box with a longer side than this belongs to the next coarser grid
REACH = 1.5  # cells: a box is assigned to the cells whose centre is nearer than this to its own: 3×3 of them


def cells(side: int, strides: tuple[int, ...]) -> np.ndarray:
    """All cells (cells, 5), grid by grid, row by row: x and y of the centre, width, and the smallest and largest size of their boxes."""
    parts = []
    for position, stride in enumerate(strides):
        middle = (np.arange(side // stride) + 0.5) * stride / side
        y, x = np.meshgrid(middle, middle, indexing="ij")
        limits = [0.0 if position == 0 else LARGEST * strides[position - 1] / side, limit(side, strides, position)]
        rest = np.tile([stride / side, *limits], (x.size, 1))
        parts.append(np.column_stack([x.ravel(), y.ravel(), rest]))
    return np.concatenate(parts).astype(np.float32)


def limit(side: int, strides: tuple[int, ...], position: int) -> float:
    """The longest side of a box that this grid can predict; the coarsest can predict any."""
    return 1.0 if position == len(strides) - 1 else min(1.0, LARGEST * strides[position] / side)


@keras.saving.register_keras_serializable("detection")
class Boxes(layers.Layer):
    """The raw predictions of one grid (batch, rows, columns, 4 + classes) -> boxes and scores (batch, cells, 4 + classes), 0..1.

    The centre of a box may be up to REACH cells from that of the cell; the squared sigmoid gives small boxes the finer
    steps.
    """

    def __init__(self, largest: float, **rest: Any) -> None:
        super().__init__(**rest)
        self.largest = largest

    def build(self, shape: tuple[int, ...]) -> None:
        _, rows, columns, _ = shape
        y, x = np.meshgrid((np.arange(rows) + 0.5) / rows, (np.arange(columns) + 0.5) / columns, indexing="ij")
        reach = 2 * REACH / np.array([columns, rows])
        self.middle = (np.stack([x, y], axis=-1) - reach / 2)[None].astype(np.float32)  # (1, rows, columns, 2)
        self.reach = reach.astype(np.float32)
        self.rows, self.columns = rows, columns

    def call(self, raw: Any) -> Any:
        raw = ops.sigmoid(raw)
        centre = raw[..., :2] * self.reach + self.middle
        half = ops.square(raw[..., 2:4]) * (self.largest / 2)
        box = ops.clip(
            ops.concatenate([centre - half, centre + half], axis=-1), 0.0, 1.0
        )  # the range that 8 bits represent best
        output = ops.concatenate([box, raw[..., 4:]], axis=-1)
        return ops.reshape(output, (-1, self.rows * self.columns, output.shape[-1]))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "largest": self.largest}


@keras.saving.register_keras_serializable("detection")
class BoxLoss(keras.losses.Loss):
    """The loss: 1 - GIoU for the cells that have a box, and quality focal loss for the scores of all cells.

    - GIoU (Rezatofighi et al. 2019) is the overlap of two boxes, less the empty fraction of the smallest box around both. Unlike IoU, it
      has a gradient for boxes that do not touch.
    - A score should be the overlap that its box has with the true one, 0 in all other cells. Focal loss (Lin et al. 2017), in the form
      for such targets (Li et al. 2020), weights each cell by the square of its error: a thousand cells that are rightly background
      would otherwise outweigh the few with an object.
    """

    def __init__(
        self, side: int, strides: tuple[int, ...], box_weight: float = 1.0, name: str = "boxes", **rest: Any
    ) -> None:
        super().__init__(name=name, **rest)
        self.side, self.strides, self.box_weight = side, tuple(strides), box_weight
        self.cells = cells(side, self.strides)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        boxes, scores = y_pred[..., :4], ops.clip(y_pred[..., 4:], 1e-6, 1 - 1e-6)  # (batch, cells, …)
        wanted_boxes, wanted_classes, has_box = self.assign(y_true)
        overlap, giou = overlaps(boxes, wanted_boxes)
        one_hot = ops.one_hot(ops.cast(wanted_classes, "int32"), scores.shape[-1])  # (batch, cells, classes)
        quality = ops.stop_gradient(overlap) * has_box
        wanted_scores = one_hot * quality[..., None]
        score_loss = ops.sum(self.score_errors(wanted_scores, scores, has_box[..., None]), axis=(1, 2))
        box_loss = ops.sum((1 - giou) * has_box, axis=1)
        # Divided by the number of cells with a box, so that an image of a crowd does not outweigh a portrait; (batch,)
        count = ops.maximum(ops.mean(ops.sum(has_box, axis=1)), 1.0)
        return (score_loss + self.box_weight * box_loss) / count

    def score_errors(self, wanted: Any, scores: Any, has_box: Any) -> Any:
        """The error of each score (batch, cells, classes); `has_box` is (batch, cells, 1)."""
        surprise = wanted * ops.log(scores) + (1 - wanted) * ops.log(1 - scores)
        return -surprise * ops.square(wanted - scores)

    def assign(self, y_true: Any) -> tuple[Any, Any, Any]:
        """For every cell, the box that it should find (batch, cells, 4), its class, and 1 if there is one; of several, the smallest."""
        x, y, width, least, most = (self.cells[:, column] for column in range(5))
        boxes = y_true[:, :, None, 1:]  # (batch, boxes, 1, 4)
        size = boxes[..., 2:] - boxes[..., :2]
        longest = ops.max(size, axis=-1)  # (batch, boxes, 1)
        centre_x, centre_y = (boxes[..., 0] + boxes[..., 2]) / 2, (boxes[..., 1] + boxes[..., 3]) / 2
        near = ops.maximum(ops.abs(centre_x - x), ops.abs(centre_y - y)) < REACH * width  # (batch, boxes, cells)
        theirs = near & (longest > least) & (longest <= most) & (y_true[:, :, None, 0] >= 0)
        area = ops.where(theirs, size[..., 0] * size[..., 1], 9.0)
        smallest = ops.argmin(area, axis=1)  # (batch, cells)
        has_box = ops.cast(ops.min(area, axis=1) < 9.0, "float32")
        wanted = ops.take_along_axis(y_true, smallest[..., None], axis=1)  # (batch, cells, 5)
        return wanted[..., 1:], wanted[..., 0], has_box

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "side": self.side, "strides": self.strides, "box_weight": self.box_weight}


@keras.saving.register_keras_serializable("detection")
class ClassBoxLoss(BoxLoss):
    """The loss for several classes: focal loss in the background cells, plain cross-entropy in those that have a box.

    When a cell finds an object but not yet its class, all its scores are near their targets, and the square of such a
    small error gives hardly any gradient. The few cells with a box do not need that weight (as in varifocal loss, Zhang
    et al. 2021).
    """

    def score_errors(self, wanted: Any, scores: Any, has_box: Any) -> Any:
        certain = ops.clip(wanted, 1e-6, 1 - 1e-6)
        # Less the entropy of the target, the smallest loss possible: so that losses of better and of worse boxes can be compared.
        surprise = wanted * ops.log(certain / scores) + (1 - wanted) * ops.log((1 - certain) / (1 - scores))
        return surprise * (has_box + (1 - has_box) * ops.square(scores))


def overlaps(one: Any, other: Any) -> tuple[Any, Any]:
    """IoU and GIoU of boxes (…, 4) with their partners (…, 4): two tensors (…)."""

    def area(low: Any, high: Any) -> Any:
        return ops.prod(ops.maximum(high - low, 0.0), axis=-1)

    low, high, other_low, other_high = one[..., :2], one[..., 2:], other[..., :2], other[..., 2:]
    intersection = area(ops.maximum(low, other_low), ops.minimum(high, other_high))
    union = area(low, high) + area(other_low, other_high) - intersection
    around = area(ops.minimum(low, other_low), ops.maximum(high, other_high))
    iou = intersection / ops.maximum(union, 1e-9)
    return iou, iou - (around - union) / ops.maximum(around, 1e-9)
