"""Tests of boxes: overlap, suppression, average precision, and augmentation that keeps them in place."""

from support.data import box_augmentation, boxes
from support.data.boxes import Found
from support.data.letterbox import Letterbox
from support.training import average_precision

import numpy as np
import pytest


def some_boxes(count: int, rng: np.random.Generator) -> np.ndarray:
    corner = rng.random((count, 2)) * 0.7
    return np.concatenate([corner, corner + 0.05 + 0.25 * rng.random((count, 2))], axis=1)


def test_overlap_is_the_shared_area_over_the_joint_one() -> None:
    one = np.array([[0, 0, 2, 2], [0, 0, 1, 1]])
    other = np.array([[1, 1, 3, 3], [0, 0, 2, 2], [5, 5, 6, 6]])
    np.testing.assert_allclose(boxes.iou(one, other), [[1 / 7, 1, 0], [0, 1 / 4, 0]], atol=1e-9)


def test_suppression_keeps_what_tensorflow_keeps() -> None:
    import tensorflow as tf

    for seed in range(20):
        rng = np.random.default_rng(seed)
        some, scores = some_boxes(60, rng), rng.permutation(60) / 60
        kept = boxes.suppress(some, scores, 0.4)
        wanted = tf.image.non_max_suppression(some.astype("float32"), scores.astype("float32"), 60, 0.4)
        assert kept.tolist() == wanted.numpy().tolist()


def test_suppression_leaves_overlapping_boxes_of_different_classes() -> None:
    box = [0.1, 0.1, 0.5, 0.5]
    output = np.array([[*box, 0.9, 0.1], [*box, 0.2, 0.8], [*box, 0.7, 0.0]])
    found = boxes.find(output, minimum=0.15)
    assert (found.scores.tolist(), found.classes.tolist()) == ([0.9, 0.8], [0, 1])


def test_average_precision_of_cases_that_can_be_counted_by_hand() -> None:
    true = boxes.pad([np.array([[0, 0.1, 0.1, 0.3, 0.3], [0, 0.5, 0.5, 0.8, 0.8]])])
    right, wrong = [0.1, 0.1, 0.3, 0.3], [0.6, 0.1, 0.7, 0.2]

    def ap50(some: list[list[float]], scores: list[float]) -> float:
        found = Found(np.array(some).reshape(-1, 4), np.array(scores), np.zeros(len(scores), int))
        return float(average_precision.per_class(true, [found], 1)[0, 0])

    assert ap50([], []) == 0
    assert ap50([right, [0.5, 0.5, 0.8, 0.8]], [0.9, 0.8]) == 1
    assert ap50([right], [0.9]) == pytest.approx(51 / 101)  # recalls 0 … 0.5 are reached, with precision 1
    assert ap50([wrong, right], [0.9, 0.8]) == pytest.approx(0.5 * 51 / 101)
    assert ap50([right, right], [0.9, 0.8]) == pytest.approx(51 / 101)  # the second finds nothing new

    # Moved across, boxes of the width 0.2 share (0.2 - moved) / (0.2 + moved) of what they cover together.
    for overlap, expected in ((0.45, 0), (0.499, 0), (0.501, 51 / 101), (0.55, 51 / 101)):
        moved = 0.2 * (1 - overlap) / (1 + overlap)
        assert ap50([[0.1 + moved, 0.1, 0.3 + moved, 0.3]], [0.9]) == pytest.approx(expected)


def test_a_box_goes_into_the_square_and_back() -> None:
    letterbox = Letterbox((400, 200))
    np.testing.assert_allclose(letterbox.into(np.array([[0, 0, 400, 200]])), [[0, 0.25, 1, 0.75]])
    box = np.array([[37.0, 12.0, 380.0, 199.0]])
    np.testing.assert_allclose(letterbox.back(letterbox.into(box)), box)


def test_boxes_follow_their_picture_when_it_is_changed() -> None:
    x = np.zeros((60, 64, 64, 3), np.uint8)
    x[:, 20:40, 12:32] = 255
    y = np.tile(np.array([[0, 12 / 64, 20 / 64, 32 / 64, 40 / 64], [-1, 0, 0, 0, 0]], np.float32), (60, 1, 1))
    augment = box_augmentation.augmenter(zoom=1.5, shift=0.3, light=0.0)
    changed_x, changed_y = augment(x, y, np.random.default_rng(0))
    kept = changed_y[:, 0, 0] >= 0
    assert kept.sum() > 30 and (changed_y[:, 1] == [-1, 0, 0, 0, 0]).all()
    for image, box in zip(changed_x[kept], changed_y[kept, 0, 1:], strict=True):
        rows, columns = np.nonzero(image[..., 0] > 184)  # half way between the grey around and white
        edges = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
        assert np.abs(edges - box * 64).max() <= 1.6
    again_x, again_y = augment(x, y, np.random.default_rng(0))
    assert (again_x == changed_x).all() and (again_y == changed_y).all()
