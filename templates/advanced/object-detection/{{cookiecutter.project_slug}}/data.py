"""Step 1: look at the data before anything else.

    python data.py                     the sample: drawn shapes on pieces of two photos
    python data.py --data full         Pascal VOC 2007: 9,963 photos, twenty classes, 0.9 GB to download once
    python data.py --data my-photos    your own: a folder with Pascal VOC, YOLO or COCO annotations

Prints what there is and what is wrong with it, and draws images with their boxes into runs/data.png. Next: python model.py
"""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import drawn_shapes
import voc
from config import Config
from support import errors, runs, settings
from support.data import annotated_images, box_augmentation, boxes
from support.data.annotated_images import read_inputs  # predict.py reads images by the same function as training
from support.data.annotations.records import Problem
from support.reports import drawing
from support.splits import Split, Splits

import numpy as np

__all__ = ["draw_examples", "load", "read_inputs"]


def load(config: Config) -> Splits:
    """Training, validation and test images: x (images, side, side, 3) uint8 0..255, y (images, boxes, 5), see support/data/boxes.py."""
    splits, problems = read(config)
    left_out = sum(problem.left_out for problem in problems)
    if left_out:
        print(f"warning: {left_out} annotations or images are left out; python data.py --data {config.data} names them")
    return splits


def read(config: Config) -> tuple[Splits, list[Problem]]:
    """The splits, whose training images change in every epoch, and what is wrong with the data."""
    problems: list[Problem] = []
    if config.data == "sample":
        splits = sample(config.image_size, config.seed)
    elif config.data == "full":
        splits, problems = voc.load(config.image_size, config.validation_fraction, config.seed, config.classes)
    else:
        fractions = (config.validation_fraction, config.test_fraction)
        splits, problems = annotated_images.load(
            Path(config.data), config.image_size, fractions, config.seed, config.classes
        )
    augment = box_augmentation.augmenter(config.zoom, config.shift, config.light, mosaic=config.mosaic)
    return replace(splits, train=replace(splits.train, augment=augment)), problems


@lru_cache(maxsize=2)
def sample(side: int, seed: int) -> Splits:
    """The drawn shapes, see drawn_shapes.py."""
    made = [drawn_shapes.make(part, side, seed) for part in drawn_shapes.IMAGES]
    train, validation, test = (Split(x, boxes.pad(answers)) for x, answers in made)
    spec = {"kind": "boxes", "shape": [side, side, 3], "labels": drawn_shapes.LABELS}
    note = "the sample (drawn shapes on pieces of two photos; not real objects)"
    return Splits(train, validation, test, spec, "sample", note)


def draw_examples(split: Split, titles: list[str], path: Path, caption: str) -> tuple[Path, str]:
    """Draw the images of `split` with their boxes, each under its title."""
    return drawing.draw_boxes(split, [], titles, titles, path, caption)


def main() -> None:
    config = settings.read(Config)
    splits, problems = read(config)
    labels = splits.spec["labels"]
    print(f"Data: {splits.note}\nPictures of {tuple(splits.spec['shape'])}, classes: {', '.join(labels)}")
    parts = {"train": splits.train, "validation": splits.validation, "test": splits.test}
    print(f"{'':12} {'images':>9} {'without':>8} {'boxes':>7}   of each class")
    for name, split in parts.items():
        classes = split.y[..., 0].astype(int)
        counts = np.bincount(classes[classes >= 0], minlength=len(labels))
        each = ", ".join(f"{label} {count:,}" for label, count in zip(labels, counts, strict=True))
        without = int((classes < 0).all(axis=1).sum())
        print(f"{name:12} {len(split):9,} {without:8,} {counts.sum():7,}   {each}")
    corners = splits.train.y[splits.train.y[..., 0] >= 0][:, 1:]
    longest = (corners[:, 2:] - corners[:, :2]).max(axis=1) * config.image_size
    small, middle, large = np.quantile(longest, (0.1, 0.5, 0.9))
    print(
        f"Longest side of a box at {config.image_size}×{config.image_size}: a tenth below {small:.0f} pixels, half below {middle:.0f}, a tenth above {large:.0f}."
    )
    if problems:
        print(annotated_images.report(problems))
    shared = annotated_images.shared_images(splits)
    if shared:
        print(
            f"warning: {shared} test images are also in the training data, so the test score will be too good\nRemove the copies."
        )
    rng = np.random.default_rng(config.seed)
    some = splits.train.take(np.sort(rng.permutation(len(splits.train))[:8]))
    x, y = some.augment(some.x, some.y, rng) if some.augment else (some.x, some.y)
    both = Split(np.concatenate([some.x, x]), boxes.pad([*some.y, *y]))
    titles = [*["as it is"] * len(some), *["as an epoch may show it"] * len(some)]
    path, _ = drawing.draw_boxes(both, [], labels, titles, runs.FOLDER / "data.png", "Some training images")
    print(f"Some of them, and changed: {runs.shown(path)}\nNext: python model.py")


if __name__ == "__main__":
    errors.run(main)
