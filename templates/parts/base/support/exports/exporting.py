"""Exports, each reloaded by the runtime that will serve it and compared with the trained model."""

import logging
import shutil
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import metrics
from support import records
from support.data import preprocessing
from support.errors import StepFailed
from support.exports import serving
from support.files import write_json, write_safely
from support.quiet import hidden_stderr
from support.runs import Run, load_model
from support.splits import Split, Splits
from support.training import inference

import keras
import numpy as np
import tensorflow as tf

PATHS = {
    "keras": "model.keras",
    "savedmodel": "saved_model",
    "onnx": "model.onnx",
    "litert": "model.tflite",
    "litert-int8": "model_int8.tflite",
}
TOLERANCE = 1e-4  # for 32-bit formats: other order of additions, same numbers; seen here: below 1e-5. preprocessing.py may have its own
INT8_MEAN = 0.02  # for 8-bit weights: mean difference of an output, in units of its range; seen here: below 0.005
SCORE_CHANGE = 0.02  # how far the test score of any format may be from the model's; above 1, this share of it
SCORE_EXAMPLES = 2  # or as far as this many examples move it: in a small test, one answer near a tie is more than 0.02
COMPARED = 2_000  # test examples for the score; the difference and the time need fewer


def export(run: Run, splits: Splits, formats: list[str]) -> list[dict[str, Any]]:
    """Write each format into the run's export folder and prove it; one row per format, also in export_report.json.

    A format that cannot be written or does not match has `ok` false and an `error`; the others are still made.
    """
    for name in ("absl", "tf2onnx", "tensorflow"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore")  # the converters' own; a mismatch is found below by comparing
    model = load_model(run.model)
    run.exports.mkdir(exist_ok=True)
    records.write_spec(run.exports / "spec.json", run.spec)
    test = splits.test.take(slice(0, COMPARED))
    expected = inference.predict(model, test.x)
    rows = []
    for name in formats:
        print(f"{name}: writing and comparing …", file=sys.stderr, flush=True)
        path = run.exports / PATHS[name]
        try:
            with hidden_stderr():  # converters talk a lot; what is wrong is found by comparing
                write(name, model, run, path, splits)
            rows.append({"format": name, "file": path.name, **prove(name, path, run.spec, test, expected)})
        except OSError:
            raise  # a full disk is the user's to mend, and ends the step
        except Exception as error:  # whatever a converter raises: the table names the format and goes on
            rows.append(
                {
                    "format": name,
                    "file": path.name,
                    "ok": False,
                    "error": f"{type(error).__name__}: {str(error).splitlines()[0][:200]}",
                }
            )
    write_json(run.exports / "export_report.json", {"data": splits.source, "metric": metrics.METRIC, "formats": rows})
    return rows


def write(name: str, model: keras.Model, run: Run, path: Path, splits: Splits) -> None:
    """Write `model` in one format, replacing what is at `path` only when the new one is complete."""
    if name == "keras":
        write_safely(path, lambda temporary: model.save(temporary))
    elif name == "savedmodel":
        temporary = path.with_name(".unfinished-saved_model")
        shutil.rmtree(temporary, ignore_errors=True)
        model.export(str(temporary), verbose=False)
        shutil.rmtree(path, ignore_errors=True)
        temporary.rename(path)
    elif name == "onnx":
        small = preprocessing.without_preprocessing(model, run.spec)
        write_safely(path, lambda temporary: small.export(str(temporary), format="onnx", verbose=False))
    else:
        small = preprocessing.without_preprocessing(model, run.spec)
        write_safely(path, lambda temporary: _litert(small, name.endswith("int8"), temporary, splits, run.spec))


def prove(name: str, path: Path, spec: dict[str, Any], test: Split, expected: np.ndarray) -> dict[str, Any]:
    """Reload the file and compare it with the model's outputs `expected` on `test`.

    Compares all examples for the score, 32 at batch sizes 1 and 7 for the difference, and takes the time of one.
    """
    answer = serving.load(serving.SavedModel(path, spec))
    singles = np.concatenate([answer(test.take(slice(i, i + 1)).x) for i in range(min(32, len(test)))])
    sevens = np.concatenate([answer(test.take(slice(i, i + 7)).x) for i in range(0, min(35, len(test)), 7)])
    everything = answer(test.x)
    largest_output = float(np.abs(expected).max())
    # Probabilities differ on a scale of 1; amounts, whose score is an error, may be small as a whole.
    scale = (largest_output or 1.0) if is_error() else max(1.0, largest_output)
    differences = [np.abs(got - expected[: len(got)]) / scale for got in (singles, sevens, everything)]
    largest, mean = max(float(part.max()) for part in differences), max(float(part.mean()) for part in differences)
    score, model_score = (
        float(metrics.score(test.y, output, spec)[metrics.METRIC]) for output in (everything, expected)
    )
    close = mean <= INT8_MEAN if name.endswith("int8") else largest <= getattr(preprocessing, "TOLERANCE", TOLERANCE)
    row: dict[str, Any] = {
        "max_difference": largest,
        "mean_difference": mean,
        "score": score,
        "model_score": model_score,
        "compared": len(test),
        "bytes": sum(file.stat().st_size for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file()),
        "milliseconds": _milliseconds(answer, test.take(slice(0, 1)).x),
        "ok": close
        and abs(score - model_score) <= max(SCORE_CHANGE * max(1.0, abs(model_score)), SCORE_EXAMPLES / len(test)),
    }
    if not row["ok"]:
        row["error"] = (
            f"its answers differ from the model's: by {largest:.2g} at most, {mean:.2g} on average, {metrics.METRIC} {score:.4f} instead of {model_score:.4f}"
        )
    return row


def is_error() -> bool:
    """Whether the score is one that is better the lower it is (`BETTER` in metrics.py)."""
    return bool(getattr(metrics, "BETTER", "higher") == "lower")


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as a table for a person."""
    lines = [f"{'format':12} {'difference':>10} {'size':>10} {'one answer':>11} {metrics.METRIC:>10}"]
    for row in rows:
        if "bytes" in row:
            lines.append(
                f"{row['format']:12} {row['max_difference']:10.1e} {row['bytes'] / 1000:7.0f} kB {row['milliseconds']:8.2f} ms {row['score']:10.4f}"
            )
        else:
            lines.append(f"{row['format']:12} {row['error']}")
    return "\n".join(lines)


def check(rows: list[dict[str, Any]]) -> None:
    """Raises StepFailed, naming each format that is not proven."""
    failed = [f"{row['format']}: {row['error']}" for row in rows if not row["ok"]]
    if failed:
        raise StepFailed("not every export matches the trained model\n" + "\n".join(failed))


def _litert(model: keras.Model, int8: bool, path: Path, splits: Splits, spec: dict[str, Any]) -> None:
    """Write the model for LiteRT; with `int8`, weights and activations in 8 bits, their ranges taken from training examples.

    Where preprocessing.py has `supports_int8_activations(model)` and it says no, only the weights have 8 bits.
    """
    names = [tensor.name for tensor in model.inputs]
    dtypes = [tensor.dtype for tensor in model.inputs]

    def examples() -> Iterator[Any]:
        for position in range(min(200, len(splits.train))):
            x = preprocessing.encode(splits.train.take(slice(position, position + 1)).x, spec)
            if isinstance(x, dict):  # by name: the converter puts several inputs into an order of its own
                yield {name: np.asarray(x[name], dtype) for name, dtype in zip(names, dtypes, strict=True)}
            else:
                yield [np.asarray(x, dtypes[0])]

    options: dict[str, Any] = {
        "target_spec": {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]}
    }  # small runtimes hold no others
    if int8:
        options["optimizations"] = [tf.lite.Optimize.DEFAULT]
        if getattr(preprocessing, "supports_int8_activations", lambda model: True)(model):
            options["representative_dataset"] = examples
    model.export(str(path), format="litert", verbose=False, **options)


def _milliseconds(answer: Callable[[Any], np.ndarray], x: Any) -> float:
    """The median time of one answer."""
    times = []
    for _ in range(20):
        begin = time.perf_counter()
        answer(x)
        times.append(time.perf_counter() - begin)
    return round(1000 * float(np.median(times)), 3)
