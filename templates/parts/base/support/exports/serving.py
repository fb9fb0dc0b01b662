"""Answers from a saved model, whatever its format; .onnx and .tflite without loading TensorFlow."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support import records, runs
from support.data import preprocessing
from support.errors import ProjectError
from support.quiet import hidden_stderr
from support.training import inference

import numpy as np

Predict = Callable[[Any], np.ndarray]


@dataclass(frozen=True)
class SavedModel:
    """A file that answers, and the spec saved beside it (input shape, class names, …)."""

    path: Path
    spec: dict[str, Any]


def locate(file: str | None, run: str | None) -> SavedModel:
    """The model to ask: an exported file, or the model of a run (the newest where `run` is None).

    Raises:
        ProjectError: where there is no such model, or no spec.json beside an exported file.
    """
    if file is None:
        found = runs.find(run)
        runs.check_model_file(found.model)
        return SavedModel(found.model, found.spec)
    path = Path(file)
    if not path.exists():
        raise ProjectError(f"there is no file {file}\nExport first: python export.py")
    spec = path.parent / "spec.json"
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
    loaders = {".keras": _keras, ".onnx": _onnx, ".tflite": _litert}
    if path.is_dir() and (path / "saved_model.pb").exists():
        return _saved_model(path)
    if path.suffix not in loaders:
        raise ProjectError(
            f"{path} is no format that can be asked\nExpected .keras, .onnx, .tflite or a SavedModel folder."
        )
    answer = loaders[path.suffix](path)
    if path.suffix == ".keras":
        return answer
    return lambda x: answer(preprocessing.encode(x, model.spec))


def _keras(path: Path) -> Predict:
    model = runs.load_model(path)
    # Calling the model answers a single input several times sooner than predict(), which is made for many.
    return lambda x: (
        np.asarray(model(x, training=False))
        if _count(x) <= 32 and not inference.is_lazy(x)
        else inference.predict(model, x)
    )


def _saved_model(path: Path) -> Predict:
    import tensorflow as tf

    try:
        loaded = tf.saved_model.load(str(path))
    except (OSError, ValueError) as error:
        raise ProjectError(
            f"{path} is damaged: {str(error).splitlines()[0]}\nExport again: python export.py"
        ) from error

    def answer(x: Any) -> np.ndarray:
        tensors = (
            {name: tf.constant(values) for name, values in x.items()}
            if isinstance(x, dict)
            else tf.constant(x if inference.is_text(x) else np.float32(x))
        )
        return np.asarray(loaded.serve(tensors))

    return lambda x: _in_batches(answer, x)


def _onnx(path: Path) -> Predict:
    import onnxruntime

    try:
        if not path.is_file():  # a pipe may never say anything, a device never end
            raise OSError("no file")
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no base class of their own
        raise ProjectError(f"{path} is damaged or not an ONNX model\nExport again: python export.py") from error
    inputs = session.get_inputs()
    types = {"tensor(float)": np.float32, "tensor(int32)": np.int32, "tensor(int64)": np.int64}

    def answer(x: Any) -> np.ndarray:
        arrays = _by_name(x, [node.name for node in inputs])
        return np.asarray(
            session.run(
                None, {node.name: array.astype(types[node.type]) for node, array in zip(inputs, arrays, strict=True)}
            )[0]
        )

    return lambda x: _in_batches(answer, x)


def _litert(path: Path) -> Predict:
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:  # no wheel of it on Windows: TensorFlow brings the same interpreter
        from tensorflow.lite import Interpreter
    try:
        if not path.is_file():
            raise ValueError("no file")
        interpreter = Interpreter(str(path))
    except (ValueError, RuntimeError) as error:
        raise ProjectError(f"{path} is damaged or not a LiteRT model\nExport again: python export.py") from error
    inputs, output = interpreter.get_input_details(), interpreter.get_output_details()[0]["index"]
    allocated: list[tuple[int, ...]] = []

    def answer(x: Any) -> np.ndarray:
        arrays = [
            array.astype(node["dtype"])
            for node, array in zip(inputs, _by_name(x, [node["name"] for node in inputs]), strict=True)
        ]
        shapes = [array.shape for array in arrays]
        if allocated != shapes:  # making room is dear: only when the number of inputs changes
            for node, shape in zip(inputs, shapes, strict=True):
                interpreter.resize_tensor_input(node["index"], shape)
            with hidden_stderr():  # it announces its CPU kernels
                interpreter.allocate_tensors()
            allocated[:] = shapes
        for node, array in zip(inputs, arrays, strict=True):
            interpreter.set_tensor(node["index"], array)
        interpreter.invoke()
        return np.array(interpreter.get_tensor(output))

    return lambda x: _in_batches(answer, x)


def _by_name(x: Any, names: list[str]) -> list[np.ndarray]:
    """The arrays of `x` in the order of the file's inputs, whose names are those of the model with something around them."""
    if not isinstance(x, dict):
        return [np.asarray(x)]
    if len(x) == 1:
        return [np.asarray(value) for value in x.values()]
    return [np.asarray(next(value for key, value in x.items() if key in name)) for name in names]


def _in_batches(answer: Predict, x: Any) -> np.ndarray:
    count, size = _count(x), min(256, inference.batch_size(x))
    if count <= size:
        return answer(x)
    parts = [slice(begin, begin + size) for begin in range(0, count, size)]
    cut = (
        (lambda part: {name: values[part] for name, values in x.items()})
        if isinstance(x, dict)
        else (lambda part: x[part])
    )
    return np.concatenate([answer(cut(part)) for part in parts])


def _count(x: Any) -> int:
    return len(next(iter(x.values()))) if isinstance(x, dict) else len(x)
