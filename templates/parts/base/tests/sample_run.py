"""The sample, trained, evaluated and exported once for all tests that only read the result; they ask for it by `pytest_plugins`."""

import os
import sys
from pathlib import Path

import evaluate
import export
import train
from support import runs

import pytest

# Ten epochs are enough for predictions that 8 bits cannot change. SAMPLE_RUNS=FOLDER trains as `python train.py` does, and leaves the run there.
SAMPLE_RUNS = os.environ.get("SAMPLE_RUNS")
TRAINING = [] if SAMPLE_RUNS else ["--epochs", "10"]


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> runs.Run:
    """A run on the sample, evaluated, in a folder of its own."""
    folder = Path(SAMPLE_RUNS) if SAMPLE_RUNS else tmp_path_factory.mktemp("sample")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "FOLDER", folder)
        for step, arguments in ((train, TRAINING), (evaluate, [])):
            patch.setattr(sys, "argv", [f"{step.__name__}.py", *arguments])
            step.main()
        return runs.find(None)


@pytest.fixture(scope="session")
def sample_exports(sample_run: runs.Run) -> Path:
    """The folder with that run's model in every format."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "FOLDER", sample_run.folder.parent)
        patch.setattr(sys, "argv", ["export.py", "--run", sample_run.name])
        export.main()
    return sample_run.exports
