"""Step 4: how good is it? Scores on test examples that training never saw, beside a simple baseline.

    python evaluate.py                 the newest run
    python evaluate.py --run NAME      another one (python -m support.runs lists them)

Writes metrics.json, figures/, report.html and model_card.md into the run. Next: python predict.py, python export.py
"""

import os
from dataclasses import replace

import metrics
from config import Config
from data import draw_examples, load
from support import errors, files, runs, settings
from support.reports import figures, report
from support.settings import Settings
from support.training import baselines, inference

from pydantic import Field


class Options(Settings):
    run: str | None = Field(None, description="name of the run; the newest by default")


def main() -> None:
    options = settings.read(Options, toml=False)
    run = runs.find(options.run)
    runs.check_model_file(run.model)
    run.warn_if_incomplete()
    config = run.config(Config)
    splits = load(config)
    runs.check_same_data(run, splits)
    splits = replace(splits, spec=run.spec)  # with what training decided, such as a threshold

    os.environ["KERAS_BACKEND"] = "tensorflow"  # reads texts too; the weights of another backend are the same file
    from model import build_model  # noqa: F401  registers custom layers that the saved model may have

    model = runs.load_model(run.model)
    prediction = inference.predict(model, splits.test.x)  # model.predict, in batches that fit into the memory

    results = {
        "data": splits.source,
        "note": splits.note,
        "test_examples": len(splits.test),
        "test": metrics.score(splits.test.y, prediction, splits.spec),
        "baselines": {
            name: metrics.score(splits.test.y, other, splits.spec)
            for name, other in baselines.predict(splits, config.seed).items()
        },
        **metrics.details(splits.test.y, prediction, splits.spec),
    }
    files.write_json(run.folder / "metrics.json", results)
    drawn = [figures.learning_curves(run), *metrics.plot(splits, prediction, run.figures, draw_examples)]
    report.write(run, results, metrics.to_rows(results), drawn, model)
    print(metrics.to_table(results))
    print(f"Report: {run}/report.html\nNext: python predict.py, python export.py")


if __name__ == "__main__":
    errors.run(main)
