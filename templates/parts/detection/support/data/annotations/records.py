"""What is read from annotations: images with their boxes, and whatever is wrong with them.

Nothing is mended in silence: whatever is left out, or read otherwise than it is written, becomes a `Problem`, which names file and line.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

EDGE = 0.01  # of the image: how far a box may reach over the edge, as rounding does, without a warning


@dataclass(frozen=True)
class Problem:
    """Something wrong: `where` is file:line, `kind` is one of KINDS; with `left_out` the box, image or file is not used."""

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
    "shape": "outlines (polygons, masks, turned boxes, keypoints) that are used as upright boxes",
}


@dataclass
class AnnotatedImage:
    """An image file with its boxes: `boxes` (n, 4) left, top, right, bottom in pixels of the image as it is seen, `names` the class of each.

    `size` is width and height of the image as it is seen, turned as the camera was held. `split` is "train", "validation" or "test"
    where the data set says so.
    """

    path: Path
    size: tuple[int, int]
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    broken: int = 0  # boxes that were left out
    split: str | None = None


@dataclass
class Box:
    """A box as it is written: `corners` left, top, right, bottom, or None where that is not what is written; `where` is file:line."""

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
        self.problems.append(Problem(str(where), kind, text, left_out))

    def broken(self, image: AnnotatedImage, where: str, kind: str, text: str) -> None:
        """A box of this image is left out."""
        image.broken += 1
        self.problem(where, kind, text)

    def add(self, image: AnnotatedImage, box: Box) -> None:
        """Check one box, its corners in pixels of the image, and take it or say why not."""
        if box.corners is None or not np.isfinite(box.corners).all():
            self.broken(image, box.where, "not numbers", f"expected the four numbers of a box, found: {box.written}")
            return
        if not box.name:
            self.broken(image, box.where, "unknown class", "the class has no name")
            return
        self.classes.add(box.name)
        if self.wanted and box.name not in self.wanted:
            text = f"class {box.name!r} is not one of {', '.join(self.wanted)}"
            self.broken(image, box.where, "unknown class", text)
            return
        left, top, right, bottom = box.corners
        width, height = image.size
        shown = " ".join(f"{value:g}" for value in box.corners)
        if right <= left or bottom <= top:
            self.broken(image, box.where, "zero area", f"the box {shown} has no area")
            return
        inside = max(left, 0.0), max(top, 0.0), min(right, float(width)), min(bottom, float(height))
        if inside[2] <= inside[0] or inside[3] <= inside[1]:
            self.broken(image, box.where, "outside", f"the box {shown} lies outside the image of {width}×{height}")
            return
        if beyond(box.corners, image.size) > EDGE:
            text = f"the box {shown} reaches over the edge of the image of {width}×{height}"
            self.problem(box.where, "over the edge", text, left_out=False)
        if (inside, box.name) in zip(image.boxes, image.names, strict=True):
            self.problem(box.where, "twice", f"the box {shown} is there already; it counts once", left_out=False)
            return
        image.boxes.append(inside)
        image.names.append(box.name)

    def one_split(self, image: AnnotatedImage, splits: list[str]) -> str | None:
        """The split of an image that is listed in `splits`: of several the test, or else validation, so that it is not trained on."""
        several = [split for split in ("test", "validation", "train") if split in splits]
        if len(several) > 1:
            text = f"is listed in {' and in '.join(several)}; it counts in {several[0]}"
            self.problem(image.path, "two splits", text, left_out=False)
        return several[0] if several else None


def beyond(corners: list[float], size: tuple[int, int]) -> float:
    """How far a box reaches over the edges of an image of this size, as a share of its sides; 0 where it lies inside."""
    width, height = size
    left, top, right, bottom = corners
    return max(-left / width, -top / height, right / width - 1, bottom / height - 1, 0.0)


def numbers(values: Any) -> list[float] | None:
    """The values as finite numbers; None where one is something else, be it yes or 1_0, which Python takes for numbers."""
    try:
        if any(isinstance(value, bool) or "_" in str(value) for value in values):
            return None
        found = [float(value) for value in values]
    except (TypeError, ValueError, OverflowError):
        return None
    return found if np.isfinite(found).all() else None
