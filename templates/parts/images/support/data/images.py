"""Images from files, brought to one shape by the same function in training and in prediction."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from support.data.image_finding import KNOWN, find_images, left_out, other_files
from support.data.image_formats import open_image
from support.data.pixels import Facts, Pixels, to_8_bits
from support.errors import ProjectError

import numpy as np
from PIL import Image

Shape = tuple[int, int, int]  # height, width, channels (1 grey, 3 colour)
BY_ITSELF = Pixels()


def read_picture(path: Path, shape: Shape, pixels: Pixels = BY_ITSELF) -> np.ndarray:
    """One image as an array of `shape`, uint8, 0..255, upright.

    Made smaller with antialiasing, so that thin strokes survive; colour becomes grey by luminance (ITU-R 601) where `shape` has one
    channel; more bits and transparent parts as `pixels` says.

    Raises:
        ProjectError: where the file is no image, or only part of one.
    """
    return read_with_facts(path, shape, pixels)[0]


def read_with_facts(path: Path, shape: Shape, pixels: Pixels) -> tuple[np.ndarray, Facts]:
    """The same, and what was met in the file."""
    height, width, channels = shape
    image, facts = to_8_bits(path, open_image(path, draft=(width, height)), channels, pixels)
    if image.size != (width, height):
        image = image.resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(image, np.uint8).reshape(shape), facts


def read_whole(path: Path, channels: int, pixels: Pixels = BY_ITSELF) -> np.ndarray:
    """One image at its own size (height, width, channels), uint8, upright; else as read_picture.

    Raises:
        ProjectError: where the file is no image, or only part of one.
    """
    image, _ = to_8_bits(path, open_image(path), channels, pixels)
    return np.asarray(image, np.uint8).reshape(image.height, image.width, channels)


def read_inputs(inputs: list[str], spec: dict[str, Any]) -> tuple[list[str], Any]:
    """Files and folders as `predict.py` takes them: their names, and an array (images, *spec["shape"]), or files if many.

    Raises:
        ProjectError: where one is missing, is no image, or is a folder without images.
    """
    from support.data import image_files

    paths = find_inputs(inputs)
    height, width, channels = spec["shape"]
    found = image_files.read(paths, (height, width, channels), Pixels.of(spec))
    say(found.remarks)
    return [str(path) for path in paths], found.x


def find_inputs(inputs: list[str]) -> list[Path]:
    """The images that files and folders on the command line stand for; says on stderr what in a folder is left out.

    Raises:
        ProjectError: where a name is empty, or a folder holds no image.
    """
    paths: list[Path] = []
    for text in inputs:
        path = Path(text)
        if not text.strip():
            raise ProjectError('an empty name ("") is neither a file nor a folder\nThe current folder is called "."')
        if not path.is_dir():
            paths.append(path)
            continue
        found, others = find_images(path), left_out(other_files(path))
        if not found:
            there = f"Found: {others}." if others else "It is empty."
            raise ProjectError(f"no images in {text}/\nExpected files such as {text}/1.png ({KNOWN}). {there}")
        say([f"left out in {text}/: {others}"] if others else [])
        paths += found
    return paths


def say(remarks: Iterable[str]) -> None:
    """Print what is no error, and what a person should know, beside what a step prints for programs."""
    for remark in remarks:
        print(remark if remark.startswith("note: ") else f"warning: {remark}", file=sys.stderr)


def draw_grid(x: np.ndarray, titles: Iterable[str], path: Path, caption: str, columns: int = 8) -> tuple[Path, str]:
    """Draw pictures (pictures, height, width, channels) in rows, each under its title, as one PNG."""
    from support.reports import figures
    from support.reports.figures import plt

    rows = max(1, -(-len(x) // columns))
    figure, axes = plt.subplots(rows, columns, figsize=(1.3 * columns, 1.5 * rows), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, picture, title in zip(axes.flat, x, titles, strict=False):
        axis.imshow(
            picture.squeeze().astype(np.uint8), cmap="gray" if picture.shape[-1] == 1 else None, vmin=0, vmax=255
        )
        axis.set_title(title, fontsize=8)
    return figures.save(figure, path, caption)
