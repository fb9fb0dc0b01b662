"""The sample: ellipses, rectangles, stars and triangles on pieces of the two photos that scikit-learn ships, made by a seeded generator.

A shape has any bright colour, or a gradient between two; it may be slim, rotated, with a dark rim, or an outline only.
Beside the shapes there are other objects: crosses, half discs, zigzags. Training, validation and test shapes are on
different parts of the photos, so that no test background was seen in training.
"""

from colorsys import hsv_to_rgb

from support.data import pasting
from support.splits import Splits

import numpy as np
from PIL import Image, ImageChops, ImageDraw

LABELS = ["ellipse", "rectangle", "star", "triangle"]
OTHERS = ["cross", "half disc", "zigzag"]
IMAGES = (1000, 100, 200)  # for training, validation and test
SIZES = (0.25, 0.75)  # smallest and largest height of a shape in fractions of the image's side
NOTE = "the sample (drawn shapes on pieces of two photos; not real objects)"


def make(side: int, seed: int) -> Splits:
    """Images of side × side pixels with shapes."""
    return pasting.make(IMAGES, side, seed, LABELS, choose, draw, SIZES, NOTE)


def choose(rng: np.random.Generator) -> list[str]:
    """The objects on an image."""
    return [*rng.choice(LABELS, rng.integers(0, 6)), *rng.choice(OTHERS, rng.integers(0, 3))]


def draw(name: str, height: int, rng: np.random.Generator) -> Image.Image:
    """A shape with a transparent background, about `height` pixels high; drawn twice as large, so that edges become smooth."""
    size = 2 * height
    edge = outline(name, rng)  # (points, 2), around 0 and not beyond ±1
    points = [(size / 2 * (1 + x), size / 2 * (1 + y)) for x, y in edge * (0.96, 0.96 * rng.uniform(0.75, 1))]
    line = max(3, round(size * rng.uniform(0.05, 0.12)))
    mask, rim = Image.new("L", (size, size), 0), Image.new("L", (size, size), 0)
    closed = points if name == "zigzag" else [*points, *points[:2]]
    ImageDraw.Draw(rim).line(closed, 255, line, joint="curve")
    filled = name != "zigzag" and rng.random() < 0.85  # else it is an outline only
    if filled:
        ImageDraw.Draw(mask).polygon(points, 255)
    image = paint(size, rng)
    image.putalpha(ImageChops.lighter(mask, rim))
    if filled and rng.random() < 0.7:  # with a dark rim
        image.paste((*map(int, rng.integers(0, 60, 3)), 255), (0, 0), rim)
    return pasting.lean(image, rng, 180)


def outline(name: str, rng: np.random.Generator) -> np.ndarray:
    """The corners (points, 2) of a shape in -1..1."""
    if name == "zigzag":
        return np.column_stack([np.linspace(-0.9, 0.9, 6), 0.5 * (-1.0) ** np.arange(6)])
    if name == "cross":
        arm = rng.uniform(0.2, 0.4)
        quarter = np.array([(-arm, -1), (arm, -1), (arm, -arm)])
        quarter_turn = np.array([(0, 1), (-1, 0)])
        return np.concatenate([quarter @ np.linalg.matrix_power(quarter_turn, turns) for turns in range(4)])
    corners = {"ellipse": 48, "rectangle": 4, "star": 10, "triangle": 3, "half disc": 48}[name]
    angle = np.arange(corners) * 2 * np.pi / corners
    if name == "half disc":
        angle /= 2
    if name == "rectangle":
        angle += np.pi / 4  # upright, so that it stays one when it is made slim
    radius = np.ones(corners)
    if name == "star":
        radius[1::2] = rng.uniform(0.38, 0.5)
    return np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None]


def paint(size: int, rng: np.random.Generator) -> Image.Image:
    """A square of one bright colour, or of a gradient between two."""
    first, second = (np.array(hsv_to_rgb(rng.random(), rng.uniform(0.5, 1), rng.uniform(0.6, 1))) for _ in range(2))
    y, x = np.mgrid[:size, :size][..., None] / size
    mixed = 0.7 * x + 0.3 * y if rng.random() < 0.4 else np.zeros_like(x)
    return Image.fromarray((255 * (first + mixed * (second - first))).astype(np.uint8))
