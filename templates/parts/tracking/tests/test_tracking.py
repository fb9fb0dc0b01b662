"""A training is tracked only if that was requested. The steps run as their owner runs them."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from support import settings
from support.errors import ProjectError
from support.plugins import tracking
from support.runs import Run

import pytest

PROJECT = Path(__file__).parents[1]


def test_train_has_the_option_and_refuses_a_tracker_that_it_does_not_know() -> None:
    import train

    assert settings.read(train.Options, argv=[]).model_dump()["tracker"] == "none"
    chosen = settings.read(train.Options, argv=["--tracker", "mlflow"])
    assert chosen.model_dump()["tracker"] == "mlflow"
    with pytest.raises(
        ProjectError, match="--tracker cannot be 'tensorbord': expected one of: none, tensorboard, wandb, mlflow"
    ):
        settings.read(train.Options, argv=["--tracker", "tensorbord"])


def test_nothing_is_followed_unless_it_is_asked_for(tmp_path: Path) -> None:
    assert tracking.callbacks(tracking.Options(tracker="none"), Run(tmp_path)) == []


@pytest.mark.skipif(find_spec("wandb") is not None, reason="wandb is installed here")
def test_a_tracker_that_is_not_installed_is_said_with_how_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(
        ProjectError, match="^wandb is not installed\nInstall it: pip install wandb, or leave --tracker out.$"
    ):
        tracking.callbacks(tracking.Options(tracker="wandb"), Run(tmp_path))


def test_tensorboard_is_given_the_numbers_of_each_epoch(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from support.plugins.tracking import Options, callbacks
from support.runs import Run
(follow,) = callbacks(Options(tracker="tensorboard"), Run(Path(sys.argv[1])))
for epoch in (0, 1):
    follow.on_epoch_end(epoch, {"loss": 0.5 - epoch / 4, "val_loss": 1.0})
follow.on_train_end()
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
found = EventAccumulator(str(Path(sys.argv[1]) / "tensorboard"), size_guidance={"tensors": 0})
found.Reload()
import tensorflow as tf
print([(name, event.step, float(tf.make_ndarray(event.tensor_proto)))
       for name in sorted(found.Tags()["tensors"]) for event in found.Tensors(name)])
"""
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == (
        "[('loss', 1, 0.5), ('loss', 2, 0.25), ('val_loss', 1, 1.0), ('val_loss', 2, 1.0)]"
    )
