"""Small experiments that show the ideas of GUIDE.md; each takes seconds and draws one figure into runs/lessons/.

    python lessons.py grids            which cells of which grid have to find which object
    python lessons.py anchors          how many anchors it would take to match the boxes
    python lessons.py mosaic           four images in one, and what that does to the boxes
    python lessons.py suppression      suppression class by class, across classes, and none
    python lessons.py thresholds       average precision as the required overlap grows

The last two need a trained model and use the newest run. GUIDE.md says what to look for.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from config import Config
from data import load
from support import errors, runs, settings
from support.data import box_augmentation, boxes
from support.data.boxes import Found
from support.reports import drawing, lesson_figures
from support.settings import Settings
from support.splits import Split
from support.training import average_precision

import numpy as np
from pydantic import Field


class Options(Settings):
    lesson: Literal["grids", "anchors", "mosaic", "suppression", "thresholds"] = Field(description="which experiment")


def anchors(config: Config) -> Path:
    """The best k shapes of box (k-means of the true ones), and the overlap that each true box has with the nearest of them."""
    from support.reports.figures import plt

    from sklearn.cluster import KMeans

    y = load(config).train.y
    real = y[y[..., 0] >= 0]
    size = real[:, 3:] - real[:, 1:3]  # (boxes, 2), width and height
    corner = np.concatenate([np.zeros_like(size), size], axis=1)  # all put into one corner: only shapes are compared
    numbers, means = range(1, 10), []
    print(f"{'anchors':>8} {'mean overlap':>13} {'boxes under 0.5':>16}")
    for number in numbers:
        shapes = KMeans(number, n_init=1, random_state=config.seed).fit(size).cluster_centers_
        best = boxes.iou(corner, np.concatenate([np.zeros_like(shapes), shapes], axis=1)).max(axis=1)
        means.append(best.mean())
        print(f"{number:8} {best.mean():13.3f} {(best < 0.5).mean():16.1%}")
    figure, axis = plt.subplots(figsize=(5, 3.5))
    axis.plot(numbers, means, "o-")
    axis.set(xlabel="anchors", ylabel="mean overlap with the nearest", ylim=(0, 1))
    return lesson_figures.save(figure, "anchors")


def mosaic(config: Config) -> Path:
    """The same images alone and as mosaics."""
    train = load(config).train
    some = train.take(slice(0, 16))
    augment = box_augmentation.augmenter(1, 0, 0, flip=False, mosaic=1)
    x, y = augment(some.x, some.y, np.random.default_rng(config.seed))
    print(f"{'':8} {'boxes per image':>18} {'middle height in pixels':>24}")
    for name, target in (("alone", some.y), ("mosaics", y)):
        real = target[..., 0] >= 0
        heights = (target[..., 4] - target[..., 2])[real] * config.image_size
        print(f"{name:8} {real.sum(axis=1).mean():18.1f} {np.median(heights):24.0f}")
    both = Split(np.concatenate([some.x[:4], x[:4]]), boxes.pad([*some.y[:4], *y[:4]]))
    labels = [str(number) for number in range(int(some.y[..., 0].max()) + 1)]
    titles = [*["alone"] * 4, *["a mosaic"] * 4]
    return drawing.draw_boxes(both, [], labels, titles, lesson_figures.FOLDER / "mosaic.png", "Mosaics")[0]


def suppression() -> Path:
    """The same predictions after three kinds of suppression."""
    test, output, spec = newest()
    by_class = [boxes.find(row) for row in output]
    ways = {
        "none": [boxes.find(row, overlap=1.0) for row in output],
        "class by class": by_class,
        "whatever the class": [blind(one) for one in by_class],
    }
    return lesson_figures.suppression(test, ways, spec)


def blind(found: Found) -> Found:
    """The boxes that are left if a box also removes those of other classes."""
    keep = boxes.suppress(found.boxes, found.scores)
    return Found(found.boxes[keep], found.scores[keep], found.classes[keep])


def thresholds() -> Path:
    """Average precision of each class at overlaps from 0.5 to 0.95."""
    from support.reports.figures import plt

    test, output, spec = newest()
    table = average_precision.per_class(test.y, [boxes.find(row) for row in output], len(spec["labels"]))
    limits = average_precision.THRESHOLDS
    figure, axis = plt.subplots(figsize=(5.5, 4))
    print(f"{'overlap':20}" + "".join(f"{limit:6.2f}" for limit in limits) + "   mean")
    for label, row in [*zip(spec["labels"], table, strict=True), ("all classes", np.nanmean(table, axis=0))]:
        print(f"{label:20}" + "".join(f"{value:6.2f}" for value in row) + f"{np.mean(row):7.2f}")
        axis.plot(limits, row, label=label, color="black" if label == "all classes" else None)
    axis.set(xlabel="overlap from which a box is right", ylabel="average precision", ylim=(0, 1))
    axis.legend(fontsize=7)
    return lesson_figures.save(figure, "thresholds")


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
        "grids": lambda: lesson_figures.grids(config, load(config).train),
        "anchors": lambda: anchors(config),
        "mosaic": lambda: mosaic(config),
        "suppression": suppression,
        "thresholds": thresholds,
    }
    print(f"Drawn: {runs.shown(lessons[options.lesson]())}")


if __name__ == "__main__":
    errors.run(main)
