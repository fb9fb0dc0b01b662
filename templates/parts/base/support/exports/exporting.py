"""Exports, each reloaded by the runtime that will serve it and compared with the trained model."""

import sys
import timeit
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from support import records
from support.data import preprocessing
from support.errors import StepFailed
from support.exports import serving
from support.files import write_json, write_safely
from support.quiet import hidden_stderr
from support.runs import Run
from support.splits import Split, Splits
from support.training import inference

import numpy as np

PATHS = {
    "keras": "model.keras",
    "savedmodel": "saved_model",
    "onnx": "model.onnx",
    "litert": "model.tflite",
    "litert-int8": "model_int8.tflite",
}
TOLERANCE = (
    1e-4  # for 32-bit formats, which add in another order; observed: below 1e-5. preprocessing.py may have its own
)
INT8_MEAN = 0.02  # for 8-bit weights: mean difference of an output, in units of its range; observed: below 0.005
SCORE_CHANGE = 0.02  # how far the test score of any format may be from the model's; above 1, this share of it
SCORE_EXAMPLES = 2  # or as far as this many examples move it: in a small test, one near a tie is more than 0.02
COMPARED = 2_000  # test examples for the score; the difference and the time need fewer

Score = Callable[[np.ndarray, np.ndarray, dict[str, Any]], dict[str, float]]  # targets, predictions, spec -> numbers


def export(
    run: Run, model: Any, splits: Splits, writers: dict[str, Callable[[str], Any]], score: Score, metric: str
) -> list[dict[str, Any]]:
    """Write each format into the run's export folder and prove it; one row per format, also in export_report.json.

    Args:
        writers: from each format's name, of PATHS, to what writes it to a path.
        score: gives `metric` among others.

    A format that cannot be written or does not match has `ok` false and an `error`; the others are still made.
    """
    run.exports.mkdir(exist_ok=True)
    records.write_spec(run.exports / "spec.json", run.spec)
    test = splits.test.take(slice(0, COMPARED))
    expected = inference.predict(model, test.x)
    rows = []
    for name, write in writers.items():
        print(f"{name}: writing and comparing …", file=sys.stderr, flush=True)
        path = run.exports / PATHS[name]
        row: dict[str, Any] = {"format": name, "file": path.name}
        try:
            with hidden_stderr():  # converters print a lot; the comparison finds what is wrong
                write_safely(path, partial(_into, write))
            row |= prove(name, path, run.spec, test, expected, score, metric)
        except OSError:
            raise  # a full disk is for the user to fix, and ends the step
        except Exception as error:  # whatever a converter raises: the table names the format and goes on
            row |= {"ok": False, "error": f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0][:200]}"}
        rows.append(row)
    write_json(run.exports / "export_report.json", {"data": splits.source, "metric": metric, "formats": rows})
    return rows


def _into(write: Callable[[str], object], path: Path) -> None:
    write(str(path))


def calibration(model: Any, train: Split, spec: dict[str, Any]) -> Callable[[], Iterator[Any]]:
    """Training examples from which LiteRT takes the ranges of its 8-bit activations: encoded, one at a time."""
    dtypes = {tensor.name: tensor.dtype for tensor in model.inputs}

    def examples() -> Iterator[Any]:
        for position in range(min(200, len(train))):
            x = preprocessing.encode(train.take(slice(position, position + 1)).x, spec)
            if isinstance(x, dict):  # by name: the converter puts several inputs into an order of its own
                yield {name: np.asarray(x[name], dtype) for name, dtype in dtypes.items()}
            else:
                yield [np.asarray(x, dtype) for dtype in dtypes.values()]

    return examples


def prove(
    name: str, path: Path, spec: dict[str, Any], test: Split, expected: np.ndarray, score: Score, metric: str
) -> dict[str, Any]:
    """Reload the file and compare it with the model's outputs `expected` on `test`.

    Compares 32 examples at batch size 1, 35 at 7, and all at once, whose score is compared too; takes the time of one.
    """
    predict = serving.load(serving.SavedModel(path, spec))
    scale = float(np.abs(expected).max()) or 1.0  # outputs may be probabilities, or amounts of any size
    differences = []
    for count, batch in ((32, 1), (35, 7), (len(test), len(test))):
        parts = [slice(begin, begin + batch) for begin in range(0, min(count, len(test)), batch)]
        found = np.concatenate([predict(test.take(part).x) for part in parts])
        differences.append(np.abs(found - expected[: len(found)]) / scale)
    largest, mean = (float(np.max([of(each) for each in differences])) for of in (np.max, np.mean))  # nan stays nan
    number, wanted = (float(score(test.y, output, spec)[metric]) for output in (found, expected))
    close = mean <= INT8_MEAN if name.endswith("int8") else largest <= getattr(preprocessing, "TOLERANCE", TOLERANCE)
    allowed = max(SCORE_CHANGE * max(1.0, abs(wanted)), SCORE_EXAMPLES / len(test))
    one = test.take(slice(0, 1)).x
    row: dict[str, Any] = {
        "max_difference": largest,
        "mean_difference": mean,
        "score": number,
        "model_score": wanted,
        "compared": len(test),
        "bytes": sum(file.stat().st_size for file in (path, *path.rglob("*")) if file.is_file()),
        "milliseconds": round(1000 * float(np.median(timeit.repeat(lambda: predict(one), number=1, repeat=20))), 3),
        "ok": close and abs(number - wanted) <= allowed,
    }
    if not row["ok"]:
        by = f"by {largest:.2g} at most, {mean:.2g} on average, {metric} {number:.4f} instead of {wanted:.4f}"
        row["error"] = f"its predictions differ from the model's: {by}"
    return row


def table(rows: list[dict[str, Any]], metric: str) -> str:
    """The rows as a table for a person."""
    lines = [f"{'format':12} {'difference':>10} {'size':>10} {'one example':>11} {metric:>10}"]
    for row in rows:
        if "bytes" in row:
            size, time = f"{row['bytes'] / 1000:.0f} kB", f"{row['milliseconds']:.2f} ms"
            lines.append(f"{row['format']:12} {row['max_difference']:10.1e} {size:>10} {time:>11} {row['score']:10.4f}")
        else:
            lines.append(f"{row['format']:12} {row['error']}")
    return "\n".join(lines)


def check(rows: list[dict[str, Any]]) -> None:
    """Raises StepFailed, naming each format that is not proven."""
    failed = [f"{row['format']}: {row['error']}" for row in rows if not row["ok"]]
    if failed:
        raise StepFailed("not every export matches the trained model\n" + "\n".join(failed))
