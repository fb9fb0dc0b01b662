"""How good generated images are: distances to real ones in the features of a classifier (support/training/feature_classifier.py), classes, and copying.

Every number needs the classifier of the same data, so it compares runs on the same data; it is not comparable with FID
in papers.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.splits import Split, Splits
from support.training import distances, feature_classifier

import numpy as np

METRIC = "frechet"  # the number that runs are compared by; lower is better
SHOWN = 32  # images in a figure


def score(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, float]:
    """Scores of generated images (images, height, width, channels) 0..1 against real ones, uint8.

    frechet and kernel: distances, 0 if the two sets agree; a generator that always draws the same average image has a
    frechet of about 1. sureness: the mean probability of the classifier's prediction, low for shapes between classes.
    novelty: how far the nearest training image is, relative to the same distance for new real images; 0 for copies.
    classes: how many are generated.
    """
    found = feature_classifier.load(spec)
    real, _ = found.features(truth)
    features, probabilities = found.features(prediction)
    _, usual = distances.nearest(real, found.training)
    _, near = distances.nearest(features, found.training)
    result = {
        "frechet": distances.frechet(real, features),
        "kernel": distances.kernel(real, features),
        "sureness": float(probabilities.max(axis=1).mean()),
        "novelty": float(np.median(near) / max(float(np.median(usual)), 1e-9)),
    }
    if spec["labels"]:
        result["classes"] = float(len(np.unique(probabilities.argmax(axis=1))))
    return result


def details(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """The fraction of each class among generated and real images, as the classifier predicts it; empty if there are no classes."""
    if not spec["labels"]:
        return {"classes": {}}
    found, count = feature_classifier.load(spec), len(spec["labels"])
    generated, real = (
        np.bincount(found.features(images)[1].argmax(axis=1), minlength=count) / len(images)
        for images in (prediction, truth)
    )
    return {
        "classes": {
            label: {"generated": float(generated[row]), "real": float(real[row])}
            for row, label in enumerate(spec["labels"])
        }
    }


def choose_threshold(truth: np.ndarray, prediction: np.ndarray, config: Any) -> dict[str, Any]:
    """What is chosen on the validation split, for the spec: nothing here."""
    return {}


def to_record(prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """One generated image in numbers: its size, its brightness, and the class that the classifier predicts, if its file is here."""
    answer: dict[str, Any] = {"shape": list(prediction.shape), "brightness": round(float(prediction.mean()), 4)}
    if spec["labels"] and feature_classifier.path(spec).exists():
        probabilities = feature_classifier.load(spec).features(prediction[None])[1][0]
        answer |= {
            "label": spec["labels"][int(probabilities.argmax())],
            "probability": round(float(probabilities.max()), 4),
        }
    return answer


def to_text(answer: dict[str, Any]) -> str:
    """A prediction as a line for a person."""
    looks = f", looks like {answer['label']} ({answer['probability']:.0%})" if "label" in answer else ""
    return f"{'×'.join(map(str, answer['shape'][:2]))} pixels{looks}"


def to_rows(metrics: dict[str, Any]) -> list[list[str]]:
    """The scores as a table: header, network and baselines, then the fraction of each class."""
    names = list(metrics["test"])
    table = [["", *names, "images"]]
    for title, values in {"network": metrics["test"], **metrics["baselines"]}.items():
        cells = [f"{values[name]:.0f}" if name == "classes" else f"{values[name]:.4f}" for name in names]
        table.append([title, *cells, str(metrics["test_examples"])])
    for label, shares in metrics["classes"].items():
        text = f"{shares['generated']:.1%} of the generated, {shares['real']:.1%} of the real images"
        table.append([f"class {label}", text, *[""] * len(names)])
    return table


def to_table(metrics: dict[str, Any]) -> str:
    """What evaluate.py prints."""
    header, *lines = to_rows(metrics)[: 2 + len(metrics["baselines"])]
    width = max(len(line[0]) for line in lines)
    text = [f"Measured on {metrics['note']}: {metrics['test_examples']:,} generated beside as many real test images."]
    text += [f"{line[0]:{width}}  " + "  ".join(f"{cell:>9}" for cell in line[1:-1]) for line in (header, *lines)]
    if metrics["classes"]:
        shares = (f"{label} {values['generated']:.0%}" for label, values in metrics["classes"].items())
        text.append("Classes among the generated images: " + ", ".join(shares))
    text.append("Distances in the features of this project's own classifier: not comparable with FID in papers.")
    return "\n".join(text)


def plot(
    splits: Splits, prediction: np.ndarray, folder: Path, draw_examples: Callable[[Split, list[str], Path, str], Any]
) -> list[Any]:
    """Draw generated images, real ones, the nearest training image beside each, and the animation of the epochs."""
    from support.reports import drawing

    some = slice(0, SHOWN)
    generated = Split(splits.test.x[some], drawing.as_pixels(prediction[some]))
    images = [
        draw_examples(
            generated,
            [""] * SHOWN,
            folder / "generated.png",
            "Generated images, the first of the test's latent vectors: not chosen.",
        ),
        draw_examples(splits.test.take(some), [""] * SHOWN, folder / "real.png", "Real test images, for comparison."),
    ]

    train = splits.train.y.reshape(len(splits.train), -1).astype(np.float32)
    positions, away = distances.nearest(generated.y.reshape(len(generated), -1).astype(np.float32), train)
    root = np.sqrt(train.shape[1])
    pairs = np.stack([generated.y, splits.train.y[positions]], axis=1)[:16].reshape(-1, *generated.y.shape[1:])
    titles = [text for distance in away[:16] for text in ("generated", f"nearest, off {distance / root:.0f}")]
    caption = "Generated, and beside it the nearest of all training images: is it copying? (Off: root mean square difference of the pixels, 0..255.)"
    images.append(draw_examples(Split(np.zeros(len(pairs)), pairs), titles, folder / "nearest.png", caption))

    caption = "The same latent vectors after each epoch: how the images came about."
    return images + drawing.animate_epochs(folder.parent / "epochs", folder / "epochs.gif", caption)
