"""Pictures written to files: one, three kinds side by side, and the animation of the epochs."""

from pathlib import Path
from typing import Any

from support.data.photos import as_pixels
from support.files import write_safely

import numpy as np
from PIL import Image

__all__ = ["animation", "as_pixels", "free", "save", "three"]

FRAMES = 40  # of the animation, at most


def save(picture: np.ndarray, path: Path) -> None:
    """Write a picture (height, width, 3), uint8, in the place of one that is there."""
    write_safely(path, lambda temporary: Image.fromarray(picture).save(temporary))


def free(path: Path) -> Path:
    """`path`, or with a number behind its name where something is there already."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_stem(f"{path.stem}_{number}")
    return found


def three(painting: np.ndarray, photos: np.ndarray, painted: np.ndarray, path: Path, caption: str) -> tuple[Path, str]:
    """Draw the painting, and below it a row of photos above a row of the same photos painted."""
    from support.reports import figures
    from support.reports.figures import plt

    height, width = photos.shape[1:3]
    columns = max(2, len(photos))
    figure = plt.figure(figsize=(2 * columns, 2 * (2 * height / width + 1)))
    grid = figure.add_gridspec(3, columns, height_ratios=[1, height / width, height / width])
    axis = figure.add_subplot(grid[0, :])
    axis.imshow(painting)
    axis.set_title("painting", fontsize=9)
    axis.axis("off")
    for row, (title, pictures) in enumerate((("photo", photos), ("painted", painted)), 1):
        for column, picture in enumerate(pictures):
            axis = figure.add_subplot(grid[row, column])
            axis.imshow(picture)
            axis.set_title(title, fontsize=9)
            axis.axis("off")
    return figures.save(figure, path, caption)


def animation(folder: Path, path: Path) -> list[Any]:
    """The pictures in `folder`, one of each epoch, as an animated GIF; nothing where there are none."""
    files = sorted(folder.glob("*.png"))
    if not files:
        return []
    frames = []
    for position in np.unique(np.linspace(0, len(files) - 1, min(FRAMES, len(files))).round().astype(int)):
        with Image.open(files[position]) as frame:
            frames.append(frame.quantize(64))  # a palette, as GIF has one anyway; a smaller one is a smaller file
    times = [200] * (len(frames) - 1) + [2000]
    write_safely(
        path,
        lambda temporary: frames[0].save(temporary, save_all=True, append_images=frames[1:], duration=times, loop=0),
    )
    return [(path, "The same photo after each epoch: how the painting came about.")]
