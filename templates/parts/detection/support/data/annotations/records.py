"""What is read from annotations: images with their boxes, and the problems in them.

Nothing is corrected silently: whatever is left out, or read differently than written, becomes a `Problem`, which names
file and line.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

EDGE = 0.01  # of the image: how far rounding may move a box over the edge without a warning
SAME = 0.5  # pixels: boxes of one image and class that differ by less are one, annotated twice


@dataclass(frozen=True)
class Problem:
    """A problem: `where` is file:line, `kind` is one of KINDS; with `left_out` the box, image or file is not used."""

    where: str
    kind: str
    text: str
    left_out: bool = True

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


KINDS = {  # as data.py counts them
    "unreadable": "files that cannot be read",
    "other annotations": "files with annotations that are not used",
    "missing image": "annotations without an image",
    "damaged image": "images that cannot be read",
    "no annotation": "images without an annotation",
    "no split": "images in none of the splits that the data set brings",
    "two splits": "images that are in two splits",
    "untrained": "classes that are only in validation or test",
    "copies": "images of which another split has a copy",
    "other name": "images found under another name or ending than the annotation says",
    "other format": "images of a format that is not read, or of another than their ending says",
    "other size": "images of another size than the annotation says",
    "turned": "images that their camera marked as turned (EXIF), with boxes that may be drawn before or after turning",
    "zero area": "boxes without area",
    "outside": "boxes outside their image",
    "over the edge": "boxes that reach over the edge of their image, cut off there",
    "unknown class": "boxes of an unknown class",
    "crowd": "boxes around a crowd",
    "alike": "classes whose names hardly differ",
    "twice": "boxes that are annotated twice",
    "too many": "images with too many boxes",
    "not numbers": "boxes that are not four numbers",
    "shape": "outlines (polygons, masks, rotated boxes, keypoints) that are used as upright boxes",
}


@dataclass
class AnnotatedImage:
    """An image file with its boxes: `boxes` (n, 4) left, top, right, bottom in pixels of the image as it is seen, `names` the class of each.

    `size` is width and height of the image as it is seen, rotated upright. `split` is "train", "validation" or "test",
    if the data set says so.
    """

    path: Path
    size: tuple[int, int]
    boxes: list[tuple[float, ...]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    broken: int = 0  # boxes that were left out
    split: str | None = None
    labelled: bool = True  # whether there is an annotation


@dataclass
class Box:
    """A box as it is written: `corners` left, top, right, bottom, or None if the file has something else; `where` is file:line."""

    where: str
    corners: list[float] | None
    name: str
    written: str = ""  # shown where corners is None


class Annotations:
    """What was found below `root`: `images` with boxes, and `problems`. Boxes of other classes than `wanted` are left out, unless it is empty."""

    def __init__(self, root: Path, wanted: tuple[str, ...] = ()) -> None:
        self.root, self.wanted = root, wanted
        self.format = ""
        self.images: list[AnnotatedImage] = []
        self.problems: list[Problem] = []
        self.classes: set[str] = set()  # of all boxes, wanted or not

    def problem(self, where: Path | str, kind: str, text: str, left_out: bool = True) -> None:
        """A file, image or box is left out."""
        self.problems.append(Problem(str(where), kind, text, left_out))

    def warn(self, where: Path | str, kind: str, text: str) -> None:
        """Something is read differently than it is written."""
        self.problem(where, kind, text, left_out=False)

    def broken(self, image: AnnotatedImage, where: str, kind: str, text: str) -> None:
        """A box of this image is left out."""
        image.broken += 1
        self.problem(where, kind, text)

    def add(self, image: AnnotatedImage, box: Box) -> None:
        """Check one box, its corners in pixels of the image, and add it, or report why it cannot be used."""
        if box.name:
            self.classes.add(box.name)
        problem = self._problem(image, box)
        if problem:
            self.broken(image, box.where, *problem)
            return
        assert box.corners is not None
        inside = np.clip(box.corners, 0, [*image.size, *image.size]).tolist()
        shown = " ".join(f"{value:g}" for value in box.corners)
        if beyond(box.corners, image.size) > EDGE:
            text = f"the box {shown} reaches over the edge of the image of {image.size[0]}×{image.size[1]}"
            self.warn(box.where, "over the edge", text)
        same = (np.abs(np.reshape(image.boxes, (-1, 4)) - inside) < SAME).all(axis=1)
        if any(image.names[row] == box.name for row in np.flatnonzero(same)):
            self.warn(box.where, "twice", f"the box {shown} is there already; it counts once")
            return
        image.boxes.append(tuple(inside))
        image.names.append(box.name)

    def _problem(self, image: AnnotatedImage, box: Box) -> tuple[str, str] | None:
        """Why a box cannot be used: the kind of problem, and a text."""
        if box.corners is None or not np.isfinite(box.corners).all():
            return "not numbers", f"expected the four numbers of a box, found: {box.written}"
        if not box.name:
            return "unknown class", "the class has no name"
        if self.wanted and box.name not in self.wanted:
            return "unknown class", f"class {box.name!r} is not one of {', '.join(self.wanted)}"
        (left, top, right, bottom), (width, height) = box.corners, image.size
        shown = " ".join(f"{value:g}" for value in box.corners)
        if right <= left or bottom <= top:
            return "zero area", f"the box {shown} has no area"
        if min(right, bottom) <= 0 or left >= width or top >= height:
            return "outside", f"the box {shown} lies outside the image of {width}×{height}"
        return None

    def one_split(self, image: AnnotatedImage, splits: list[str]) -> str | None:
        """The split of an image that is listed in `splits`: of several, the test, or else validation, so that it is not used for training."""
        several = [split for split in ("test", "validation", "train") if split in splits]
        if len(several) > 1:
            self.warn(image.path, "two splits", f"is listed in {' and in '.join(several)}; it counts in {several[0]}")
        return several[0] if several else None


def beyond(corners: Sequence[float], size: tuple[int, int]) -> float:
    """How far a box reaches over the edges of an image of this size, as a fraction of its sides; 0 if it is inside."""
    left, top, right, bottom = np.divide(corners, [*size, *size])
    return float(max(-left, -top, right - 1, bottom - 1, 0.0))


def around(points: Any) -> list[float] | None:
    """The box around corners x, y, x, y, …, as numbers or a list of them for each part; None if they are something else."""
    parts = points if isinstance(points, list) and all(isinstance(one, list) for one in points) else [points]
    found = [numbers(part) for part in parts]
    if not found or not all(part and len(part) % 2 == 0 for part in found):
        return None
    corners = np.concatenate([np.reshape(part or [], (-1, 2)) for part in found])
    return [*corners.min(axis=0).tolist(), *corners.max(axis=0).tolist()]


def numbers(values: Any) -> list[float] | None:
    """The values as finite numbers; None if one is something else, such as yes or 1_0, which Python accepts as numbers."""
    try:
        if any(isinstance(value, bool) or "_" in str(value) for value in values):
            return None
        found = [float(value) for value in values]
    except (TypeError, ValueError, OverflowError):
        return None
    return found if np.isfinite(found).all() else None
