"""Average precision of the detection part is what pycocotools computes."""

import contextlib
import importlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

PARTS = Path(__file__).parents[2] / "templates" / "parts"
SIDE = 1000  # pycocotools counts in pixels


@pytest.fixture(scope="module")
def detection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, ModuleType]]:
    """The part's own modules, imported under a name that no project has."""
    folder = tmp_path_factory.mktemp("detection")
    package = folder / "boxes_as_shipped"
    modules = {"boxes": "data.boxes", "average_precision": "training.average_precision"}
    for name in modules.values():
        source = PARTS / "detection" / "support" / f"{name.replace('.', '/')}.py"
        copy = package / f"{name.replace('.', '/')}.py"
        copy.parent.mkdir(parents=True)
        text = source.read_text(encoding="utf-8")
        copy.write_text(text.replace("from support", "from boxes_as_shipped"), encoding="utf-8")
    sys.path.insert(0, str(folder))
    yield {name: importlib.import_module(f"boxes_as_shipped.{path}") for name, path in modules.items()}
    sys.path.remove(str(folder))


def by_pycocotools(truth: list[np.ndarray], found: list[Any], classes: int) -> tuple[float, float, np.ndarray]:
    """AP, AP@0.5 and AP by class; NaN for classes without a true box."""

    def box(corners: np.ndarray) -> list[float]:
        left, top, right, bottom = (float(value * SIDE) for value in corners)
        return [left, top, right - left, bottom - top]

    boxes = [(row, item) for row, answer in enumerate(truth) for item in answer]
    annotations = [
        {"id": number, "image_id": row + 1, "category_id": int(item[0]) + 1, "bbox": box(item[1:]), "iscrowd": 0}
        | {"area": float(np.prod(box(item[1:])[2:]))}
        for number, (row, item) in enumerate(boxes, 1)
    ]
    detections = [
        {"image_id": row + 1, "category_id": int(number) + 1, "bbox": box(corners), "score": float(score)}
        for row, one in enumerate(found)
        for corners, score, number in zip(one.boxes, one.scores, one.classes, strict=True)
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {
            "images": [{"id": row + 1, "width": SIDE, "height": SIDE} for row in range(len(truth))],
            "annotations": annotations,
            "categories": [{"id": number + 1, "name": str(number)} for number in range(classes)],
        }
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes(detections), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    precision = evaluation.eval["precision"][:, :, :, 0, 2]  # (overlaps, recalls, classes), all sizes, 100 boxes
    by_class = np.where((precision > -1).all(axis=(0, 1)), precision.mean(axis=(0, 1)), np.nan)
    return float(evaluation.stats[0]), float(evaluation.stats[1]), by_class


def random_case(
    seed: int, detection: dict[str, ModuleType], classes: int | None = None
) -> tuple[list[np.ndarray], list[Any], int]:
    """Boxes of several classes with near misses, doubles, equal scores, empty pictures, and one with more than 100 found."""
    rng = np.random.default_rng(seed)
    classes = classes or int(rng.integers(1, 6))
    truth, found = [], []
    for row in range(25):
        count = 0 if row % 7 == 0 else int(rng.integers(0, 9))
        corner = rng.random((count, 2)) * 0.7
        answer = np.column_stack(
            [rng.integers(0, classes, count), corner, corner + 0.03 + rng.random((count, 2)) * 0.25]
        )
        truth.append(answer)
        twice = np.repeat(answer, 2, axis=0)
        near = twice[:, 1:] + rng.normal(0, 0.015, (len(twice), 4))
        near = np.concatenate([np.minimum(near[:, :2], near[:, 2:]), np.maximum(near[:, :2], near[:, 2:])], axis=1)
        extra = 0 if row % 5 == 0 else 150 if row == 3 else int(rng.integers(0, 6))
        corner = rng.random((extra, 2)) * 0.7
        boxes = np.concatenate([near, np.concatenate([corner, corner + 0.05 + rng.random((extra, 2)) * 0.25], axis=1)])
        boxes = boxes[len(boxes) * (row % 5 == 0) :]  # every fifth picture: nothing found
        numbers = np.concatenate([twice[:, 0], rng.integers(0, classes, extra)]).astype(int)[: len(boxes)]
        scores = np.round(rng.random(len(boxes)), 1 if seed % 2 else 6)  # in every second case with many ties
        found.append(detection["boxes"].Found(boxes, scores, numbers))
    return truth, found, classes


@pytest.mark.parametrize("seed", range(12))
def test_average_precision_of_random_boxes_is_that_of_pycocotools(seed: int, detection: dict[str, ModuleType]) -> None:
    truth, found, classes = random_case(seed, detection)
    padded = detection["boxes"].pad(truth)
    ours = detection["average_precision"].per_class(padded, found, classes)
    ap, ap50, by_class = by_pycocotools(truth, found, classes)
    assert 0.05 < ap < 0.95
    assert np.nanmean(ours) == pytest.approx(ap, abs=1e-6)
    assert np.nanmean(ours[:, 0]) == pytest.approx(ap50, abs=1e-6)
    np.testing.assert_allclose(ours.mean(axis=1), by_class, atol=1e-6)


@pytest.mark.parametrize("seed", range(20, 24))
def test_of_many_classes_some_that_are_nowhere_and_some_that_nobody_found_are_counted_as_pycocotools_counts_them(
    seed: int, detection: dict[str, ModuleType]
) -> None:
    """The first of twenty classes is in no picture but found, the second is in pictures and never found."""
    truth, found, classes = random_case(seed, detection, 20)
    truth = [answer[answer[:, 0] != 0] for answer in truth]
    found = [
        detection["boxes"].Found(one.boxes[keep], one.scores[keep], one.classes[keep])
        for one, keep in ((one, one.classes != 1) for one in found)
    ]
    ours = detection["average_precision"].per_class(detection["boxes"].pad(truth), found, classes)
    ap, ap50, by_class = by_pycocotools(truth, found, classes)
    assert np.isnan(ours[0]).all() and (ours[1] == 0).all() and 0.05 < ap < 0.95
    assert np.nanmean(ours) == pytest.approx(ap, abs=1e-6)
    assert np.nanmean(ours[:, 0]) == pytest.approx(ap50, abs=1e-6)
    np.testing.assert_allclose(ours.mean(axis=1), by_class, atol=1e-6)
