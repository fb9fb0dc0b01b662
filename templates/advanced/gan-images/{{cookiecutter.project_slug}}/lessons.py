"""Small experiments that show the ideas of GUIDE.md; each draws one figure into runs/lessons/.

    python lessons.py distance         both distances on real images made worse in six ways (seconds)
    python lessons.py losses           the three losses, with and without the penalty (minutes; --epochs 5 is faster)
    python lessons.py walk             from one image to another, straight and along an arc (needs a trained run)

GUIDE.md says what to look for.
"""

from typing import Literal

import metrics
from config import Config
from data import labelled, load
from support import errors, runs, settings
from support.data import latents
from support.exports import serving
from support.reports import drawing
from support.settings import Settings
from support.training import feature_classifier

import numpy as np
from pydantic import Field


class Options(Settings):
    lesson: Literal["distance", "losses", "walk"] = Field(description="which experiment")
    epochs: int = Field(15, ge=1, description="epochs of each training in `losses`")


def distance(config: Config, epochs: int) -> str:
    """Real images, made worse; the scores of each."""
    from PIL import ImageFilter

    splits = load(config)
    feature_classifier.prepare(splits.spec, lambda: labelled(config).train)
    rng = np.random.default_rng(0)
    real = splits.train.y[rng.permutation(len(splits.train))[: len(splits.test)]]
    taken_for = feature_classifier.load(splits.spec).features(real)[1].argmax(axis=1)

    def blurred(image: np.ndarray) -> np.ndarray:
        return np.asarray(drawing.as_image(image).filter(ImageFilter.GaussianBlur(2))).reshape(image.shape)

    cases = {
        "other real images": splits.validation.y,
        "copies of training": real,
        "blurred": np.stack([blurred(image) for image in real]),
        "with noise": np.clip(real + rng.normal(0, 40, real.shape), 0, 255).astype(np.uint8),
        "upside down": real[:, ::-1],
        "one class missing": real[taken_for != 0],
        "one class only": real[taken_for == 1],
        "ten images, repeated": real[np.arange(len(real)) % 10],
    }
    frames, lines = [], []
    for name, images in cases.items():
        if not len(images):
            continue  # a classifier that learned little may take no image for this class
        found = metrics.score(splits.test.y, images.astype(np.float32) / 255, splits.spec)
        lines.append(f"{name:24}" + "".join(f"{value:11.4f}" for value in found.values()))
        frames.append(drawing.sheet(images[:12], 12))
    print(f"{'':24}" + "".join(f"{name:>11}" for name in found))
    print("\n".join(lines))
    return _save(np.concatenate(frames), "distance")


def losses(config: Config, epochs: int) -> str:
    """Six trainings from one seed: the distance after each epoch, and how many classes the generator produces at the end."""
    from model import build_model
    from support.reports import figures
    from support.reports.figures import plt
    from support.training import inference
    from support.training.batches import Batches

    splits = load(config)
    figure, axis = plt.subplots(figsize=(7, 4))
    print(
        f"{'loss':16} {'penalty':>8}  distance after {epochs} epochs, sureness and classes of the test's latent vectors"
    )
    for number, name in enumerate(("relativistic", "non-saturating", "hinge")):
        for penalty, style in ((config.penalty, "-"), (0.0, "--")):
            changed = config.model_copy(update={"loss": name, "penalty": penalty, "schedule": "constant"})
            model = build_model(changed, splits)
            batches = Batches(splits.train, config.batch_size, config.seed)
            data = (splits.validation.x, splits.validation.y)
            history = model.fit(batches, epochs=epochs, validation_data=data, verbose=0, shuffle=False).history[
                "val_distance"
            ]
            found = metrics.score(splits.test.y, inference.predict(model, splits.test.x), splits.spec)
            axis.plot(range(1, epochs + 1), history, style, color=f"C{number}", label=f"{name}, penalty {penalty:g}")
            print(f"{name:16} {penalty:8g}  {history[-1]:8.3f} {found['sureness']:9.2f} {found.get('classes', 0):8.0f}")
    axis.set(xlabel="epoch", ylabel="Fréchet distance to validation images", yscale="log")
    axis.legend()
    return runs.shown(figures.save(figure, runs.FOLDER / "lessons" / "losses.png", "Three losses")[0])


def walk(config: Config, epochs: int) -> str:
    """Two interpolations from seed to seed by the newest run's generator: the arc above, the straight line below."""
    model = serving.locate(None, None)
    draw, rows = serving.load(model), []
    for begin, end in ((0, 1), (2, 3), (4, 5)):
        first, last = (latents.from_seed(seed, model.spec["latent"]) for seed in (begin, end))
        shares = np.linspace(0, 1, latents.STEPS, dtype=np.float32)[:, None]
        arc, straight = latents.walk(first, last), (1 - shares) * first + shares * last
        middle = latents.STEPS // 2
        print(
            f"{begin}..{end}: length of the latent vector at the ends {np.linalg.norm(first):.1f} and {np.linalg.norm(last):.1f}, "
            f"in the middle {np.linalg.norm(arc[middle]):.1f} along the arc, {np.linalg.norm(straight[middle]):.1f} on the straight line"
        )
        rows += [drawing.sheet(draw(way), latents.STEPS) for way in (arc, straight)]
    return _save(np.concatenate(rows), "walk")


def _save(image: np.ndarray, name: str) -> str:
    path = runs.FOLDER / "lessons" / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    drawing.save(image, path, 2)
    return runs.shown(path)


def main() -> None:
    options = settings.read(Options, toml=False)
    config = settings.read(Config, argv=[])
    path = {"distance": distance, "losses": losses, "walk": walk}[options.lesson](config, options.epochs)
    print(f"Drawn: {path}")


if __name__ == "__main__":
    errors.run(main)
