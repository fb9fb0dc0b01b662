"""Predictions of a saved model, whatever its format; .onnx and .tflite without loading TensorFlow."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support import records, runs
from support.data import preprocessing
from support.errors import ProjectError
from support.quiet import hidden_stderr
from support.splits import take
from support.training import inference

import numpy as np

Predict = Callable[[Any], np.ndarray]
TOGETHER = 256  # examples at once


@dataclass(frozen=True)
class SavedModel:
    """A file that predicts, and the spec saved beside it (input shape, class names, …)."""

    path: Path
    spec: dict[str, Any]


def locate(file: str | None, run: str | None) -> SavedModel:
    """The model that predicts: an exported file, or the model of a run (the newest where `run` is None).

    Raises:
        ProjectError: where there is no such model, or no spec.json beside an exported file.
    """
    os.environ["KERAS_BACKEND"] = "tensorflow"  # reads texts too; the weights of another backend are the same file
    if file is None:
        found = runs.find(run)
        runs.check_model_file(found.model)
        return SavedModel(found.model, found.spec)
    path, spec = Path(file), Path(file).parent / "spec.json"
    if not path.exists():
        raise ProjectError(f"there is no file {file}\nExport first: python export.py")
    if not spec.exists():
        raise ProjectError(
            f"there is no spec.json beside {file}\nIt was written there by python export.py: copy both together."
        )
    return SavedModel(path, records.read_spec(spec))


def predict(model: SavedModel, x: Any) -> np.ndarray:
    """The model's outputs for raw inputs `x`, in their order."""
    return load(model)(x)


def load(model: SavedModel) -> Predict:
    """A function from raw inputs to outputs.

    Raises:
        ProjectError: where the file is damaged or its format unknown.
    """
    path = model.path
    if path.suffix == ".keras":
        return _keras(path)
    kind = "SavedModel" if path.is_dir() and (path / "saved_model.pb").exists() else path.suffix
    if kind not in RUNTIMES:
        raise ProjectError(
            f"{path} is no format that can be asked\nExpected .keras, .onnx, .tflite or a SavedModel folder."
        )
    try:
        if not (path.is_file() or path.is_dir()):  # a pipe may never deliver, a device may never end
            raise OSError("no file")
        run = RUNTIMES[kind](str(path))
    except ImportError:
        raise
    except Exception as error:  # the runtimes' errors share no base class
        name = {".onnx": "an ONNX model", ".tflite": "a LiteRT model"}.get(kind, "a SavedModel")
        raise ProjectError(f"{path} is damaged or not {name}\nExport again: python export.py") from error
    if kind == "SavedModel":
        return lambda x: _in_batches(run, x)
    return lambda x: _in_batches(run, preprocessing.encode(x, model.spec))  # these hold no text


def _keras(path: Path) -> Predict:
    model = runs.load_model(path)

    def run(x: Any) -> np.ndarray:
        if _count(x) > 32 or inference.is_lazy(x):
            return inference.predict(model, x)
        return np.asarray(
            model(x, training=False)
        )  # for few examples several times faster than predict(), which is made for many

    return run


def _saved_model(path: str) -> Predict:
    import tensorflow as tf

    loaded = tf.saved_model.load(path)

    def tensor(values: Any) -> Any:
        return tf.constant(values if inference.is_text(values) else np.float32(values))

    return lambda x: np.asarray(loaded.serve(tf.nest.map_structure(tensor, x)))


def _onnx(path: str) -> Predict:
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    types = {"tensor(float)": np.float32, "tensor(int32)": np.int32, "tensor(int64)": np.int64}
    inputs = {node.name: types[node.type] for node in session.get_inputs()}
    return lambda x: np.asarray(session.run(None, _by_name(x, inputs))[0])


def _litert(path: str) -> Predict:
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:  # no wheel of it on Windows: TensorFlow brings the same interpreter
        from tensorflow.lite import Interpreter

    with hidden_stderr():  # it announces its CPU kernels
        # Memory is allocated at the first call: the size of an image that is left open is 1 until then, too small to pad.
        runner = Interpreter(path).get_signature_runner()
    inputs = {name: node["dtype"] for name, node in runner.get_input_details().items()}
    return lambda x: next(iter(runner(**_by_name(x, inputs)).values()))


RUNTIMES: dict[str, Callable[[str], Predict]] = {"SavedModel": _saved_model, ".onnx": _onnx, ".tflite": _litert}


def _by_name(x: Any, inputs: dict[str, Any]) -> dict[str, np.ndarray]:
    """The arrays of `x` as a file takes them: by the names of its inputs, which are the model's, and in their types."""
    return {name: np.asarray(x[name] if isinstance(x, dict) else x, dtype) for name, dtype in inputs.items()}


def _in_batches(run: Predict, x: Any) -> np.ndarray:
    size = min(TOGETHER, inference.batch_size(x))
    return np.concatenate([run(take(x, slice(begin, begin + size))) for begin in range(0, max(1, _count(x)), size)])


def _count(x: Any) -> int:
    return len(next(iter(x.values()))) if isinstance(x, dict) else len(x)
