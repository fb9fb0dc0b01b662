"""Layers that Keras lacks, of operations that ONNX and LiteRT have too; any image size."""

from typing import Any

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("style_transfer")
class ReflectionPadding(layers.Layer):
    """Continues an image over its edges as in a mirror; zeros there would show as a frame."""

    def __init__(self, width: int, **options: Any) -> None:
        super().__init__(**options)
        self.width = width

    def call(self, x: Any) -> Any:
        around = (self.width, self.width)
        return ops.pad(x, ((0, 0), around, around, (0, 0)), mode="reflect")

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        batch, height, width, channels = shape
        return (batch, *(side and side + 2 * self.width for side in (height, width)), channels)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "width": self.width}


@keras.saving.register_keras_serializable("style_transfer")
class Doubling(layers.Layer):
    """Each pixel becomes four, as UpSampling2D does, in operations that convert in every format where the size is left open."""

    def call(self, x: Any) -> Any:
        height, width, channels = ops.shape(x)[1], ops.shape(x)[2], x.shape[-1]
        x = ops.reshape(ops.concatenate([x, x], axis=3), (-1, height, 2 * width, channels))  # each pixel beside itself
        return ops.reshape(ops.concatenate([x, x], axis=2), (-1, 2 * height, 2 * width, channels))  # each row, too

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        batch, height, width, channels = shape
        return (batch, height and 2 * height, width and 2 * width, channels)


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
