"""What is saved of a generative model: the averaged generator alone. Generating images needs neither the other network nor the feature classifier."""

from typing import Any


def encode(x: Any, spec: dict[str, Any]) -> Any:
    """Raw inputs as the numbers that the trained layers take: latent vectors are numbers already."""
    return x


def with_preprocessing(model: Any, spec: dict[str, Any]) -> Any:
    """The model as it is saved: latent vectors (batch, latent) -> images (batch, height, width, channels), 0..1."""
    import keras

    generator = keras.models.clone_model(model.generator)
    generator.set_weights(model.average.get_weights())
    return generator


def without_preprocessing(model: Any, spec: dict[str, Any]) -> Any:
    """The part of a saved model that takes encoded inputs: all of it."""
    return model
