"""Your own images with boxes, as splits: letterboxed to a square, boxes in 0..1 of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from support.data import boxes, copies
from support.data.annotations.read import read as read_annotations
from support.data.annotations.records import KINDS, AnnotatedImage, Annotations, Problem
from support.data.image_files import open_header
from support.data.images import find_inputs, say
from support.data.letterbox import Letterbox, LetterboxedImages, letterboxed, subset
from support.data.pixels import Facts, remarks
from support.errors import ProjectError
from support.splits import Split, Splits, split_positions
from support.terminal import progress

import numpy as np

PARTS = ("train", "validation", "test")
MOST_BOXES = 100  # in one image; average precision counts no more than that either
MEMORY = 1_000_000_000  # bytes of images to keep in memory; with more, each is read when it is needed


def load(
    place: Path,
    side: int,
    fractions: tuple[float, float],
    seed: int,
    classes: tuple[str, ...] = (),
    single: str | None = None,
) -> tuple[Splits, list[Problem]]:
    """The annotated images at `place`, in their own splits if they have any, and the problems in them.

    Args:
        place: a folder with images and annotations, or a COCO file.
        side: images are letterboxed to (side, side, 3).
        fractions: of validation and of test, each taken from the training images if the data have no such split.
        seed: of the split.
        classes: only these count; all if empty.
        single: a name under which all classes count as one; if the data have just one class, its own name stays.

    Raises:
        ProjectError: if there is nothing to train on.
    """
    found = read_annotations(place, classes)
    images, problems = usable(found)
    absent = [name for name in classes if name not in found.classes]
    if absent:
        there = ", ".join(sorted(found.classes))
        raise ProjectError(f"no box of the class {', '.join(absent)} in {place}\nThe classes there: {there}.")
    labels, number = number_classes(images, classes, single)
    x, y = read(images, number, side)
    brought = sorted({one.split for one in images if one.split}, key=PARTS.index)
    note = f"your own data, {place} ({len(images)} images, {found.format}"
    note += f"; {' and '.join(brought)} as the data set has them)" if len(brought) > 1 else ")"
    group = copies.group(images, x)
    rows = _rows(images, group, y, fractions, seed, place)
    train, validation, test = (Split(subset(x, part), y[part]) for part in rows)
    trained, all_of_them = (set(np.unique(each[..., 0]).astype(int)) - {-1} for each in (train.y, y))
    if not trained:
        raise ProjectError(f"no box in the {len(train)} images to train on, in {place}\nAdd boxes, or other splits.")
    for untrained in sorted(all_of_them - trained):
        text = f"{labels[untrained]} has boxes, but none to train on"
        problems.append(Problem(str(place), "untrained", text, left_out=False))
    splits = Splits(train, validation, test, _spec(side, labels), str(place), note)
    return splits, [*problems, *_copied(images, group, rows)]


def published(
    train: list[AnnotatedImage],
    test: list[AnnotatedImage],
    labels: list[str],
    number: dict[str, int],
    side: int,
    validation_fraction: float,
    seed: int,
    note: str,
) -> Splits:
    """A published data set as splits: its own test images, and validation images taken from the training images; see `read`."""
    x, y = read(train, number, side)
    rows = split_positions(rarest_class(y), (validation_fraction, 0.0), seed)
    drawn, validation, _ = (Split(subset(x, part), y[part]) for part in rows)
    return Splits(drawn, validation, Split(*read(test, number, side)), _spec(side, labels), "full", note)


def _spec(side: int, labels: list[str]) -> dict[str, Any]:
    return {"kind": "boxes", "shape": [side, side, 3], "labels": labels}


def number_classes(
    images: list[AnnotatedImage], classes: tuple[str, ...], single: str | None
) -> tuple[list[str], dict[str, int]]:
    """The names of the classes, and the number of each name in the annotations."""
    names = sorted({name for one in images for name in one.names})
    if single and len(names) > 1:
        return [single], dict.fromkeys(names, 0)
    labels = [name for name in classes if name in names] or names
    return labels, {name: position for position, name in enumerate(labels)}


def usable(found: Annotations) -> tuple[list[AnnotatedImage], list[Problem]]:
    """The usable images: not those whose boxes are all broken, which would count as empty.

    Raises:
        ProjectError: if no box is left; it names the problems.
    """
    images = [one for one in found.images if one.boxes or not one.broken]
    if not any(one.boxes for one in images):
        counted = Counter(problem.kind for problem in found.problems)
        kinds = ", ".join(f"{count} {KINDS[kind]}" for kind, count in counted.most_common()) or "no box at all"
        first = "; ".join(str(problem) for problem in found.problems[:3]) or "the files are empty"
        raise ProjectError(f"no usable box in {found.root} ({found.format}): {kinds}\nThe first: {first}.")
    images, many = limited(images)
    return images, [*found.problems, *many]


def limited(images: list[AnnotatedImage]) -> tuple[list[AnnotatedImage], list[Problem]]:
    """The images with at most MOST_BOXES boxes each, the largest; and the images that had more."""
    result, problems = [], []
    for one in images:
        if len(one.boxes) > MOST_BOXES:
            text = f"has {len(one.boxes)} boxes; the {MOST_BOXES} largest are used"
            problems.append(Problem(str(one.path), "too many", text))
            keep = np.sort(np.argsort(-boxes.area(np.array(one.boxes)), kind="stable")[:MOST_BOXES])
            one = replace(one, boxes=[one.boxes[row] for row in keep], names=[one.names[row] for row in keep])
        result.append(one)
    return result, problems


def read(
    images: list[AnnotatedImage], number: dict[str, int], side: int
) -> tuple[np.ndarray | LetterboxedImages, np.ndarray]:
    """x (images, side, side, 3) uint8, read already unless there are too many, and y (images, boxes, 5), see support/data/boxes.py.

    Raises:
        ProjectError: naming up to three images that cannot be read.
    """
    targets = [
        np.column_stack([[number[name] for name in one.names], Letterbox(one.size).into(np.array(one.boxes))])
        for one in images
    ]
    if len(images) * side * side * 3 > MEMORY:
        return LetterboxedImages(images, side), boxes.pad(targets)
    x, broken, facts = np.zeros((len(images), side, side, 3), np.uint8), [], [Facts()] * len(images)
    for row in progress(range(len(images)), "reading images", len(images)):
        try:
            x[row], facts[row] = letterboxed(images[row].path, images[row].size, side)
        except ProjectError as error:
            broken.append(str(error))
    if broken:
        more = f", and {len(broken) - 3} more" if len(broken) > 3 else ""
        raise ProjectError("; ".join(broken[:3]) + more + "\nRemove or replace what cannot be read.")
    say(remarks([one.path for one in images], facts))
    return x, boxes.pad(targets)


def _rows(
    images: list[AnnotatedImage],
    group: np.ndarray,
    y: np.ndarray,
    fractions: tuple[float, float],
    seed: int,
    place: Path,
) -> list[np.ndarray]:
    """Positions of the images of each split: the split of the image if it has one, otherwise a random one.

    A random split has its share of every class and of images without boxes, and copies of one photo stay together.
    """
    brought = {part: np.array([row for row, one in enumerate(images) if one.split == part], int) for part in PARTS}
    rest = brought["train"] if len(brought["train"]) else np.arange(len(images))
    validation, test = (
        0.0 if len(brought[part]) else fraction for part, fraction in zip(PARTS[1:], fractions, strict=True)
    )
    fractions, classes = (validation, test), rarest_class(y)[rest]
    _, first, member = np.unique(group[rest], return_index=True, return_inverse=True)
    drawn = [np.flatnonzero(np.isin(member, part)) for part in split_positions(classes[first], fractions, seed)]
    rows = [rest[drawn[0]], *(brought[p] if len(brought[p]) else rest[drawn[n]] for n, p in enumerate(PARTS) if n)]
    if min(map(len, rows)) == 0:
        photos = len(np.unique(group))
        of = f", of {photos} photos" if photos < len(images) else ""
        expected = "training, validation and test need one each\nAdd images."
        raise ProjectError(f"too few images in {place}: found {len(images)}{of}, and {expected}")
    return rows


def _copied(images: list[AnnotatedImage], group: np.ndarray, rows: Sequence[np.ndarray]) -> list[Problem]:
    """Images with a copy in an earlier split: only splits of the data set itself can have them."""
    seen: dict[int, tuple[str, int]] = {}
    problems = []
    for part, members in zip(PARTS, rows, strict=True):
        for row in members:
            other, first = seen.setdefault(group[row], (part, row))
            if other != part:
                text = f"is in {part}, and {images[first].path}, of the same photo, in {other}"
                text += ": the score will be too good"
                problems.append(Problem(str(images[row].path), "copies", text, left_out=False))
    return problems


def rarest_class(y: np.ndarray) -> np.ndarray:
    """For each image the class in it that the fewest boxes have, -1 without boxes: shape (images,)."""
    classes = y[..., 0].astype(int)
    counts = np.bincount(classes[classes >= 0], minlength=1)
    rareness = np.where(classes >= 0, counts[classes], np.iinfo(int).max)
    return classes[np.arange(len(y)), rareness.argmin(axis=1)]


def read_inputs(inputs: list[str], spec: dict[str, Any]) -> tuple[list[str], np.ndarray]:
    """Files and folders as `predict.py` takes them: their names, and an array (images, side, side, 3).

    Raises:
        ProjectError: if one is missing, is not an image, or is a folder without images.
    """
    paths, side = find_inputs(inputs), spec["shape"][0]
    found = [letterboxed(path, open_header(path).size, side) for path in paths]
    say(remarks(paths, [facts for _, facts in found]))
    return [str(path) for path in paths], np.stack([square for square, _ in found])
