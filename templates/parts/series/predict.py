"""Step 5: forecast a series from the last row of a file.

    python predict.py sample                       the sample's own last row, by the newest run
    python predict.py my.csv                       a file with the columns that the model was trained with
    python predict.py my.csv --json                the same for a program
    python predict.py my.csv --model FILE          an exported file forecasts: .onnx and .tflite without loading TensorFlow

Prints dates, values and intervals, and draws them into runs/forecast.png. Next: python export.py
"""

import json
from typing import Any

import metrics
from data import last_windows, read_endings
from support import errors, runs, settings
from support.data.csv_file import CsvOptions
from support.data.series_files import Ending
from support.exports import serving

from pydantic import Field


class Options(CsvOptions):  # options that are not given are as in training
    inputs: list[str] = Field(description="CSV files to continue, or sample")
    run: str | None = Field(None, description="name of the run; the newest by default")
    model: str | None = Field(None, description="an exported file or folder instead of a run")
    date_column: str | None = Field(
        None, description="column with the dates, or several such as Date+Time; as in training by default"
    )
    date_format: str | None = Field(None, description="format of the dates; as in training by default")
    as_json: bool = Field(False, alias="json", description="print JSON, one object per file, and draw nothing")


def main() -> None:
    options = settings.read(Options, toml=False)
    model = serving.locate(options.model, options.run)
    reading = options.model_dump(
        include=options.model_fields_set & {*CsvOptions.model_fields, "date_column", "date_format"}
    )
    endings = read_endings(options.inputs, model.spec, reading)
    if model.path.suffix == ".keras":
        from model import build_model  # noqa: F401  registers custom layers that the saved model may have
    predictions = serving.predict(model, last_windows(endings, model.spec))
    answers = [metrics.to_record(row, model.spec) for row in predictions]
    for ending, answer in zip(endings, answers, strict=True):
        answer["dates"] = ending.future(len(answer["values"]))
    if options.as_json:
        print(
            json.dumps([{"input": end.name, **answer} for end, answer in zip(endings, answers, strict=True)], indent=2)
        )
        return
    for ending, answer in zip(endings, answers, strict=True):
        print(page(ending, answer))
    from support.reports import drawing

    path, _ = drawing.future(endings, answers, runs.FOLDER / "forecast.png")
    print(f"Drawn: {runs.shown(path)}\nNext: python export.py")


def page(ending: Ending, answer: dict[str, Any]) -> str:
    """A forecast as lines for a person."""
    whole = ending.series
    last = f"{metrics.amount(whole.values[-1, 0])} at {whole.show(len(whole) - 1)}"
    text = [f"{ending.name}: {answer['target']} was {last}, and goes on:", *whole.notes]
    for position, (date, value) in enumerate(zip(answer["dates"], answer["values"], strict=True)):
        line = f"{date}  {metrics.amount(value):>9}"
        if "low" in answer:
            line += f"   {metrics.amount(answer['low'][position])} to {metrics.amount(answer['high'][position])}"
        text.append(line)
    if "share" in answer:
        text.append(f"The interval is one that held {answer['share']:.0%} of the validation values.")
    return "\n".join(text)


if __name__ == "__main__":
    errors.run(main)
