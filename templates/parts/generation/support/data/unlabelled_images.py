"""Your own images without classes."""

from pathlib import Path
from typing import Any

from support.data import folders, image_folders, images
from support.data.folders import visible_folders
from support.data.image_files import find_images, left_out, other_files
from support.data.images import Shape, say
from support.data.pixels import in_spec
from support.errors import ProjectError
from support.splits import Split, Splits

import numpy as np

FEWEST = 12  # images; a covariance of fewer is meaningless


def has_classes(path: Path) -> bool:
    """Whether the data at `path` have classes: an .npz file, or a folder with sub-folders; a missing path is reported elsewhere."""
    if not path.is_dir():
        return True
    parts = folders.split_folders(path)
    return len(visible_folders(parts["train"] if parts else path)) > 1


def load_unlabelled(path: Path, shape: Shape, fractions: tuple[float, float], seed: int) -> Splits:
    """The images in the folder `path`, all of one class, and `labels` in the spec is empty; split at random if the folder has no splits.

    Raises:
        ProjectError: if there are too few, or one cannot be read.
    """
    parts: dict[str, Any] = {**(folders.split_folders(path) or {"train": path})}
    say(folders.remarks(path) if len(parts) > 1 else [])
    loose = sum(file.parent == path for file in find_images(path)) if len(parts) > 1 else 0
    say([f"{loose:,} images beside the folders of splits in {path}/ are not used"] if loose else [])
    pixels, given = None, {}
    for part, folder in parts.items():
        if folder is not None:
            x, pixels = images.read(_find(folder), shape, pixels)  # as the training images were
            given[part] = Split(x[:], np.zeros(len(x), np.int64))
    spec = {"labels": [], **in_spec(pixels or {})}
    return image_folders.make_splits(given, fractions, seed, spec, str(path), f"your own data, {path}")


def _find(folder: Path) -> list[Path]:
    files, others = find_images(folder), left_out(other_files(folder))
    if len(files) < FEWEST:
        expected = f"Expected {FEWEST} or more, such as {folder}/1.png, or one sub-folder of images per class."
        found = f" Found besides: {others}." if others else ""
        raise ProjectError(f"{len(files) or 'no'} images in {folder}/\n{expected}{found}")
    say([f"left out in {folder}/: {others}"] if others else [])
    return files
