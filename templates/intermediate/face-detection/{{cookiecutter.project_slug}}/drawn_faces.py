"""The sample: drawn faces on pieces of the two photos that scikit-learn ships, made by a seeded generator; no download.

A face is an ellipse of any skin, slim or round, with hair or without, eyes (or sunglasses), brows, nose and a mouth
that smiles, sulks or is open; it leans up to 45 degrees. Beside the faces there are other objects: balls with stripes,
ellipses in the same skins, some with dots or with two eyes only. Training, validation and test faces are on different
parts of the photos, so that no test background was seen in training.
"""

from support.data import pasting
from support.splits import Splits

import numpy as np
from PIL import Image, ImageDraw

IMAGES = (300, 50, 100)  # for training, validation and test
SKINS = [
    (255, 219, 172),
    (241, 194, 125),
    (224, 172, 105),
    (198, 134, 66),
    (141, 85, 36),
    (92, 56, 30),
    (246, 190, 170),
]
HAIRS = [(30, 22, 18), (80, 50, 25), (180, 130, 60), (120, 120, 120), (160, 60, 30)]
SIZES = (0.12, 0.5)  # smallest and largest height of a face in fractions of the image's side
NOTE = "the sample (drawn faces on pieces of two photos; not real faces)"


def make(side: int, seed: int) -> Splits:
    """Images of side × side pixels with faces."""
    return pasting.make(IMAGES, side, seed, ["face"], choose, draw, SIZES, NOTE)


def choose(rng: np.random.Generator) -> list[str]:
    """The objects on an image."""
    return ["face"] * int(rng.choice(5, p=[0.1, 0.4, 0.25, 0.15, 0.1])) + ["other"] * int(rng.integers(0, 4))


def draw(name: str, height: int, rng: np.random.Generator) -> Image.Image:
    """An object with a transparent background, about `height` pixels high; drawn twice as large, so that edges become smooth."""
    return face(2 * height, rng) if name == "face" else other(2 * height, rng)


def face(high: int, rng: np.random.Generator) -> Image.Image:
    """A face, with hair or without, in pixels of its height."""
    wide = high * rng.uniform(0.65, 1.0)
    left, top = 0.15 * high, 0.1 * high  # room around
    skin = tuple(int(value * rng.uniform(0.85, 1.1)) for value in SKINS[rng.integers(len(SKINS))])
    hair = HAIRS[rng.integers(len(HAIRS))]
    image = Image.new("RGBA", (round(wide + 0.3 * high), round(1.2 * high)), (*skin, 0))
    draw = ImageDraw.Draw(image)

    def at(x: float, y: float, half_x: float, half_y: float) -> tuple[float, float, float, float]:
        """A box around a point of the face, all in fractions of its width and height."""
        x, y, half_x, half_y = left + x * wide, top + y * high, half_x * wide, half_y * high
        return x - half_x, y - half_y, x + half_x, y + half_y

    if rng.random() < 0.7:
        draw.ellipse(at(0.5, 0.42, 0.5, 0.42), (*hair, 255))  # hair: a larger ellipse behind
        draw.ellipse(at(0.5, 0.54, 0.46, 0.45), (*skin, 255))
    else:
        draw.ellipse(at(0.5, 0.5, 0.5, 0.5), (*skin, 255))
    dark = tuple(value // 3 for value in skin)
    line = max(1, round(0.03 * high))
    apart, open_eyes = rng.uniform(0.17, 0.22), rng.uniform(0.02, 0.05)
    sunglasses = rng.random() < 0.2
    for x in (0.5 - apart, 0.5 + apart):
        if sunglasses:
            draw.rectangle(at(x, 0.45, 0.16, 0.07), (20, 20, 25, 255))
            continue
        draw.ellipse(at(x, 0.45, 0.1, open_eyes + 0.01), (250, 250, 250, 255))
        draw.ellipse(at(x + rng.uniform(-0.02, 0.02), 0.45, 0.05, open_eyes), (30, 30, 40, 255))
        draw.arc(at(x, 0.4, 0.12, 0.05), 200, 340, (*hair, 255), line)
    draw.line([*at(0.5, 0.53, 0, 0)[:2], *at(0.5 + rng.uniform(-0.06, 0.06), 0.63, 0, 0)[:2]], (*dark, 255), line)
    mouth = rng.integers(3)
    if mouth == 0:  # smiles
        draw.arc(at(0.5, 0.7, 0.2, 0.1), 20, 160, (140, 40, 40, 255), 2 * line)
    elif mouth == 1:  # sulks
        draw.arc(at(0.5, 0.84, 0.18, 0.08), 200, 340, (140, 40, 40, 255), 2 * line)
    else:  # is open
        draw.ellipse(at(0.5, 0.78, 0.12, rng.uniform(0.03, 0.08)), (120, 30, 30, 255))
    return pasting.lean(image, rng)


def other(high: int, rng: np.random.Generator) -> Image.Image:
    """A round object that is not a face."""
    wide = high * rng.uniform(0.7, 1.0)
    colour = SKINS[rng.integers(len(SKINS))] if rng.random() < 0.6 else tuple(map(int, rng.integers(0, 256, 3)))
    image = Image.new("RGBA", (round(wide), high), (*colour, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((0, 0, wide - 1, high - 1), (*colour, 255))
    dark, line = tuple(value // 3 for value in colour), max(1, high // 20)
    kind = rng.integers(4)
    if kind == 0:  # a ball with stripes
        for share in (0.3, 0.5, 0.7):
            draw.line((wide * 0.15, high * share, wide * 0.85, high * share), (*dark, 255), 2 * line)
    elif kind == 1:  # dots anywhere
        for x, y in rng.uniform(0.25, 0.75, (3, 2)):
            draw.ellipse((wide * x - line, high * y - line, wide * x + line, high * y + line), (*dark, 255))
    elif kind == 2:  # two eyes, and nothing else of a face
        for x in (0.3, 0.7):
            half, y = 0.09 * wide, high * 0.45
            draw.ellipse((wide * x - half, y - half, wide * x + half, y + half), (250, 250, 250, 255))
            draw.ellipse((wide * x - half / 2, y - half / 2, wide * x + half / 2, y + half / 2), (30, 30, 40, 255))
    return pasting.lean(image, rng)
