"""Step 5: ask the trained model which digits it sees.

    python predict.py photo.jpg …                  the newest run predicts; a file or a folder
    python predict.py photo.jpg --show seen.png    also draw what the network saw
    python predict.py photo.jpg --json             the same for a program
    python predict.py photo.jpg --model FILE       an exported file predicts: .onnx and .tflite without loading TensorFlow

A photo of ink on paper is first converted to MNIST's format (support/data/paper.py). Next: python export.py
"""

import json
from pathlib import Path

import metrics
from data import read_inputs
from support import errors, runs, settings
from support.errors import ProjectError
from support.exports import serving
from support.reports import image_grid
from support.settings import Settings
from support.terminal import one_line

from pydantic import Field

SHOWN = 64  # digits that are drawn with --show


class Options(Settings):
    inputs: list[str] = Field(description="images, or folders of them")
    run: str | None = Field(None, description="name of the run; the newest by default")
    model: str | None = Field(None, description="an exported file or folder instead of a run")
    show: str | None = Field(None, description="a new .png file: what the network saw, with its predictions")
    as_json: bool = Field(False, alias="json", description="print JSON, one object per digit")


def main() -> None:
    options = settings.read(Options, toml=False)
    if options.show is not None:
        check_new_png(options.show)
    model = serving.locate(options.model, options.run)
    names, x = read_inputs(options.inputs, model.spec)
    if model.path.suffix == ".keras":
        from model import build_model  # noqa: F401  registers custom layers that the saved model may have
    answers = [metrics.to_record(row, model.spec) for row in serving.predict(model, x)]
    if options.as_json:
        print(json.dumps([{"input": name, **answer} for name, answer in zip(names, answers, strict=True)], indent=2))
    else:
        width = max(len(one_line(name)) for name in names)
        for name, answer in zip(names, answers, strict=True):
            print(f"{one_line(name):{width}}  {one_line(metrics.to_text(answer))}")
    if options.show is not None:
        titles = [
            one_line(f"{Path(name).name[-16:]}: {answer['label']}") for name, answer in zip(names, answers, strict=True)
        ]
        path, _ = image_grid.draw(x[:SHOWN], titles, Path(options.show), "What the network saw", columns=4)
        if not options.as_json:
            print(f"What the network saw: {runs.shown(path)}")


def check_new_png(name: str) -> None:
    """Raises ProjectError where `name` is no file to be made: what is there already stays as it is."""
    path = Path(name)
    if path.suffix.lower() != ".png":
        raise ProjectError(
            f"--show {name!r} does not end in .png\nGive the name of a new file, such as --show seen.png."
        )
    if path.exists():
        raise ProjectError(f"{name} is there already\nGive --show the name of a new file.")


if __name__ == "__main__":
    errors.run(main)
