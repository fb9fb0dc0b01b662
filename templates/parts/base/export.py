"""Step 6: files that other programs can run, each proven to predict as the trained model does.

    python export.py                                   all formats
    python export.py --formats onnx,litert             some of them
    python export.py --run NAME                        another run than the newest

Writes runs/<time>/export/ with export_report.json. Exit code 1 where a file does not match the model.
"""

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import metrics
from config import Config
from data import load
from support import errors, runs, settings
from support.data import preprocessing
from support.errors import ProjectError
from support.exports import exporting
from support.settings import Settings
from support.splits import Splits

from pydantic import Field

FORMATS = list(exporting.PATHS)


class Options(Settings):
    run: str | None = Field(None, description="name of the run; the newest by default")
    formats: list[str] = Field(FORMATS, description="formats to write, any of: " + ", ".join(FORMATS))


def main() -> None:
    options = settings.read(Options, toml=False)
    settings.check_choices("--formats", options.formats, FORMATS)
    run = runs.find(options.run)
    runs.check_model_file(run.model)
    run.warn_if_incomplete()
    if reason := run.spec.get("no_export"):  # the result is not a model that predicts, but for example one image
        raise ProjectError(reason)
    splits = load(run.config(Config))
    runs.check_same_data(run, splits)

    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # a visible GPU would put operations into the files that only a GPU runs
    os.environ["KERAS_BACKEND"] = "tensorflow"  # writes every format; the weights of another backend are the same file
    from model import build_model  # noqa: F401  registers custom layers that the saved model may have

    model = runs.load_model(run.model)
    writers = {name: write for name, write in by_keras(model, splits, run.spec).items() if name in options.formats}
    rows = exporting.export(run, model, splits, writers, metrics.score, metrics.METRIC)
    print(exporting.table(rows, metrics.METRIC))
    exporting.check(rows)
    folder = runs.shown(run.exports)
    print(f"Files: {folder}/\nNext: python predict.py INPUT --model {folder}/model.onnx")


def by_keras(model: Any, splits: Splits, spec: dict[str, Any]) -> dict[str, Callable[[str], Any]]:
    """From each format's name to what writes it to a path. ONNX and LiteRT hold no text: they take encoded inputs."""
    import tensorflow as tf

    encoded = preprocessing.without_preprocessing(model, spec)
    litert: dict[str, Any] = {
        "format": "litert",
        "verbose": False,
        "target_spec": {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]},  # small runtimes hold no others
    }
    in_8_bits: dict[str, Any] = {"optimizations": [tf.lite.Optimize.DEFAULT]}  # weights, and activations where they may
    if getattr(preprocessing, "supports_int8_activations", lambda model: True)(encoded):
        in_8_bits["representative_dataset"] = exporting.calibration(encoded, splits.train, spec)
    return {
        "keras": model.save,
        "savedmodel": partial(model.export, format="tf_saved_model", verbose=False),
        "onnx": partial(encoded.export, format="onnx", verbose=False),
        "litert": partial(encoded.export, **litert),
        "litert-int8": partial(encoded.export, **litert, **in_8_bits),
    }


if __name__ == "__main__":
    errors.run(main)
