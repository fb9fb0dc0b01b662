"""To which version of an image the pixels of a box refer: as stored, as seen, or in the size in which it was annotated.

A phone stores a photo as the sensor saw it and notes in EXIF how to rotate it. Tools that rotate it (labelImg, CVAT and
all that run in a browser) write boxes for the photo as it is seen; others (such as old versions of labelImg) for the
photo as it is stored. The size in an annotation tells which. Without a size, the other photos of the data set decide,
or the edges over which the boxes would reach.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from support.data.annotations.records import EDGE, AnnotatedImage, Annotations, Box, beyond
from support.data.image_files import Header
from support.errors import ProjectError

import numpy as np

Size = tuple[int, int]  # width, height
SAME_SHAPE = 0.01  # by how much two ratios of sides may differ, as rounding to pixels does


@dataclass
class Drawn:
    """An image with its annotation as written: `size` the width and height that the annotation states, `boxes` not checked yet.

    With `relative` the corners are fractions of the image, 0..1.
    """

    image: AnnotatedImage
    header: Header
    where: str
    size: Size | None
    boxes: list[Box]
    relative: bool = False


def settle(drawn: Sequence[Drawn], found: Annotations) -> None:
    """Convert the boxes of all images to pixels of the image as it is seen, and add them.

    Raises:
        ProjectError: if they are not in pixels.
    """
    _refuse_shares(drawn)
    known = {_stored(one) for one in drawn if one.header.orientation > 1} - {None}
    convention = known.pop() if len(known) == 1 else None  # what all photos with a size agree on
    for one in drawn:
        stored = False
        if one.header.orientation > 1:
            told = _stored(one)
            if told is None and convention is None:
                text = (
                    f"{one.image.path.name} carries an EXIF turn, and nothing says whether its "
                    "boxes were drawn before it; they are taken as drawn on the image as it is seen"
                )
                found.warn(one.where, "turned", text)
            stored = bool(convention if told is None else told)
        scale = np.tile(_scale(one, one.header.stored if stored else one.header.size, found), 2)
        for box in one.boxes:
            if box.corners is not None:
                corners = np.multiply(box.corners, scale)
                box.corners = (upright(corners, one.header)[0] if stored else corners).tolist()
            found.add(one.image, box)


def upright(boxes: np.ndarray, header: Header) -> np.ndarray:
    """Boxes (n, 4), left, top, right, bottom in the stored pixels, as boxes in the image as it is seen."""
    corners = np.array(boxes, float).reshape(-1, 2, 2)  # (n, corner, x or y)
    for axis, mirrored in enumerate(((2, 3, 7, 8), (3, 4, 6, 7))):  # by EXIF's orientation
        if header.orientation in mirrored:
            corners[..., axis] = header.stored[axis] - corners[:, ::-1, axis]
    return (corners[..., ::-1] if header.orientation >= 5 else corners).reshape(-1, 4)


def refuse_corners(where: Path, drawn: Sequence[Drawn], form: str, written: Callable[..., tuple[float, ...]]) -> None:
    """Refuse boxes whose last two numbers are corners: most reach over the edges in the `form` that is expected, none as corners.

    `written(left, top, right, bottom)` gives the four numbers as they are in the file.
    """
    boxes = [(box.corners, one.size or one.header.size) for one in drawn for box in one.boxes if box.corners]
    boxes = [(corners, (1, 1) if drawn[0].relative else size) for corners, size in boxes]
    as_corners = [(written(*corners), size) for corners, size in boxes]
    if any(beyond(c, size) > 0 or c[2] <= c[0] or c[3] <= c[1] for c, size in as_corners):
        return
    over = sum(beyond(corners, size) > 0 for corners, size in boxes)
    if len(boxes) > 2 and over > len(boxes) / 2:
        raise ProjectError(
            f"{where}: {over} of {len(boxes)} boxes reach over the edge of their image as {form}, none as corners\n"
            "Write the width and height of each box in place of its right and bottom."
        )


def _refuse_shares(drawn: Sequence[Drawn]) -> None:
    """Refuse boxes that cannot be in pixels: all of several are within one pixel."""
    boxes = [(one.where, box.corners) for one in drawn if not one.relative for box in one.boxes if box.corners]
    if len(boxes) > 2 and all(max(corners) <= 1 for _, corners in boxes):
        raise ProjectError(
            f"{boxes[0][0]}: the boxes of all images are numbers up to 1, as fractions of the image\nExpected pixels: multiply them by its width and height."
        )


def _stored(one: Drawn) -> bool | None:
    """Whether the boxes of an image with an EXIF rotation refer to the image as stored; None if nothing tells."""
    seen, stored = one.header.size, one.header.stored
    if one.size and same_shape(one.size, seen) != same_shape(one.size, stored):
        return same_shape(one.size, stored)
    corners = [box.corners for box in one.boxes if box.corners is not None]
    if not corners or one.relative or one.size:
        return None
    fits_seen, fits_stored = (all(beyond(each, size) <= EDGE for each in corners) for size in (seen, stored))
    return fits_stored if fits_seen != fits_stored else None


def _scale(one: Drawn, frame: Size, found: Annotations) -> tuple[float, float]:
    """The factors across and down that convert the written numbers to pixels of `frame`."""
    if one.relative:
        return float(frame[0]), float(frame[1])
    if one.size is None or one.size == frame:
        return 1.0, 1.0
    corners = [box.corners for box in one.boxes if box.corners is not None]
    fits = all(beyond(each, one.size) <= EDGE for each in corners)
    says = f"says {one.size[0]}×{one.size[1]} pixels, {one.image.path.name} has {frame[0]}×{frame[1]}"
    if same_shape(one.size, frame) and fits:
        found.warn(one.where, "other size", f"{says}; the boxes are scaled to the image")
        return frame[0] / one.size[0], frame[1] / one.size[1]
    if all(beyond(each, frame) <= EDGE for each in corners):
        found.warn(one.where, "other size", f"{says}; the boxes are taken as pixels of the image")
    else:
        one.image.broken += len(one.boxes)
        one.boxes = []
        found.problem(one.where, "other size", f"{says}: another shape, in which its boxes do not lie")
    return 1.0, 1.0


def whole(size: Sequence[float] | None) -> Size | None:
    """Width and height as an annotation states them; None if it does not, or if they are 0."""
    return (round(size[0]), round(size[1])) if size and min(size) >= 1 else None


def same_shape(one: Size, other: Size) -> bool:
    """Whether both have the same ratio of width to height."""
    return abs(one[0] * other[1] - one[1] * other[0]) <= SAME_SHAPE * one[1] * other[0]
