"""The Fréchet distance as a Keras metric, so that the best epoch can be chosen by it while training."""

from typing import Any

from support.training import feature_classifier
from support.training.feature_classifier import FeatureClassifier

import keras
import numpy as np
from keras import ops


class FrechetDistance(keras.metrics.Metric):
    """Of real and generated images in the feature classifier's features, over all batches since the last reset; see distances.frechet."""

    def __init__(self, spec: dict[str, Any], found: FeatureClassifier, name: str = "distance") -> None:
        super().__init__(name=name)
        size = feature_classifier.FEATURES
        self.classifier = feature_classifier.network(spec)
        self.classifier.set_weights(found.weights)
        self.classifier.trainable = False
        self.mean, self.scale = np.float32(found.mean), found.scale
        self.count = self.add_variable((), "zeros", name="count")
        self.sums = self.add_variable((2, size), "zeros", name="sums")  # of real and of generated images
        self.products = self.add_variable((2, size, size), "zeros", name="products")

    def update_state(self, real: Any, generated: Any) -> None:
        """Add images, 0..1, as many of one kind as of the other."""
        for row, images in enumerate((real, generated)):
            features = (self.classifier(images, training=False)[0] - self.mean) * self.scale
            one = ops.reshape(ops.one_hot(row, 2), (2, 1))
            self.sums.assign_add(one * ops.sum(features, axis=0))
            self.products.assign_add(one[..., None] * ops.matmul(ops.transpose(features), features))
        self.count.assign_add(ops.cast(ops.shape(real)[0], "float32"))

    def result(self) -> Any:
        count = ops.maximum(self.count, 2.0)
        means = self.sums / count
        outer = means[:, :, None] * means[:, None, :]
        covariances = (self.products - count * outer) / (count - 1)
        values, vectors = ops.linalg.eigh(covariances[0])
        root = ops.matmul(vectors * ops.sqrt(ops.maximum(values, 0.0)), ops.transpose(vectors))
        mixed, _ = ops.linalg.eigh(ops.matmul(ops.matmul(root, covariances[1]), root))
        mean = ops.sum(ops.square(means[0] - means[1]))
        spread = ops.trace(covariances[0]) + ops.trace(covariances[1])
        return ops.maximum(0.0, mean + spread - 2 * ops.sum(ops.sqrt(ops.maximum(mixed, 0.0))))
