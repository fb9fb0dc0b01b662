"""Augmentation: random changes of the training images that do not change their class. They are mirrored, shifted or partly covered."""

from config import Config

import keras
from keras import layers


def augmentation(config: Config) -> keras.Sequential:
    """Layers that change an image at random in training, and pass it on unchanged otherwise."""
    share = config.shift / config.image_size
    changes: list[layers.Layer] = []
    if config.flip:
        changes.append(layers.RandomFlip("horizontal", seed=config.seed))
    if config.shift:  # the gap is filled by reflection: black would be an edge to learn
        changes.append(
            layers.RandomTranslation(share, share, fill_mode="reflect", interpolation="nearest", seed=config.seed + 1)
        )
    if config.cutout:
        changes.append(
            layers.RandomErasing(1.0, (config.cutout / 2, config.cutout), fill_value=128, seed=config.seed + 2)
        )
    return keras.Sequential(changes or [layers.Identity()], name="augmentation")
