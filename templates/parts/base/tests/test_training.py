"""Training does what its settings say: which weights are kept, when it ends, in what order and by what steps it learns."""

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import train
from config import Config
from data import load
from model import build_model
from support import runs, settings
from support.data import preprocessing
from support.runs import Run
from support.splits import Split
from support.training import optimizers
from support.training.batches import Batches
from support.training.recorder import Recorder

import keras
import numpy as np
import pytest


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "FOLDER", tmp_path_factory.mktemp("runs"))
        yield runs.FOLDER


def few(epochs: int, patience: int) -> tuple[Config, Any]:
    """Settings for a short training, and two batches to learn from."""
    config = settings.read(Config, argv=["--epochs", str(epochs), "--patience", str(patience)])
    splits = load(config)
    size = min(config.batch_size, len(splits.train) // 2)
    return config.model_copy(update={"batch_size": size}), replace(
        splits,
        train=splits.train.take(np.arange(2 * size)),
        validation=splits.validation.take(np.arange(min(8, len(splits.validation)))),
    )


class Weights(keras.callbacks.Callback):
    """The weights at the end of each epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[list[np.ndarray]] = []

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.seen.append(self.model.get_weights())


def test_the_weights_of_the_best_epoch_are_saved_and_patience_ends_the_training(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = [3.0, 1.0, 2.0, 2.0, 0.0]  # the second epoch is the best of the four that a patience of 2 lets happen
    monkeypatch.setattr(Recorder, "_value", lambda recorder, row: [values[len(recorder.history) - 1], 0.0])
    config, splits = few(epochs=5, patience=2)
    run, watch = runs.start(config, splits), Weights()
    keras.utils.clear_session()
    model = build_model(config, splits)
    train.fit(model, splits, config, run, [watch])
    found = run.read("training.json")
    assert (found["epochs"], found["best_epoch"], found["state"]) == (4, 2, "finished")
    model.set_weights(watch.seen[1])
    expected = preprocessing.with_preprocessing(model, splits.spec).get_weights()
    saved = runs.load_model(run.model).get_weights()
    assert len(saved) == len(expected)
    for array, other in zip(saved, expected, strict=True):
        np.testing.assert_array_equal(array, other)
    assert any((a != b).any() for a, b in zip(watch.seen[1], watch.seen[3], strict=True))


def test_without_patience_every_epoch_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recorder, "_value", lambda recorder, row: [float(len(recorder.history)), 0.0])
    config, splits = few(epochs=3, patience=0)
    run = runs.start(config, splits)
    train.fit(build_model(config, splits), splits, config, run, quiet=True)
    assert (run.read("training.json")["epochs"], run.read("training.json")["best_epoch"]) == (3, 1)


@pytest.mark.parametrize(
    ("monitor", "better", "worse"),
    [("val_loss", 0.1, 0.2), ("val_error", 0.1, 0.2), ("distance", 0.1, 0.2), ("val_accuracy", 0.9, 0.8)],
)
def test_less_is_better_of_a_loss_and_more_of_a_score(
    monitor: str, better: float, worse: float, tmp_path: Path
) -> None:
    recorder = Recorder(Run(tmp_path), SimpleNamespace(monitor=monitor), {}, "", True)  # type: ignore[arg-type]
    assert recorder._value({"loss": 1.0, monitor: better}) < recorder._value({"loss": 1.0, monitor: worse})
    # where the score is equal, the loss decides
    equal = {"loss": 1.0, monitor: better}
    if monitor != "val_loss":
        assert recorder._value({**equal, "val_loss": 1.0}) < recorder._value({**equal, "val_loss": 2.0})


def test_a_training_that_goes_on_takes_up_all_that_was_noted(tmp_path: Path) -> None:
    state = {
        "epoch": 4,
        "batch": 2,
        "history": [{"epoch": 1.0}],
        "best_value": [0.25, 0.5],
        "best_epoch": 3,
        "seconds": 9.0,
    }
    arrays = {"best": [np.ones(3)], "metrics": [np.zeros(2)]}
    recorder = Recorder(Run(tmp_path), SimpleNamespace(monitor="val_loss"), {}, "", True)  # type: ignore[arg-type]
    recorder.restore(state, arrays)
    assert {name: getattr(recorder, name) for name in state} == state
    assert recorder.best_weights is arrays["best"] and recorder.restored_metrics is arrays["metrics"]


def test_what_only_validation_may_choose_is_chosen_on_validation(monkeypatch: pytest.MonkeyPatch) -> None:
    config, splits = few(epochs=1, patience=0)
    asked = []

    def decide(truth: np.ndarray, prediction: np.ndarray, config: Any) -> dict[str, Any]:
        asked.append((truth, len(prediction)))
        return {"chosen": 7}

    monkeypatch.setattr(train.metrics, "choose_threshold", decide)
    run = runs.start(config, splits)
    train.fit(build_model(config, splits), splits, config, run, quiet=True)
    if not len(splits.validation):  # ten students have none: then nothing is chosen
        assert asked == [] and "chosen" not in run.spec
        return
    ((truth, count),) = asked
    np.testing.assert_array_equal(truth, splits.validation.y)
    assert count == len(splits.validation) and run.spec["chosen"] == 7


def test_each_epoch_has_an_order_of_its_own_that_the_seed_repeats() -> None:
    split = Split(np.arange(100), np.arange(100))

    def order(seed: int, epoch: int) -> list[int]:
        batches = Batches(split, 7, seed)
        batches.begin_with(epoch)
        batches.on_epoch_begin()
        return [int(value) for number in range(len(batches)) for value in batches[number][0]]

    first, second = order(1, 0), order(1, 1)
    assert sorted(first) == sorted(second) == list(range(100))
    assert first != second != list(range(100)) and first != list(range(100)) and first != order(2, 0)
    assert first == order(1, 0)
    middle = Batches(split, 7, 1)
    middle.begin_with(0, 3)
    middle.on_epoch_begin()
    assert [int(value) for number in range(len(middle)) for value in middle[number][0]] == first[21:]


def test_the_learning_rate_follows_its_schedule() -> None:
    def rate(schedule: str, step: int) -> float:
        config: Any = SimpleNamespace(schedule=schedule, learning_rate=0.5, batch_size=10, epochs=10)
        found = optimizers.learning_rate(config, 200)  # 20 steps an epoch, 200 in all
        return float(found(step)) if callable(found) else found

    assert rate("constant", 0) == rate("constant", 199) == 0.5
    assert [rate("cosine", step) for step in (0, 20, 200)] == pytest.approx([0.05, 0.5, 0.005])
    half = 0.005 + (0.5 - 0.005) * (1 + math.cos(math.pi / 2)) / 2
    assert rate("cosine", 110) == pytest.approx(half, rel=1e-4)
    assert [rate("exponential", step) for step in (0, 66, 132)] == pytest.approx([0.5, 0.05, 0.005])


CHOICES = [
    (name, choice)
    for name in ("optimizer", "schedule")
    if name in Config.model_fields
    for choice in get_args(Config.model_fields[name].annotation)
]


@pytest.mark.parametrize(("name", "choice"), CHOICES)
def test_the_model_is_compiled_with_the_optimizer_and_the_schedule_that_were_chosen(name: str, choice: str) -> None:
    config = settings.read(Config, argv=[f"--{name}", choice, "--epochs", "4"])
    optimizer = build_model(config, load(config)).optimizer
    if name == "optimizer":
        kinds = {"adam": keras.optimizers.Adam, "rmsprop": keras.optimizers.RMSprop, "sgd": keras.optimizers.SGD}
        assert type(optimizer) is kinds[choice]
        return
    schedules = keras.optimizers.schedules
    kind = {"cosine": schedules.CosineDecay, "exponential": schedules.ExponentialDecay}.get(choice)
    assert (
        type(optimizer._learning_rate) is kind
        if kind
        else not isinstance(optimizer._learning_rate, schedules.LearningRateSchedule)
    )
