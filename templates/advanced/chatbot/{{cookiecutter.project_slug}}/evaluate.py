"""Step 4: evaluate the model: scores on test questions that training never saw, beside those of simple baselines.

    python evaluate.py                 the newest run
    python evaluate.py --run NAME      another one (python -m support.runs lists them)

Next words are scored after the true words so far, whole answers as greedy decoding gives them. Writes metrics.json,
figures/ (with a map of attention), answers.csv, report.html and model_card.md into the run. Next: python chat.py,
python export.py
"""

import os
from dataclasses import replace

import metrics
from config import Config
from data import draw_examples, load
from support import errors, files, runs, settings
from support.data import preprocessing
from support.reports import attention_map, figures, report
from support.settings import Settings
from support.training import baselines, decoding, inference

import numpy as np
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
    splits = replace(splits, spec=run.spec)  # with what training decided

    os.environ["KERAS_BACKEND"] = "tensorflow"  # reads texts too; the weights of another backend are the same file
    from model import build_model  # noqa: F401  registers custom layers that the saved model may have

    model = runs.load_model(run.model)
    prediction = inference.predict(model, splits.test.x)  # (pairs, answer_length, words)
    questions = list(dict.fromkeys(splits.test.x["question"]))
    replies = dict(
        zip(questions, decoding.greedy(lambda x: inference.predict(model, x), questions, splits.spec), strict=True)
    )
    answers = [preprocessing.join(list(reply.words), splits.spec["spelling"]) for reply in replies.values()]

    first = np.array([list(splits.test.x["question"]).index(question) for question in questions])
    by_frequency = np.broadcast_to(baselines.by_frequency(splits), prediction.shape)
    results = {
        "data": splits.source,
        "note": splits.note,
        "test_examples": len(splits.test),
        "test": {
            **metrics.of_answers(questions, answers, splits),
            **metrics.score(splits.test.y, prediction, splits.spec),
        },
        "baselines": {
            **{
                name: metrics.of_answers(questions, [given[row] for row in first], splits)
                for name, given in baselines.predict(splits, config.seed).items()
            },
            "words by how often they are said": metrics.score(splits.test.y, by_frequency, splits.spec),
        },
        **metrics.details(splits.test.y, prediction, splits.spec),
    }
    files.write_json(run.folder / "metrics.json", results)
    files.write_csv(run.folder / "answers.csv", answers_beside_known(splits, replies))
    each = [replies[question] for question in splits.test.x["question"]]
    pictures = [
        figures.learning_curves(run),
        *metrics.plot(splits, each, run.figures, draw_examples),
        *attention_map.draw(model, splits, each, run.figures),
    ]
    report.write(run, results, metrics.to_rows(results), pictures, model)
    print(metrics.to_table(results))
    print(f"Report: {run}/report.html\nNext: python chat.py, python export.py")


def answers_beside_known(splits, replies) -> list[list]:
    """Each test question with the known answer and the network's: the rows of a table, the first of titles."""
    rows = [["question", "known answer", "network", "probability"]]
    for question, known in zip(splits.test.x["question"], splits.test.x["answer"], strict=True):
        found = metrics.to_record(replies[question], splits.spec)
        rows.append([question, known, found["answer"], found["probability"]])
    return rows


if __name__ == "__main__":
    errors.run(main)
