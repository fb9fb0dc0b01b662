"""The painting whose style is taken: one of yours, or one drawn here by a rule, so that the sample needs no file."""

import functools
import hashlib
from pathlib import Path
from typing import Any

from support.data.images import read_whole
from support.data.photos import shrunk
from support.errors import ProjectError

import numpy as np
from PIL import Image, ImageDraw

SMALLEST = 64  # pixels of the shorter side; a smaller painting has no strokes
DRAWN = 256  # pixels: height and width of the drawn painting
# Night blue to light, and the warm colours that stand out from it (red, green, blue).
COLD = ((18, 32, 92), (32, 66, 140), (70, 120, 190), (150, 190, 220))
WARM = ((236, 190, 60), (226, 130, 40), (190, 60, 40), (250, 236, 190))


def load(name: str, longest: int) -> np.ndarray:
    """The painting (height, width, 3), uint8: `name` is "drawn" or a file, whose longer side is reduced to `longest` if it is larger.

    Raises:
        ProjectError: if there is no such image, or it is too small.
    """
    if name == "drawn":
        return drawn()
    path = Path(name)
    if path.is_dir():
        raise ProjectError(f"{name} is a folder\nExpected one painting, such as --style painting.jpg.")
    if not path.exists():
        raise ProjectError(
            f"there is no painting at {name}\nExpected an image, such as --style painting.jpg, or --style drawn."
        )
    painting = shrunk(read_whole(path, 3), longest)
    if min(painting.shape[:2]) < SMALLEST:
        height, width = painting.shape[:2]
        raise ProjectError(
            f"the painting {name} is too small: {width}×{height} pixels\nExpected {SMALLEST} or more on its shorter side; --style-size makes large ones smaller."
        )
    return painting


def of(spec: dict[str, Any]) -> np.ndarray:
    """The painting that a run was trained for.

    Raises:
        ProjectError: if it has disappeared or has changed.
    """
    painting = load(spec["style"], spec["style_size"])
    if digest(painting) != spec["painting"]:
        raise ProjectError(
            f"the painting {spec['style']} is not the one of this run\nPut that one back, or train anew: python train.py"
        )
    return painting


def digest(painting: np.ndarray) -> str:
    return hashlib.sha256(str(painting.shape).encode() + painting.tobytes()).hexdigest()[:16]


@functools.cache
def drawn() -> np.ndarray:
    """A painting by rule: thousands of short strokes along swirls, warm in the middle of a swirl and cold around it."""
    rng = np.random.default_rng(7)
    scale = 3  # drawn larger and made smaller, which smooths the strokes' edges
    side = DRAWN * scale
    way, warmth = _whirls(side, rng)
    canvas = Image.new("RGB", (side, side), COLD[0])
    brush = ImageDraw.Draw(canvas)
    for width, count, length in ((16, 1500, 6), (10, 2500, 5), (6, 2500, 4)):  # coarse strokes first, as a painter does
        for place in rng.uniform(0, side - 1, (count, 2)):
            x, y = place.astype(int)
            palette = WARM if warmth[y, x] > rng.uniform(0.6, 1.0) else COLD
            colour = np.clip(np.array(palette[rng.integers(len(palette))]) + rng.normal(0, 10, 3), 0, 255)
            points = [place]
            for _ in range(length):
                x, y = np.clip(points[-1], 0, side - 1).astype(int)
                points.append(points[-1] + way[y, x] * 11)
            line = [(float(x), float(y)) for x, y in points]
            brush.line(line, fill=tuple(int(value) for value in colour), width=width, joint="curve")
    return np.asarray(canvas.resize((DRAWN, DRAWN), Image.Resampling.LANCZOS))


def _whirls(side: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """For each pixel, the direction of a stroke (side, side, 2), and how near the middle of a swirl is (side, side), 0..1."""
    places = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).astype(np.float32)
    flow = np.zeros_like(places) + np.array([0.02 * side, 0.006 * side], np.float32)  # a breeze where no swirl is near
    warmth = np.zeros((side, side), np.float32)
    for number, centre in enumerate(rng.uniform(0, side, (7, 2)).astype(np.float32)):
        away = places - centre
        near = np.exp(-np.square(away).sum(axis=-1) / (2 * (side / 6) ** 2))
        turn = 1 if number % 2 == 0 else -1
        flow += turn * near[..., None] * np.stack([-away[..., 1], away[..., 0]], axis=-1)
        warmth = np.maximum(warmth, near)
    return flow / np.maximum(np.linalg.norm(flow, axis=-1, keepdims=True), 1e-6), warmth
