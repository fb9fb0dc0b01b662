"""Pictures out of arrays: one, a sheet of many, and animations; nothing that is there is overwritten unless it is asked for."""

from collections.abc import Sequence
from pathlib import Path

from support.files import write_safely

import numpy as np
from PIL import Image


def as_pixels(pictures: np.ndarray) -> np.ndarray:
    """Pictures 0..1 as uint8, 0..255."""
    return pictures if pictures.dtype == np.uint8 else np.round(np.clip(pictures, 0, 1) * 255).astype(np.uint8)


def as_image(picture: np.ndarray, scale: int = 1) -> Image.Image:
    """A picture (height, width, channels) for Pillow, each pixel `scale` pixels wide."""
    pixels = as_pixels(picture)
    large = np.repeat(np.repeat(pixels, scale, axis=0), scale, axis=1)
    return Image.fromarray(large[..., 0] if large.shape[-1] == 1 else large)


def sheet(pictures: np.ndarray, columns: int) -> np.ndarray:
    """Pictures (pictures, height, width, channels) side by side in rows of `columns`, as one (height, width, channels)."""
    count, height, width, channels = pictures.shape
    rows = -(-count // columns)
    filled = np.zeros((rows * columns, height, width, channels), np.uint8)
    filled[:count] = as_pixels(pictures)
    return (
        filled.reshape(rows, columns, height, width, channels)
        .swapaxes(1, 2)
        .reshape(rows * height, columns * width, channels)
    )


def save(picture: np.ndarray, path: Path, scale: int = 1) -> None:
    """Write a picture as PNG, in the place of one that is there."""
    write_safely(path, as_image(picture, scale).save)


def animate(frames: Sequence[Image.Image], path: Path, milliseconds: int, rest: int) -> None:
    """Write frames as an animated GIF that goes round, the last one staying for `rest` milliseconds."""
    times = [milliseconds] * (len(frames) - 1) + [rest]
    write_safely(
        path,
        lambda temporary: frames[0].save(temporary, save_all=True, append_images=frames[1:], duration=times, loop=0),
    )


def coarsest(size: int) -> tuple[int, int]:
    """The size, 8 or less, of the coarsest form of a picture, and how often it is doubled: 28 pixels are 7, doubled twice."""
    doublings = 0
    while size > 8:
        size, doublings = size // 2, doublings + 1
    return size, doublings


def free(path: Path) -> Path:
    """`path`, or with a number behind its name where something is there already."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_stem(f"{path.stem}_{number}")
    return found
