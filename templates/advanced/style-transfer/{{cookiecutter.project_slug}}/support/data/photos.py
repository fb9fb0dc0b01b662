"""Photos of any size: read upright, made smaller, and cut into pieces so that training sees no test piece."""

from pathlib import Path
from typing import Any

from support.data.images import read_whole
from support.errors import ProjectError

import numpy as np
from PIL import Image, ImageOps

STEP = 4  # the network halves an image twice: sides are extended to a multiple of this, and cropped back
FEW = 10  # photos; with fewer, each is divided between training, validation and test; otherwise each belongs to one of them
WIDTH = 0.2  # fraction of a photo's longer side for validation, and for test, if photos are divided
LARGEST = 16_000_000  # pixels of a photo: it is painted in one piece, and more would take several gigabytes


def shrunk(image: np.ndarray, longest: int) -> np.ndarray:
    """An image (height, width, 3), uint8, made smaller where its longer side has more than `longest` pixels."""
    height, width = image.shape[:2]
    if max(height, width) <= longest:
        return image
    share = longest / max(height, width)
    size = max(1, round(width * share)), max(1, round(height * share))
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.LANCZOS))


def padded(photo: np.ndarray) -> np.ndarray:
    """A photo (height, width, 3) with its last rows and columns repeated until both sides are multiples of STEP."""
    height, width = photo.shape[:2]
    return np.pad(photo, ((0, -height % STEP), (0, -width % STEP), (0, 0)), mode="edge")


def painted(answer: Any, photo: np.ndarray) -> np.ndarray:
    """A photo (height, width, 3), uint8, as `answer` (see serving.load) paints it: the same shape, uint8.

    Raises:
        ProjectError: if it would take too much memory.
    """
    height, width = photo.shape[:2]
    if height * width > LARGEST:
        raise ProjectError(f"a photo of {width}×{height} pixels is too large\nMake it smaller: --longest 3000")
    image = answer(padded(photo)[None])[0, :height, :width]
    return np.round(np.clip(image, 0, 1) * 255).astype(np.uint8)


def read_one(path: Path, longest: int | None = None) -> np.ndarray:
    """A photo (height, width, 3), uint8, upright, always in colour.

    Raises:
        ProjectError: if it is not an image, or too small to be painted.
    """
    photo = read_whole(path, 3)
    photo = shrunk(photo, longest) if longest else photo
    height, width = photo.shape[:2]
    if min(height, width) < 16:
        raise ProjectError(f"{path} is too small: {width}×{height} pixels\nExpected 16 or more on each side.")
    return photo


def cut(photos: list[np.ndarray], piece: int, count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pieces (pieces, piece, piece, 3) for training, validation and test that share no pixel.

    FEW photos or more are divided among the three, a fifth each for validation and test; of fewer, each is cut across
    its longer side into three parts. Training gets `count` pieces from random places, which may overlap one another;
    validation and test get pieces side by side.
    """
    rng = np.random.default_rng(seed)
    if len(photos) >= FEW:
        order, fifth = rng.permutation(len(photos)), max(1, len(photos) // 5)
        parts = [[photos[i] for i in some] for some in (order[2 * fifth :], order[:fifth], order[fifth : 2 * fifth])]
    else:
        divided = [_divided(photo) for photo in photos]
        parts = [[each[number] for each in divided] for number in range(3)]
    train, *others = ([part for part in found if min(part.shape[:2]) >= piece] for found in parts)
    if not train or not all(others):
        raise ProjectError(
            f"the photos are too small for pieces of {piece} pixels\nExpected {round(piece / WIDTH)} or more on the longer side and {piece} on the other; or smaller pieces: --piece 64"
        )
    pieces = [_random_piece(train[i % len(train)], piece, rng) for i in range(count)]
    regular = [_regular_pieces(found, piece, count) for found in others]
    return np.stack(pieces), regular[0], regular[1]


def _divided(photo: np.ndarray) -> list[np.ndarray]:
    """Three parts of a photo along its longer side: the first 60 %, 20 % and 20 %."""
    axis = int(photo.shape[1] >= photo.shape[0])
    length = photo.shape[axis]
    ends = [0, length - 2 * int(length * WIDTH), length - int(length * WIDTH), length]
    return [np.take(photo, range(begin, end), axis) for begin, end in zip(ends[:-1], ends[1:], strict=True)]


def _random_piece(photo: np.ndarray, piece: int, rng: np.random.Generator) -> np.ndarray:
    top, left = (int(rng.integers(0, side - piece + 1)) for side in photo.shape[:2])
    return photo[top : top + piece, left : left + piece]


def _regular_pieces(photos: list[np.ndarray], piece: int, most: int) -> np.ndarray:
    """Pieces side by side, as many as fit without overlapping; of more than `most`, evenly chosen ones."""
    found = [
        photo[top : top + piece, left : left + piece]
        for photo in photos
        for top in range(0, photo.shape[0] - piece + 1, piece)
        for left in range(0, photo.shape[1] - piece + 1, piece)
    ]
    chosen = np.unique(np.linspace(0, len(found) - 1, min(most, len(found))).round().astype(int))
    return np.stack([found[position] for position in chosen])


def fitted(image: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """The middle of an image (height, width, 3), uint8, as large as it fits into `size` (height, width)."""
    height, width = size
    return np.asarray(ImageOps.fit(Image.fromarray(image), (width, height), Image.Resampling.LANCZOS))
