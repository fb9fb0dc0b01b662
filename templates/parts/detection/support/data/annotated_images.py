"""Your own images with boxes, as splits: letterboxed to a square, boxes in 0..1 of it."""

import hashlib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from support.data import boxes, copies
from support.data.annotations.read import read as read_annotations
from support.data.annotations.records import KINDS, AnnotatedImage, Annotations, Problem
from support.data.image_files import open_header
from support.data.images import find_inputs, say
from support.data.letterbox import Letterbox, LetterboxedImages, letterboxed_with_facts, subset
from support.data.pixels import Facts, remarks
from support.errors import ProjectError
from support.splits import Split, Splits, split_positions
from support.terminal import progress

import numpy as np

PARTS = ("train", "validation", "test")
SHOWN = 5  # problems of each kind that are printed
MOST_BOXES = 100  # in one image; average precision counts no more found ones either
MEMORY = 1_000_000_000  # bytes of images that are kept in memory; of more, each is read when it is asked for


def load(
    place: Path,
    side: int,
    fractions: tuple[float, float],
    seed: int,
    classes: tuple[str, ...] = (),
    single: str | None = None,
) -> tuple[Splits, list[Problem]]:
    """The annotated images at `place`, in the splits that they bring, and what is wrong with them.

    Args:
        place: a folder with images and annotations, or a COCO file.
        side: images are letterboxed to (side, side, 3).
        fractions: the share of validation and of test, each drawn from the training images where the data bring no such split.
        seed: of the split.
        classes: only these count; all where empty.
        single: a name under which all classes count as one; where the data have just one class, its own name stays.

    Raises:
        ProjectError: where there is nothing to train on.
    """
    found = read_annotations(place, classes)
    images, problems = usable(found)
    absent = [name for name in classes if name not in found.classes]
    if absent:
        raise ProjectError(
            f"no box of the class {', '.join(absent)} in {place}\nThe classes there: {', '.join(sorted(found.classes))}."
        )
    labels, number = number_classes(images, classes, single)
    x, y = read(images, number, side)
    spec = {"kind": "boxes", "shape": [side, side, 3], "labels": labels}
    brought = sorted({one.split for one in images if one.split}, key=PARTS.index)
    note = f"your own data, {place} ({len(images)} images, {found.format}"
    note += f"; {' and '.join(brought)} as the data set has them)" if len(brought) > 1 else ")"
    splits, copied = make_splits(images, x, y, fractions, seed, spec, str(place), note)
    return splits, [*problems, *copied]


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
    """The images to learn from: not those of which every box is broken, which would be shown as empty.

    Raises:
        ProjectError: where no box is left, naming what is wrong.
    """
    images = [one for one in found.images if one.boxes or not one.broken]
    if not any(one.boxes for one in images):
        counted = Counter(problem.kind for problem in found.problems)
        kinds = ", ".join(f"{count} {KINDS[kind]}" for kind, count in counted.most_common()) or "no box at all"
        first = "; ".join(str(problem) for problem in found.problems[:3])
        raise ProjectError(
            f"no usable box in {found.root} ({found.format}): {kinds}\nThe first: {first or 'the files are empty'}."
        )
    images, many = limited(images)
    return images, [*found.problems, *many]


