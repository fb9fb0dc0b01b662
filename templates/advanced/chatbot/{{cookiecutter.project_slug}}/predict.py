"""Step 5: ask the trained model.

    python predict.py "What is dropout?" "hello"       the newest run answers
    python predict.py questions.csv letter.txt         the questions in a table, or in a text file with one per line
    python predict.py QUESTION … --decoding top-p --temperature 1.5 --seed 3
    python predict.py QUESTION … --decoding beam       the best of several answers
    python predict.py QUESTION … --json                the same for a program
    python predict.py QUESTION … --model FILE          an exported file answers: .onnx and .tflite without loading TensorFlow

After each answer comes its probability: the product of those of its words. Next: python chat.py, python export.py
"""

import json

import metrics
from data import read_inputs
from support import errors, settings
from support.exports import serving
from support.training import decoding
from support.training.decoding import DecodingOptions

import numpy as np
from pydantic import Field


class Options(DecodingOptions):
    inputs: list[str] = Field(description="questions, or files of them")
    run: str | None = Field(None, description="name of the run; the newest by default")
    model: str | None = Field(None, description="an exported file or folder instead of a run")
    as_json: bool = Field(False, alias="json", description="print JSON, one object per question")


def main() -> None:
    options = settings.read(Options, toml=False)
    model = serving.locate(options.model, options.run)
    names, x = read_inputs(options.inputs, model.spec)
    rng = np.random.default_rng(options.seed)
    if model.path.suffix == ".keras":
        from model import build_model  # noqa: F401  registers custom layers that the saved model may have
    replies = decoding.answer(serving.load(model), list(x["question"]), model.spec, options, rng)
    answers = [metrics.to_record(reply, model.spec) for reply in replies]
    if options.as_json:
        print(json.dumps([{"input": name, **answer} for name, answer in zip(names, answers, strict=True)], indent=2))
        return
    for name, answer in zip(names, answers, strict=True):
        print(f"{name}\n    {metrics.to_text(answer)}")


if __name__ == "__main__":
    errors.run(main)
