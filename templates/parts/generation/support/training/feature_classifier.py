"""The judge: a small classifier, trained on the same training pictures, whose features say how alike two sets of pictures are.

    python -m support.training.feature_classifier            train it for the data of config.py, where it is not there yet

The published Fréchet distance (FID) uses Inception, a network of 24 million weights trained on photos. This one knows these pictures
only, so its distances compare generators of the same pictures, and nothing else: they are NOT comparable with FID in papers.
Its file in data/ is read without TensorFlow; where pictures have no classes, it learns to tell how a picture was turned.
"""

import functools
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support import download
from support.errors import ProjectError
from support.files import write_safely
from support.splits import Split

import numpy as np

RECIPE = 1  # counts up when what follows changes, so that no judge of another kind is used
FEATURES = 32  # few, so that the covariance of a few hundred pictures means something
STEPS, BATCH = 900, 128  # enough for 0.98 of MNIST's test digits; a small data set is seen up to 15 times
KEPT = 10_000  # training pictures whose features are kept, to find the nearest of them


@dataclass(frozen=True)
class Judge:
    """What is in a judge's file. Features are scaled so that those of the training pictures have mean 0 and total variance 1."""

    features: Callable[
        [np.ndarray], tuple[np.ndarray, np.ndarray]
    ]  # pictures, 0..1 or uint8 -> features, probabilities
    training: np.ndarray  # (at most KEPT, FEATURES), of training pictures
    weights: list[np.ndarray]
    mean: np.ndarray
    scale: float


def key(train: Split) -> str:
    """The name of the judge of these training pictures and classes."""
    digest = hashlib.sha256(f"{RECIPE} {FEATURES} {STEPS} {train.x.shape}".encode())
    digest.update(np.ascontiguousarray(train.x).tobytes() + train.y.astype(np.int64).tobytes())
    return digest.hexdigest()[:16]


def path(spec: dict[str, Any]) -> Path:
    return download.FOLDER / f"judge-{spec['judge']}.npz"


def load(spec: dict[str, Any]) -> Judge:
    """The judge that `spec` names.

    Raises:
        ProjectError: where its file is missing or damaged.
    """
    return _load(path(spec))


def prepare(spec: dict[str, Any], labelled: Callable[[], Split]) -> Judge:
    """The judge that `spec` names, trained first where there is none yet.

    Args:
        labelled: gives the training pictures with their classes, and is asked only where the judge must be trained.
    """
    if not path(spec).exists():
        _train(spec, labelled())
    return load(spec)


def network(shape: tuple[int, ...], classes: int) -> Any:
    """The judge as a keras.Model: pictures (batch, *shape), 0..1 -> features (batch, FEATURES), probabilities (batch, classes)."""
    from keras import Input, Model, layers

    picture = Input(shape, name="picture")
    x, filters = picture, 16
    while x.shape[1] > 7:  # halved until a place stands for a part of the picture, not a pixel
        x = layers.Conv2D(filters, 5 if x is picture else 3, strides=2, padding="same", activation="relu")(x)
        filters = min(64, 2 * filters)
    x = layers.Dropout(0.3)(layers.Flatten()(x))
    features = layers.Dense(FEATURES, activation="relu", name="features")(x)
    return Model(
        picture, [features, layers.Dense(classes, activation="softmax", name="classes")(features)], name="judge"
    )


def turned(pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pictures turned by 0, 90, 180 and 270 degrees, and by which: something to learn where there are no classes (Gidaris et al. 2018)."""
    turns = np.arange(len(pictures)) % 4
    found = np.empty_like(pictures)
    for turn in range(4):
        found[turn::4] = np.rot90(pictures[turn::4], turn, axes=(1, 2))
    return found, turns


def classes(spec: dict[str, Any]) -> int:
    return len(spec["labels"]) or 4


def _train(spec: dict[str, Any], train: Split) -> None:
    import keras

    x, y = (train.x, train.y) if spec["labels"] else turned(train.x)
    keras.utils.set_random_seed(0)  # the judge is the same, whatever the seed of the run that asks for it first
    model = network(tuple(spec["shape"]), classes(spec))
    model.compile(keras.optimizers.Adam(2e-3), loss=[None, "sparse_categorical_crossentropy"])
    epochs = int(np.clip(np.ceil(STEPS * BATCH / len(x)), 1, 15))
    print(f"Training the judge of the pictures, {epochs} epochs …", flush=True)
    model.fit(x.astype(np.float32) / 255, [y, y], batch_size=BATCH, epochs=epochs, verbose=0)
    download.FOLDER.mkdir(exist_ok=True)
    write_safely(path(spec), lambda temporary: _write(temporary, model, train.x))


def _write(file: Path, model: Any, pictures: np.ndarray) -> None:
    from support.quiet import hidden_stderr

    some = pictures[np.random.default_rng(0).permutation(len(pictures))[:KEPT]]
    onnx = file.with_suffix(".onnx")
    try:
        with hidden_stderr():
            model.export(str(onnx), format="onnx", verbose=False)
        content = onnx.read_bytes()
    finally:
        onnx.unlink(missing_ok=True)
    features, _ = _run(content, some)
    mean, scale = features.mean(axis=0), 1 / np.sqrt(max(1e-12, float(features.var(axis=0).sum())))
    weights = {f"weight/{number:03}": array for number, array in enumerate(model.get_weights())}
    np.savez(
        file,
        allow_pickle=False,
        onnx=np.frombuffer(content, np.uint8),
        training=(features - mean) * np.float32(scale),
        mean=mean,
        scale=scale,
        **weights,
    )


@functools.lru_cache(maxsize=2)
def _load(file: Path) -> Judge:
    try:
        with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as arrays:
            content, training, mean, scale = (arrays[name] for name in ("onnx", "training", "mean", "scale"))
            weights = [arrays[name] for name in sorted(arrays.files) if name.startswith("weight/")]
    except FileNotFoundError:
        raise ProjectError(
            f"there is no {file.name} in data/, the judge that scores these pictures\nTrain it: python -m support.training.feature_classifier --data …, as the run was trained"
        ) from None
    except Exception as error:  # zipfile, numpy and zlib have one each for a damaged file
        if isinstance(error, PermissionError):
            raise
        raise ProjectError(
            f"{file} is damaged\nRemove it and train it anew: python -m support.training.feature_classifier"
        ) from None

    def features(pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        found, probabilities = _run(content.tobytes(), pictures)
        return (found - mean) * np.float32(scale), probabilities

    return Judge(features, training, weights, mean, float(scale))


@functools.lru_cache(maxsize=2)
def _session(content: bytes) -> Any:
    import onnxruntime

    return onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])


def _run(content: bytes, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    session = _session(content)
    name = session.get_inputs()[0].name
    factor = np.float32(1 / 255 if pictures.dtype == np.uint8 else 1)
    parts = [
        session.run(None, {name: pictures[i : i + 500].astype(np.float32) * factor})
        for i in range(0, len(pictures), 500)
    ]
    features, probabilities = (np.concatenate(column) for column in zip(*parts, strict=True))
    return features, probabilities


def main() -> None:
    from config import Config
    from data import labelled
    from data import load as load_data
    from support import runs, settings

    config = settings.read(Config)
    spec = load_data(config).spec
    prepare(spec, lambda: labelled(config).train)
    print(f"The judge of these pictures: {runs.shown(path(spec))}")


if __name__ == "__main__":
    from support import errors

    errors.run(main)
