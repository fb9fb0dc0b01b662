"""Your own images without classes, and any images brought to one size."""

from pathlib import Path

from support.data import folders, image_files, labelled_images
from support.data.folders import visible_folders
from support.data.image_finding import find_images, left_out, other_files
from support.data.images import Shape, say
from support.data.pixels import Pixels
from support.errors import ProjectError
from support.splits import Split, Splits

import numpy as np
from PIL import Image

FEWEST = 12  # pictures; a covariance of fewer says nothing


def has_classes(path: Path) -> bool:
    """Whether the data at `path` have classes: an .npz file, or a folder with sub-folders; what is not there is left to others to say."""
    if not path.is_dir():
        return True
    parts = folders.split_folders(path)
    return len(visible_folders(parts["train"] if parts else path)) > 1


def load_unlabelled(path: Path, shape: Shape, fractions: tuple[float, float], seed: int) -> Splits:
    """The images in the folder `path`, all of one class, and `labels` in the spec is empty; split at random where it has no splits.

    Raises:
        ProjectError: where there are too few, or one cannot be read.
    """
    parts = folders.split_folders(path)
    loose = [file for file in find_images(path) if file.parent == path] if parts else []
    say(folders.remarks(path) if parts else [])
    say([f"{len(loose):,} images beside the folders of splits in {path}/ are not used"] if loose else [])
    train = _read(parts["train"] if parts else path, shape, None)
    given = [
        _split(_read(folder, shape, train.pixels).x) if folder else None
        for folder in ((parts["validation"], parts["test"]) if parts else (None, None))
    ]
    x, note = train.x[:], f"your own data, {path}"
    spec = {"labels": [], **train.pixels.to_spec()}
    return labelled_images.make_splits(
        x, np.zeros(len(x), np.int64), given[1], fractions, seed, spec, str(path), note, given[0]
    )


def _read(folder: Path, shape: Shape, pixels: Pixels | None) -> image_files.Found:
    files, others = find_images(folder), left_out(other_files(folder))
    if len(files) < FEWEST:
        found = f" Found besides: {others}." if others else ""
        raise ProjectError(
            f"{len(files) or 'no'} images in {folder}/\nExpected {FEWEST} or more, such as {folder}/1.png, or one sub-folder of images per class.{found}"
        )
    read = image_files.read(files, shape, pixels)
    say([f"left out in {folder}/: {others}", *read.remarks] if others else read.remarks)
    return read


def _split(x: np.ndarray) -> Split:
    return Split(x[:], np.zeros(len(x), np.int64))


def fitted(x: np.ndarray, shape: Shape) -> np.ndarray:
    """Pictures (pictures, height, width, channels), uint8, brought to `shape`: what is generated has one size."""
    if x.shape[1:] == shape:
        return x
    height, width, channels = shape
    found = np.zeros((len(x), *shape), np.uint8)
    for row, picture in enumerate(x):
        image = Image.fromarray(picture[..., 0] if picture.shape[-1] == 1 else picture)
        image = image.convert("L" if channels == 1 else "RGB")
        if image.size != (width, height):
            image = image.resize((width, height), Image.Resampling.BILINEAR)
        found[row] = np.asarray(image).reshape(shape)
    return found
