"""Changed copies of training pictures, whose boxes change with them: another place, size, side and light in each epoch."""

from collections.abc import Callable

import numpy as np
from PIL import Image

from support.boxed_pictures import BORDER

VISIBLE = 0.4  # of a box: what is cut off more than this is no longer shown as the object


def augmenter(
    zoom: float, shift: float, light: float, flip: bool = True
) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """A function (x, y, rng) -> (x, y) for Split.augment.

    Args:
        zoom: the largest factor by which a picture grows or shrinks; 1 for none.
        shift: how far it may move, in shares of its side.
        light: how much brightness, contrast and each colour may change, 0..1.
        flip: whether half of the pictures are turned round, left for right.
    """

    def augment(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        changed_x, changed_y = np.empty_like(x), np.empty_like(y)
        for row in range(len(x)):
            scale = zoom ** rng.uniform(-1, 1)
            place = rng.uniform(-shift, shift, 2) + (1 - scale) / 2  # where the picture's corner comes to lie, in 0..1
            turned = flip and rng.random() < 0.5
            changed_x[row] = _light(_moved(x[row], scale, place, turned), light, rng)
            changed_y[row] = _moved_boxes(y[row], scale, place, turned)
        return changed_x, changed_y

    return augment


def _moved(picture: np.ndarray, scale: float, place: np.ndarray, turned: bool) -> np.ndarray:
    """The picture scaled, with its corner at `place`; grey where there is none of it."""
    side = len(picture)
    if turned:
        picture = picture[:, ::-1]
    left, top = place * side
    # Pillow asks the other way round: from where in the old picture does each new pixel come?
    back = (1 / scale, 0, -left / scale, 0, 1 / scale, -top / scale)
    moved = Image.fromarray(np.ascontiguousarray(picture)).transform(
        (side, side), Image.Transform.AFFINE, back, Image.Resampling.BILINEAR, fillcolor=(BORDER,) * 3
    )
    return np.asarray(moved)


def _moved_boxes(answer: np.ndarray, scale: float, place: np.ndarray, turned: bool) -> np.ndarray:
    """The boxes (n, 5) of the same change; a box that is mostly outside becomes padding."""
    answer = answer.copy()
    if turned:
        answer[:, [1, 3]] = 1 - answer[:, [3, 1]]
    moved = answer[:, 1:] * scale + np.tile(place, 2)
    inside = np.clip(moved, 0, 1)
    before, after = ((part[:, 2:] - part[:, :2]).prod(axis=1) for part in (moved, inside))
    gone = (answer[:, 0] < 0) | (after < VISIBLE * before)
    answer[:, 1:] = inside
    answer[gone] = (-1, 0, 0, 0, 0)
    return answer


def _light(picture: np.ndarray, light: float, rng: np.random.Generator) -> np.ndarray:
    """Another contrast and brightness, a little different in each colour."""
    contrast, brightness = 1 + light * rng.uniform(-1, 1, 2)
    colours = brightness * (1 + light / 3 * rng.uniform(-1, 1, 3))
    table = (np.arange(256)[:, None] - 128) * contrast * colours + 128 * colours  # (256, 3): what each value becomes
    table = np.clip(table, 0, 255).astype(np.uint8)
    return np.stack([table[picture[..., channel], channel] for channel in range(3)], axis=-1)
