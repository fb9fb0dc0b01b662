"""Step 1: look at the data before anything else: photos, and one painting.

    python data.py                                      the sample: two photos that scikit-learn ships, and a painting drawn by a rule
    python data.py --data full                          5,000 photos of COCO, 780 MB to download once
    python data.py --data photo.jpg --style art.jpg     your own: a photo or a folder of photos, and a painting

Prints what there is and draws it into runs/data.png. Next: python model.py
"""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from config import Config
from support import download, errors, features, paintings, photos, pictures, runs, settings
from support.errors import ProjectError
from support.splits import Split, Splits

COCO = "http://images.cocodataset.org/zips/val2017.zip"
COCO_SHA256 = "4f7e2ccb2866ec5041993c9cf2a952bbed69647b115d0f74da7ce8f4bef82f05"
USED = 1_000  # photos of COCO: more than an hour's training needs, and they fit into any memory
SMALLEST = 32  # pixels of a side: an eighth of it is still looked at
STEPS = 10  # of --method optimize in an epoch


def load(config: Config) -> Splits:
    """What goes in, and what it is compared with: x and y are the same pieces of photos (pieces, height, width, 3), uint8.

    With --method optimize there is one photo, and y[0] is all of it; x only counts: nothing goes in, the picture is the model.
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
        "style": config.style if config.style == "drawn" else str(Path(config.style).resolve()),
        "style_size": config.style_size,
        "painting": paintings.digest(painting),
    }
    art = "a painting drawn by a rule" if config.style == "drawn" else f"the painting {config.style}"
    note = f"{note}, {art}, {features.SAID[spec['features']]}"
    if config.method == "optimize":
        return one_photo(found, config, spec, note)
    train, validation, test = photos.cut(found, config.piece, config.pieces, config.seed)
    return Splits(
        Split(train, train, turned_round), Split(validation, validation), Split(test, test), spec, config.data, note
    )


def photographs(config: Config) -> tuple[list[np.ndarray], str]:
    """Photos of any size (height, width, 3), uint8, and what they are."""
    if config.data == "sample":
        from sklearn.datasets import load_sample_images

        found = [photos.shrunk(np.asarray(image), config.longest) for image in load_sample_images().images]
        return found, "the sample (scikit-learn's two photos, china.jpg and flower.jpg)"
    if config.data == "full":
        paths = photos.find([str(coco())])[:USED]
        return [photos.read_one(path, config.longest) for path in paths], f"{USED:,} photos of COCO's val2017"
    paths = photos.find([config.data])
    return [photos.read_one(path, config.longest) for path in paths], f"your own data, {config.data}"


def coco() -> Path:
    """The folder with COCO's photos, downloaded and unpacked where it is not there yet."""
    archive = download.fetch(COCO, COCO_SHA256, "val2017.zip")
    folder = archive.with_name("val2017")
    if not folder.exists():
        with zipfile.ZipFile(archive) as file:
            for name in sorted(file.namelist())[: USED + 1]:  # the folder itself, then its photos
                file.extract(name, folder.with_name("val2017.part"))
        (folder.with_name("val2017.part") / "val2017").rename(folder)
    return folder


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
    photo = photos.padded(found[0])[None]
    still = Split(np.zeros((1, 1), np.float32), photo)
    steps = np.zeros((STEPS * config.batch_size, 1), np.float32)
    why = "--method optimize makes one picture, which is in figures/painted.png of its run: there is no network to export\nTrain one: python train.py --method network"
    note = f"{note}; one photo, painted itself, so nothing is unseen"
    return Splits(
        Split(steps, steps[:, 0]),
        still,
        still,
        {**spec, "shape": list(photo.shape[1:]), "no_export": why},
        config.data,
        note,
    )


def turned_round(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Half of the pieces as in a mirror, which makes more of few photos."""
    x = x.copy()
    mirrored = rng.random(len(x)) < 0.5
    x[mirrored] = x[mirrored, :, ::-1]
    return x, x


def read_inputs(texts: list[str], spec: dict[str, Any]) -> tuple[list[str], list[np.ndarray]]:
    """Photos and folders of photos as predict.py takes them: names, and each photo (height, width, 3), uint8, at its own size."""
    if "no_export" in spec:
        raise ProjectError(spec["no_export"].replace("to export", "that could paint another photo"))
    paths = photos.find(texts)
    return [str(path) for path in paths], [photos.read_one(path) for path in paths]


def draw_examples(split: Split, titles: list[str], path: Path, caption: str) -> tuple[Path, str]:
    """Draw the pictures of `split`, each under its title."""
    return pictures.draw_grid(split.y, titles, path, caption, columns=6)


def main() -> None:
    config = settings.read(Config)
    splits = load(config)
    print(f"Data: {splits.note}")
    for name, split in (("training", splits.train), ("validation", splits.validation), ("test", splits.test)):
        print(f"{name:12} {len(split):5,} of {'×'.join(map(str, splits.test.y.shape[1:3]))} pixels")
    painting = paintings.of(splits.spec)
    shown = np.stack(
        [
            photos.fitted(painting, splits.test.y.shape[1:3]),
            *(splits.train.y if config.method == "network" else splits.test.y)[:11],
        ]
    )
    titles = ["the painting", *[""] * (len(shown) - 1)]
    path, _ = draw_examples(
        Split(shown, shown), titles, runs.FOLDER / "data.png", "The painting and some pieces of photos"
    )
    print(f"Some of them: {runs.shown(path)}\nNext: python model.py")


if __name__ == "__main__":
    errors.run(main)
