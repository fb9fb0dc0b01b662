"""The lines of YOLO's label files: a class number, then a box, a polygon, a rotated box or a box with keypoints, in fractions of the image.

0 0.5 0.5 0.2 0.1                       centre across and down, width, height
0 0.4 0.4 0.6 0.4 0.6 0.6 …             corners of a polygon (segmentation), or the four of a rotated box (OBB)
0 0.5 0.5 0.2 0.1 0.45 0.5 2 …          a box, then its keypoints, each of 2 numbers or of 3, the last for visibility: 0, 1 or 2
"""

import re
from collections.abc import Iterable

from support.data.annotations.records import around, numbers

import numpy as np

LIKE_A_LABEL = re.compile(r"\s*\d+(\.0*)?(\s+[-+.\deE]+){4,}\s*$")
LARGEST = 2.0  # a larger number cannot be a fraction of the image, not even for a box over its edge
ROUNDING = 0.01  # by how much a keypoint may lie outside its box
NEITHER = "expected a class number and four numbers of a box, or the corners of an outline"


def looks_like_labels(text: str) -> bool:
    """Whether any line has the form of a label."""
    return any(LIKE_A_LABEL.match(line) for line in text.splitlines())


def poses(texts: Iterable[str]) -> set[int]:
    """The counts of numbers, without the class, of which every line can be a box with keypoints.

    Corners of a polygon have the same form. But as a box with keypoints, all keypoints must lie in the box, and the box
    in the image; polygons hardly ever look like that, and a whole data set of them never does.
    """
    possible: dict[int, bool] = {}
    for text in texts:
        for line in text.splitlines():
            values = numbers(line.split()[1:])
            if values and len(values) > 5:
                possible[len(values)] = possible.get(len(values), True) and _can_be_a_pose(values)
    return {count for count, every in possible.items() if every}


def parse(line: str, poses: set[int]) -> tuple[int, list[float], str]:
    """The class number, the corners of the box in fractions of the image, and the kind of outline inside it, if any.

    Raises:
        ValueError: saying what is wrong.
    """
    values, found = numbers(line.split()), f"found: {line.strip()[:60]}"
    if values is None or len(values) < 5 or not values[0].is_integer():
        raise ValueError(f"{NEITHER}; {found}")
    number, values = int(values[0]), values[1:]
    count = len(values)
    if max(map(abs, values)) > LARGEST and count not in poses:
        raise ValueError(f"expected fractions of the image, 0 to 1, not pixels; {found}")
    if count == 4 or count in poses:
        return number, _box(values), "a box with keypoints" if count > 4 else ""
    if count == 5:
        raise ValueError(f"{NEITHER}; a sixth number is what a model adds to its predictions; {found}")
    corners = around(values)
    if corners is None:
        raise ValueError(f"{NEITHER}; {found}")
    return number, corners, "a rotated box or polygon" if count == 8 else "a polygon"


def _box(values: list[float]) -> list[float]:
    x, y, width, height = values[:4]
    return [x - width / 2, y - height / 2, x + width / 2, y + height / 2]


def _can_be_a_pose(values: list[float]) -> bool:
    box, rest = np.array(_box(values)).reshape(2, 2), np.array(values[4:])
    if box.min() < -ROUNDING or box.max() > 1 + ROUNDING or min(values[2:4]) <= 0:
        return False
    seen = len(rest) % 3 == 0 and np.isin(rest[2::3], (0, 1, 2)).all()
    if not seen and len(rest) % 2:
        return False
    points = rest.reshape(-1, 3)[:, :2] if seen else rest.reshape(-1, 2)
    inside = ((points >= box[0] - ROUNDING) & (points <= box[1] + ROUNDING)).all(axis=1)
    return bool((inside | (points == 0).all(axis=1)).all())  # 0 0 is a keypoint that is not in the image
