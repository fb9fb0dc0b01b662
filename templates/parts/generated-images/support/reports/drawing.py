"""Images out of arrays: one, a sheet of many, and animations; an existing file is overwritten only on request."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from support.files import write_safely

import numpy as np
from PIL import Image

FRAMES = 40  # of the animation of the epochs, at most
COLOURS = 64  # of its palette: GIF has one anyway, and a smaller one makes a smaller file


def as_pixels(images: np.ndarray) -> np.ndarray:
    """Images 0..1 as uint8, 0..255."""
    return images if images.dtype == np.uint8 else np.round(np.clip(images, 0, 1) * 255).astype(np.uint8)


def as_image(image: np.ndarray, scale: int = 1) -> Image.Image:
    """An image (height, width, channels), 0..1 or uint8, for Pillow, each pixel `scale` pixels wide."""
    large = as_pixels(image).repeat(scale, axis=0).repeat(scale, axis=1)
    return Image.fromarray(large[..., 0] if large.shape[-1] == 1 else large)


def sheet(images: np.ndarray, columns: int) -> np.ndarray:
    """Images (images, height, width, channels) side by side in rows of `columns`, as one (height, width, channels)."""
    missing = np.zeros((-len(images) % columns, *images.shape[1:]), np.uint8)
    filled = np.concatenate([as_pixels(images), missing])
    return np.concatenate([np.concatenate(list(row), axis=1) for row in np.split(filled, len(filled) // columns)])


def save(image: np.ndarray, path: Path, scale: int = 1) -> None:
    """Write an image as PNG, replacing an existing file."""
    write_safely(path, as_image(image, scale).save)


def free(path: Path) -> Path:
    """`path`, or with a number after its name if it exists already."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_stem(f"{path.stem}_{number}")
    return found


def animate(frames: Sequence[Image.Image], path: Path, milliseconds: int, rest: int) -> None:
    """Write frames as an animated GIF that repeats, the last one staying for `rest` milliseconds."""
    options: Any = {"save_all": True, "append_images": frames[1:], "loop": 0}
    options["duration"] = [milliseconds] * (len(frames) - 1) + [rest]
    write_safely(path, lambda temporary: frames[0].save(temporary, **options))


def animate_epochs(folder: Path, path: Path, caption: str) -> list[tuple[Path, str]]:
    """The images in `folder`, one of each epoch, as an animation and its caption; nothing if there are none."""
    files = sorted(folder.glob("*.png"))
    if not files:
        return []
    frames = []
    for position in np.unique(np.linspace(0, len(files) - 1, min(FRAMES, len(files))).round().astype(int)):
        with Image.open(files[position]) as frame:
            frames.append(frame.quantize(COLOURS))
    animate(frames, path, 200, 2000)
    return [(path, caption)]
