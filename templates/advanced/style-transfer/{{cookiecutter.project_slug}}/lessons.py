"""Small experiments that show the ideas of GUIDE.md; each draws one figure into runs/lessons/.

    python lessons.py gram             both losses on the painting, rearranged or distorted (seconds)
    python lessons.py texture          images made from noise, with the painting's style and no content (a minute)
    python lessons.py weights          one photo with little, more and much style (a minute)
    python lessons.py contrast         what instance normalization removes from a photo (seconds; needs a trained network)

GUIDE.md says what to look for.
"""

from typing import Any, Literal

from config import Config
from data import load, photographs
from support import errors, runs, settings
from support.data import paintings, photos
from support.data.photos import fitted
from support.errors import ProjectError
from support.exports import serving
from support.reports import drawing, image_grid
from support.settings import Settings

import numpy as np
from pydantic import Field

SIDE = 160  # pixels of every image here


class Options(Settings):
    lesson: Literal["gram", "texture", "weights", "contrast"] = Field(description="which experiment")
    steps: int = Field(150, ge=1, description="steps for each image in `texture` and `weights`")


def gram(config: Config, steps: int) -> str:
    """The painting, changed in known ways; how far style and content are from those of the painting itself."""
    from losses import Objective

    spec = load(config).spec
    painting = fitted(paintings.of(spec), (SIDE, SIDE))
    objective, rng = Objective(spec, painting), np.random.default_rng(0)
    squares = painting.reshape(4, 40, 4, 40, 3).swapaxes(1, 2).reshape(16, 40, 40, 3)[rng.permutation(16)]
    cases = {
        "as it is": painting,
        "upside down": painting[::-1, ::-1],
        "cut up, mixed": squares.reshape(4, 4, 40, 40, 3).swapaxes(1, 2).reshape(SIDE, SIDE, 3),
        "blurred": fitted(fitted(painting, (20, 20)), (SIDE, SIDE)),
        "other colours": painting[..., ::-1],
        "pixels mixed": rng.permutation(painting.reshape(-1, 3)).reshape(painting.shape),
        "a photo": fitted(photographs(config)[0][0], (SIDE, SIDE)),
    }
    print(f"{'':16} {'style':>8} {'content':>8}")
    for name, image in cases.items():
        found = objective(np.float32(painting[None]) / 255, np.float32(image[None]) / 255)
        print(f"{name:16} {float(found['style'][0]):8.3f} {float(found['content'][0]):8.3f}")
    return _save(list(cases.values()), list(cases), "gram")


def texture(config: Config, steps: int) -> str:
    """Noise, optimized to have the painting's Gram matrices: those of the finest scale alone, to those of all four."""
    spec = load(config).spec
    painting, noise = paintings.of(spec), np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    found = {"noise": noise}
    for sizes in (1, 2, 4):
        weights = {"content": 0.0, "style": 1.0, "variation": 0.0}
        found[f"{sizes} of 4 layers"] = optimized({**spec, "weights": weights}, painting, noise, steps, sizes)
    found["the painting"] = fitted(painting, (SIDE, SIDE))
    return _save(list(found.values()), list(found), "texture")


def weights(config: Config, steps: int) -> str:
    """The first photo, optimized with a fifth of the style weight, with the style weight and with five times as much."""
    spec = load(config).spec
    painting, photo = paintings.of(spec), fitted(photographs(config)[0][0], (SIDE, SIDE))
    found = {"the photo": photo}
    for factor in (0.2, 1.0, 5.0):
        style = factor * config.style_weight
        changed = {**spec, "weights": {**spec["weights"], "style": style}}
        found[f"style weight {style:g}"] = optimized(changed, painting, photo, steps)
    return _save(list(found.values()), list(found), "weights")


def contrast(config: Config, steps: int) -> str:
    """The same photo with half of its contrast, and darker: how much the outputs of the newest network differ."""
    model = serving.locate(None, None)
    if "no_export" in model.spec:
        raise ProjectError("the newest run optimized one image\nTrain a network first: python train.py")
    answer, photo = serving.load(model), fitted(photographs(config)[0][0], (SIDE, SIDE))
    pale = (photo * 0.5 + 64).astype(np.uint8)
    found: dict[str, Any] = {"the photo": photo, "half the contrast": pale, "half as bright": photo // 2}
    painted = [photos.painted(answer, image) for image in found.values()]
    for number, name in enumerate(list(found)[1:], 1):
        before, after = (np.abs(np.float32(pair[0]) - pair[1]).mean() for pair in
                         ((photo, found[name]), (painted[0], painted[number])))  # fmt: skip
        print(f"{name:18} photos differ by {before:5.1f} of 255, painted ones by {after:5.1f}")
    return _save([*found.values(), *painted], [*found, *["painted"] * 3], "contrast", 3)


def optimized(spec: dict[str, Any], painting: np.ndarray, photo: np.ndarray, steps: int, layers: int = 4) -> np.ndarray:
    """--method optimize in a few lines: a photo (height, width, 3), uint8, painted by `steps` steps, with the finest layers alone."""
    from losses import Objective
    from model import OneImage, canvas

    import keras

    objective = Objective(spec, painting)
    objective.grams = objective.grams[:layers]
    still = np.zeros((steps, 1), np.float32)
    model = OneImage(canvas(photo, 0), objective, still[:1], photo[None])
    model.compile(optimizer=keras.optimizers.Adam(0.03))
    model.fit(still, still, batch_size=1, verbose=0)
    return drawing.as_pixels(np.asarray(model(still[:1]))[0])


def _save(found: list[np.ndarray], titles: list[str], name: str, columns: int = 7) -> str:
    path = runs.FOLDER / "lessons" / f"{name}.png"
    image_grid.draw(np.stack(found), titles, path, name, columns=min(columns, len(found)))
    return runs.shown(path)


def main() -> None:
    options = settings.read(Options, toml=False)
    lesson = {"gram": gram, "texture": texture, "weights": weights, "contrast": contrast}[options.lesson]
    print(f"Drawn: {lesson(settings.read(Config, argv=[]), options.steps)}")


if __name__ == "__main__":
    errors.run(main)
