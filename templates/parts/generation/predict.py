"""Step 5: generate images, and interpolate from one to another.

    python predict.py 1 2 3            an image from each seed, as PNG; the same seed gives the same image
    python predict.py 3..7             a walk from the image of seed 3 to that of seed 7: a strip, and an animation
    python predict.py 1 2 --json       the same for a program
    python predict.py 1 --model FILE   an exported file generates: .onnx and .tflite without loading TensorFlow

Writes into runs/<time>/predictions/, or beside FILE; an existing file is never overwritten. Next: python export.py
"""

import json
from pathlib import Path

import metrics
from data import read_inputs
from support import errors, runs, settings
from support.data.latents import STEPS
from support.exports import serving
from support.reports import drawing
from support.settings import Settings

import numpy as np
from pydantic import Field


class Options(Settings):
    inputs: list[str] = Field(description="seeds such as 7, or walks such as 3..7")
    run: str | None = Field(None, description="name of the run; the newest by default")
    model: str | None = Field(None, description="an exported file or folder instead of a run")
    scale: int = Field(4, ge=1, le=32, description="width of a pixel in the files: small images are hard to see")
    as_json: bool = Field(False, alias="json", description="print JSON, one object per seed or walk")


def main() -> None:
    options = settings.read(Options, toml=False)
    model = serving.locate(options.model, options.run)
    _, x = read_inputs(options.inputs, model.spec)
    if model.path.suffix == ".keras":
        from model import build_model  # noqa: F401  registers custom layers that the saved model may have
    images = serving.predict(model, x)  # (images, height, width, channels), 0..1
    folder = model.path.parent / "predictions"
    folder.mkdir(exist_ok=True)
    answers, position = [], 0
    for text in options.inputs:
        steps = STEPS if ".." in text else 1
        answers.append(write(text, images[position : position + steps], folder, options.scale, model.spec))
        position += steps
    if options.as_json:
        print(json.dumps(answers, indent=2))
        return
    for answer in answers:
        print(f"{answer['input']:>8}  {metrics.to_text(answer)}: {', '.join(answer['files'])}")


def write(text: str, images: np.ndarray, folder: Path, scale: int, spec: dict) -> dict:
    """Write the image of a seed, or the strip and the animation of a walk; returns its record with the files."""
    name = text.replace("..", "-to-")
    files = [drawing.free(folder / f"{'walk' if len(images) > 1 else 'seed'}-{name}.png")]
    drawing.save(drawing.sheet(images, len(images)), files[0], scale)
    if len(images) > 1:
        there_and_back = [drawing.as_image(image, scale) for image in (*images, *images[-2:0:-1])]
        files.append(drawing.free(folder / f"walk-{name}.gif"))
        drawing.animate(there_and_back, files[1], 120, 120)
    return {"input": text, **metrics.to_record(images[0], spec), "files": [runs.shown(file) for file in files]}


if __name__ == "__main__":
    errors.run(main)
