"""Small experiments that show the ideas of GUIDE.md; each takes seconds and draws one figure into runs/lessons/.

    python lessons.py overlap          one box, moved and resized: how its intersection over union falls
    python lessons.py grids            which cells of which grid have to find which face
    python lessons.py suppression      what a trained model predicts before and after suppression
    python lessons.py precision        average precision, box by box, from the predictions of a trained model

The last two need a trained model and use the newest run. GUIDE.md says what to look for.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from config import Config
from data import load
from support import errors, runs, settings
from support.data import boxes
from support.reports import drawing, lesson_figures
from support.settings import Settings
from support.splits import Split
from support.training import average_precision

import numpy as np
from pydantic import Field


class Options(Settings):
    lesson: Literal["overlap", "grids", "suppression", "precision"] = Field(description="which experiment")


def overlap() -> Path:
    """One true box and others beside it."""
    from support.reports.figures import plt

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
        for corners, colour in ((true[0], drawing.TRUE), (np.array(box), drawing.FOUND)):
            drawing.rectangle(axis, corners, colour, "", 2.0)
        axis.set(xlim=(0, 10), ylim=(9, 0), aspect="equal", title=f"{name}\nIoU {value:.2f}")
        axis.axis("off")
    return lesson_figures.save(figure, "overlap")


def suppression() -> Path:
    """The same predictions with less and more suppression."""
    test, output, spec = newest()
    ways = {
        f"overlap to {allowed}" if allowed < 1 else "none": [boxes.find(row, overlap=allowed) for row in output]
        for allowed in (1.0, 0.8, 0.5, 0.2, 0.0)
    }
    return lesson_figures.suppression(test, ways, spec)


def precision() -> Path:
    """The boxes of all test images by falling score, and what each does to precision and recall."""
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
    rows = {0, 1, 2, *range(max(0, first_wrong - 1), first_wrong + 3), len(sure) - 1} & set(range(len(sure)))
    for row in sorted(rows):
        right = "yes" if hits[row] else "no"
        print(f"{row + 1:5} {sure[row]:7.3f} {right:>6} {right_share[0, row]:10.3f} {recall[0, row]:7.3f}")
    print(f"Average precision, the area under the stairs: {value:.3f}")
    figure, axis = plt.subplots(figsize=(5, 4))
    best = np.maximum.accumulate(right_share[0, ::-1])[::-1]
    axis.plot(recall[0], right_share[0], color="0.6", label="as the boxes come")
    axis.fill_between(recall[0], best, alpha=0.3, step="pre", label="the best at this recall or above")
    axis.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.05), title=f"AP@0.5 = {value:.3f}")
    axis.legend(loc="lower left")
    return lesson_figures.save(figure, "precision")


def newest() -> tuple[Split, np.ndarray, dict[str, Any]]:
    """Test images, what the newest run predicts for them, and its spec."""
    from support.exports import serving

    run = runs.find(None)
    test = load(run.config(Config)).test
    return test, serving.predict(serving.locate(None, run.name), test.x), run.spec


def main() -> None:
    options = settings.read(Options, toml=False)
    config = settings.read(Config, argv=[])
    lessons: dict[str, Callable[[], Path]] = {
        "overlap": overlap,
        "grids": lambda: lesson_figures.grids(config, load(config).train),
        "suppression": suppression,
        "precision": precision,
    }
    print(f"Drawn: {runs.shown(lessons[options.lesson]())}")


if __name__ == "__main__":
    errors.run(main)