def limited(images: list[AnnotatedImage]) -> tuple[list[AnnotatedImage], list[Problem]]:
    """The images with at most MOST_BOXES boxes each, the largest; and in which there were more."""
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
    """x (images, side, side, 3) uint8, read already unless they are too many, and y (images, boxes, 5), see support/data/boxes.py.

    Raises:
        ProjectError: naming up to three images that cannot be read.
    """
    targets = []
    for one in images:
        square = Letterbox(one.size).into(np.array(one.boxes))
        classes = np.array([number[name] for name in one.names], float)
        targets.append(np.column_stack([classes, square]).astype(np.float32))
    lazy = LetterboxedImages(images, side)
    if len(images) * side * side * 3 > MEMORY:
        return lazy, boxes.pad(targets)
    x, broken, facts = np.zeros((len(images), side, side, 3), np.uint8), [], [Facts()] * len(images)
    for row in progress(range(len(images)), "reading images", len(images)):
        try:
            x[row], facts[row] = letterboxed_with_facts(images[row].path, images[row].size, side)
        except ProjectError as error:
            broken.append(str(error))
    if broken:
        more = f", and {len(broken) - 3} more" if len(broken) > 3 else ""
        raise ProjectError(
            "; ".join(broken[:3]) + more + "\nRemove or replace " + ("it." if len(broken) == 1 else "them.")
        )
    say(remarks([one.path for one in images], facts))
    return x, boxes.pad(targets)


def make_splits(
    images: list[AnnotatedImage],
    x: np.ndarray | LetterboxedImages,
    y: np.ndarray,
    fractions: tuple[float, float],
    seed: int,
    spec: dict[str, Any],
    source: str,
    note: str,
) -> tuple[Splits, list[Problem]]:
    """The splits that the images bring; what they do not bring is drawn from those to train on.

    Of what is drawn, each split has its share of every class and of images without boxes, and copies of one photo stay together.
    The problems name images of which another split of the data set has a copy.
    """
    group = copies.group(images, x)
    brought = {part: np.array([row for row, one in enumerate(images) if one.split == part], int) for part in PARTS}
    rest = brought["train"] if len(brought["train"]) else np.arange(len(images))
    shares = tuple(0.0 if len(brought[part]) else share for part, share in zip(PARTS[1:], fractions, strict=True))
    drawn = _draw(group[rest], rarest_class(y)[rest], (shares[0], shares[1]), seed)
    parts = [
        brought[part] if part != "train" and len(brought[part]) else rest[rows]
        for part, rows in zip(PARTS, drawn, strict=True)
    ]
    if min(map(len, parts)) == 0:
        photos = len(np.unique(group))
        of = f", of {photos} photos" if photos < len(x) else ""
        raise ProjectError(
            f"too few images in {source}: found {len(x)}{of}, and training, validation and test need one each\nAdd images."
        )
    train, validation, test = (Split(subset(x, part), y[part]) for part in parts)
    trained, all_of_them = (set(np.unique(each[..., 0]).astype(int)) - {-1} for each in (train.y, y))
    if not trained:
        raise ProjectError(f"no box in the {len(train)} images to train on, in {source}\nAdd boxes, or other splits.")
    untrained = [
        Problem(source, "untrained", f"{spec['labels'][number]} has boxes, but none to train on", left_out=False)
        for number in sorted(all_of_them - trained)
    ]
    return Splits(train, validation, test, spec, source, note), [*untrained, *_copied(images, group, parts)]


