"""Checkpoints that hold everything: after `kill -9`, a training resumes to the same result, bit for bit, as without it.

A checkpoint is two files in runs/<time>/checkpoints/: the numbers (.npz), then a small state file (.json) with their hash and its
own. It counts only if both hashes match. The one before is kept, in case the newest is damaged.
"""

import hashlib
import io
import json
import sys
from pathlib import Path
from typing import Any

from support.errors import ProjectError
from support.files import write_safely, write_text
from support.runs import Run, shown

import keras
import numpy as np

KEPT = 2  # generations
State = dict[str, Any]


def save(run: Run, model: keras.Model, state: State, extra: dict[str, list[np.ndarray]]) -> None:
    """Write a checkpoint of `model` (weights, optimizer, seeds, metrics), `state` (plain JSON) and lists of arrays.

    `state` has "epoch" and "batch": how many epochs are complete, and how many batches of the next one.

    Raises:
        ProjectError: where the run's folder is gone.
    """
    folder = run.folder / "checkpoints"
    if not run.folder.is_dir():
        raise ProjectError(
            f"{run} was deleted or moved while it was trained, so nothing more can be saved\nTrain again: python train.py"
        )
    folder.mkdir(exist_ok=True)
    name = f"{state['epoch']:06}-{state['batch']:06}"
    arrays = {f"model/{number:05}": np.asarray(variable) for number, variable in enumerate(variables(model))}
    arrays |= {f"{key}/{number:05}": array for key, values in extra.items() for number, array in enumerate(values)}
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    content = buffer.getvalue()
    write_safely(folder / f"{name}.npz", lambda path: _write(path, content))
    record = {**state, "arrays": f"{name}.npz", "sha256": hashlib.sha256(content).hexdigest()}
    text = json.dumps(record, sort_keys=True)
    write_text(folder / f"{name}.json", json.dumps({"hash": _hash(text), "state": record}) + "\n")
    for old in sorted(folder.glob("*.json"))[:-KEPT]:
        old.with_suffix(".npz").unlink(missing_ok=True)
        old.unlink()


def latest(run: Run) -> tuple[State, dict[str, list[np.ndarray]]] | None:
    """The state and arrays of the newest checkpoint that is whole; None where the run has none yet.

    Raises:
        ProjectError: where there are checkpoints, all of them damaged.
    """
    files = sorted((run.folder / "checkpoints").glob("*.json"), reverse=True)
    for file in files:
        found = _read(file)
        if found is not None:
            return found
        print(f"warning: the checkpoint {shown(file)} is damaged; the one before it is used", file=sys.stderr)
    if files or list((run.folder / "checkpoints").glob("*.npz")):
        raise ProjectError(f"every checkpoint of {run} is damaged, so it cannot go on\nTrain again: python train.py")
    return None


def restore(model: keras.Model, arrays: list[np.ndarray]) -> None:
    """Put the numbers of a checkpoint into `model`, which must be built, with its optimizer and metrics.

    Raises:
        ProjectError: where the model has changed since.
    """
    found = variables(model)
    if [tuple(variable.shape) for variable in found] != [array.shape for array in arrays]:
        raise ProjectError(
            "model.py or its settings changed since this run began, so its checkpoint does not fit\nTrain anew: python train.py"
        )
    for variable, array in zip(found, arrays, strict=True):
        variable.assign(array)


def variables(model: keras.Model) -> list[Any]:
    """All that training changes, in a fixed order: weights, averages, seeds, optimizer and metrics."""
    rest = [*model.optimizer.variables, *(variable for metric in model.metrics for variable in metric.variables)]
    seen = {id(variable) for variable in model.variables}
    return [*model.variables, *(variable for variable in rest if id(variable) not in seen)]


def _read(file: Path) -> tuple[State, dict[str, list[np.ndarray]]] | None:
    """One checkpoint; None where either of its files is damaged."""
    try:
        outer = json.loads(file.read_text(encoding="utf-8"))
        state = outer["state"]
        if outer["hash"] != _hash(json.dumps(state, sort_keys=True)):
            return None
        content = file.with_name(state["arrays"]).read_bytes()
        if hashlib.sha256(content).hexdigest() != state["sha256"]:
            return None
        arrays: dict[str, list[np.ndarray]] = {}
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            for name in sorted(archive.files):
                arrays.setdefault(name.split("/")[0], []).append(archive[name])
        return state, arrays
    except (
        FileNotFoundError,
        ValueError,
        KeyError,
        TypeError,
    ):  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        return None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
