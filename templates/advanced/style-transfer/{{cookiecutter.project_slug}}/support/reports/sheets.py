"""Three kinds of images side by side: the painting, photos, and the same photos painted."""

from pathlib import Path

import numpy as np


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
    for row, (title, images) in enumerate((("photo", photos), ("painted", painted)), 1):
        for column, image in enumerate(images):
            axis = figure.add_subplot(grid[row, column])
            axis.imshow(image)
            axis.set_title(title, fontsize=9)
            axis.axis("off")
    return figures.save(figure, path, caption)
