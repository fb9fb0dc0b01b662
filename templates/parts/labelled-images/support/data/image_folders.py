"""Your own labelled images, as splits: a folder with one sub-folder per class, or an .npz file with Keras's keys."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from support.data import folders, image_arrays, images
from support.data.folders import visible_folders
from support.data.image_arrays import class_labels
from support.data.image_files import KNOWN, find_images, left_out, other_files
from support.data.images import ImageFiles, Shape, say
from support.data.pixels import Pixels, in_spec
from support.errors import ProjectError
from support.splits import Split, Splits, split_positions

import numpy as np


def load(path: Path, shape: Shape, fractions: tuple[float, float], seed: int) -> Splits:
    """The images at `path`, split with every class in every split; those of a large folder stay on disk (images.ImageFiles).

    Args:
        path: an .npz file, or a folder of class folders, with or without folders for training, validation and test above them.
        shape: the shape of images from files; the arrays of an .npz keep their own size, and the model resizes them.
        fractions: the fractions for validation and test; each counts only if the data have no such split.
        seed: of the split.

    Raises:
        ProjectError: if the data are missing, damaged or not as expected.
    """
    if not path.exists():
        expected = "Expected sample, full, an .npz file, or a folder with one sub-folder of images per class."
        raise ProjectError(f"there is no data at {path}\n{expected}")
    given, labels, pixels = read(path, shape) if path.is_dir() else (*image_arrays.read(path), {})
    spec = {"kind": "picture", "shape": list(given["train"].x.shape[1:]), "labels": labels, **in_spec(pixels)}
    return make_splits(given, fractions, seed, spec, str(path), f"your own data, {path}")


def make_splits(
    given: dict[str, Split], fractions: tuple[float, float], seed: int, spec: dict[str, Any], source: str, note: str
) -> Splits:
    """The splits "train", "validation" and "test"; a missing one of the last two is taken from the first, class by class."""
    x, y = given["train"].x, given["train"].y
    shares = [0.0 if part in given else share for part, share in zip(("validation", "test"), fractions, strict=True)]
    train, *others = (
        Split(x.only(rows) if isinstance(x, ImageFiles) else x[rows], y[rows])
        for rows in split_positions(y, (shares[0], shares[1]), seed)
    )
    validation, test = (given.get(part, cut) for part, cut in zip(("validation", "test"), others, strict=True))
    if not len(validation) or not len(test):
        advice = "Add images, or join rare classes into one folder."
        raise ProjectError(f"too few images in {source}: a class needs at least three\n{advice}")
    return Splits(train, validation, test, spec, source, note)


def read(path: Path, shape: Shape) -> tuple[dict[str, Split], list[str], Pixels]:
    """The splits of a folder, among them "train"; the names of the classes; and how more than 8 bits were read."""
    say(remarks(path))
    places = {part: place for part, place in (folders.split_folders(path) or {"train": path}).items() if place}
    classes = {part: class_folders(Path(str(place)), 2 if part == "train" else 1) for part, place in places.items()}
    labels = class_labels(path, {part: list(found) for part, found in classes.items()})
    pixels, given = None, {}
    for part, found in classes.items():
        names = [name for name, files in found.items() for _ in files]
        files = [file for files in found.values() for file in files]
        x, pixels = images.read(files, shape, pixels)  # as the training images were
        given[part] = Split(x, np.searchsorted(labels, names))
    return given, labels, pixels or {}


def class_folders(folder: Path, fewest: int) -> dict[str, list[Path]]:
    """The images of each class, one sub-folder per class; at least `fewest` classes are needed.

    Raises:
        ProjectError: if there are no sub-folders, too few classes, a class without images, or splits inside the classes.
    """
    found: dict[str, list[Path]] = {}
    for place in visible_folders(folder):
        # macOS writes é as e and an accent, other systems as one letter: both are the same name.
        name = unicodedata.normalize("NFC", place.name)
        if folders.split_folders(place):
            advice = f"Put them above the classes: {folder}/train/{name}/, {folder}/test/{name}/."
            raise ProjectError(f"{place}/ has splits inside a class\n{advice}")
        found[name] = [*found.get(name, []), *find_images(place)]
        if not found[name]:
            others = left_out(other_files(place)) or "nothing"
            advice = (
                f"Each folder is a class and needs images ({KNOWN}): add some, or remove the folder. Found: {others}."
            )
            raise ProjectError(f"no images in {place}/\n{advice}")
    if not found:
        files = sum(path.is_file() for path in folder.iterdir())
        expected = f"Expected one folder per class, for example {folder}/cat/1.jpg. Found: {files} files, 0 folders."
        raise ProjectError(f"no images by class in {folder}/\n{expected}")
    if len(found) < fewest:
        several = len(visible_folders(place)) > 1
        advice = f" Or are its sub-folders the classes? Then give {place}." if several else ""
        needs = f"A classifier needs two or more: one folder per class.{advice}"
        raise ProjectError(f"only one class in {folder}/: {place.name}\n{needs}")
    return found


def remarks(folder: Path) -> Iterator[str]:
    """What a folder of classes or splits contains that is not used or may be a mistake, a sentence each."""
    yield from folders.remarks(folder)
    parts = folders.split_folders(folder)
    tops = [part for part in parts.values() if isinstance(part, Path)] if parts else [folder]
    for top in dict.fromkeys([*tops, folder]):
        loose = sum(path.parent == top for path in find_images(top))
        if loose:
            yield f"{loose:,} images beside the class folders in {top}/ are not used: they have no class"
    for top in tops:
        classes = visible_folders(top)
        yield from folders.alike(each.name for each in classes)
        nested = [f"{inner[0].parent.name}/{inner[0].name}/" for each in classes if (inner := visible_folders(each))]
        if nested:
            inside = ", ".join(nested[:3])
            yield f"class folders in {top}/ have folders inside, such as {inside}: those are no classes of their own"
        others = left_out(path for each in classes for path in other_files(each))
        if others:
            yield f"left out in {top}/: {others}"


def describe(splits: Splits) -> str:
    """How many images of each class are in each split, and whether test images are also training images."""
    labels, parts = splits.spec["labels"], (splits.train, splits.validation, splits.test)
    lines = [f"Data: {splits.note}", f"Images of {tuple(splits.spec['shape'])}, {len(labels) or 'no'} classes"]
    lines.append(f"{'class':12} {'train':>7} {'validation':>11} {'test':>7}")
    for number, label in enumerate(labels or ["all"]):
        train, validation, test = (int((split.y == number).sum()) for split in parts)
        lines.append(f"{label[:12]:12} {train:7,} {validation:11,} {test:7,}")
    shared = shared_images(splits)
    if shared:
        lines.append(f"warning: {shared} test images are also in the training data, so the test score will be too good")
        lines.append("Remove the copies.")
    return "\n".join(lines)


def shared_images(splits: Splits) -> int:
    """How many test images are, pixel by pixel, also in training or validation."""
    seen = {digest for split in (splits.train, splits.validation) for digest in images.digests(split.x)}
    return sum(digest in seen for digest in images.digests(splits.test.x))
