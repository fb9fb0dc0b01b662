"""Step 1: look at the data before anything else.

    python data.py                     the sample: 4,000 drawn images of ten shapes
    python data.py --data full         CIFAR-10: 60,000 photos, 170 MB to download once
    python data.py --data my-photos    your own: an .npz file, or a folder with one sub-folder of images per class

Prints a summary of the data, draws images into runs/data.png and augmented ones into runs/augmented.png. Next: python
model.py
"""

from functools import lru_cache
from pathlib import Path

from config import Config
from support import download, errors, runs, settings
from support.data import cifar, drawings, image_folders
from support.data.images import read_inputs  # predict.py reads images by the same function as training
from support.reports import image_grid
from support.splits import Split, Splits

import numpy as np

__all__ = ["draw_examples", "load", "read_inputs"]

SAMPLE_IMAGES = 4_000  # enough to learn ten shapes from, few enough to train in half a minute
SAMPLE_SEED = 0  # of the drawings; the seed of the splits is a setting


def load(config: Config) -> Splits:
    """Training, validation and test images: x (images, height, width, channels) uint8 0..255, y (images,) class numbers.

    A folder with very many images is not held in memory: x reads each image when it is needed.
    """
    fractions = (config.validation_fraction, config.test_fraction)
    if config.data == "sample":
        given = {"train": Split(*sample())}
        spec = {"kind": "picture", "shape": [32, 32, 3], "labels": list(drawings.KINDS)}
        note = f"the sample ({SAMPLE_IMAGES:,} drawn images of ten shapes; not CIFAR-10)"
        return image_folders.make_splits(given, fractions, config.seed, spec, "sample", note)
    if config.data == "full":
        given, labels = cifar.read(download.fetch(cifar.URL, cifar.MD5, cifar.NAME))
        spec = {"kind": "picture", "shape": [32, 32, 3], "labels": labels}
        note = "CIFAR-10, its own 10,000 test images"
        return image_folders.make_splits(given, fractions, config.seed, spec, "full", note)
    return image_folders.load(Path(config.data), (config.image_size, config.image_size, 3), fractions, config.seed)


@lru_cache(maxsize=1)
def sample() -> tuple[np.ndarray, np.ndarray]:
    """The drawn images and their classes; drawing takes a second or two, so a process does it once."""
    return drawings.images(SAMPLE_IMAGES, SAMPLE_SEED)


def draw_examples(split: Split, titles: list[str], path: Path, caption: str) -> tuple[Path, str]:
    """Draw the images of `split`, each under its title."""
    return image_grid.draw(split.x, titles, path, caption)


def draw_augmented(config: Config, split: Split, labels: list[str], path: Path) -> Path:
    """Draw each image of `split` as it is, then seven times as training may see it."""
    from augmentation import augmentation

    changes = augmentation(config)
    shown, titles = [], []
    for image, label in zip(split.x, split.y, strict=True):
        changed = np.asarray(changes(np.repeat(image[None], 7, axis=0).astype(np.float32), training=True))
        shown += [image, *changed.clip(0, 255).astype(np.uint8)]
        titles += [labels[label], *[""] * 7]
    return image_grid.draw(np.stack(shown), titles, path, "Images, and what augmentation makes of them")[0]


def main() -> None:
    config = settings.read(Config)
    splits = load(config)
    labels = splits.spec["labels"]
    print(image_folders.describe(splits))
    some = splits.train.take(np.sort(np.random.default_rng(config.seed).permutation(len(splits.train))[:40]))
    path, _ = draw_examples(some, [labels[y] for y in some.y], runs.FOLDER / "data.png", "Some training images")
    print(f"Some of them: {runs.shown(path)}")
    changed = draw_augmented(config, some.take(slice(0, 5)), labels, runs.FOLDER / "augmented.png")
    print(f"As training sees them: {runs.shown(changed)}\nNext: python model.py")


if __name__ == "__main__":
    errors.run(main)
