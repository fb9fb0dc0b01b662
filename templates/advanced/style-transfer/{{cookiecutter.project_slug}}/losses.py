"""The three losses of a painted photo: content of the photo, style of the painting, and total variation.

Nothing to run here. `python lessons.py weights` shows their effect. Next: python train.py
"""

from typing import Any

from support.training.features import Features, load

import numpy as np
from keras import ops


def gram(features: Any) -> Any:
    """The Gram matrix, which features occur together at any position: (batch, height, width, channels) -> (batch, channels, channels)."""
    _, height, width, channels = features.shape
    height, width = (size or ops.shape(features)[axis] for axis, size in ((1, height), (2, width)))
    flat = ops.reshape(
        ops.cast(features, "float32"), (-1, height * width, channels)
    )  # 16 bits would overflow in the sum
    return ops.matmul(ops.transpose(flat, (0, 2, 1)), flat) / ops.cast(height * width, "float32")


def roughness(image: Any) -> Any:
    """Total variation: how much neighbouring pixels differ (batch,), mean of squares; high for noise, low for even areas."""
    down = ops.mean(ops.square(image[:, 1:] - image[:, :-1]), axis=(1, 2, 3))
    across = ops.mean(ops.square(image[:, :, 1:] - image[:, :, :-1]), axis=(1, 2, 3))
    return down + across


class Objective:
    """The losses for one painting; it holds the feature networks and the targets, which are never trained.

    Each loss is relative, so that weights mean the same for every painting and all features: content 1 is as far from
    the photo as its own features vary, style 1 is as far from the painting as an image in which no filter responds.
    """

    def __init__(self, spec: dict[str, Any], painting: np.ndarray) -> None:
        """`painting`: (height, width, 3), uint8; `spec` has the features and the weights, as data.load writes them."""
        self.features: Features = load(spec)
        self.weights = spec["weights"]
        layers, content = self.features.both(np.float32(painting[None]) / 255)
        seen = [np.asarray(layer) for layer in layers]
        # In units of what the channel has in the painting, so that strong channels do not dominate. One that is weaker there than
        # most is measured as most are: it would be blown up.
        strengths = [np.sqrt(np.square(layer).mean(axis=(0, 1, 2))) for layer in seen]
        self.scales = [np.maximum(strength, strength.mean()) for strength in strengths]
        self.grams = [np.asarray(gram(layer / scale)) for layer, scale in zip(seen, self.scales, strict=True)]
        self.usual = float(np.asarray(content).var(axis=(0, 1, 2)).mean())

    def __call__(self, photo: Any, image: Any) -> dict[str, Any]:
        """Of images (batch, height, width, 3), 0..1, painted from photos of the same shape: each loss (batch,), and the weighted sum."""
        content_of_photo = self.features.content(photo)
        layers, content = self.features.both(image)
        spread = ops.mean(ops.var(content_of_photo, axis=(1, 2)), axis=-1) + 0.1 * self.usual  # in fog nothing varies
        difference = ops.mean(ops.square(content - content_of_photo), axis=(1, 2, 3))
        found = {"content": difference / spread, "style": self.style(layers), "variation": roughness(image)}
        return {"loss": sum(self.weights[name] * value for name, value in found.items()), **found}

    def style(self, layers: list[Any]) -> Any:
        """The mean over layers of the relative squared distance of Gram matrices (batch,)."""
        distances = [
            ops.sum(ops.square(gram(layer / scale) - target), axis=(1, 2)) / np.square(target).sum()
            for layer, scale, target in zip(layers, self.scales, self.grams, strict=False)  # fewer in a lesson
        ]
        return sum(distances) / len(distances)
