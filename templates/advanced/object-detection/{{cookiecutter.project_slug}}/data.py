"""Step 1: look at the data before anything else.

    python data.py                     the sample: drawn shapes on pieces of two photos
    python data.py --data full         Pascal VOC 2007: 9,963 photos, twenty classes, 0.9 GB to download once
    python data.py --data my-photos    your own: a folder with Pascal VOC, YOLO or COCO annotations

Prints a summary of the data and any problems, and draws images with their boxes into runs/data.png. Next: python
model.py
"""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import drawn_shapes
import voc
from config import Config
from support import errors, runs, settings
from support.data import annotated_images, box_augmentation, box_summary
from support.data.annotated_images import read_inputs  # predict.py reads images by the same function as training
from support.data.annotations.records import Problem
from support.reports import drawing
from support.splits import Split, Splits

__all__ = ["draw_examples", "load", "read_inputs"]


def load(config: Config) -> Splits:
    """Training, validation and test images: x (images, side, side, 3) uint8 0..255, y (images, boxes, 5), see support/data/boxes.py."""
    splits, problems = read(config)
    left_out = sum(problem.left_out for problem in problems)
    if left_out:
        print(f"warning: {left_out} annotations or images are left out; python data.py --data {config.data} names them")
    return splits


def read(config: Config) -> tuple[Splits, list[Problem]]:
    """The splits, whose training images are augmented anew in every epoch, and the problems in the data."""
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


sample = lru_cache(maxsize=2)(drawn_shapes.make)


def draw_examples(split: Split, titles: list[str], path: Path, caption: str) -> tuple[Path, str]:
    """Draw the images of `split` with their boxes, each under its title."""
    return drawing.draw_boxes(split, [], titles, titles, path, caption)


def main() -> None:
    config = settings.read(Config)
    splits, problems = read(config)
    print(box_summary.summary(splits, problems))
    path, _ = drawing.draw_training(splits, config.seed, runs.FOLDER / "data.png")
    print(f"Some of them, and changed: {runs.shown(path)}\nNext: python model.py")


if __name__ == "__main__":
    errors.run(main)
