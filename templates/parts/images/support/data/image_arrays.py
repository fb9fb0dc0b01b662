"""Images as arrays in an .npz file: checked before they are read, and brought to 8 bits a colour."""

import zipfile
from pathlib import Path

from support.data import folders
from support.errors import ProjectError

import numpy as np

KEYS = ("x_train", "y_train", "x_test", "y_test")
MOST = 16 * 2**30  # bytes of all arrays together: they are read into memory, and a small file can unpack to any number
ROUNDING = 0.001  # by how much a value may lie beyond its range, as computing with fractions does
DARK = 32  # of 255: images of which no pixel is brighter were made in another range, such as 0..16
Part = tuple[np.ndarray, np.ndarray]  # images (images, height, width, channels) uint8, and their classes (images,)


def read(path: Path) -> tuple[dict[str, Part], list[str]]:
    """The parts "train" and "test", and "validation" where there is one; and the keys of the file that are not used.

    Raises:
        ProjectError: where the file is damaged, or holds something else.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            check_sizes(path, archive)
        with np.load(path, allow_pickle=False) as file:
            keys = _keys(file.files)
            missing = [key for key in KEYS if (key[0], folders.role(key[2:])) not in keys]
            if missing:
                raise ProjectError(
                    f"{path} has no {', '.join(missing)}\nExpected the keys {', '.join(KEYS)}. Found: {', '.join(file.files) or 'none'}."
                )
            arrays = {key: file[name] for key, name in keys.items()}
            unused = [name for name in file.files if name not in keys.values()]
    except (ProjectError, PermissionError):
        raise
    except Exception as error:  # a damaged file makes numpy and zipfile raise anything, from KeyError to zlib.error
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ProjectError(
            f"{path} cannot be read as .npz: {text}\nExpected a file written by numpy.savez with the keys {', '.join(KEYS)}."
        ) from None
    parts = [part for part in ("train", "validation", "test") if ("x", part) in arrays]
    if "validation" in parts and ("y", "validation") not in arrays:
        raise ProjectError(f"{path} has {keys['x', 'validation']} without its classes\nExpected y_val beside x_val.")
    x = {part: _with_channels(path, keys["x", part], arrays["x", part]) for part in parts}
    y = {part: _classes(path, keys["y", part], arrays["y", part]) for part in parts}
    for part in parts:
        if x[part].shape[1:] != x["train"].shape[1:]:
            raise ProjectError(
                f"{path}: x_train has images of {x['train'].shape[1:]}, {keys['x', part]} of {x[part].shape[1:]}\nAll must have one size."
            )
        if len(x[part]) != len(y[part]):
            raise ProjectError(
                f"{path}: {keys['x', part]} has {len(x[part])} images, {keys['y', part]} {len(y[part])} classes\nThere must be one class per image."
            )
    highest = max(float(each.max()) * (255 if each.dtype.kind == "b" else 1) for each in x.values())
    return {part: (_as_bytes(path, keys["x", part], x[part], highest), y[part]) for part in parts}, unused


def check_sizes(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse arrays whose head promises more than the file holds, or more than fits into memory, before room is made for them."""
    total = 0
    for info in archive.infolist():
        if not info.filename.endswith(".npy"):
            continue
        with archive.open(info) as member:
            version = np.lib.format.read_magic(member)
            read_head = (
                np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            )
            shape, _, dtype = read_head(member)
            held = info.file_size - member.tell()
        size = int(dtype.itemsize)
        for side in shape:
            size *= int(side)  # Python's numbers do not overflow
        total += size
        if size > held or min(shape, default=0) < 0:
            raise ProjectError(
                f"{path} is damaged: {info.filename[:-4]} promises {size:,} bytes, and the file holds {held:,}"
            )
    if total > MOST:
        raise ProjectError(
            f"{path} holds {total / 2**30:,.0f} GB of arrays, and {MOST // 2**30} GB is the most that is read into memory\nSave the images as files, one folder per class: they are read as they are needed."
        )


def _keys(names: list[str]) -> dict[tuple[str, str], str]:
    """For "x" or "y" and a part, the key in the file: x_train, X_valid, or train_images and train_labels as MedMNIST has them."""
    found: dict[tuple[str, str], str] = {}
    for name in names:
        first, _, last = name.partition("_")
        letter, part = {"images": "x", "labels": "y"}.get(last.lower(), first.lower()), folders.role(last)
        part = folders.role(first) if last.lower() in ("images", "labels") else part
        if letter in ("x", "y") and part:
            if (letter, part) in found:
                raise ProjectError(f"{found[letter, part]} and {name} are the same part twice\nKeep one of them.")
            found[letter, part] = name
    return found


def _with_channels(path: Path, name: str, x: np.ndarray) -> np.ndarray:
    """`x` as (images, height, width, channels)."""
    if x.ndim == 3:
        x = x[..., None]
    if x.ndim != 4 or x.shape[-1] not in (1, 3) or not x.size or x.dtype.kind not in "buif":
        raise ProjectError(
            f"{path}: {name} has the shape {x.shape} and type {x.dtype}\nExpected numbers of shape (images, height, width) or (images, height, width, 1 or 3)."
        )
    return x


def _as_bytes(path: Path, name: str, x: np.ndarray, highest: float) -> np.ndarray:
    """Values 0..255, or 0..1 where the `highest` of all parts is 1, as uint8."""
    if x.dtype.kind == "b":
        return x.astype(np.uint8) * 255
    low, high = float(x.min()), float(x.max())
    if not np.isfinite([low, high]).all() or low < -ROUNDING or high > 255 * (1 + ROUNDING):
        raise ProjectError(
            f"{path}: {name} holds values outside 0..255, or that are no numbers\nExpected pixels 0..255, or 0..1 as fractions."
        )
    fractions = highest <= 1 + ROUNDING
    if not fractions and (highest < DARK or 0 < high <= 1 + ROUNDING):
        raise ProjectError(
            f"{path}: the values of {name} reach {high:g}, of all parts {highest:g}\nExpected pixels 0..255, or 0..1 in all parts: multiply them so."
        )
    if x.dtype == np.uint8 and not fractions:
        return x
    return np.round(x * np.float32(255) if fractions else x).clip(0, 255).astype(np.uint8)


def _classes(path: Path, name: str, y: np.ndarray) -> np.ndarray:
    """`y` as (pictures,): CIFAR's files have a column of their own, some files one column per class."""
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim == 2 and np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all():
        y = y.argmax(axis=1)
    if y.dtype.kind == "f" and np.isfinite(y).all() and (y == np.round(y)).all():
        y = y.astype(np.int64)
    if y.ndim != 1 or y.dtype.kind not in "uiU":
        raise ProjectError(
            f"{path}: {name} has the shape {y.shape} and type {y.dtype}\nExpected one whole number or name per picture."
        )
    return y
