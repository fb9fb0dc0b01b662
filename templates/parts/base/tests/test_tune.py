"""Tuning: the test split is left alone, a stopped search goes on to the same trials, and the best settings keep their promise."""

import csv
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import train
import tune
from config import SEARCH, Config
from data import load
from support import runs, settings
from support.errors import ProjectError
from support.search import Range, Space
from support.splits import Split
from support.training import history, tuning
from support.training.trials import Search

import numpy as np
import pytest

QUICK = ["--epochs", "2", "--trials", "3", "--sampler", "random"]


@pytest.fixture(scope="module")
def data() -> list[str]:
    """Options for data with a validation split, which ten students are too few for."""
    splits = load(settings.read(Config, argv=[]))
    return [] if len(splits.validation) else ["--data", "full", "--validation-fraction", "0.2"]


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "FOLDER", tmp_path_factory.mktemp("runs"))
        yield runs.FOLDER


def search(*arguments: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["tune.py", *arguments])
        tune.main()


def trials(study: str) -> list[list[str]]:
    with (runs.FOLDER / "tuning" / study / "trials.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture(scope="module")
def whole(data: list[str]) -> list[list[str]]:
    """The trials of a search that nothing interrupted."""
    search(*QUICK, *data, "--study", "whole")
    return trials("whole")


def test_a_search_tries_as_many_different_settings_as_asked_for(whole: list[list[str]], folder: Path) -> None:
    header, *rows = whole
    assert header[:2] == ["trial", "state"] and header[4:] == list(SEARCH)
    assert len({tuple(row[4:]) for row in rows}) == len(rows) == 3
    for name in ("history.png", "settings.png"):
        assert (folder / "tuning" / "whole" / name).stat().st_size > 1000


def test_a_search_stopped_within_a_trial_goes_on_to_the_same_trials(
    whole: list[list[str]], data: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    epochs: list[int] = []

    class Kill(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            epochs.append(epoch)
            if len(epochs) == 3:  # the first epoch of the second trial is saved, its value is not yet reported
                raise RuntimeError("killed")

    def killed(model: Any, splits: Any, config: Any, run: Any, callbacks: list[Any], **more: Any) -> None:
        train.fit(model, splits, config, run, [Kill(), *callbacks], **more)

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(tune, "fit", killed)
        search(*QUICK, *data, "--study", "killed")
    began = []

    def noted(model: Any, splits: Any, config: Any, run: Any, callbacks: list[Any], **more: Any) -> None:
        began.append(len(history.read(run)))
        train.fit(model, splits, config, run, callbacks, **more)

    with monkeypatch.context() as patch:
        patch.setattr(tune, "fit", noted)
        search(*QUICK, *data, "--study", "killed")
    assert began == [1, 0]  # the second trial goes on after its first epoch, the third begins
    assert trials("killed") == whole


def test_the_best_settings_train_to_the_validation_value_that_the_search_states(
    whole: list[list[str]], data: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    best = folder / "tuning" / "whole" / "best.toml"
    stated = best.read_text(encoding="utf-8").splitlines()[0].split(":")[1].split()
    monkeypatch.setattr(sys, "argv", ["train.py", "--config", str(best)])
    train.main()
    run = runs.find(None)
    row = history.read(run)[run.read("training.json")["best_epoch"] - 1]
    assert f"{row[stated[0]]:.6g}" == stated[1]
    assert tomllib.loads(best.read_text(encoding="utf-8"))["epochs"] == 2


def test_the_test_split_is_not_looked_at(data: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    class Hidden:
        def __len__(self) -> int:
            raise AssertionError("the test split was looked at")

        __getitem__ = __iter__ = __len__

        def fingerprint(self) -> str:
            return "hidden"

    def without_test(config: Config):
        splits = load(config)
        return replace(splits, test=Split(Hidden(), np.zeros(1)))

    monkeypatch.setattr(tune, "load", without_test)
    search(*QUICK, *data, "--trials", "1", "--study", "hidden")
    assert len(trials("hidden")) == 2


def test_other_settings_under_the_same_name_are_listed_and_refused(whole: list[list[str]], data: list[str]) -> None:
    with pytest.raises(ProjectError, match="epochs was 2, is 3"):
        search(*QUICK, *data, "--epochs", "3", "--study", "whole")


def test_what_is_given_by_hand_is_not_searched_for(data: list[str]) -> None:
    name, values = next(iter(SEARCH.items()))
    value = values.low if isinstance(values, Range) else values[0]
    with pytest.raises(ProjectError, match="nothing left to search"):
        search(*QUICK, *data, f"--{name.replace('_', '-')}", str(value), "--over", name)


def test_a_grid_has_every_combination_once() -> None:
    space: Space = {"a": Range(1.0, 100.0, log=True), "b": ["x", "y"]}
    config = settings.read(Config, argv=[])
    grid = tuning.first(Search(Path(), config, space, "grid", 100, True))
    assert sorted((row["a"], row["b"]) for row in grid) == [(a, b) for a in (1.0, 10.0, 100.0) for b in ("x", "y")]
