"""Copies of one photo, so that they stay in one split: a test on a copy of a training photo measures memorisation.

Copies are recognised by their name, as Roboflow writes it (photo_jpg.rf.1a2b3c.jpg), by equal pixels, or by a
difference hash: whether each point of a small grey version is brighter than its neighbour on the left, which stays the
same after resizing, compression and a change of light.
"""

import re
from collections.abc import Sequence
from hashlib import sha256

from support.data.annotations.records import AnnotatedImage
from support.data.letterbox import Letterbox, LetterboxedImages
from support.terminal import progress

import numpy as np
from PIL import Image

SOURCE = re.compile(r"(.+)\.rf\.[0-9A-Za-z]+$")
SIDE = 16  # points of the small version, across and down
BITS = 12  # of the 256, by how many hashes of copies may differ
DETAILS = (
    48  # of the 256 neighbours, how many must differ by more than 2 shades: an even background has nothing to compare
)
SHADES = 14  # of 255, by how much a point may differ once both have the same light: another object is no copy
ROWS = 1024  # images that are compared with all others at once


def group(images: Sequence[AnnotatedImage], x: np.ndarray | LetterboxedImages) -> np.ndarray:
    """For each image, the position of the first image that it is a copy of, or its own if there is none before: shape (images,).

    Args:
        images: the files.
        x: the same images, letterboxed (images, side, side, 3).
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    names = [SOURCE.match(one.path.stem) for one in images]
    sources: dict[str, int] = {}
    named = [(sources.setdefault(name[1].lower(), row), row) for row, name in enumerate(names) if name]
    digests, small = _look(images, x)
    equal: dict[bytes, int] = {}
    same = [(equal.setdefault(digest, row), row) for row, digest in enumerate(digests)]
    one, other = np.array([*named, *same, *_alike(small)], int).T
    graph = coo_array((np.ones(len(one), bool), (one, other)), shape=(len(images), len(images)))
    _, first, member = np.unique(connected_components(graph, directed=False)[1], return_index=True, return_inverse=True)
    return first[member]


def _look(images: Sequence[AnnotatedImage], x: np.ndarray | LetterboxedImages) -> tuple[list[bytes], np.ndarray]:
    """A hash of the pixels of each image, and its small grey version (images, SIDE, SIDE + 1) float32, without the grey around."""
    digests, small = [], np.zeros((len(x), SIDE, SIDE + 1), np.float32)
    for row in progress(range(len(x)), "looking for copies", len(x)):
        pixels = np.asarray(x[row : row + 1])[0]
        digests.append(sha256(pixels).digest())
        square = Image.fromarray(pixels).convert("L")
        around = square.width * Letterbox(images[row].size).offset
        inside = (*around[:2], *(square.width - around[:2]))
        small[row] = np.asarray(square.resize((SIDE + 1, SIDE), Image.Resampling.BOX, inside))
    return digests, small


def _alike(small: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of images that are copies."""
    steps = np.diff(small, axis=2).reshape(len(small), -1)
    detailed = np.flatnonzero((np.abs(steps) > 2).sum(axis=1) >= DETAILS)
    small, bits = small[detailed], np.where(steps[detailed] > 0, 1, -1).astype(np.float32)
    spread = np.maximum(small.std(axis=(1, 2), keepdims=True), 1)
    level = (small - small.mean(axis=(1, 2), keepdims=True)) / spread
    pairs = []
    for begin in range(0, len(small), ROWS):
        same = bits[begin : begin + ROWS] @ bits.T  # 256 where all bits are equal, 2 less for each that is not
        for one, other in np.argwhere(same >= bits.shape[1] - 2 * BITS) + (begin, 0):
            distance = np.abs(level[one] - level[other]) * (spread[one] + spread[other]) / 2
            if one < other and distance.max() <= SHADES:
                pairs.append((int(detailed[one]), int(detailed[other])))
    return pairs
