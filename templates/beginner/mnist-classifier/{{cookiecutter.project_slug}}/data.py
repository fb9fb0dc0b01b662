"""Step 1: look at the data before anything else.

    python data.py                     the sample: scikit-learn's 1,797 handwritten digits
    python data.py --data full         MNIST: 70,000 digits, 11 MB to download once
    python data.py --data my-photos    your own: an .npz file, or a folder with one sub-folder of pictures per class

Prints what there is and draws it into runs/data.png. Next: python model.py
"""

from support import errors  # first: it says what to do where a library is missing

# isort: split
from pathlib import Path

import numpy as np

from config import Config
from support import download, labelled_pictures, pictures, runs, settings
from support.pictures import read_inputs  # predict.py reads pictures by the same function as training
from support.splits import Split, Splits

__all__ = ["draw_examples", "load", "read_inputs"]

MNIST = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
MNIST_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"


def load(config: Config) -> Splits:
    """Training, validation and test pictures: x (pictures, height, width, channels) uint8 0..255, y (pictures,) class numbers."""
    fractions = (config.validation_fraction, config.test_fraction)
    if config.data == "sample":
        x, y = sample()
        spec = {"kind": "picture", "shape": [28, 28, 1], "labels": [str(digit) for digit in range(10)]}
        note = "the sample (scikit-learn's 1,797 small digits, enlarged to 28×28; not MNIST)"
        return labelled_pictures.make_splits(x, y, None, fractions, config.seed, spec, "sample", note)
    path = Path(config.data)
    if config.data == "full":
        path = download.fetch(MNIST, MNIST_SHA256, "mnist.npz", also=Path.home() / ".keras" / "datasets" / "mnist.npz")
    splits = labelled_pictures.load(
        path, (config.image_size, config.image_size, config.channels), fractions, config.seed
    )
    if config.data == "full":
        splits = Splits(
            splits.train, splits.validation, splits.test, splits.spec, "full", "MNIST, its own 10,000 test digits"
        )
    return splits


def sample() -> tuple[np.ndarray, np.ndarray]:
    """scikit-learn's digits, 8×8 with values 0..16, brought to MNIST's form: 20×20 strokes in the middle of 28×28, 0..255.

    They do not say who wrote which digit, so a writer may be in training and test: real new writers are harder.
    """
    from PIL import Image
    from sklearn.datasets import load_digits

    digits = load_digits()
    x = np.zeros((len(digits.images), 28, 28, 1), np.uint8)
    for row, image in enumerate(digits.images):
        small = Image.fromarray((image * 255 / 16).astype(np.uint8))
        x[row, 4:24, 4:24, 0] = np.asarray(small.resize((20, 20), Image.Resampling.BICUBIC))
    return x, digits.target.astype(np.int64)


def draw_examples(split: Split, titles: list[str], path: Path, caption: str) -> tuple[Path, str]:
    """Draw the pictures of `split`, each under its title."""
    return pictures.draw_grid(split.x, titles, path, caption)


def main() -> None:
    config = settings.read(Config)
    splits = load(config)
    labels, shape = splits.spec["labels"], tuple(splits.spec["shape"])
    print(f"Data: {splits.note}\nPictures of {shape}, {len(labels)} classes")
    print(f"{'class':12} {'train':>7} {'validation':>11} {'test':>7}")
    for number, label in enumerate(labels):
        counts = [int((split.y == number).sum()) for split in (splits.train, splits.validation, splits.test)]
        print(f"{label[:12]:12} {counts[0]:7,} {counts[1]:11,} {counts[2]:7,}")
    shared = labelled_pictures.shared_pictures(splits)
    if shared:
        print(
            f"warning: {shared} test pictures are also in the training data, so the test score will be too good\nRemove the copies."
        )
    rng = np.random.default_rng(config.seed)
    some = splits.train.take(np.sort(rng.permutation(len(splits.train))[:40]))
    path, _ = draw_examples(some, [labels[y] for y in some.y], runs.FOLDER / "data.png", "Some training pictures")
    print(f"Some of them: {runs.shown(path)}\nNext: python model.py")


if __name__ == "__main__":
    errors.run(main)
