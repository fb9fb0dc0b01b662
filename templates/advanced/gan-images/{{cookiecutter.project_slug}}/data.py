"""Step 1: look at the data before anything else.

    python data.py                     the sample: scikit-learn's 1,797 handwritten digits
    python data.py --data full         MNIST: 70,000 digits, 11 MB to download once
    python data.py --data my-photos    your own: an .npz file, or a folder of images, with or without a sub-folder per class

Prints a summary of the data and draws it into runs/data.png. Next: python model.py
"""

from dataclasses import replace
from pathlib import Path

from config import Config
from support import download, errors, runs, settings
from support.data import image_folders, images, latents
from support.data.latents import read_inputs  # predict.py takes seeds
from support.data.unlabelled_images import has_classes, load_unlabelled
from support.reports import image_grid
from support.splits import Split, Splits
from support.training import feature_classifier

import numpy as np

__all__ = ["draw_examples", "load", "read_inputs"]

MNIST = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
MNIST_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"


def load(config: Config) -> Splits:
    """Inputs and real images: x latent vectors (images, latent), y real images (images, height, width, channels) uint8.

    A latent vector belongs to no image in particular. Training draws new ones in every step; validation and test use
    these, so that every epoch and every export is scored on the same inputs.
    """
    real = labelled(config)
    spec = {
        **real.spec,
        "kind": "latent",
        "latent": config.latent,
        "feature_classifier": feature_classifier.key(real.train),
    }
    train, validation, test = (
        Split(latents.many(len(split), config.latent, config.seed, number), split.x)
        for number, split in enumerate((real.train, real.validation, real.test))
    )
    return Splits(train, validation, test, spec, real.source, real.note)


def labelled(config: Config) -> Splits:
    """The real images with their classes, which only the feature classifier learns: x (images, height, width, channels) uint8, y class numbers."""
    fractions = (config.validation_fraction, config.test_fraction)
    shape = (config.image_size, config.image_size, config.channels)
    if config.data == "sample":
        spec = {"labels": [str(digit) for digit in range(10)]}
        note = "the sample (scikit-learn's 1,797 small digits, enlarged; not MNIST)"
        found = image_folders.make_splits({"train": Split(*sample())}, fractions, config.seed, spec, "sample", note)
    elif config.data == "full":
        path = download.fetch(MNIST, MNIST_SHA256, "mnist.npz", also=Path.home() / ".keras" / "datasets" / "mnist.npz")
        found = image_folders.load(path, shape, fractions, config.seed)
        found = replace(found, source="full", note="MNIST, its own 10,000 test digits")
    elif has_classes(Path(config.data)):
        found = image_folders.load(Path(config.data), shape, fractions, config.seed)
    else:
        found = load_unlabelled(Path(config.data), shape, fractions, config.seed)
    train, validation, test = (
        replace(split, x=images.fitted(split.x[:], shape)) for split in (found.train, found.validation, found.test)
    )
    return Splits(train, validation, test, {**found.spec, "shape": list(shape)}, found.source, found.note)


def sample() -> tuple[np.ndarray, np.ndarray]:
    """scikit-learn's digits, 8×8 with values 0..16, in the format of MNIST: strokes of 20×20 in the middle of 28×28, 0..255."""
    from PIL import Image
    from sklearn.datasets import load_digits

    digits = load_digits()
    x = np.zeros((len(digits.images), 28, 28, 1), np.uint8)
    for row, image in enumerate(digits.images):
        small = Image.fromarray((image * 255 / 16).astype(np.uint8))
        x[row, 4:24, 4:24, 0] = np.asarray(small.resize((20, 20), Image.Resampling.BICUBIC))
    return x, digits.target.astype(np.int64)


def draw_examples(split: Split, titles: list[str], path: Path, caption: str) -> tuple[Path, str]:
    """Draw the images of `split`, each under its title."""
    return image_grid.draw(split.y, titles, path, caption)


def main() -> None:
    config = settings.read(Config)
    print(image_folders.describe(labelled(config)))
    splits = load(config)
    some = splits.train.take(np.sort(np.random.default_rng(config.seed).permutation(len(splits.train))[:40]))
    path, _ = draw_examples(some, [""] * len(some), runs.FOLDER / "data.png", "Some training images")
    print(f"Some of them: {runs.shown(path)}\nNext: python model.py")


if __name__ == "__main__":
    errors.run(main)
