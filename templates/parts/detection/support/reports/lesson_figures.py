"""Figures and counts for the lessons of all detectors; each figure goes to runs/lessons/."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from support import runs
from support.data import boxes
from support.data.boxes import Found
from support.detection_config import DetectionConfig
from support.reports import drawing
from support.splits import Split
from support.training import average_precision

import numpy as np

FOLDER = runs.FOLDER / "lessons"


def save(figure: Any, name: str) -> Path:
    from support.reports import figures

    return figures.save(figure, FOLDER / f"{name}.png", name)[0]


def grids(config: DetectionConfig, split: Split) -> Path:
    """The cells that have to find an object, on four training images, and how many objects each grid has in all."""
    from support.reports.figures import plt
    from support.training import grids

    some = split.take(np.argsort(-(split.y[..., 0] >= 0).sum(axis=1), kind="stable")[:4])
    cells = grids.cells(config.image_size, config.grids)
    has_box = np.asarray(grids.BoxLoss(config.image_size, config.grids).assign(some.y)[2]) > 0  # (4, cells)
    real = split.y[split.y[..., 0] >= 0]
    longest = (real[:, 3:] - real[:, 1:3]).max(axis=1)
    figure, axes = plt.subplots(1, len(some), figsize=(3 * len(some), 3.2), squeeze=False)
    print(f"{'grid':>10} {'cells':>6} {'takes objects of':>20} {'of them in training':>20}")
    for number, stride in enumerate(config.grids):
        these = np.isclose(cells[:, 2], stride / config.image_size)
        least, most = cells[these][0, 3:]
        count = int(((longest > least) & (longest <= most)).sum())
        pixels = f"{least * config.image_size:.0f} to {most * config.image_size:.0f} pixels"
        print(f"{stride:3} pixels {these.sum():6} {pixels:>20} {count:20,}")
        for axis, mine in zip(axes[0], has_box & these, strict=True):
            axis.plot(cells[mine, 0], cells[mine, 1], ".", color=f"C{number}", label=f"grid of {stride} pixels")
    for axis, image, target in zip(axes[0], some.x, some.y, strict=True):
        axis.imshow(image, extent=(0, 1, 1, 0))
        for box in boxes.truth(target)[0]:
            drawing.rectangle(axis, box, drawing.TRUE, "", 1.5)
        axis.axis("off")
    axes[0, 0].legend(fontsize=7)
    return save(figure, "grids")


def suppression(test: Split, ways: Mapping[str, Sequence[Found]], spec: dict[str, Any]) -> Path:
    """How many boxes are left, and how good they are, after each kind of suppression; drawn on the first four images."""
    print(f"{'suppression':20} {'boxes per image':>18} {'AP@0.5':>8}")
    shown = []
    for name, found in ways.items():
        value = average_precision.per_class(test.y, found, len(spec["labels"]))[:, 0]
        above = [one.above(spec["threshold"]) for one in found]
        print(f"{name:20} {np.mean([len(one) for one in above]):18.2f} {np.nanmean(value):8.3f}")
        shown += above[:4]
    few = test.take(np.tile(np.arange(min(4, len(test))), len(ways)))
    titles = [name for name in ways for _ in range(min(4, len(test)))]
    return drawing.draw_boxes(few, shown, spec["labels"], titles, FOLDER / "suppression.png", "Suppression")[0]
