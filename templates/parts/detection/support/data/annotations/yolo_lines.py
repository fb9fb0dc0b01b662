"""The lines of YOLO's label files: a class number, then a box, a polygon, a turned box or a box with keypoints, in shares of the image.

0 0.5 0.5 0.2 0.1                       centre across and down, width, height
0 0.4 0.4 0.6 0.4 0.6 0.6 …             corners of a polygon (segmentation), or the four of a turned box (OBB)
0 0.5 0.5 0.2 0.1 0.45 0.5 2 …          a box, then its keypoints, each of 2 numbers or of 3, the last for being seen: 0, 1 or 2
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from support.data.annotations.records import numbers

LIKE_A_LABEL = re.compile(r"\s*\d+(\.0*)?(\s+[-+.\deE]+){4,}\s*$")
LARGEST_SHARE = 2.0  # beyond, it cannot be a share of the image, not even of a box over its edge
ROUNDING = 0.01  # by how much a keypoint may lie outside its box
NEITHER = "expected a class number and four numbers of a box, or the corners of an outline"


@dataclass
class Line:
    """One line: the class number, corners in shares of the image, and what kind of outline they lie around, if any; or what is wrong."""

    number: int
    class_number: int = -1
    corners: list[float] | None = None
    outline: str = ""
    problem: str = ""


def looks_like_labels(text: str) -> bool:
    """Whether any line has the form of a label."""
    return any(LIKE_A_LABEL.match(line) for line in text.splitlines())


def poses(texts: Iterable[str]) -> set[int]:
    """The counts of numbers, without the class, of which every line can be a box with keypoints.

    Corners of a polygon have the same form. But as a box with keypoints, all keypoints must lie in the box, and the box in the image;
    polygons hardly ever look so, and never a whole data set of them.
    """
    possible: dict[int, bool] = {}
    for text in texts:
        for line in text.splitlines():
            values = numbers(line.split()[1:])
            if values and len(values) > 5:
                possible[len(values)] = possible.get(len(values), True) and _can_be_a_pose(values)
    return {count for count, every in possible.items() if every}


def parse(text: str, with_keypoints: set[int]) -> list[Line]:
    """The lines of a label file that are not empty; `with_keypoints` are the counts of numbers that are a box with keypoints."""
    return [_parse(row, line, with_keypoints) for row, line in enumerate(text.splitlines(), 1) if line.strip()]


def _parse(row: int, line: str, with_keypoints: set[int]) -> Line:
    values = numbers(line.split())
    found = f"found: {line.strip()[:60]}"
    if values is None or len(values) < 5 or not values[0].is_integer():
        return Line(row, problem=f"{NEITHER}; {found}")
    number, values = int(values[0]), values[1:]
    if max(map(abs, values)) > LARGEST_SHARE and len(values) not in with_keypoints:
        return Line(row, problem=f"expected shares of the image, 0 to 1, not pixels; {found}")
    if len(values) == 4 or len(values) in with_keypoints:
        outline = "a box with keypoints" if len(values) > 4 else ""
        return Line(row, number, _box(values), outline)
    if len(values) == 5:
        return Line(row, problem=f"{NEITHER}; a sixth number is what a model adds to its predictions; {found}")
    if len(values) % 2:
        return Line(row, problem=f"{NEITHER}; {found}")
    x, y = values[::2], values[1::2]
    return Line(
        row, number, [min(x), min(y), max(x), max(y)], "a polygon" if len(values) != 8 else "a turned box or polygon"
    )


def _box(values: list[float]) -> list[float]:
    x, y, width, height = values[:4]
    return [x - width / 2, y - height / 2, x + width / 2, y + height / 2]


def _can_be_a_pose(values: list[float]) -> bool:
    left, top, right, bottom = _box(values)
    if min(left, top) < -ROUNDING or max(right, bottom) > 1 + ROUNDING or min(values[2:4]) <= 0:
        return False
    rest = values[4:]
    if len(rest) % 3 == 0 and all(value in (0, 1, 2) for value in rest[2::3]):
        points = list(zip(rest[::3], rest[1::3], strict=True))
    elif len(rest) % 2 == 0:
        points = list(zip(rest[::2], rest[1::2], strict=True))
    else:
        return False
    return all(
        (x, y) == (0, 0)  # a keypoint that is not in the image
        or (left - ROUNDING <= x <= right + ROUNDING and top - ROUNDING <= y <= bottom + ROUNDING)
        for x, y in points
    )
