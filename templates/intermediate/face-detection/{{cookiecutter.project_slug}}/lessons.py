"""Small experiments that show what GUIDE.md tells; each takes seconds and draws one figure into runs/lessons/.

    python lessons.py overlap          one box, moved and resized: what intersection over union says
    python lessons.py cells            which cells of the grids have to find which face
    python lessons.py suppression      what a trained model says before and after suppression
    python lessons.py precision        average precision, box by box, from the first few of a trained model

The last two ask the newest run. GUIDE.md says what to look for.
"""

from typing import Any, Literal

from config import Config
from data import load
from support import errors, runs, settings
from support.data import boxes
from support.data.boxes import Found
from support.reports import drawing
from support.settings import Settings
from support.splits import Split
from support.training import average_precision

import numpy as np
from pydantic import Field


class Options(Settings):
    lesson: Literal["overlap", "cells", "suppression", "precision"] = Field(description="which experiment")


def overlap() -> str:
    """One true box and others beside it."""
    from support.reports import figures
    from support.reports.figures import plt

    from matplotlib.patches import Rectangle

    true = np.array([[2.0, 2, 6, 6]])
    others = {
        "the same": (2, 2, 6, 6),
        "moved by a tenth": (2.4, 2, 6.4, 6),
        "by a quarter": (3, 2, 7, 6),
        "a quarter, both ways": (3, 3, 7, 7),
        "half as wide": (3, 2, 5, 6),
        "beside it": (6.5, 2, 9.5, 6),
    }
    figure, axes = plt.subplots(1, len(others), figsize=(2 * len(others), 2.4))
    print(f"{'box':22} {'IoU':>6}")
    for axis, (name, box) in zip(axes, others.items(), strict=True):
        value = boxes.iou(np.array([box], float), true)[0, 0]
        print(f"{name:22} {value:6.3f}{'  enough for AP@0.5' if value >= 0.5 else ''}")
        for (left, top, right, bottom), color in ((true[0], drawing.TRUE), (box, drawing.FOUND)):
            axis.add_patch(Rectangle((left, top), right - left, bottom - top, color=color, alpha=0.5))
        axis.set(xlim=(0, 10), ylim=(9, 0), aspect="equal", title=f"{name}\nIoU {value:.2f}")
        axis.axis("off")
    return runs.shown(figures.save(figure, runs.FOLDER / "lessons" / "overlap.png", "Intersection over union")[0])


def cells(config: Config) -> str:
    """The cells that have to find something, on four training pictures."""
    from support.reports import figures
    from support.reports.figures import plt
    from support.training import grids

    split = load(config).train
    several = np.flatnonzero((split.y[..., 0] >= 0).sum(axis=1) >= 3)[:4]
    some = split.take(several)
    places = grids.cells(config.image_size, config.grids)
    _, _, has_box = grids.BoxLoss(config.image_size, config.grids).assign(some.y)
    has_box = np.asarray(has_box) > 0  # (4, cells)
    figure, axes = plt.subplots(1, len(some), figsize=(3 * len(some), 3.2), squeeze=False)
    for axis, picture, answer, mine in zip(axes[0], some.x, some.y, has_box, strict=True):
        axis.imshow(picture, extent=(0, 1, 1, 0))
        for stride, color in zip(config.grids, ("C1", "C0", "C3", "C4"), strict=False):
            these = mine & np.isclose(places[:, 2], stride / config.image_size)
            axis.plot(places[these, 0], places[these, 1], ".", color=color, label=f"grid of {stride} pixels")
        for left, top, right, bottom in boxes.truth(answer)[0]:
            axis.plot([left, right, right, left, left], [top, top, bottom, bottom, top], color=drawing.TRUE)
        axis.axis("off")
    axes[0, 0].legend(fontsize=7)
    print(
        f"{places.shape[0]} cells in {len(config.grids)} grids; with something to find, in each picture: {has_box.sum(axis=1).tolist()}."
    )
    return runs.shown(figures.save(figure, runs.FOLDER / "lessons" / "cells.png", "Cells")[0])


def newest() -> tuple[Split, np.ndarray, dict[str, Any]]:
    """Test pictures, what the newest run says about them, and its spec."""
    from support.exports import serving

    run = runs.find(None)
    splits = load(run.config(Config))
    return splits.test, serving.predict(serving.locate(None, run.name), splits.test.x), run.spec


def suppression() -> str:
    """The same answers with more and less suppression."""
    test, output, spec = newest()
    print(f"{'overlap allowed':>16} {'boxes per picture':>18} {'AP@0.5':>8}")
    shown: dict[float, list[Found]] = {}
    for allowed in (1.0, 0.8, 0.5, 0.2, 0.0):
        found = [boxes.find(row, overlap=allowed) for row in output]
        value = average_precision.per_class(test.y, found, len(spec["labels"]))[:, 0]
        shown[allowed] = [one.above(spec["threshold"]) for one in found]
        count = np.mean([len(one) for one in shown[allowed]])
        print(f"{allowed if allowed < 1 else 'all: none goes':>16} {count:18.2f} {np.nanmean(value):8.3f}")
    few = test.take(slice(0, 4))
    twice = Split(np.concatenate([few.x, few.x]), np.concatenate([few.y, few.y]))
    titles = [*["before"] * 4, *["after"] * 4]
    path = runs.FOLDER / "lessons" / "suppression.png"
    return runs.shown(
        drawing.draw_boxes(twice, shown[1.0][:4] + shown[0.5][:4], spec["labels"], titles, path, "Suppression")[0]
    )


def precision() -> str:
    """The best boxes of all test pictures one after the other, and what each does to precision and recall."""
    from support.reports import figures
    from support.reports.figures import plt

    test, output, _ = newest()
    found = [boxes.find(row) for row in output]
    right_share, recall, sure, total = average_precision.curve(test.y, found, 0, np.array([0.5]))
    value = average_precision.average_precision(right_share, recall)[0]
    hits = np.diff(np.round(recall[0] * total), prepend=0) > 0
    print(
        f"{total} true boxes, {len(sure)} found ones with any score\n{'box':>5} {'score':>7} {'right':>6} {'precision':>10} {'recall':>7}"
    )
    first_wrong = int(np.argmin(hits)) if len(hits) else 0
    for row in sorted(
        {0, 1, 2, *range(max(0, first_wrong - 1), first_wrong + 3), len(sure) - 1} & set(range(len(sure)))
    ):
        print(
            f"{row + 1:5} {sure[row]:7.3f} {'yes' if hits[row] else 'no':>6} {right_share[0, row]:10.3f} {recall[0, row]:7.3f}"
        )
    print(f"Average precision, the area under the stairs: {value:.3f}")
    figure, axis = plt.subplots(figsize=(5, 4))
    best = np.maximum.accumulate(right_share[0, ::-1])[::-1]
    axis.plot(recall[0], right_share[0], color="0.6", label="as the boxes come")
    axis.fill_between(recall[0], best, alpha=0.3, step="pre", label="the best at this recall or above")
    axis.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.05), title=f"AP@0.5 = {value:.3f}")
    axis.legend(loc="lower left")
    return runs.shown(figures.save(figure, runs.FOLDER / "lessons" / "precision.png", "Average precision")[0])


def main() -> None:
    options = settings.read(Options, toml=False)
    config = settings.read(Config, argv=[])
    lessons = {
        "overlap": overlap,
        "cells": lambda: cells(config),
        "suppression": suppression,
        "precision": precision,
    }
    print(f"Drawn: {lessons[options.lesson]()}")


if __name__ == "__main__":
    errors.run(main)