def _draw(
    group: np.ndarray, classes: np.ndarray, fractions: tuple[float, float], seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions for training, validation and test, all copies of one image (of one `group`) in one of them."""
    _, first, member = np.unique(group, return_index=True, return_inverse=True)
    train, validation, test = (
        np.flatnonzero(np.isin(member, part)) for part in split_positions(classes[first], fractions, seed)
    )
    return train, validation, test


def _copied(images: list[AnnotatedImage], group: np.ndarray, parts: list[np.ndarray]) -> list[Problem]:
    """Images of which an earlier split has a copy: only a split that the data set brings can have them."""
    seen: dict[int, tuple[str, int]] = {}
    problems = []
    for part, rows in zip(PARTS, parts, strict=True):
        for row in rows:
            other, first = seen.setdefault(group[row], (part, row))
            if other != part:
                text = (
                    f"is in {part}, and {images[first].path}, of the same photo, in {other}: the score will be too good"
                )
                problems.append(Problem(str(images[row].path), "copies", text, left_out=False))
    return problems


def rarest_class(y: np.ndarray) -> np.ndarray:
    """For each image the class in it that the fewest boxes have, -1 without boxes: shape (images,)."""
    classes = y[..., 0].astype(int)
    counts = np.bincount(classes[classes >= 0], minlength=1)
    rareness = np.where(classes >= 0, counts[classes], np.iinfo(int).max)
    return classes[np.arange(len(y)), rareness.argmin(axis=1)]


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
    """A published data set as splits: its own test images, and validation images drawn from those to train on; see `read`."""
    x, y = read(train, number, side)
    rows = split_positions(rarest_class(y), (validation_fraction, 0.0), seed)
    drawn, validation, _ = (Split(subset(x, part), y[part]) for part in rows)
    spec = {"kind": "boxes", "shape": [side, side, 3], "labels": labels}
    return Splits(drawn, validation, Split(*read(test, number, side)), spec, "full", note)


def summary(splits: Splits, problems: list[Problem]) -> str:
    """What data.py prints: how many images and boxes of each class there are, how large they are, and what is wrong."""
    labels, side = splits.spec["labels"], splits.spec["shape"][0]
    lines = [
        f"Data: {splits.note}\nImages of {tuple(splits.spec['shape'])}, classes: {', '.join(labels)}",
        f"{'':12} {'images':>9} {'without':>8} {'boxes':>7}   of each class",
    ]
    for name, split in zip(PARTS, (splits.train, splits.validation, splits.test), strict=True):
        classes = split.y[..., 0].astype(int)
        counts = np.bincount(classes[classes >= 0], minlength=len(labels))
        each = ", ".join(f"{label} {count:,}" for label, count in zip(labels, counts, strict=True))
        without = int((classes < 0).all(axis=1).sum())
        lines.append(f"{name:12} {len(split):9,} {without:8,} {counts.sum():7,}   {each}")
    corners = splits.train.y[splits.train.y[..., 0] >= 0][:, 1:]
    small, middle, large = np.quantile((corners[:, 2:] - corners[:, :2]).max(axis=1) * side, (0.1, 0.5, 0.9))
    sizes = f"a tenth below {small:.0f} pixels, half below {middle:.0f}, a tenth above {large:.0f}"
    lines.append(f"Longest side of a box at {side}×{side}: {sizes}.")
    shared = shared_images(splits)
    if shared:
        text = "test images are also in the training data, so the test score will be too good"
        lines.append(f"warning: {shared} {text}\nRemove the copies.")
    return "\n".join([*lines, *([report(problems)] if problems else [])])


def report(problems: list[Problem]) -> str:
    """What is wrong, counted by kind, with the first few of each; an empty text where nothing is."""
    lines = []
    for kind, title in KINDS.items():
        found = [problem for problem in problems if problem.kind == kind]
        if found:
            lines.append(f"{'left out' if found[0].left_out else 'warning'}: {len(found)} {title}")
            lines += [f"  {problem}" for problem in found[:SHOWN]]
            lines += [f"  … and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return "\n".join(lines)


def read_inputs(inputs: list[str], spec: dict[str, Any]) -> tuple[list[str], np.ndarray]:
    """Files and folders as `predict.py` takes them: their names, and an array (images, side, side, 3).

    Raises:
        ProjectError: where one is missing, is no image, or is a folder without images.
    """
    paths, side = find_inputs(inputs), spec["shape"][0]
    found = [letterboxed_with_facts(path, open_header(path).size, side) for path in paths]
    say(remarks(paths, [facts for _, facts in found]))
    return [str(path) for path in paths], np.stack([square for square, _ in found])


def shared_images(splits: Splits) -> int:
    """How many test images are, pixel by pixel, also in training or validation."""

    def hashes(split: Split) -> list[bytes]:
        return [hashlib.sha256(np.asarray(split.x[row : row + 1]).tobytes()).digest() for row in range(len(split))]

    seen = {*hashes(splits.train), *hashes(splits.validation)}
    return sum(one in seen for one in hashes(splits.test))
