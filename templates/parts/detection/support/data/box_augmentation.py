"""Augmentation of training images and their boxes: another position, size, side and light in each epoch.

A mosaic (Bochkovskiy et al. 2020, "YOLOv4") is four of them in one: more objects in a step, smaller, cut off at edges,
and in new surroundings.
"""

from collections.abc import Callable

from support.data.annotated_images import MOST_BOXES
from support.data.letterbox import BORDER

import numpy as np
from PIL import Image

VISIBLE = 0.4  # fraction of a box: with less of it visible, the object no longer counts


def augmenter(
    zoom: float, shift: float, light: float, flip: bool = True, mosaic: float = 0.0
) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """A function (x, y, rng) -> (x, y) for Split.augment.

    Args:
        zoom: the largest factor by which an image grows or shrinks; 1 for none.
        shift: how far it may move, in fractions of its side.
        light: how much brightness, contrast and each colour may change, 0..1.
        flip: whether half of the images are mirrored, left for right.
        mosaic: the fraction of images that become a mosaic with three others of their batch. The targets then have room for more boxes.
    """

    def augment(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        changed_x, changed_y = np.empty_like(x), np.empty_like(y)
        for row in range(len(x)):
            scale = zoom ** rng.uniform(-1, 1)
            place = rng.uniform(-shift, shift, 2) + (1 - scale) / 2  # the new position of the image's corner, in 0..1
            flipped = flip and rng.random() < 0.5
            changed_x[row] = _light(_moved(x[row], scale, place, flipped), light, rng)
            changed_y[row] = _moved_boxes(y[row], scale, place, flipped)
        return _mosaics(changed_x, changed_y, mosaic, rng) if mosaic else (changed_x, changed_y)

    return augment


def _mosaics(x: np.ndarray, y: np.ndarray, fraction: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A batch in which this fraction of the images are mosaics; every target has room for the boxes of four, up to MOST_BOXES."""
    room = max(y.shape[1], min(4 * y.shape[1], MOST_BOXES))
    mixed_x, mixed_y = x.copy(), np.zeros((len(y), room, 5), y.dtype)
    mixed_y[..., 0] = -1
    mixed_y[:, : y.shape[1]] = y
    for row in range(len(x)):
        if rng.random() >= fraction:
            continue
        four = [row, *rng.integers(0, len(x), 3)]
        corner = rng.uniform(0.35, 0.65, 2)  # where the four meet
        pieces, targets = zip(*(_piece(x[one], y[one], corner, place) for place, one in enumerate(four)), strict=True)
        boxes = np.concatenate([target[target[:, 0] >= 0] for target in targets])
        if len(boxes) <= room:  # else the image stays as it is: an object without its box would be a wrong target
            mixed_x[row] = np.concatenate([np.concatenate(pieces[:2], axis=1), np.concatenate(pieces[2:], axis=1)])
            mixed_y[row] = (-1, 0, 0, 0, 0)
            mixed_y[row, : len(boxes)] = boxes
    return mixed_x, mixed_y


def _piece(image: np.ndarray, target: np.ndarray, corner: np.ndarray, place: int) -> tuple[np.ndarray, np.ndarray]:
    """The part of an image in a mosaic at place 0 … 3 (row by row): just large enough to fill the place, and centred.

    Returns the pixels of the place alone, and the boxes in 0..1 of the whole mosaic.
    """
    side = len(image)
    middle = np.round(corner * side) / side
    right, low = place % 2, place // 2
    start = middle * (right, low)
    size = np.where((right, low), 1 - middle, middle)
    scale = size.max()
    offset = start + (size - scale) / 2
    left, top, width, height = np.round(np.concatenate([start, size]) * side).astype(int)
    shown = _moved(image, scale, offset, False)[top : top + height, left : left + width]
    return shown, _moved_boxes(target, scale, offset, False, (*start, *(start + size)))


def _moved(image: np.ndarray, scale: float, place: np.ndarray, flipped: bool) -> np.ndarray:
    """The image scaled, with its corner at `place`; grey outside of it."""
    side = len(image)
    if flipped:
        image = image[:, ::-1]
    left, top = place * side
    # Pillow needs the inverse: the position in the old image of each new pixel.
    back = (1 / scale, 0, -left / scale, 0, 1 / scale, -top / scale)
    moved = Image.fromarray(np.ascontiguousarray(image)).transform(
        (side, side), Image.Transform.AFFINE, back, Image.Resampling.BILINEAR, fillcolor=(BORDER,) * 3
    )
    return np.asarray(moved)


def _moved_boxes(
    target: np.ndarray,
    scale: float,
    place: np.ndarray,
    flipped: bool,
    window: tuple[float, float, float, float] = (0, 0, 1, 1),
) -> np.ndarray:
    """The boxes (n, 5) of the same change; a box that is mostly outside the window becomes padding."""
    target = target.copy()
    if flipped:
        target[:, [1, 3]] = 1 - target[:, [3, 1]]
    moved = target[:, 1:] * scale + np.tile(place, 2)
    inside = np.clip(moved, np.tile(window[:2], 2), np.tile(window[2:], 2))
    before, after = ((part[:, 2:] - part[:, :2]).prod(axis=1) for part in (moved, inside))
    gone = (target[:, 0] < 0) | (after < VISIBLE * before)
    target[:, 1:] = inside
    target[gone] = (-1, 0, 0, 0, 0)
    return target


def _light(image: np.ndarray, light: float, rng: np.random.Generator) -> np.ndarray:
    """A change of contrast and brightness, slightly different in each colour."""
    contrast, brightness = 1 + light * rng.uniform(-1, 1, 2)
    colours = brightness * (1 + light / 3 * rng.uniform(-1, 1, 3))
    table = (np.arange(256)[:, None] - 128) * contrast * colours + 128 * colours  # (256, 3): what each value becomes
    table = np.clip(table, 0, 255).astype(np.uint8)
    return np.stack([table[image[..., channel], channel] for channel in range(3)], axis=-1)
