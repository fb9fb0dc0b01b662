"""Layers for painting besides Keras's own."""

from typing import Any

import keras
from keras import layers, ops


def reflected(x: Any, width: int) -> Any:
    """An image (batch, height, width, channels) padded by reflection; zeros would show as a frame."""
    around = (width, width)
    return ops.pad(x, ((0, 0), around, around, (0, 0)), mode="reflect")


@keras.saving.register_keras_serializable("style_transfer")
class Canvas(layers.Layer):
    """One image, each of whose pixels is a weight: what --method optimize trains. Its output is the image, whatever the input."""

    def __init__(self, shape: tuple[int, ...], **options: Any) -> None:
        super().__init__(**options)
        self.size = tuple(shape)
        self.pixels = self.add_weight(shape=self.size, initializer="zeros", name="pixels")  # 0..1

    def call(self, x: Any) -> Any:
        return ops.zeros_like(x)[:, :, None, None] + ops.clip(self.pixels, 0.0, 1.0)[None]

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (shape[0], *self.size)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "shape": self.size}
