"""Baselines: the unchanged photo, the photo in the painting's colours, and a blend of photo and painting."""

from support.data import paintings
from support.data.photos import fitted
from support.splits import Splits

import numpy as np


def predict(splits: Splits, seed: int) -> dict[str, np.ndarray]:
    """By name, images (images, height, width, 3), 0..1, made from the test photos."""
    photos = np.asarray(splits.test.y, np.float32) / 255
    painting = paintings.of(splits.spec)
    over = np.float32(fitted(painting, photos.shape[1:3])) / 255
    return {
        "the photo as it is": photos,
        "the painting's colours": np.stack([coloured(photo, painting.astype(np.float32) / 255) for photo in photos]),
        "half photo, half painting": (photos + over) / 2,
    }


def coloured(photo: np.ndarray, painting: np.ndarray) -> np.ndarray:
    """A photo, 0..1, whose red, green and blue get the painting's mean and standard deviation (after Reinhard et al. 2001)."""
    axes = (0, 1)
    share = (photo - photo.mean(axes)) / (photo.std(axes) + 1e-3)
    return np.clip(share * painting.std(axes) + painting.mean(axes), 0, 1).astype(np.float32)
