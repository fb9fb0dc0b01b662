"""How well photos are painted: the loss of losses.py as a fraction of the unpainted photo's.

1 is the unchanged photo; 0 would be an image with exactly the photo's content and the painting's style, which does not
exist. The score depends on the painting, the weights and the features: it compares runs that have these in common, and
says nothing about beauty.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.data import paintings
from support.splits import Split, Splits
from support.training.features import SAID

import numpy as np

METRIC = "loss_ratio"  # the number that runs are compared by; lower is better
SHOWN = 6  # photos in a figure
AT_ONCE = 8  # images that are scored together

_objectives: dict[str, Any] = {}  # by their arguments: computing the painting's features takes a second


def score(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, float]:
    """Scores of painted images (images, height, width, 3), 0..1, against their photos, uint8.

    loss_ratio: the total loss, as a fraction of the unpainted photos'. style: the style loss, as a fraction of theirs.
    content: the content loss, 1 for a change as large as the photo varies within itself. variation: the total
    variation.
    """
    photo = np.asarray(truth, np.float32) / 255
    before, after = losses_of(photo, photo, spec), losses_of(photo, np.asarray(prediction, np.float32), spec)
    return {
        "loss_ratio": after["loss"] / max(before["loss"], 1e-9),
        "style": after["style"] / max(before["style"], 1e-9),
        "content": after["content"],
        "variation": after["variation"],
    }


def losses_of(photo: np.ndarray, image: np.ndarray, spec: dict[str, Any]) -> dict[str, float]:
    """The mean of each loss, as losses.Objective gives them, over images (images, height, width, 3), 0..1."""
    from losses import Objective

    key = repr([spec[name] for name in ("features", "weights", "painting")])
    if key not in _objectives:
        _objectives.clear()
        _objectives[key] = Objective(spec, paintings.of(spec))
    parts = [
        {
            name: np.asarray(value)
            for name, value in _objectives[key](photo[i : i + AT_ONCE], image[i : i + AT_ONCE]).items()
        }
        for i in range(0, len(photo), AT_ONCE)
    ]
    return {name: float(np.concatenate([part[name] for part in parts]).mean()) for name in parts[0]}


def details(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """The features used for the scores, and the factor by which the loss fell."""
    return {
        "features": spec["features"],
        "weights": spec["weights"],
        "factor": 1 / score(truth, prediction, spec)["loss_ratio"],
    }


def choose_threshold(truth: np.ndarray, prediction: np.ndarray, config: Any) -> dict[str, Any]:
    """What is chosen on the validation split, for the spec: nothing here."""
    return {}


def to_record(prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """One painted image in numbers: its size, its mean colour (red, green, blue, 0..1), and the features with which the network was trained."""
    height, width = prediction.shape[:2]
    colour = [round(float(value), 3) for value in prediction.mean(axis=(0, 1))]
    return {"width": width, "height": height, "colour": colour, "features": spec["features"]}


def to_text(answer: dict[str, Any]) -> str:
    """A prediction as a line for a person."""
    return f"{answer['width']}×{answer['height']} pixels, learned by {SAID[answer['features']].split(' (')[0]}"


def to_rows(metrics: dict[str, Any]) -> list[list[str]]:
    """The scores as a table: header, network and baselines, and what they were measured with."""
    names = list(metrics["test"])
    table = [["", *names, "images"]]
    for title, values in {"painted": metrics["test"], **metrics["baselines"]}.items():
        table.append([title, *(f"{values[name]:.4f}" for name in names), str(metrics["test_examples"])])
    weights = ", ".join(f"{name} {value:g}" for name, value in metrics["weights"].items())
    table.append(["measured with", f"{SAID[metrics['features']]}; weights: {weights}", *[""] * len(names)])
    return table


def to_table(metrics: dict[str, Any]) -> str:
    """What evaluate.py prints."""
    header, *lines = to_rows(metrics)[:-1]
    width = max(len(line[0]) for line in lines)
    text = [f"Measured on {metrics['note']}: {metrics['test_examples']:,} test images."]
    text += [f"{line[0]:{width}}  " + "  ".join(f"{cell:>10}" for cell in line[1:-1]) for line in (header, *lines)]
    text.append(
        f"The loss fell to {metrics['test']['loss_ratio']:.3f} of the unpainted photo's: by a factor of {metrics['factor']:.1f}."
    )
    text.append(f"Measured with {SAID[metrics['features']]}.")
    return "\n".join(text)


def plot(
    splits: Splits, prediction: np.ndarray, folder: Path, draw_examples: Callable[[Split, list[str], Path, str], Any]
) -> list[Any]:
    """Draw painting, photos and painted photos side by side, and the animation of the epochs; the one image of --method optimize whole."""
    from support.reports import drawing, sheets

    painting, photos = paintings.of(splits.spec), splits.test.y
    some = np.unique(np.linspace(0, len(photos) - 1, min(SHOWN, len(photos))).round().astype(int))
    painted = drawing.as_pixels(prediction[some])
    said = f"With {SAID[splits.spec['features']]}."
    images = [
        sheets.three(
            painting,
            photos[some],
            painted,
            folder / "side_by_side.png",
            f"The painting, and below it test photos and the same painted. {said}",
        )
    ]
    if splits.spec["kind"] == "optimize":
        drawing.save(painted[0], folder / "painted.png")
        images.append((folder / "painted.png", f"The painted photo, pixel by pixel. {said}"))
    caption = "The same photo after each epoch: how the painting came about."
    return images + drawing.animate_epochs(folder.parent / "epochs", folder / "epochs.gif", caption)
