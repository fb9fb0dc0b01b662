"""Step 5: paint photos.

    python predict.py photo.jpg                  the newest run paints it: photo-painted.png beside the photo, in the photo's own size
    python predict.py photos/ --output painted   a folder of photos, into another folder
    python predict.py photo.jpg --longest 800    made smaller first: strokes are then larger, and painting is faster
    python predict.py photo.jpg --json           the same for a program
    python predict.py photo.jpg --model FILE     an exported file paints: .onnx and .tflite without loading TensorFlow

An existing file is never overwritten. Next: python export.py
"""

import json
import time
from pathlib import Path

import metrics
from data import read_inputs
from support import errors, runs, settings
from support.data import photos
from support.errors import ProjectError
from support.exports import serving
from support.reports import drawing
from support.settings import Settings

from pydantic import Field


class Options(Settings):
    inputs: list[str] = Field(description="photos, or folders of them")
    run: str | None = Field(None, description="name of the run; the newest by default")
    model: str | None = Field(None, description="an exported file or folder instead of a run")
    output: str | None = Field(None, description="folder for the painted photos; beside each photo by default")
    longest: int | None = Field(
        None, ge=64, description="longer side of the painted photo in pixels; the photo's own by default"
    )
    as_json: bool = Field(False, alias="json", description="print JSON, one object per photo")


def main() -> None:
    options = settings.read(Options, toml=False)
    model = serving.locate(options.model, options.run)
    names, x = read_inputs(options.inputs, model.spec)
    folder = Path(options.output) if options.output else None
    if folder and folder.exists() and not folder.is_dir():
        raise ProjectError(f"{folder} is a file\nGive --output a folder; it is made where there is none.")
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    if model.path.suffix == ".keras":
        from model import build_model  # noqa: F401  registers custom layers that the saved model may have
    answer, answers = serving.load(model), []
    for name, photo in zip(names, x, strict=True):
        begin = time.perf_counter()
        image = photos.painted(answer, photos.shrunk(photo, options.longest) if options.longest else photo)
        seconds = time.perf_counter() - begin
        path = drawing.free((folder or Path(name).parent) / f"{Path(name).stem}-painted.png")
        drawing.save(image, path)
        answers.append(
            {
                "input": name,
                **metrics.to_record(image / 255, model.spec),
                "file": runs.shown(path),
                "seconds": round(seconds, 3),
            }
        )
        if not options.as_json:
            print(f"{name}  {metrics.to_text(answers[-1])}, in {seconds:.2f} s: {answers[-1]['file']}")
    if options.as_json:
        print(json.dumps(answers, indent=2))


if __name__ == "__main__":
    errors.run(main)
