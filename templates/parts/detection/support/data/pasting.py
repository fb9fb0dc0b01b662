"""For a sample that is drawn: backgrounds cut from the photos that scikit-learn ships, and things pasted on them where there is room."""

from collections.abc import Callable

import numpy as np
from PIL import Image

TRIES = 20  # to find a place that is still free
Thing = Callable[
    [int, np.random.Generator], Image.Image
]  # (height in pixels, rng) -> RGBA, transparent around the thing


def photos() -> list[Image.Image]:
    from sklearn.datasets import load_sample_images

    return [Image.fromarray(photo) for photo in load_sample_images().images]


def background(photo: Image.Image, part: tuple[float, float], side: int, rng: np.random.Generator) -> Image.Image:
    """A square piece, at any size, of the part of the photo between two shares of its width; mirrored in half of the cases."""
    low, high = (round(share * photo.width) for share in part)
    size = int(rng.uniform(60, min(high - low, photo.height)))
    left, top = int(rng.integers(low, high - size + 1)), int(rng.integers(0, photo.height - size + 1))
    piece = photo.crop((left, top, left + size, top + size)).resize((side, side), Image.Resampling.BILINEAR)
    return piece.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if rng.random() < 0.5 else piece


def paste(
    image: Image.Image, thing: Thing, sizes: tuple[float, float], taken: list[np.ndarray], rng: np.random.Generator
) -> np.ndarray | None:
    """Draw a thing where there is room, and give its box in pixels; None where there is none.

    Args:
        image: is drawn into.
        thing: what draws it.
        sizes: its smallest and largest height in shares of the image's side.
        taken: the boxes that are there already; the new one is added.
        rng: all chance comes from it.
    """
    smallest, largest = sizes
    height = image.width * smallest * (largest / smallest) ** rng.random()  # as many small ones as large ones
    drawn = thing(max(8, round(height)), rng)
    drawn = drawn.crop(drawn.getbbox())
    for _ in range(TRIES):
        place = rng.integers(0, np.maximum(1, np.array(image.size) - drawn.size))
        box = np.array([*place, *(place + drawn.size)], float)
        if all((np.minimum(box[2:], old[2:]) <= np.maximum(box[:2], old[:2])).any() for old in taken):
            image.paste(drawn, (int(place[0]), int(place[1])), drawn)
            taken.append(box)
            return box
    return None


def lean(image: Image.Image, rng: np.random.Generator, degrees: float = 45) -> Image.Image:
    """Turned by up to so many degrees, and brought to half its size: what is drawn twice as large gets smooth edges."""
    turned = image.rotate(rng.uniform(-degrees, degrees), Image.Resampling.BILINEAR, expand=True)
    return turned.resize((max(1, turned.width // 2), max(1, turned.height // 2)), Image.Resampling.BOX)
