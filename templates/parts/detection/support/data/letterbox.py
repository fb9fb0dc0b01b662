"""Images of any shape in the square that the network sees: letterboxed, on grey, their own shape kept."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from support.data.annotations.records import AnnotatedImage
from support.data.images import read_image
from support.data.pixels import Facts

import numpy as np

BORDER = 114  # the grey beside an image that is not square: near the mean of photos, so no edge worth learning


@dataclass(frozen=True)
class Letterbox:
    """How an image fits into the square that the network sees: position = offset + scale · pixel, positions in 0..1 of the square."""

    size: tuple[int, int]  # of the image as it is seen, width and height

    @property
    def scale(self) -> float:
        return 1 / max(self.size)

    @property
    def offset(self) -> np.ndarray:
        return (1 - np.array([*self.size, *self.size]) * self.scale) / 2

    def into(self, pixels: np.ndarray) -> np.ndarray:
        """Boxes in pixels of the image as boxes in 0..1 of the square."""
        return np.asarray(pixels, float).reshape(-1, 4) * self.scale + self.offset

    def back(self, square: np.ndarray) -> np.ndarray:
        """Boxes in 0..1 of the square as pixels of the image, not beyond its edges."""
        pixels = (np.asarray(square, float).reshape(-1, 4) - self.offset) / self.scale
        return np.clip(pixels, 0, np.array([*self.size, *self.size]))


def letterboxed(path: Path, size: tuple[int, int], side: int) -> tuple[np.ndarray, Facts]:
    """The image in the middle of a grey square (side, side, 3), its shape kept, and the facts about its file.

    `size` is its width and height as it is seen.
    """
    width, height = (max(1, round(value * side / max(size))) for value in size)
    square = np.full((side, side, 3), BORDER, np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width], facts = read_image(path, (height, width, 3))
    return square, facts


class LetterboxedImages:
    """Images that are read from their files when they are needed, letterboxed; indexed like an array (images, side, side, 3)."""

    def __init__(self, images: Sequence[AnnotatedImage], side: int) -> None:
        self.images, self.side = list(images), side

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, positions: np.ndarray | slice) -> np.ndarray:
        chosen = self.subset(positions).images
        squares = [letterboxed(one.path, one.size, self.side)[0] for one in chosen]
        return np.array(squares, np.uint8).reshape(-1, self.side, self.side, 3)

    def subset(self, positions: np.ndarray | slice) -> "LetterboxedImages":
        """The images at these positions, not read yet."""
        rows = np.arange(len(self))[positions]
        return LetterboxedImages([self.images[row] for row in rows], self.side)

    def fingerprint(self) -> str:
        """A hash of the content of all files."""
        digest = hashlib.sha256(str(self.side).encode())
        for one in self.images:
            digest.update(one.path.read_bytes())
        return digest.hexdigest()


def subset(x: np.ndarray | LetterboxedImages, positions: np.ndarray) -> np.ndarray | LetterboxedImages:
    """The images at these positions, read or not as `x` is."""
    return x.subset(positions) if isinstance(x, LetterboxedImages) else x[positions]
