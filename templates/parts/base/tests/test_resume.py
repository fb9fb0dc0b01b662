"""Nothing is lost: an interrupted training goes on to the same result, and damage is noticed."""

import random
import shutil
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import evaluate
import train
from config import Config
from model import build_model
from support import runs, settings
from support.errors import ProjectError, StepFailed, StepStopped
from support.runs import Run
from support.runs import __main__ as table
from support.training import checkpoints, recorder, resuming
from support.training.recorder import Recorder
from support.training.signals import Signals

import keras
import numpy as np
import pytest
from short import load

EPOCHS = ["--epochs", "3"]


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=EPOCHS)


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "FOLDER", tmp_path_factory.mktemp("runs"))
        for step in (train, evaluate):
            patch.setattr(step, "load", load)
        yield runs.FOLDER


@pytest.fixture(scope="module")
def whole(config: Config) -> Run:
    """A training that nothing interrupted."""
    return go(config)


def go(config: Config, run: Run | None = None, *callbacks: keras.callbacks.Callback) -> Run:
    splits = load(config)
    run = run or runs.start(config, splits)
    keras.utils.clear_session()  # each training stands for a process of its own
    train.fit(build_model(config, splits), splits, config, run, callbacks)
    return run


def stopped(config: Config, *callbacks: keras.callbacks.Callback) -> Run:
    """A run whose training one of the callbacks stops."""
    run = runs.start(config, load(config))
    with pytest.raises(StepStopped) as stop:
        go(config, run, *callbacks)
    assert stop.value.code == 130 and "Go on with: python train.py --resume" in str(stop.value)
    assert run.read("training.json")["state"] == "stopped"
    return run


def result(run: Run) -> tuple[dict, list[np.ndarray]]:
    """The state without the times and the hash of a file that holds them, and every number of the last checkpoint."""
    found = checkpoints.latest(run)
    assert found is not None
    state, arrays = found
    history = [{name: value for name, value in row.items() if name != "seconds"} for row in state["history"]]
    state = {name: value for name, value in state.items() if name not in ("seconds", "sha256")}
    return {**state, "history": history}, [*arrays["model"], *arrays.get("best", [])]


def assert_equal(one: Run, other: Run) -> None:
    (state, arrays), (other_state, other_arrays) = result(one), result(other)
    assert state == other_state
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
            self.recorders[-1].signals.came = "Ctrl-C"


class StopInLastBatch(StopAt):
    """Ctrl-C while the last batch of the epoch is trained on."""

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        pass

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        if self.recorders[-1].epoch == self.wanted and batch + self.model.steps_per_execution >= self.params["steps"]:
            self.recorders[-1].signals.came = "Ctrl-C"


@pytest.fixture
def recorders(monkeypatch: pytest.MonkeyPatch) -> list[Recorder]:
    """The recorders that training makes, the newest last."""
    made: list[Recorder] = []

    class Noted(Recorder):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)  # type: ignore[arg-type]
            made.append(self)

    monkeypatch.setattr(recorder, "Recorder", Noted)
    return made


@pytest.mark.parametrize("epoch", [0, 1, 2])
def test_a_training_stopped_within_an_epoch_goes_on_to_the_same_result(
    epoch: int, whole: Run, config: Config, recorders: list[Recorder], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = stopped(config, StopAt(recorders, epoch))
    assert recorders[-1].batch > 0 and run.model.exists()
    monkeypatch.setattr(sys, "argv", ["train.py", "--resume", "--run", run.name])
    train.main()
    assert_equal(run, whole)
    assert run.read("training.json")["state"] == "finished"


def test_a_training_stopped_in_the_last_batch_of_an_epoch_completes_it(
    whole: Run, config: Config, recorders: list[Recorder]
) -> None:
    run = stopped(config, StopInLastBatch(recorders, 1))
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
    run = stopped(config, StopAt(recorders, 0))
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
    run = stopped(config, StopAt(recorders, 0))
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


def test_a_training_that_was_stopped_says_so_wherever_it_is_shown(
    config: Config, recorders: list[Recorder], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = stopped(config, StopAt(recorders, 1))
    assert "Best model" not in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["evaluate.py", "--run", run.name])
    evaluate.main()
    said = "raining stopped after 1 of 3 epochs"
    assert said in capsys.readouterr().err
    assert said in (run.folder / "report.html").read_text(encoding="utf-8")
    assert said in (run.folder / "model_card.md").read_text(encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["runs.py"])
    table.main()
    assert "stopped       1 of 3 epochs" in capsys.readouterr().out


def test_a_finished_training_is_not_called_stopped(
    whole: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["evaluate.py", "--run", whole.name])
    evaluate.main()
    assert "warning: " not in capsys.readouterr().err
    assert "raining stopped" not in (whole.folder / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_training_with_the_exit_code_of_a_shell(
    sign: signal.Signals, code: int, config: Config
) -> None:
    class Send(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
            signal.raise_signal(sign)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(StepStopped) as stop:
            go(config, None, Send())
    finally:
        signal.signal(signal.SIGINT, before)
    assert stop.value.code == code and " after 0 of 3 epochs" in str(stop.value)


def test_a_signal_that_whoever_started_this_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Signals():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with Signals():
            assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_finished_run_says_so(whole: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["train.py", "--resume", "--run", whole.name])
    with pytest.raises(ProjectError, match="is finished: there is nothing to go on with"):
        train.main()


def test_damage_anywhere_in_the_newest_checkpoint_is_noticed_and_the_one_before_is_used(
    whole: Run, tmp_path: Path
) -> None:
    rng = random.Random(0)
    before = Run(Path(shutil.copytree(whole.folder, tmp_path / "before")))
    for newest in sorted((before.folder / "checkpoints").glob("*.*"))[-2:]:
        newest.unlink()
    expected = {found[0]["epoch"]: found for found in map(checkpoints.latest, (whole, before)) if found}
    assert list(expected) == [3, 2]
    damaged = 0
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
        state, arrays = expected[found[0]["epoch"]]
        assert found[0] == state, f"{newest.name}, byte {place}"
        assert {name: len(values) for name, values in found[1].items()} == {name: len(arrays[name]) for name in arrays}
        for name, values in found[1].items():
            for value, other in zip(values, arrays[name], strict=True):
                np.testing.assert_array_equal(value, other)
        damaged += found[0]["epoch"] == 2
    assert damaged >= 25  # of 30: what is damaged is noticed, and not read as if it were whole


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
                for weights in self.model.trainable_variables:  # max pooling, for one, swallows what a first layer says
                    weights.assign(np.full(weights.shape, np.nan, "float32"))

    splits = load(config)
    run = runs.start(config, splits)
    with pytest.raises(StepFailed, match="no longer a number .epoch 2.*The weights of epoch 1 are kept"):
        go(config, run, Poison())
    assert run.read("training.json")["state"] == "diverged"
    assert run.incomplete == "diverged after 1 of 3 epochs"
    assert all(np.isfinite(variable).all() for variable in runs.load_model(run.model).trainable_variables)


def test_one_run_is_trained_by_one_process_at_a_time(whole: Run) -> None:
    with whole.lock(), pytest.raises(ProjectError, match="is being trained by another process"), whole.lock():
        pass
