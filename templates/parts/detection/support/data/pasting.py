"""A drawn sample: backgrounds cut from the photos that scikit-learn ships, with objects pasted where there is room."""

from collections.abc import Callable, Sequence

from support.data import boxes
from support.splits import Split, Splits

import numpy as np
from PIL import Image

TRIES = 20  # to find a place that is still free
PARTS = ((0.0, 0.55), (0.55, 0.72), (0.72, 1.0))  # of the photos, for training, validation and test: none is in two
Draw = Callable[[str, int, np.random.Generator], Image.Image]  # (name, height in pixels, rng) -> RGBA


def make(
    counts: Sequence[int],
    side: int,
    seed: int,
    labels: list[str],
    choose: Callable[[np.random.Generator], list[str]],
    draw: Draw,
    sizes: tuple[float, float],
    note: str,
) -> Splits:
    """Images with boxes of all objects on them whose name is in `labels`.

    Args:
        counts: of images for training, validation and test.
        side: of the images, in pixels.
        seed: the same gives the same images.
        labels: the classes; other objects are drawn without a box.
        choose: returns the names of the objects on the next image.
        draw: draws an object.
        sizes: smallest and largest height of an object in fractions of the image's side.
        note: what the sample is.
    """
    splits, sources = [], photos()
    for number, (count, part) in enumerate(zip(counts, PARTS, strict=True)):
        rng = np.random.default_rng([seed, number])
        x, targets = np.zeros((count, side, side, 3), np.uint8), []
        for row in range(count):
            image = background(sources[rng.integers(len(sources))], part, side, rng)
            taken: list[np.ndarray] = []
            placed = [(name, paste(image, name, draw, sizes, taken, rng)) for name in choose(rng)]
            kept = [[labels.index(name), *box / side] for name, box in placed if name in labels and box is not None]
            targets.append(np.array(kept).reshape(-1, 5))
            x[row] = np.asarray(image)
        splits.append(Split(x, boxes.pad(targets)))
    train, validation, test = splits
    spec = {"kind": "boxes", "shape": [side, side, 3], "labels": labels}
    return Splits(train, validation, test, spec, "sample", note)


def photos() -> list[Image.Image]:
    from sklearn.datasets import load_sample_images

    return [Image.fromarray(photo) for photo in load_sample_images().images]


def background(photo: Image.Image, part: tuple[float, float], side: int, rng: np.random.Generator) -> Image.Image:
    """A square piece, at any size, of the part of the photo between two fractions of its width; mirrored in half of the cases."""
    low, high = (round(fraction * photo.width) for fraction in part)
    size = int(rng.uniform(60, min(high - low, photo.height)))
    left, top = int(rng.integers(low, high - size + 1)), int(rng.integers(0, photo.height - size + 1))
    piece = photo.crop((left, top, left + size, top + size)).resize((side, side), Image.Resampling.BILINEAR)
    return piece.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if rng.random() < 0.5 else piece


def paste(
    image: Image.Image,
    name: str,
    draw: Draw,
    sizes: tuple[float, float],
    taken: list[np.ndarray],
    rng: np.random.Generator,
) -> np.ndarray | None:
    """Draw an object into the image beside the boxes that are `taken`, and add its own, in pixels; None if there is no room."""
    smallest, largest = sizes
    height = image.width * smallest * (largest / smallest) ** rng.random()  # equally many small and large ones
    drawn = draw(name, max(8, round(height)), rng)
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
    """Rotated by up to so many degrees, and reduced to half its size: drawing twice as large gives smooth edges."""
    rotated = image.rotate(rng.uniform(-degrees, degrees), Image.Resampling.BILINEAR, expand=True)
    return rotated.resize((max(1, rotated.width // 2), max(1, rotated.height // 2)), Image.Resampling.BOX)
