"""Step 1: look at the data before anything else.

    python data.py                     the sample: 4,000 drawn pictures of ten shapes
    python data.py --data full         CIFAR-10: 60,000 photos, 170 MB to download once
    python data.py --data my-photos    your own: an .npz file, or a folder with one sub-folder of pictures per class

Prints what there is, draws it into runs/data.png, and what training makes of it into runs/augmented.png. Next: python model.py
"""

from functools import lru_cache
from pathlib import Path

from config import Config
from support import download, errors, runs, settings
from support.data import cifar, drawings, images, labelled_images
from support.data.images import read_inputs  # predict.py reads pictures by the same function as training
from support.splits import Split, Splits

import numpy as np

__all__ = ["draw_examples", "load", "read_inputs"]

SAMPLE_PICTURES = 4_000  # enough to learn ten shapes from, few enough to train in half a minute
SAMPLE_SEED = 0  # of the drawings; the seed of the splits is a setting


def load(config: Config) -> Splits:
    """Training, validation and test pictures: x (pictures, height, width, channels) uint8 0..255, y (pictures,) class numbers.

    A folder with very many pictures is not held in memory: x reads them when they are asked for.
    """
    fractions = (config.validation_fraction, config.test_fraction)
    if config.data == "sample":
        x, y = sample()
        spec = {"kind": "picture", "shape": [32, 32, 3], "labels": list(drawings.KINDS)}
        note = f"the sample ({len(x):,} drawn pictures of ten shapes; not CIFAR-10)"
        return labelled_images.make_splits(x, y, None, fractions, config.seed, spec, "sample", note)
    if config.data == "full":
        (x, y), test, labels = cifar.read(download.fetch(cifar.URL, cifar.MD5, cifar.NAME))
        spec = {"kind": "picture", "shape": [32, 32, 3], "labels": labels}
        note = "CIFAR-10, its own 10,000 test pictures"
        return labelled_images.make_splits(x, y, test, fractions, config.seed, spec, "full", note)
    return labelled_images.load(Path(config.data), (config.image_size, config.image_size, 3), fractions, config.seed)


@lru_cache(maxsize=1)
def sample() -> tuple[np.ndarray, np.ndarray]:
    """The drawn pictures and their kinds; drawing them takes a second or two, so a process does it once."""
    return drawings.pictures(SAMPLE_PICTURES, SAMPLE_SEED)


def draw_examples(split: Split, titles: list[str], path: Path, caption: str) -> tuple[Path, str]:
    """Draw the pictures of `split`, each under its title."""
    return images.draw_grid(split.x, titles, path, caption)


def draw_augmented(config: Config, split: Split, labels: list[str], path: Path) -> Path:
    """Draw each picture of `split` as it is, then seven times as training may see it."""
    from model import augmentation

    changes = augmentation(config)
    shown, titles = [], []
    for picture, answer in zip(split.x, split.y, strict=True):
        changed = np.asarray(changes(np.repeat(picture[None], 7, axis=0).astype(np.float32), training=True))
        shown += [picture, *changed.clip(0, 255).astype(np.uint8)]
        titles += [labels[answer], *[""] * 7]
    return images.draw_grid(np.stack(shown), titles, path, "Pictures, and what augmentation makes of them")[0]


def main() -> None:
    config = settings.read(Config)
    splits = load(config)
    labels, shape = splits.spec["labels"], tuple(splits.spec["shape"])
    print(f"Data: {splits.note}\nPictures of {shape}, {len(labels)} classes")
    print(f"{'class':12} {'train':>7} {'validation':>11} {'test':>7}")
    for number, label in enumerate(labels):
        counts = [int((split.y == number).sum()) for split in (splits.train, splits.validation, splits.test)]
        print(f"{label[:12]:12} {counts[0]:7,} {counts[1]:11,} {counts[2]:7,}")
    shared = labelled_images.shared_pictures(splits)
    if shared:
        print(
            f"warning: {shared} test pictures are also in the training data, so the test score will be too good\nRemove the copies."
        )
    rng = np.random.default_rng(config.seed)
    some = splits.train.take(np.sort(rng.permutation(len(splits.train))[:40]))
    path, _ = draw_examples(some, [labels[y] for y in some.y], runs.FOLDER / "data.png", "Some training pictures")
    print(f"Some of them: {runs.shown(path)}")
    changed = draw_augmented(config, some.take(slice(0, 5)), labels, runs.FOLDER / "augmented.png")
    print(f"As training sees them: {runs.shown(changed)}\nNext: python model.py")


if __name__ == "__main__":
    errors.run(main)
