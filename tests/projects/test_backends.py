"""A training with another backend of Keras: the steps after it do not notice."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.nightly


@pytest.mark.parametrize("name", ["mnist-classifier", "titanic-survival"])  # images, and rows with texts
def test_what_jax_trained_is_evaluated_and_exported_in_every_format(name: str, copied: Callable[..., Path]) -> None:
    project = copied(name)
    surroundings = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | {"KERAS_BACKEND": "jax"}
    for step in (["train.py", "--epochs", "2"], ["evaluate.py"], ["export.py"]):
        done = subprocess.run([sys.executable, *step], cwd=project, capture_output=True, text=True, env=surroundings)
        assert done.returncode == 0, done.stderr
    (report,) = project.glob("runs/*/export/export_report.json")
    rows = json.loads(report.read_text(encoding="utf-8"))["formats"]
    formats = ["keras", "savedmodel", "onnx", "litert", "litert-int8"]
    assert [(row["format"], row["ok"]) for row in rows] == [(name, True) for name in formats]
