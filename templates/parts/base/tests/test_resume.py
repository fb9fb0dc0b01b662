"""Nothing is lost: an interrupted training goes on to the same result, and damage is noticed."""

import random
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

import train
from config import Config
from data import load
from model import build_model
from support import checkpoints, resuming, runs, settings, training
from support.errors import ProjectError, StepFailed
from support.recorder import Recorder
from support.runs import Run

EPOCHS = ["--epochs", "3"]


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=EPOCHS)


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "FOLDER", tmp_path_factory.mktemp("runs"))
        yield runs.FOLDER


@pytest.fixture(scope="module")
def whole(config: Config) -> Run:
    """A training that nothing interrupted."""
    return go(config)


def go(config: Config, run: Run | None = None, *callbacks: keras.callbacks.Callback) -> Run:
    splits = load(config)
    run = run or runs.start(config, splits)
    training.forget_models()  # each training stands for a process of its own
    training.fit(build_model(config, splits), splits, config, run, callbacks)
    return run


def result(run: Run) -> tuple[list[dict[str, float]], list[np.ndarray]]:
    """History without the times, and every number of the last checkpoint."""
    found = checkpoints.latest(run)
    assert found is not None
    state, arrays = found
    history = [{name: value for name, value in row.items() if name != "seconds"} for row in state["history"]]
    return history, [*arrays["model"], *arrays.get("best", [])]


def assert_equal(one: Run, other: Run) -> None:
    (history, arrays), (other_history, other_arrays) = result(one), result(other)
    assert history == other_history
    assert len(arrays) == len(other_arrays)
    for array, other_array in zip(arrays, other_arrays, strict=True):
        np.testing.assert_array_equal(array, other_array)


class StopAt(keras.callbacks.Callback):
    """Ctrl-C in one batch of one epoch."""

    def __init__(self, recorder_of: list[Recorder], epoch: int) -> None:
        super().__init__()
        self.recorders, self.wanted = recorder_of, epoch

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        if epoch == self.wanted:
            self.recorders[-1].stop_signal = "Ctrl-C"


class StopInLastBatch(StopAt):
    """Ctrl-C while the last batch of the epoch is trained on."""

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        pass

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        if self.recorders[-1].epoch == self.wanted and batch + self.model.steps_per_execution >= self.params["steps"]:
            self.recorders[-1].stop_signal = "Ctrl-C"


@pytest.fixture
def recorders(monkeypatch: pytest.MonkeyPatch) -> list[Recorder]:
    """The recorders that training makes, the newest last."""
    made: list[Recorder] = []

    class Noted(Recorder):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)  # type: ignore[arg-type]
            made.append(self)

    monkeypatch.setattr(training, "Recorder", Noted)
    return made


