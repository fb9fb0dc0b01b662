"""Images with boxes drawn on them: many in one figure, or one image at its full size."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from support.data import boxes
from support.data.boxes import Found
from support.splits import Split, Splits

import numpy as np
from PIL import Image, ImageDraw

COLUMNS = 4
TRUE, FOUND = "#2ca02c", "#ff7f0e"  # green and orange, distinct also for colour-blind readers
COLOURS = ("#ff7f0e", "#1f77b4", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#17becf", "#bcbd22")


def draw_boxes(
    split: Split, found: Sequence[Found], labels: Sequence[str], titles: Sequence[str], path: Path, caption: str
) -> tuple[Path, str]:
    """Draw the images of `split` with their true boxes, and with the boxes `found` if there are any, as one PNG."""
    from support.reports import figures
    from support.reports.figures import plt

    rows = max(1, -(-len(split) // COLUMNS))
    figure, axes = plt.subplots(rows, COLUMNS, figsize=(2.6 * COLUMNS, 2.75 * rows), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for row, axis in zip(range(len(split)), axes.flat, strict=False):
        image = np.asarray(split.x[row : row + 1])[0].astype(np.uint8)
        side = len(image)
        axis.imshow(image, extent=(0, side, side, 0))
        true_boxes, true_classes = boxes.truth(split.y[row])
        for box, number in zip(true_boxes * side, true_classes, strict=True):
            label = labels[number] if len(labels) > 1 and not len(found) else ""
            rectangle(axis, box, TRUE, label, 2.0)
        if len(found):
            for box, score, number in zip(found[row].boxes * side, found[row].scores, found[row].classes, strict=True):
                rectangle(axis, box, FOUND, f"{labels[number]} {score:.2f}" if len(labels) > 1 else f"{score:.2f}", 1.2)
        if row < len(titles):
            axis.set_title(titles[row], fontsize=8)
    return figures.save(figure, path, caption)


def draw_training(splits: Splits, seed: int, path: Path) -> tuple[Path, str]:
    """Draw eight training images as they are, and augmented as in an epoch."""
    rng = np.random.default_rng(seed)
    some = splits.train.take(np.sort(rng.permutation(len(splits.train))[:8]))
    x, y = some.augment(some.x, some.y, rng) if some.augment else (some.x, some.y)
    both = Split(np.concatenate([some.x, x]), boxes.pad([*some.y, *y]))
    titles = [*["as it is"] * len(some), *["as an epoch may show it"] * len(some)]
    return draw_boxes(both, [], splits.spec["labels"], titles, path, "Some training images")


def on_image(image: Image.Image, objects: Sequence[dict[str, Any]], labels: Sequence[str]) -> Image.Image:
    """A copy of the image with the boxes of `objects` ({"label", "score", "box" in pixels}) and their scores."""
    copy = image.convert("RGB")
    draw = ImageDraw.Draw(copy)
    width = max(2, round(max(copy.size) / 300))
    size = max(10, round(max(copy.size) / 50))
    for one in objects:
        colour = COLOURS[labels.index(one["label"]) % len(COLOURS)]
        left, top, right, bottom = one["box"]
        draw.rectangle((left, top, max(left, right), max(top, bottom)), outline=colour, width=width)
        text = f"{one['label']} {one['score']:.0%}"
        place = (left, max(0, top - size - 3))
        draw.rectangle(draw.textbbox(place, text, font_size=size), fill=colour)
        draw.text(place, text, fill="black", font_size=size)
    return copy


def rectangle(axis: Any, box: np.ndarray, colour: str, text: str, width: float) -> None:
    from matplotlib.patches import Rectangle

    left, top, right, bottom = box
    axis.add_patch(Rectangle((left, top), right - left, bottom - top, fill=False, edgecolor=colour, linewidth=width))
    if text:
        axis.text(
            left, top, text, size=6, color="black", va="bottom", bbox={"color": colour, "pad": 0.5, "linewidth": 0}
        )
