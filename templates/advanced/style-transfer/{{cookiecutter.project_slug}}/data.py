"""Step 1: look at the data before anything else: photos, and one painting.

    python data.py                                      the sample: two photos that scikit-learn ships, and a painting drawn by a rule
    python data.py --data full                          5,000 photos of COCO, 780 MB to download once
    python data.py --data photo.jpg --style art.jpg     your own: a photo or a folder of photos, and a painting

Prints a summary of the data and draws it into runs/data.png. Next: python model.py
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config import Config
from support import errors, runs, settings
from support.data import coco, folders, images, paintings, photos
from support.errors import ProjectError
from support.reports import image_grid
from support.splits import Split, Splits
from support.training import features

import numpy as np

SMALLEST = 32  # pixels of a side: the filters also look at an eighth of it
STEPS = 10  # of --method optimize in an epoch


def load(config: Config) -> Splits:
    """Inputs and what they are compared with: x and y are the same pieces of photos (pieces, height, width, 3), uint8.

    With --method optimize there is one photo, and y[0] is all of it; x only counts the steps: there is no input, the
    image is the model.
    """
    painting = paintings.load(config.style, config.style_size)
    found, note = photographs(config)
    vgg19 = config.features == "vgg19" or (config.features == "auto" and config.data == "full")
    if vgg19:
        features.fetch_vgg19()
    spec: dict[str, Any] = {
        "kind": config.method,
        "features": "vgg19" if vgg19 else "random",
        "weights": {name: getattr(config, f"{name}_weight") for name in ("content", "style", "variation")},
        "style": config.style,
        "style_size": config.style_size,
        "painting": paintings.digest(painting),
    }
    art = "a painting drawn by a rule" if config.style == "drawn" else f"the painting {config.style}"
    note = f"{note}, {art}, {features.SAID[spec['features']]}"
    if config.method == "optimize":
        return one_photo(found, config, spec, note)
    small = sum(min(photo.shape[:2]) < config.piece for photo in found)
    note += f"; {small} of {len(found)} photos are too small and left out" if 0 < small < len(found) else ""
    train, validation, test = photos.cut(found, config.piece, config.pieces, config.seed)
    return Splits(
        Split(train, train, mirrored_pieces), Split(validation, validation), Split(test, test), spec, config.data, note
    )


def photographs(config: Config) -> tuple[list[np.ndarray], str]:
    """Photos of any size (height, width, 3), uint8, and a description of them."""
    if config.data == "sample":
        from sklearn.datasets import load_sample_images

        found = [photos.shrunk(np.asarray(image), config.longest) for image in load_sample_images().images]
        return found, "the sample (scikit-learn's two photos, china.jpg and flower.jpg)"
    if config.data == "full":
        found = [
            photos.read_one(path, config.longest) for path in images.find_inputs([str(coco.folder())])[: coco.USED]
        ]
        return found, f"{len(found):,} photos of COCO's val2017"
    path = Path(config.data)
    if not path.exists():
        raise ProjectError(f"there is no file {path}\nExpected a photo, or a folder of photos.")
    found = [photos.read_one(path, config.longest) for path in images.find_inputs([config.data])]
    if path.is_dir() and folders.split_folders(path):
        images.say([f"the folders of splits in {path}/ are taken together: photos are divided anew"])
    return found, f"your own data, {config.data}"


def one_photo(found: list[np.ndarray], config: Config, spec: dict[str, Any], note: str) -> Splits:
    """--method optimize: the photo, and nothing unseen to test on. An epoch is STEPS steps."""
    if len(found) > 1 and config.data != "sample":
        raise ProjectError(
            f"--method optimize paints one photo, and there are {len(found)} at {config.data}\nGive --data one of them."
        )
    height, width = found[0].shape[:2]
    if min(height, width) < SMALLEST:
        raise ProjectError(
            f"the photo {config.data} is too small: {width}×{height} pixels\nExpected {SMALLEST} or more on each side; --longest makes large ones smaller."
        )
    photo = found[0][None]
    still = Split(np.zeros((1, 1), np.float32), photo)
    steps = np.zeros((STEPS * config.batch_size, 1), np.float32)
    why = "--method optimize makes one image, which python evaluate.py writes to figures/painted.png of its run: there is no network to export\nTrain one: python train.py --method network"
    note = f"{note}; one photo, painted itself, so nothing is unseen"
    return Splits(
        Split(steps, steps[:, 0]),
        still,
        still,
        {**spec, "shape": list(photo.shape[1:]), "no_export": why},
        config.data,
        note,
    )


def mirrored_pieces(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The pieces, half of them mirrored: augmentation for few photos."""
    x = x.copy()
    mirrored = rng.random(len(x)) < 0.5
    x[mirrored] = x[mirrored, :, ::-1]
    return x, x


def read_inputs(texts: list[str], spec: dict[str, Any]) -> tuple[list[str], Iterator[np.ndarray]]:
    """Photos and folders as predict.py takes them: names, and each photo (height, width, 3), uint8, read when it is needed."""
    if "no_export" in spec:
        raise ProjectError(spec["no_export"].replace("to export", "that could paint another photo"))
    paths = images.find_inputs(texts)
    return [str(path) for path in paths], (photos.read_one(path) for path in paths)


def draw_examples(split: Split, titles: list[str], path: Path, caption: str) -> tuple[Path, str]:
    """Draw the images of `split`, each under its title."""
    return image_grid.draw(split.y, titles, path, caption, columns=min(6, len(split)))


def main() -> None:
    config = settings.read(Config)
    splits = load(config)
    height, width = size = splits.test.y.shape[1:3]
    print(f"Data: {splits.note}")
    if config.method == "optimize":
        print(f"One photo of {width}×{height} pixels, {STEPS} steps in an epoch")
        some = splits.test.y
    else:
        for name, split in (("training", splits.train), ("validation", splits.validation), ("test", splits.test)):
            print(f"{name:12} {len(split):5,} pieces of {width}×{height} pixels")
        some = splits.train.y[:11]
    shown = np.stack([photos.fitted(paintings.of(splits.spec), size), *some])
    titles = ["the painting", *[""] * (len(shown) - 1)]
    path, _ = draw_examples(
        Split(shown, shown), titles, runs.FOLDER / "data.png", "The painting and some pieces of photos"
    )
    print(f"Some of them: {runs.shown(path)}\nNext: python model.py")


if __name__ == "__main__":
    errors.run(main)
