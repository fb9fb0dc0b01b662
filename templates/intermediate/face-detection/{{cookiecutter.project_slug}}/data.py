"""Step 1: look at the data before anything else.

    python data.py                     the sample: drawn faces on pieces of two photos
    python data.py --data full         WIDER FACE: 16,106 photos, 1.8 GB to download once
    python data.py --data my-photos    your own: a folder with Pascal VOC, YOLO or COCO annotations

Prints what there is and what is wrong with it, and draws images with their boxes into runs/data.png. Next: python model.py
"""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import drawn_faces
import wider_face
from config import Config
from support import errors, runs, settings
from support.data import annotated_images, box_augmentation, boxes
from support.data.annotated_images import read_inputs  # predict.py reads images by the same function as training
from support.data.annotations.records import Problem
from support.reports import drawing
from support.splits import Split, Splits

import numpy as np

__all__ = ["draw_examples", "load", "read_inputs"]

LABEL = "face"  # what every box is called with --single-class


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
        splits, problems = wider_face.load(config.image_size, config.validation_fraction, config.seed)
    else:
        splits, problems = annotated_images.load(
            Path(config.data),
            config.image_size,
            (config.validation_fraction, config.test_fraction),
            config.seed,
            config.classes,
            LABEL if config.single_class else None,
        )
    augment = box_augmentation.augmenter(config.zoom, config.shift, config.light)
    return replace(splits, train=replace(splits.train, augment=augment)), problems


@lru_cache(maxsize=2)
def sample(side: int, seed: int) -> Splits:
    """The drawn faces, see drawn_faces.py."""
    made = [drawn_faces.make(part, side, seed) for part in drawn_faces.IMAGES]
    train, validation, test = (Split(x, boxes.pad(answers)) for x, answers in made)
    spec = {"kind": "boxes", "shape": [side, side, 3], "labels": [LABEL]}
    note = "the sample (drawn faces on pieces of two photos; not real faces)"
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
    print(
        f"{'':12} {'images':>9} {'boxes':>7} {'without':>8}   height of the boxes in pixels: smallest tenth, middle, largest"
    )
    for name, split in parts.items():
        real = split.y[..., 0] >= 0
        heights = (split.y[..., 4] - split.y[..., 2])[real] * config.image_size
        sizes = "".join(f"{value:8.0f}" for value in np.quantile(heights, (0.1, 0.5, 1.0))) if len(heights) else ""
        print(f"{name:12} {len(split):9,} {real.sum():7,} {(~real.any(axis=1)).sum():8,} {sizes}")
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
    both = Split(np.concatenate([some.x, x]), np.concatenate([some.y, y]))
    titles = [*["as it is"] * len(some), *["as an epoch may show it"] * len(some)]
    path, _ = drawing.draw_boxes(both, [], labels, titles, runs.FOLDER / "data.png", "Some training images")
    print(f"Some of them, and changed: {runs.shown(path)}\nNext: python model.py")


if __name__ == "__main__":
    errors.run(main)
