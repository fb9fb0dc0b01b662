"""Step 1: look at the data before anything else.

    python data.py                     the sample: scikit-learn's 1,797 handwritten digits
    python data.py --data full         MNIST: 70,000 digits, 11 MB to download once
    python data.py --data my-photos    your own: an .npz file, or a folder with one sub-folder of images per class

Prints what there is and draws it into runs/data.png. Next: python model.py
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from config import Config
from support import download, errors, runs, settings
from support.data import image_folders, images, paper
from support.errors import ProjectError
from support.reports import image_grid
from support.splits import Split, Splits

import numpy as np

__all__ = ["draw_examples", "load", "read_inputs"]

MNIST = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
MNIST_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
INKED = 0.4  # share of a digit's darkest pixel from which a pixel of the sample is a stroke, not blur
FORM_FROM = 1_000  # training images looked at to see whether they have MNIST's format


def load(config: Config) -> Splits:
    """Training, validation and test images: x (images, height, width, channels) uint8 0..255, y (images,) class numbers."""
    fractions = (config.validation_fraction, config.test_fraction)
    if config.data == "sample":
        spec = {"kind": "picture", "shape": [28, 28, 1], "labels": [str(digit) for digit in range(10)]}
        note = "the sample (scikit-learn's 1,797 small digits, enlarged to 28×28; not MNIST)"
        splits = image_folders.make_splits({"train": Split(*sample())}, fractions, config.seed, spec, "sample", note)
        return with_form(splits)
    path, shape = Path(config.data), (config.image_size, config.image_size, config.channels)
    if config.data == "full":
        path = download.fetch(MNIST, MNIST_SHA256, "mnist.npz", also=Path.home() / ".keras" / "datasets" / "mnist.npz")
    splits = image_folders.load(path, shape, fractions, config.seed)
    if config.data == "full":
        splits = replace(splits, source="full", note="MNIST, its own 10,000 test digits")
    return with_form(splits)


def with_form(splits: Splits) -> Splits:
    """The same splits; the spec also says whether the images are in MNIST's format. If so, photos are converted to it too."""
    form = {"form": "mnist"} if paper.is_mnist_form(splits.train.x[:FORM_FROM]) else {}
    return replace(splits, spec={**splits.spec, **form})


def sample() -> tuple[np.ndarray, np.ndarray]:
    """scikit-learn's digits, 8×8 with values 0..16, converted to MNIST's format like the digits of a photo: 28×28, 0..255.

    The data do not say who wrote which digit, so a writer may be in training and test. Digits of new writers are harder.
    """
    from PIL import Image
    from sklearn.datasets import load_digits

    digits = load_digits()
    x = np.zeros((len(digits.images), 28, 28, 1), np.uint8)
    for row, image in enumerate(digits.images):
        small = Image.fromarray(np.pad(image, 1).astype(np.float32))  # strokes may reach the edge, and MNIST's do not
        ink = np.asarray(small.resize((40, 40), Image.Resampling.BICUBIC)).clip(0)
        x[row, :, :, 0] = paper.fit(ink, ink > INKED * ink.max())
    return x, digits.target.astype(np.int64)


def read_inputs(texts: list[str], spec: dict[str, Any]) -> tuple[list[str], Any]:
    """Files and folders as predict.py takes them: names, and images (digits, 28, 28, 1) uint8, read by the same functions as in training.

    If the model was trained on images in MNIST's format, an image in that format stays unchanged. The digits on any other image, such
    as a photo of ink on paper, are converted to it, from left to right.

    Raises:
        ProjectError: where a file is missing or not an image, or no digit was found at all.
    """
    if spec.get("form") != "mnist":
        return images.read_inputs(texts, spec)
    names: list[str] = []
    found: list[np.ndarray] = []
    paths = images.find_inputs(texts)
    for path in paths:
        grey = images.read_whole(path, 1, spec.get("pixels"))[..., 0]
        digits = [grey] if paper.is_ready(grey) else paper.digits(grey)
        if len(digits) == 1:
            names.append(str(path))
        else:
            said = f"{len(digits)} digits in {path}: read one by one, from left to right"
            images.say([said if digits else f"no digit found on {path}: left out"])
            names += [f"{path} ({number} of {len(digits)})" for number in range(1, len(digits) + 1)]
        found += digits
    if not found:
        more = f", nor on {len(paths) - 1} more" if len(paths) > 1 else ""
        expected = "Expected ink that stands out from its paper, well lit, and not cut off by the edge."
        raise ProjectError(f"no digit found on {paths[0]}{more}\n{expected}")
    return names, np.stack(found)[..., None]


def draw_examples(split: Split, titles: list[str], path: Path, caption: str) -> tuple[Path, str]:
    """Draw the images of `split`, each under its title."""
    return image_grid.draw(split.x, titles, path, caption)


def main() -> None:
    config = settings.read(Config)
    splits = load(config)
    print(image_folders.describe(splits))
    rows = np.sort(np.random.default_rng(config.seed).permutation(len(splits.train))[:40])
    some = splits.train.take(rows)
    titles = [splits.spec["labels"][y] for y in some.y]
    path, _ = draw_examples(some, titles, runs.FOLDER / "data.png", "Some training images")
    print(f"Some of them: {runs.shown(path)}\nNext: python model.py")


if __name__ == "__main__":
    errors.run(main)
