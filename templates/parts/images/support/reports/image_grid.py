"""Images in rows, each under its title, as one figure."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np


def draw(x: np.ndarray, titles: Iterable[str], path: Path, caption: str, columns: int = 8) -> tuple[Path, str]:
    """Draw images (images, height, width, channels), 0..255, as PNG; returns the result of figures.save."""
    from support.reports import (
        figures,
    )  # imported here: matplotlib takes half a second, which steps without figures need not wait for
    from support.reports.figures import plt

    figure, axes = plt.subplots(-(-len(x) // columns) or 1, columns, squeeze=False)
    figure.set_size_inches(1.3 * columns, 1.5 * len(axes))
    for axis in axes.flat:
        axis.axis("off")
    for axis, image, title in zip(axes.flat, x.astype(np.uint8), titles, strict=False):
        axis.imshow(image, cmap="gray", vmin=0, vmax=255)  # with three channels, the colour map is ignored
        axis.set_title(title, fontsize=8)
    return figures.save(figure, path, caption)
