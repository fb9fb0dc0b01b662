"""Step 5: find the objects in a photo, and draw their boxes into a copy of it.

    python predict.py PHOTO …                      files or folders; the newest run predicts
    python predict.py PHOTO … --json               the same for a program
    python predict.py PHOTO … --output FOLDER      where the drawn copies and their .json go
    python predict.py PHOTO … --threshold 0.3      show boxes that the model is less sure of
    python predict.py PHOTO … --model FILE         an exported file predicts: .onnx and .tflite without loading TensorFlow

Writes NAME.png and NAME.json into predictions/ beside the model; no file is ever replaced. Next: python export.py
"""

import json
from pathlib import Path
from typing import Any

import metrics
from data import read_inputs
from support import errors, runs, settings
from support.data.images import read_whole
from support.data.letterbox import Letterbox
from support.errors import ProjectError
from support.exports import serving
from support.files import write_json, write_safely
from support.reports import drawing
from support.settings import Settings

import numpy as np
from PIL import Image
from pydantic import Field

TOGETHER = 16  # photos in one batch: enough to be quick, and few enough for any memory


class Options(Settings):
    inputs: list[str] = Field(description="photos, or folders of them")
    run: str | None = Field(None, description="name of the run; the newest by default")
    model: str | None = Field(None, description="an exported file or folder instead of a run")
    output: str | None = Field(
        None, description="folder for the photos with boxes; predictions/ beside the model by default"
    )
    threshold: float | None = Field(
        None, ge=0.01, le=1, description="lowest score of the boxes to show; chosen on the validation images by default"
    )
    as_json: bool = Field(False, alias="json", description="print JSON, one object per photo")


def main() -> None:
    options = settings.read(Options, toml=False)
    model = serving.locate(options.model, options.run)
    spec = model.spec if options.threshold is None else {**model.spec, "threshold": options.threshold}
    folder = Path(options.output) if options.output else model.path.parent / "predictions"
    if folder.exists() and not folder.is_dir():
        raise ProjectError(f"{folder} is a file\nGive --output a folder; it is made where there is none.")
    names, x = read_inputs(options.inputs, spec)
    folder.mkdir(parents=True, exist_ok=True)
    if model.path.suffix == ".keras":
        from model import build_model  # noqa: F401  registers custom layers that the saved model may have
    predict = serving.load(model)
    width, predictions = max(map(len, names)), []
    for begin in range(0, len(names), TOGETHER):
        rows = predict(np.asarray(x[begin : begin + TOGETHER]))
        for name, row in zip(names[begin : begin + TOGETHER], rows, strict=True):
            predictions.append(draw(name, metrics.to_record(row, spec), spec["labels"], folder))
            if not options.as_json:
                print(f"{name:{width}}  {metrics.to_text(predictions[-1])}")
    if options.as_json:
        print(json.dumps(predictions, indent=2))
    else:
        print(f"Drawn: {runs.shown(folder)}/")


def draw(name: str, record: dict[str, Any], labels: list[str], folder: Path) -> dict[str, Any]:
    """Write NAME.png and NAME.json into the folder; return the prediction with boxes in pixels of the photo."""
    photo = Image.fromarray(read_whole(Path(name), 3))  # upright, as the network saw it
    pixels = [Letterbox(photo.size).back(np.array(one["box"]))[0] for one in record["objects"]]
    objects = [
        {**one, "box": [round(float(value), 1) for value in box]}
        for one, box in zip(record["objects"], pixels, strict=True)
    ]
    path = free(folder, Path(name).stem)
    whole = {"input": name, "width": photo.width, "height": photo.height, "objects": objects, "drawn": str(path)}
    write_safely(path, drawing.on_image(photo, objects, labels).save)
    write_json(path.with_suffix(".json"), whole)
    return whole


def free(folder: Path, stem: str) -> Path:
    """A name for an image in the folder for which there is neither an image nor a .json yet."""
    for number in range(1, 1_000_000):
        path = folder / (f"{stem}.png" if number == 1 else f"{stem}_{number}.png")
        if not path.exists() and not path.with_suffix(".json").exists():
            return path
    raise ProjectError(f"{folder} is full of predictions\nGive another folder: --output FOLDER")


if __name__ == "__main__":
    errors.run(main)
