"""A small classifier of the training images; its features measure how similar two sets of images are.

The published Fréchet distance (FID) uses Inception, a network of 24 million weights trained on photos. This one knows
these images only, so its distances compare generators of the same images, and nothing else: they are NOT comparable
with FID in papers. Its file in data/ is read without TensorFlow. If images have no classes, it learns to predict how an
image was rotated.
"""

import functools
import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support import download
from support.errors import ProjectError
from support.files import write_safely
from support.splits import Split

import numpy as np

RECIPE = 1  # goes up when the code below changes, so that no older classifier is used
FEATURES = 32  # few, so that the covariance of a few hundred images is reliable
STEPS, BATCH = 900, 128  # enough for 0.98 of MNIST's test digits; a small data set is seen up to 15 times
KEPT = 10_000  # training images whose features are kept, to find the nearest of them
MAKE = "python feature_classifier.py"


class FeatureClassifier:
    """What is in a classifier's file: `weights`; `training` (at most KEPT, FEATURES), the features of training images; `mean` and `scale`.

    Features are scaled so that those of the training images have mean 0 and total variance 1.
    """

    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        self.onnx, self.training, self.mean = (arrays[name] for name in ("onnx", "training", "mean"))
        self.scale = np.float32(arrays["scale"])
        self.weights = [arrays[name] for name in sorted(arrays) if name.startswith("weight/")]

    def features(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of images (images, height, width, channels), 0..1 or uint8: features (images, FEATURES) and probabilities (images, classes)."""
        found, probabilities = _run(self.onnx.tobytes(), images)
        return (found - self.mean) * self.scale, probabilities


def key(train: Split) -> str:
    """The name of the classifier of these training images and classes."""
    digest = hashlib.sha256(f"{RECIPE} {FEATURES} {STEPS} {train.x.shape}".encode())
    digest.update(np.ascontiguousarray(train.x).tobytes() + train.y.astype(np.int64).tobytes())
    return digest.hexdigest()[:16]


def path(spec: dict[str, Any]) -> Path:
    name = spec.get("feature_classifier", spec.get("judge"))  # its former name
    return download.FOLDER / f"feature-classifier-{name}.npz"


def load(spec: dict[str, Any]) -> FeatureClassifier:
    """The classifier that `spec` names.

    Raises:
        ProjectError: if its file is missing or damaged.
    """
    return _load(path(spec))


def prepare(spec: dict[str, Any], labelled: Callable[[], Split]) -> FeatureClassifier:
    """The classifier that `spec` names, trained first if there is none.

    Args:
        labelled: returns the training images with their classes; called only if the classifier must be trained.
    """
    if not path(spec).exists():
        _train(spec, labelled())
    return load(spec)


def network(spec: dict[str, Any]) -> Any:
    """The classifier as a keras.Model: images (batch, *shape), 0..1 -> features (batch, FEATURES), probabilities (batch, classes)."""
    from keras import Input, Model, layers

    image = Input(spec["shape"], name="image")
    x, filters = image, 16
    while x.shape[1] > 7:  # halved until a position represents a part of the image, not a pixel
        x = layers.Conv2D(filters, 5 if x is image else 3, strides=2, padding="same", activation="relu")(x)
        filters = min(64, 2 * filters)
    x = layers.Dropout(0.3)(layers.Flatten()(x))
    features = layers.Dense(FEATURES, activation="relu", name="features")(x)
    classes = layers.Dense(len(spec["labels"]) or 4, activation="softmax", name="classes")(features)
    return Model(image, [features, classes], name="feature_classifier")


def rotated(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Images rotated by 0, 90, 180 and 270 degrees, and the angle of each as its class: a task if there are no classes (Gidaris et al. 2018)."""
    turns = np.arange(len(images)) % 4
    return np.stack([np.rot90(image, int(turn)) for image, turn in zip(images, turns, strict=True)]), turns


def _train(spec: dict[str, Any], train: Split) -> None:
    import keras

    x, y = (train.x, train.y) if spec["labels"] else rotated(train.x)
    keras.utils.set_random_seed(0)  # the classifier is the same, whatever the seed of the run
    model = network(spec)
    model.compile(keras.optimizers.Adam(2e-3), loss=[None, "sparse_categorical_crossentropy"])
    epochs = int(np.clip(np.ceil(STEPS * BATCH / len(x)), 1, 15))
    print(f"Training the classifier whose features are compared, {epochs} epochs …", flush=True)
    model.fit(x.astype(np.float32) / 255, [y, y], batch_size=BATCH, epochs=epochs, verbose=0)
    download.FOLDER.mkdir(exist_ok=True)
    write_safely(path(spec), lambda temporary: _write(temporary, model, train.x))


def _write(file: Path, model: Any, images: np.ndarray) -> None:
    from support.quiet import hidden_stderr

    onnx = file.with_suffix(".onnx")
    try:
        with hidden_stderr():
            model.export(str(onnx), format="onnx", verbose=False)
        content = onnx.read_bytes()
    finally:
        onnx.unlink(missing_ok=True)
    features, _ = _run(content, images[np.random.default_rng(0).permutation(len(images))[:KEPT]])
    mean, scale = features.mean(axis=0), 1 / np.sqrt(max(1e-12, float(features.var(axis=0).sum())))
    arrays = {"onnx": np.frombuffer(content, np.uint8), "mean": mean, "scale": np.array(scale)}
    arrays["training"] = (features - mean) * np.float32(scale)
    arrays |= {f"weight/{number:03}": array for number, array in enumerate(model.get_weights())}
    np.savez(file, allow_pickle=False, **arrays)


@functools.lru_cache(maxsize=2)
def _load(file: Path) -> FeatureClassifier:
    try:
        with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as arrays:
            return FeatureClassifier(dict(arrays))
    except FileNotFoundError:
        missing = f"there is no {file.name} in data/, the classifier that scores these images"
        raise ProjectError(f"{missing}\nTrain it: {MAKE} --data …, as the run was trained") from None
    except PermissionError:
        raise
    except Exception:  # zipfile, numpy and zlib have one each for a damaged file
        raise ProjectError(f"{file} is damaged\nRemove it and train it again: {MAKE}") from None


@functools.lru_cache(maxsize=2)
def _session(content: bytes) -> Any:
    import onnxruntime

    return onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])


def _run(content: bytes, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    session = _session(content)
    name = session.get_inputs()[0].name
    factor = np.float32(1 / 255 if images.dtype == np.uint8 else 1)
    parts = [images[begin : begin + 500].astype(np.float32) * factor for begin in range(0, len(images), 500)]
    features, probabilities = zip(*(session.run(None, {name: part}) for part in parts), strict=True)
    return np.concatenate(features), np.concatenate(probabilities)
