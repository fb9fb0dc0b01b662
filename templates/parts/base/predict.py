"""Step 5: predict with the trained model.

    python predict.py INPUT …                      the newest run predicts
    python predict.py INPUT … --json               the same for a program
    python predict.py INPUT … --model FILE         an exported file predicts: .onnx and .tflite without loading TensorFlow

README.md says what an INPUT is. Next: python export.py
"""

import json

import metrics
from data import read_inputs
from support import errors, settings
from support.exports import serving
from support.settings import Settings
from support.terminal import one_line

from pydantic import Field


class Options(Settings):
    inputs: list[str] = Field(description="inputs to predict for")
    run: str | None = Field(None, description="name of the run; the newest by default")
    model: str | None = Field(None, description="an exported file or folder instead of a run")
    as_json: bool = Field(False, alias="json", description="print JSON, one object per input")


def main() -> None:
    options = settings.read(Options, toml=False)
    model = serving.locate(options.model, options.run)
    names, x = read_inputs(options.inputs, model.spec)
    if model.path.suffix == ".keras":
        from model import build_model  # noqa: F401  registers custom layers that the saved model may have
    prediction = serving.predict(model, x)  # model.predict of Keras, or the same by another runtime
    records = [metrics.to_record(row, model.spec) for row in prediction]
    if options.as_json:
        print(json.dumps([{"input": name, **record} for name, record in zip(names, records, strict=True)], indent=2))
        return
    width = max(len(one_line(name)) for name in names)
    for name, record in zip(names, records, strict=True):
        print(f"{one_line(name):{width}}  {one_line(metrics.to_text(record))}")


if __name__ == "__main__":
    errors.run(main)
