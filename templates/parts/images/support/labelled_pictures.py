"""Your own pictures with a class each: an .npz file with Keras's keys, or a folder with one sub-folder per class."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from support import picture_files, pictures
from support.errors import ProjectError
from support.pictures import Shape
from support.splits import Split, Splits, split_positions

KEYS = ("x_train", "y_train", "x_test", "y_test")


def load(path: Path, shape: Shape, fractions: tuple[float, float], seed: int) -> Splits:
    """The pictures at `path`, split with every class in every split.

    Args:
        path: an .npz file, or a folder of class folders, with or without `train/` and `test/` above them.
        shape: what pictures from files are brought to; the arrays of an .npz keep their own size, and the model resizes them.
        fractions: the share of validation and of test; test counts only where the data have no test part of their own.
        seed: of the split.

    Raises:
        ProjectError: where the data are missing, damaged or not as expected.
    """
    if not path.exists():
        raise ProjectError(
            f"there is no data at {path}\nExpected sample, full, an .npz file, or a folder with one sub-folder of pictures per class."
        )
    (x, y), test, labels = read_npz(path) if path.is_file() else read_folder(path, shape)
    source, note = str(path), f"your own data, {path}"
    spec = {"kind": "picture", "shape": list(x.shape[1:]), "labels": labels}
    return make_splits(x, y, test, fractions, seed, spec, source, note)


def make_splits(
    x: Any,
    y: np.ndarray,
    test: Split | None,
    fractions: tuple[float, float],
    seed: int,
    spec: dict,
    source: str,
    note: str,
) -> Splits:
    """Cut validation (and test, where there is none yet) off the examples, class by class."""
    validation_fraction, test_fraction = fractions
    train, validation, rest = split_positions(y, (validation_fraction, 0.0 if test else test_fraction), seed)
    if not len(validation):
        raise ProjectError(
            f"too few pictures in {source}: a class needs at least three\nAdd pictures, or join rare classes into one folder."
        )
    return Splits(
        Split(picture_files.some(x, train), y[train]),
        Split(picture_files.some(x, validation), y[validation]),
        test or Split(picture_files.some(x, rest), y[rest]),
        spec,
        source,
        note,
    )


def read_npz(path: Path) -> tuple[tuple[np.ndarray, np.ndarray], Split | None, list[str]]:
    """Training pictures and class numbers, test split, class names of a file with the keys x_train, y_train, x_test, y_test."""
    try:
        with np.load(path, allow_pickle=False) as file:
            missing = [key for key in KEYS if key not in file]
            if missing:
                raise ProjectError(
                    f"{path} has no {', '.join(missing)}\nExpected the keys {', '.join(KEYS)}. Found: {', '.join(file.files) or 'none'}."
                )
            x_train, y_train, x_test, y_test = (file[key] for key in KEYS)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, AttributeError, TypeError) as error:
        if isinstance(error, PermissionError):
            raise
        raise ProjectError(
            f"{path} cannot be read as .npz: {error}\nExpected a file written by numpy.savez with the keys {', '.join(KEYS)}."
        ) from None
    x_train, x_test = (_pictures(path, f"x_{name}", values) for name, values in (("train", x_train), ("test", x_test)))
    y_train, y_test = (_classes(path, f"y_{name}", values) for name, values in (("train", y_train), ("test", y_test)))
    if x_train.shape[1:] != x_test.shape[1:]:
        raise ProjectError(
            f"{path}: x_train has pictures of {x_train.shape[1:]}, x_test of {x_test.shape[1:]}\nBoth must have one size."
        )
    for name, x, y in (("train", x_train, y_train), ("test", x_test, y_test)):
        if len(x) != len(y):
            raise ProjectError(
                f"{path}: x_{name} has {len(x)} pictures, y_{name} {len(y)} classes\nThere must be one class per picture."
            )
    labels = np.unique(y_train)
    unknown = np.setdiff1d(y_test, labels)
    if len(labels) < 2:
        raise ProjectError(f"only one class in {path}: {labels[0]}\nA classifier needs two or more.")
    if len(unknown):
        raise ProjectError(
            f"{path}: class {unknown[0]} is in y_test but not in y_train\nWhat is tested must have been trained."
        )
    names = [str(label) for label in labels]
    return (x_train, np.searchsorted(labels, y_train)), Split(x_test, np.searchsorted(labels, y_test)), names


def read_folder(path: Path, shape: Shape) -> tuple[tuple[Any, np.ndarray], Split | None, list[str]]:
    """The same of a folder; the test split is None where there are no `train/` and `test/` folders.

    Pictures that would take more than picture_files.IN_MEMORY bytes stay on the disk (picture_files.PictureFiles).
    """
    parted = (path / "train").is_dir() and (path / "test").is_dir()
    train = pictures.class_folders(path / "train" if parted else path)
    labels = list(train)
    x, y = _read(train, labels, shape)
    if not parted:
        return (x, y), None, labels
    test = pictures.class_folders(path / "test")
    unknown = [name for name in test if name not in labels]
    if unknown:
        raise ProjectError(
            f"class {unknown[0]} is in {path / 'test'}/ but not in {path / 'train'}/\nBoth need the same class folders."
        )
    return (x, y), Split(*_read(test, labels, shape)), labels


def _read(classes: dict[str, list[Path]], labels: list[str], shape: Shape) -> tuple[Any, np.ndarray]:
    paths = [(file, labels.index(name)) for name, files in classes.items() for file in files]
    return picture_files.read([file for file, _ in paths], shape), np.array([label for _, label in paths], np.int64)


def _pictures(path: Path, name: str, x: np.ndarray) -> np.ndarray:
    """`x` as (pictures, height, width, channels), uint8."""
    if x.ndim == 3:
        x = x[..., None]
    if x.ndim != 4 or x.shape[-1] not in (1, 3) or not len(x) or x.dtype.kind not in "uif":
        raise ProjectError(
            f"{path}: {name} has the shape {x.shape} and type {x.dtype}\nExpected numbers of shape (pictures, height, width) or (pictures, height, width, 1 or 3)."
        )
    if x.dtype == np.uint8:
        return x
    if not np.isfinite(x).all() or x.min() < 0 or x.max() > 255:
        raise ProjectError(
            f"{path}: {name} holds values outside 0..255, or that are no numbers\nExpected pixels 0..255, or 0..1 as fractions."
        )
    return np.round(x * 255 if x.max() <= 1 and x.dtype.kind == "f" else x).astype(np.uint8)


def _classes(path: Path, name: str, y: np.ndarray) -> np.ndarray:
    """`y` as (pictures,): CIFAR's files have a column of their own, some files one column per class."""
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim == 2 and np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all():
        y = y.argmax(axis=1)
    if y.ndim != 1 or y.dtype.kind not in "uiU":
        raise ProjectError(
            f"{path}: {name} has the shape {y.shape} and type {y.dtype}\nExpected one whole number or name per picture."
        )
    return y


def shared_pictures(splits: Splits) -> int:
    """How many test pictures are, pixel by pixel, also in training or validation."""
    seen = {digest for split in (splits.train, splits.validation) for digest in picture_files.digests_of(split.x)}
    return sum(digest in seen for digest in picture_files.digests_of(splits.test.x))
