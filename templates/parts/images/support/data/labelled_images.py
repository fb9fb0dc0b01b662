"""Your own images with a class each, as splits: from an .npz file with Keras's keys, or a folder with one sub-folder per class."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.data import folders, image_arrays, image_files, image_folders
from support.data.image_folders import Classes
from support.data.image_formats import check_file
from support.data.images import Shape, say
from support.data.pixels import FLAT, Pixels
from support.errors import ProjectError
from support.splits import Split, Splits, split_positions

import numpy as np


@dataclass(frozen=True)
class Labelled:
    """Images with class numbers: `x` and `y` to train on, `validation` and `test` where the data bring their own."""

    x: Any
    y: np.ndarray
    labels: list[str]
    validation: Split | None = None
    test: Split | None = None
    pixels: Pixels = Pixels()  # how more than 8 bits and transparent parts are read


def load(path: Path, shape: Shape, fractions: tuple[float, float], seed: int) -> Splits:
    """The images at `path`, split with every class in every split.

    Args:
        path: an .npz file, or a folder of class folders, with or without folders for training, validation and test above them.
        shape: what images from files are brought to; the arrays of an .npz keep their own size, and the model resizes them.
        fractions: the share of validation and of test; each counts only where the data bring no such part of their own.
        seed: of the split.

    Raises:
        ProjectError: where the data are missing, damaged or not as expected.
    """
    if not path.exists():
        raise ProjectError(
            f"there is no data at {path}\nExpected sample, full, an .npz file, or a folder with one sub-folder of images per class."
        )
    found = read_folder(path, shape) if path.is_dir() else read_npz(path)
    spec = {"kind": "picture", "shape": list(found.x.shape[1:]), "labels": found.labels, **found.pixels.to_spec()}
    source, note = str(path), f"your own data, {path}"
    return make_splits(found.x, found.y, found.test, fractions, seed, spec, source, note, found.validation)


def make_splits(
    x: Any,
    y: np.ndarray,
    test: Split | None,
    fractions: tuple[float, float],
    seed: int,
    spec: dict,
    source: str,
    note: str,
    validation: Split | None = None,
) -> Splits:
    """Cut validation and test off the examples, class by class, where there are none yet."""
    shares = (0.0 if validation else fractions[0], 0.0 if test else fractions[1])
    train, *others = (Split(image_files.some(x, rows), y[rows]) for rows in split_positions(y, shares, seed))
    validation, test = validation or others[0], test or others[1]
    if not len(validation) or not len(test):
        raise ProjectError(
            f"too few images in {source}: a class needs at least three\nAdd images, or join rare classes into one folder."
        )
    return Splits(train, validation, test, spec, source, note)


def read_npz(path: Path) -> Labelled:
    """The images of an .npz file with the keys x_train, y_train, x_test, y_test, and perhaps x_val, y_val."""
    check_file(path)
    parts, unused = image_arrays.read(path)
    say([f"{', '.join(unused)} in {path} {'is' if len(unused) == 1 else 'are'} not used"] if unused else [])
    flat = sum(int((np.ptp(each, axis=(1, 2)) <= FLAT).all(axis=-1).sum()) for each, _ in parts.values())
    say([f"{flat:,} images in {path} of one single colour: nothing can be learned from them"] if flat else [])
    x, y = parts.pop("train")
    labels = np.unique(y)
    if len(labels) < 2:
        raise ProjectError(f"only one class in {path}: {labels[0]}\nA classifier needs two or more.")
    splits = {}
    for part, (x_part, y_part) in parts.items():
        unknown = np.setdiff1d(y_part, labels)
        if len(unknown):
            raise ProjectError(
                f"{path}: class {unknown[0]} is in y_{part} but not in y_train\nWhat is tested must have been trained."
            )
        splits[part] = Split(x_part, np.searchsorted(labels, y_part))
    names = [str(label) for label in labels]
    return Labelled(x, np.searchsorted(labels, y), names, splits.get("validation"), splits.get("test"))


def read_folder(path: Path, shape: Shape) -> Labelled:
    """The images of a folder.

    Images that would take more than picture_files.IN_MEMORY bytes stay on the disk (picture_files.PictureFiles).
    """
    parts = folders.split_folders(path)
    say(image_folders.remarks(path))
    classes = image_folders.class_folders(parts["train"] if parts else path)
    labels = list(classes)
    train, y = _read(classes, labels, shape, None)
    splits = {}
    for part in ("validation", "test"):
        folder = parts[part] if parts else None  # type: ignore[literal-required]
        if parts is None or folder is None:
            continue
        found = image_folders.class_folders(folder, fewest=1)
        unknown = [name for name in found if name not in labels]
        if unknown:
            near = [name for name in labels if folders.alike([name, unknown[0]])]
            raise ProjectError(
                f"class {unknown[0]} is in {folder}/ but not in {parts['train']}/\nBoth need the same class folders."
                + (f" Did you mean {near[0]}?" if near else "")
            )
        missing = [name for name in labels if name not in found]
        say([f"{folder}/ has no images of {', '.join(missing[:5])}: nothing is known about them"] if missing else [])
        read, y_part = _read(found, labels, shape, train.pixels)
        splits[part] = Split(read.x, y_part)
    return Labelled(train.x, y, labels, splits.get("validation"), splits.get("test"), train.pixels)


def _read(
    classes: Classes, labels: list[str], shape: Shape, pixels: Pixels | None
) -> tuple[image_files.Found, np.ndarray]:
    paths = [(file, labels.index(name)) for name, files in classes.items() for file in files]
    found = image_files.read([file for file, _ in paths], shape, pixels)
    say(found.remarks)
    return found, np.array([label for _, label in paths], np.int64)


def shared_pictures(splits: Splits) -> int:
    """How many test pictures are, pixel by pixel, also in training or validation."""
    seen = {digest for split in (splits.train, splits.validation) for digest in image_files.digests_of(split.x)}
    return sum(digest in seen for digest in image_files.digests_of(splits.test.x))
