"""Images as arrays in an .npz file: checked before they are read, and converted to 8 bits per colour."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.data import folders
from support.data.image_files import check_file
from support.data.images import say
from support.data.pixels import FLAT
from support.errors import ProjectError
from support.splits import Split

import numpy as np

KEYS = ("x_train", "y_train", "x_test", "y_test")
MOST = 16 * 2**30  # bytes of all arrays together: they are read into memory, and a small file can expand to any size
ROUNDING = 0.001  # by how much rounding may move a value out of its range
DARK = 32  # of 255: images without a brighter pixel have another range, such as 0..16


def read(path: Path) -> tuple[dict[str, Split], list[str]]:
    """The splits "train" and "test", and "validation" if there is one; and the names of the classes.

    Raises:
        ProjectError: if the file is damaged, or contains something else.
    """
    arrays = _arrays(path)
    x = {part: with_channels(path, *found) for (letter, part), found in arrays.items() if letter == "x"}
    y = {part: classes(path, *arrays["y", part]) for part in x}
    for part in x:
        name = arrays["x", part][0]
        if x[part].shape[1:] != x["train"].shape[1:]:
            sizes = f"x_train has images of {x['train'].shape[1:]}, {name} of {x[part].shape[1:]}"
            raise ProjectError(f"{path}: {sizes}\nAll must have one size.")
        if len(x[part]) != len(y[part]):
            counts = f"{name} has {len(x[part])} images, {arrays['y', part][0]} {len(y[part])} classes"
            raise ProjectError(f"{path}: {counts}\nThere must be one class per image.")
    highest = max(float(each.max()) for each in x.values())
    x = {part: as_bytes(path, arrays["x", part][0], each, highest) for part, each in x.items()}
    flat = sum(int((np.ptp(each, axis=(1, 2)) <= FLAT).all(axis=-1).sum()) for each in x.values())
    say([f"{flat:,} images in {path} of one single colour: nothing can be learned from them"] if flat else [])
    labels = class_labels(path, y)
    return {part: Split(x[part], np.searchsorted(labels, y[part])) for part in x}, [str(label) for label in labels]


def class_labels(path: Path, classes: Mapping[str, Any]) -> list[Any]:
    """The classes of the training images, in order; `classes` has the classes of each split, with repetitions.

    Raises:
        ProjectError: if there is only one, or if another split has a class that training does not.
    """
    labels = np.unique(classes["train"]).tolist()
    if len(labels) < 2:
        raise ProjectError(f"only one class in {path}: {labels[0]}\nA classifier needs two or more.")
    for part, found in classes.items():
        for unknown in np.setdiff1d(found, labels)[:1]:
            near = [f" Did you mean {name}?" for name in labels if folders.alike([str(name), str(unknown)])]
            advice = f"What is tested must have been trained: both need the same classes.{''.join(near[:1])}"
            raise ProjectError(f"{path}: class {unknown} is in the {part} split, but not in training\n{advice}")
        missing = ", ".join(map(str, np.setdiff1d(labels, found)[:5]))
        say([f"the {part} split of {path} has no images of {missing}: nothing is known about them"] if missing else [])
    return labels


def _arrays(path: Path) -> dict[tuple[str, str], tuple[str, np.ndarray]]:
    """For "x" or "y" and a part, its key and its array: x_train, X_valid, or train_images and train_labels as in MedMNIST."""
    check_file(path)
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(info.file_size for info in archive.infolist())
        if size > MOST:
            most = f"{MOST // 2**30} GB is the most that is read into memory"
            advice = "Save the images as files, one folder per class: they are read as they are needed."
            raise ProjectError(f"{path} holds {size / 2**30:,.0f} GB of arrays, and {most}\n{advice}")
        found: dict[tuple[str, str], tuple[str, np.ndarray]] = {}
        unused: list[str] = []
        with np.load(path, allow_pickle=False) as file:
            for name in file.files:
                first, _, last = name.partition("_")
                if last.lower() in ("images", "labels"):
                    first, last = {"images": "x", "labels": "y"}[last.lower()], first
                key = first.lower(), folders.role(last) or ""
                if first.lower() not in ("x", "y") or not key[1]:
                    unused.append(name)
                elif key in found:
                    raise ProjectError(
                        f"{found[key][0]} and {name} in {path} are the same part twice\nKeep one of them."
                    )
                else:
                    found[key] = name, file[name]
    except (ProjectError, PermissionError):
        raise
    except Exception as error:  # a damaged file makes numpy and zipfile raise anything, from MemoryError to zlib.error
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        expected = f"Expected a file written by numpy.savez with the keys {', '.join(KEYS)}."
        raise ProjectError(f"{path} cannot be read as .npz: {text}\n{expected}") from None
    wanted = {(key[0], folders.role(key[2:])): key for key in KEYS}
    wanted |= {("y", "validation"): "y_val"} if ("x", "validation") in found else {}
    missing = [name for key, name in wanted.items() if key not in found]
    if missing:
        names = ", ".join([*(name for name, _ in found.values()), *unused]) or "none"
        raise ProjectError(f"{path} has no {', '.join(missing)}\nExpected the keys {', '.join(KEYS)}. Found: {names}.")
    say([f"not used in {path}: {', '.join(unused)}"] if unused else [])
    return found


def with_channels(path: Path, name: str, x: np.ndarray) -> np.ndarray:
    """`x` as (images, height, width, channels); booleans become 0 and 255."""
    x = x[..., None] if x.ndim == 3 else x
    if x.ndim != 4 or x.shape[-1] not in (1, 3) or not x.size or x.dtype.kind not in "buif":
        expected = "Expected numbers of shape (images, height, width) or (images, height, width, 1 or 3)."
        raise ProjectError(f"{path}: {name} has the shape {x.shape} and type {x.dtype}\n{expected}")
    return x.astype(np.uint8) * np.uint8(255) if x.dtype.kind == "b" else x


def as_bytes(path: Path, name: str, x: np.ndarray, highest: float) -> np.ndarray:
    """Values 0..255, or 0..1 if the `highest` of all parts is 1, as uint8."""
    low, high = float(x.min()), float(x.max())
    if not np.isfinite([low, high]).all() or low < -ROUNDING or high > 255 * (1 + ROUNDING):
        expected = "Expected pixels 0..255, or 0..1 as fractions."
        raise ProjectError(f"{path}: {name} holds values outside 0..255, or that are no numbers\n{expected}")
    fractions = highest <= 1 + ROUNDING
    if not fractions and (highest < DARK or 0 < high <= 1 + ROUNDING):
        expected = "Expected pixels 0..255, or 0..1 in all parts: multiply them so."
        raise ProjectError(f"{path}: the values of {name} reach {high:g}, of all parts {highest:g}\n{expected}")
    if x.dtype == np.uint8 and not fractions:
        return x
    return np.round(x * np.float32(255) if fractions else x).clip(0, 255).astype(np.uint8)


def classes(path: Path, name: str, y: np.ndarray) -> np.ndarray:
    """`y` as (images,): CIFAR's files have a single column, some files one column per class."""
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim == 2 and np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all():
        y = y.argmax(axis=1)
    if y.dtype.kind == "f" and np.isfinite(y).all() and (y == np.round(y)).all():
        y = y.astype(np.int64)
    if y.ndim != 1 or y.dtype.kind not in "uiU":
        expected = "Expected one whole number or name per image."
        raise ProjectError(f"{path}: {name} has the shape {y.shape} and type {y.dtype}\n{expected}")
    return y
