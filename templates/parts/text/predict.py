"""Step 5: predict with the trained model, and see which words influenced the prediction.

    python predict.py "not bad at all" letter.txt      the newest run predicts, for a text and for a file with one text
    python predict.py INPUT … --json                   the same for a program
    python predict.py INPUT … --model FILE             an exported file predicts: .onnx and .tflite without loading TensorFlow
    python predict.py INPUT … --no-words               faster: without the words

Below each prediction are the words that influenced it: +0.40 means that the word raised the probability of the
predicted class by 40 points. Next: python export.py
"""

import json

import metrics
from data import read_inputs
from support import errors, settings
from support.exports import serving
from support.reports import explanation
from support.settings import Settings

from pydantic import Field


class Options(Settings):
    inputs: list[str] = Field(description="texts, .txt files, or folders of such files")
    run: str | None = Field(None, description="name of the run; the newest by default")
    model: str | None = Field(None, description="an exported file or folder instead of a run")
    words: bool = Field(True, description="show the words that influenced each prediction")
    as_json: bool = Field(False, alias="json", description="print JSON, one object per input")


def main() -> None:
    options = settings.read(Options, toml=False)
    model = serving.locate(options.model, options.run)
    names, texts = read_inputs(options.inputs, model.spec)
    if model.path.suffix == ".keras":
        from model import build_model  # noqa: F401  registers custom layers that the saved model may have
    answer = serving.load(model)
    answers = [metrics.to_record(row, model.spec) for row in answer(texts)]
    if options.words:
        for one, text in zip(answers, texts, strict=True):
            one["words"] = explanation.moved_by(answer, text, model.spec)
    if options.as_json:
        print(json.dumps([{"input": name, **one} for name, one in zip(names, answers, strict=True)], indent=2))
        return
    for name, one in zip(names, answers, strict=True):
        print(f"{name}\n    {metrics.to_text(one)}")
        if options.words:
            print(f"    moved by: {explanation.sentence(one['words'])}")


if __name__ == "__main__":
    errors.run(main)
