"""Your own pictures without classes, and any pictures brought to one size."""

from pathlib import Path

import numpy as np
from PIL import Image

from support import labelled_pictures, picture_files, pictures
from support.errors import ProjectError
from support.pictures import Shape
from support.splits import Splits

FEWEST = 12  # pictures; a covariance of fewer says nothing


def has_classes(path: Path) -> bool:
    """Whether the data at `path` have classes: an .npz file, or a folder with sub-folders; what is not there is left to others to say."""
    return not path.is_dir() or any(inner.is_dir() and not inner.name.startswith(".") for inner in path.iterdir())


def load_unlabelled(path: Path, shape: Shape, fractions: tuple[float, float], seed: int) -> Splits:
    """The pictures in the folder `path`, split at random; all of one class, and `labels` in the spec is empty.

    Raises:
        ProjectError: where there are too few, or one cannot be read.
    """
    files = pictures.find_pictures(path)
    if len(files) < FEWEST:
        raise ProjectError(
            f"{len(files) or 'no'} pictures in {path}/\nExpected {FEWEST} or more, such as {path}/1.png, or one sub-folder of pictures per class."
        )
    x = picture_files.read(files, shape)[:]
    return labelled_pictures.make_splits(
        x, np.zeros(len(x), np.int64), None, fractions, seed, {"labels": []}, str(path), f"your own data, {path}"
    )


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
