"""The sample's images: one of ten shapes, drawn anew for each image, so that no pixel means the same thing twice.

Position, size and rotation of the shape, its colours, the background and the clutter around it are random and
independent of the class: only the outline tells the class. The same seed gives the same images.
"""

import numpy as np
from PIL import Image, ImageDraw

SIZE = 32  # pixels, height and width
FINE = 4  # outlines are drawn so many times larger, then made smaller: smooth edges
Points = list[tuple[float, float]]  # a polygon around 0, about -1..1


def images(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """`count` images (count, 32, 32, 3) uint8, 0..255, and their classes (count,), equally many of each class."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(count) % len(KINDS))
    names = list(KINDS)
    return np.stack([image(names[kind], rng) for kind in y]), y.astype(np.int64)


def image(kind: str, rng: np.random.Generator) -> np.ndarray:
    """One image (32, 32, 3) uint8 of this class."""
    ground = clutter(background(rng), rng, count=int(rng.integers(1, 4)))
    average, paint = ground.mean(axis=(0, 1)), color(rng)
    while np.abs(paint - average).sum() < 200:  # of 765: a shape in the colour of its background would be invisible
        paint = color(rng)
    share = outline(kind, rng)[..., None] / 255
    mixed = (paint + blotches(rng, 20)) * share + ground * (1 - share)
    if rng.random() < 0.3:
        mixed = clutter(mixed, rng, count=1)  # clutter in front of the shape
    return (mixed + rng.normal(0, 6, mixed.shape)).clip(0, 255).astype(np.uint8)  # 6: as a phone's camera at dusk


def outline(kind: str, rng: np.random.Generator) -> np.ndarray:
    """How much of each pixel (32, 32) the shape covers, 0..255: leaning by up to 30 degrees, half to nine tenths of the image wide."""
    size = SIZE * FINE
    radius = size * rng.uniform(0.27, 0.45)
    middle = rng.uniform(radius * 0.9, size - radius * 0.9, 2)  # a corner may be cut off
    angle, flat = rng.uniform(-np.pi / 6, np.pi / 6), rng.uniform(0.8, 1.0)  # flat: seen a little from the side
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * [1, flat]
    image = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(image)
    added, removed = KINDS[kind]
    for polygons, fill in ((added, 255), (removed, 0)):
        for points in polygons:
            draw.polygon([(x, y) for x, y in (np.array(points) @ turn.T * radius + middle).tolist()], fill=fill)
    return np.asarray(image.reduce(FINE))


def background(rng: np.random.Generator) -> np.ndarray:
    """A colour that runs into another (32, 32, 3), under blotches."""
    one, other, across = color(rng), color(rng), np.linspace(0, 1, SIZE)[:, None, None]
    ramp = np.broadcast_to(one + (other - one) * across / 2, (SIZE, SIZE, 3))
    return np.rot90(ramp, int(rng.integers(4))) + blotches(rng, rng.uniform(10, 45))


def blotches(rng: np.random.Generator, strength: float) -> np.ndarray:
    """Light and dark (32, 32, 1) around 0: coarse noise, smoothly made larger."""
    cells = int(rng.integers(3, 14))
    coarse = Image.fromarray(rng.normal(0, strength, (cells, cells)).astype(np.float32))
    return np.asarray(coarse.resize((SIZE, SIZE), Image.Resampling.BILINEAR))[..., None]


def clutter(image: np.ndarray, rng: np.random.Generator, count: int) -> np.ndarray:
    """The image with thin lines and small dots in any colour drawn over it."""
    canvas = Image.fromarray(image.clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(canvas)
    for _ in range(count):
        x, y, to_x, to_y = rng.uniform(0, SIZE, 4).tolist()
        red, green, blue = color(rng).astype(int).tolist()
        if rng.random() < 0.5:
            draw.line((x, y, to_x, to_y), fill=(red, green, blue))
        else:
            draw.ellipse((x - 1.5, y - 1.5, x + 1.5, y + 1.5), fill=(red, green, blue))
    return np.asarray(canvas, float)


def color(rng: np.random.Generator) -> np.ndarray:
    return rng.uniform(20, 235, 3)


def circle(radius: float, x: float = 0.0) -> Points:
    angles = np.linspace(0, 2 * np.pi, 40)
    return list(zip((x + radius * np.cos(angles)).tolist(), (radius * np.sin(angles)).tolist(), strict=True))


def box(left: float, top: float, right: float, bottom: float) -> Points:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def spikes(count: int, inner: float) -> Points:
    """A polygon whose corners are at distances 1 and `inner` from the middle by turns."""
    angles, radii = np.arange(2 * count) * np.pi / count, np.array([1.0, inner] * count)
    return list(zip((radii * np.sin(angles)).tolist(), (-radii * np.cos(angles)).tolist(), strict=True))


def heart() -> Points:
    t = np.linspace(0, 2 * np.pi, 40)
    y = (
        -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)) / 16
    )  # the curve known as the heart curve
    return list(zip((np.sin(t) ** 3).tolist(), y.tolist(), strict=True))


# Of each class: the polygons that are filled, then those that are cut out again.
KINDS: dict[str, tuple[list[Points], list[Points]]] = {
    "ball": ([circle(0.9)], []),
    "ring": ([circle(1)], [circle(0.5)]),
    "moon": ([circle(1)], [circle(0.85, 0.55)]),
    "square": ([box(-0.8, -0.8, 0.8, 0.8)], []),
    "triangle": ([[(0, -1), (0.95, 0.75), (-0.95, 0.75)]], []),
    "cross": ([box(-1, -0.3, 1, 0.3), box(-0.3, -1, 0.3, 1)], []),
    "star": ([spikes(5, 0.4)], []),
    "heart": ([heart()], []),
    "arrow": ([[(0, -1), (0.75, -0.1), (0.3, -0.1), (0.3, 1), (-0.3, 1), (-0.3, -0.1), (-0.75, -0.1)]], []),
    "ladder": ([box(-0.6, -1, 0.6, 1)], [box(-0.35, y, 0.35, y + 0.4) for y in (-1.0, -0.43, 0.14, 0.71)]),
}