@pytest.mark.parametrize("epoch", [0, 1, 2])
def test_a_training_stopped_within_an_epoch_goes_on_to_the_same_result(
    epoch: int, whole: Run, config: Config, recorders: list[Recorder], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = go(config, None, StopAt(recorders, epoch))
    assert run.read("training.json")["state"] == "stopped"
    assert recorders[-1].batch > 0 and run.model.exists()
    monkeypatch.setattr(sys, "argv", ["train.py", "--resume", "--run", run.name])
    train.main()
    assert_equal(run, whole)
    assert run.read("training.json")["state"] == "finished"


def test_a_training_stopped_in_the_last_batch_of_an_epoch_completes_it(
    whole: Run, config: Config, recorders: list[Recorder]
) -> None:
    run = go(config, None, StopInLastBatch(recorders, 1))
    assert run.read("training.json")["state"] == "stopped"
    assert (recorders[-1].epoch, recorders[-1].batch) == (2, 0)
    assert_equal(go(config, run), whole)


def test_a_training_killed_while_saving_goes_on_to_the_same_result(
    whole: Run, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = checkpoints.write_text
    calls = []

    def killed(path: Path, text: str) -> None:
        calls.append(path)
        if len(calls) == 2:  # the arrays of the second epoch are written, their state is not
            raise RuntimeError("killed")
        write(path, text)

    splits = load(config)
    run = runs.start(config, splits)
    monkeypatch.setattr(checkpoints, "write_text", killed)
    with pytest.raises(RuntimeError):
        go(config, run)
    monkeypatch.setattr(checkpoints, "write_text", write)
    assert_equal(go(config, run), whole)


def test_other_settings_are_listed_and_refused_unless_allowed(
    config: Config, recorders: list[Recorder], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = go(config, None, StopAt(recorders, 0))
    command = ["train.py", "--resume", "--run", run.name, "--epochs", "1"]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(ProjectError, match=r"began with other settings: epochs was 3, is 1\n"):
        train.main()
    monkeypatch.setattr(sys, "argv", [*command, "--allow-changes"])
    train.main()
    assert run.read("training.json")["epochs"] == 1 and run.config(Config).epochs == 1


def test_other_data_are_refused_unless_allowed(
    config: Config, recorders: list[Recorder], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = go(config, None, StopAt(recorders, 0))
    other = replace(load(config), note="other data", spec={**load(config).spec, "changed": True})
    with pytest.raises(ProjectError, match=r"the data changed since .*\nTrain anew"):
        resuming.same_data(run, other, allow_changes=False)
    resuming.same_data(run, other, allow_changes=True)
    assert "going on with other data" in capsys.readouterr().out
    runs.check_same_data(run, other)


def test_a_run_whose_folder_is_deleted_while_it_trains_says_so(config: Config) -> None:
    class Delete(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
            if epoch == 1:
                shutil.rmtree(run.folder)

    run = runs.start(config, load(config))
    with pytest.raises(ProjectError, match="was deleted or moved while it was trained"):
        go(config, run, Delete())


def test_a_finished_run_says_so(whole: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["train.py", "--resume", "--run", whole.name])
    with pytest.raises(ProjectError, match="is finished: there is nothing to go on with"):
        train.main()


def test_damage_anywhere_in_the_newest_checkpoint_is_noticed_and_the_one_before_is_used(
    whole: Run, tmp_path: Path
) -> None:
    rng = random.Random(0)
    undamaged = checkpoints.latest(whole)
    assert undamaged is not None
    for number in range(30):
        copy = Run(Path(shutil.copytree(whole.folder, tmp_path / str(number))))
        newest = sorted((copy.folder / "checkpoints").glob("*.*"))[-1 - number % 2]
        content = bytearray(newest.read_bytes())
        place = rng.randrange(len(content))
        if number % 3:
            content[place] ^= 1 << rng.randrange(8)
        else:
            del content[place:]
        newest.write_bytes(content)
        found = checkpoints.latest(copy)
        assert found is not None
        # The last line break of the state file may change: it says nothing, and what is read is what was written.
        assert found[0]["epoch"] == 2 or found[0] == undamaged[0], f"{newest.name}, byte {place}"


def test_when_every_checkpoint_is_damaged_it_is_refused(whole: Run, tmp_path: Path) -> None:
    copy = Run(Path(shutil.copytree(whole.folder, tmp_path / "copy")))
    for file in (copy.folder / "checkpoints").glob("*.json"):
        file.write_text("{}")
    with pytest.raises(ProjectError, match="every checkpoint of .* is damaged"):
        checkpoints.latest(copy)


def test_a_changed_model_is_refused(whole: Run, config: Config) -> None:
    found = checkpoints.latest(whole)
    assert found is not None
    with pytest.raises(ProjectError, match="its checkpoint does not fit"):
        checkpoints.restore(build_model(config, load(config)), found[1]["model"][:-1])


def test_a_loss_that_is_no_number_stops_and_keeps_the_last_good_weights(config: Config) -> None:
    class Poison(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
            if epoch == 1:
                weights = self.model.trainable_variables[0]
                weights.assign(np.full(weights.shape, np.nan, "float32"))

    splits = load(config)
    run = runs.start(config, splits)
    with pytest.raises(StepFailed, match="no longer a number .epoch 2.*The weights of epoch 1 are kept"):
        go(config, run, Poison())
    assert run.read("training.json")["state"] == "diverged"
    assert all(np.isfinite(variable).all() for variable in runs.load_model(run.model).trainable_variables)


def test_one_run_is_trained_by_one_process_at_a_time(whole: Run) -> None:
    with whole.lock(), pytest.raises(ProjectError, match="is being trained by another process"), whole.lock():
        pass
