"""The search behind tune.py: Optuna's loop, its trials kept in a file; each is a training that resumes where it was stopped.

A trial is judged by the monitored value of its best epoch on the validation split. What is tried next depends on the seed and on the
trials that are done, so a search that was killed and started again draws the same trial again, and finds its half-trained run.
"""

import itertools
import json
import logging
import math
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support import runs, settings
from support.errors import ProjectError, StepFailed
from support.runs import Run
from support.search import Range
from support.splits import Splits
from support.training import history
from support.training.trials import Search, done, line, settings_of, write

import keras
import optuna
from optuna import Study
from optuna.trial import FrozenTrial, Trial, TrialState

RANDOM_FIRST = 5  # trials before TPE has something to learn from
PRUNE_FROM = 4  # trials that are trained to the end before any is compared with their median
REPEATS = 100  # draws in a row that were tried before: then everything has been tried

optuna.logging.set_verbosity(optuna.logging.ERROR)


class Repeated(Exception):
    """A trial was drawn a second time."""


def run(search: Search, splits: Splits, build_model: Callable[..., Any], fit: Callable[..., None], again: str) -> Study:
    """Try settings until there are `search.trials`.

    Args:
        build_model: model.py's.
        fit: train.py's.
        again: the command that continues it.

    Raises:
        ProjectError: where the folder holds a search with other settings or on other data, or another process is running it.
        StepStopped: where it was stopped by a signal.
    """

    def objective(trial: Trial) -> float:
        values = _draw(trial, search)
        if values in [settings_of(other, search.space) for other in done(study)]:
            trial.set_user_attr("repeats", True)
            raise Repeated
        config = settings.check(type(search.config), {**search.config.model_dump(), **values})
        number = len(done(study)) + 1
        run = _run(search.folder / "trials" / f"{number:04}", config, splits)
        watcher = Watcher(trial, run, config.monitor)
        if not watcher.tell():
            keras.utils.clear_session()  # layers named as in the first model: gradients are added up by name
            try:
                fit(build_model(config, splits), splits, config, run, [watcher], again=again, quiet=True)
            except StepFailed as error:
                print(f"trial {number}: {str(error).splitlines()[0]}")
                watcher.pruned = True
        if watcher.pruned:
            raise optuna.TrialPruned
        return history.read(run)[run.read("training.json")["best_epoch"] - 1][config.monitor]

    def after(study: Study, trial: FrozenTrial) -> None:
        if trial.state != TrialState.FAIL:
            print(line(study, search, trial), flush=True)
            write(study, search)
            folder = search.folder / "trials" / f"{len(done(study)):04}"
            shutil.rmtree(folder / "checkpoints", ignore_errors=True)
            (folder / "model.keras").unlink(missing_ok=True)  # train.py makes the model of the best settings
        if not _prepare(study, search):
            study.stop()

    search.folder.mkdir(parents=True, exist_ok=True)
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns about the number of models
    with Run(search.folder).lock():
        study = optuna.create_study(
            storage=f"sqlite:///{(search.folder / 'trials.sqlite').as_posix()}",
            study_name="search",
            direction=search.better,
            load_if_exists=True,
        )
        _check_same(study, search, splits)
        if search.prune:
            study.pruner = optuna.pruners.MedianPruner(PRUNE_FROM, n_warmup_steps=search.config.epochs // 4)
        else:
            study.pruner = optuna.pruners.NopPruner()
        for trial in study.get_trials(states=[TrialState.RUNNING]):  # interrupted; it will be drawn again
            study.tell(trial.number, state=TrialState.FAIL)
        if _prepare(study, search):
            study.optimize(objective, callbacks=[after], catch=(Repeated,))
    return study


def _prepare(study: Study, search: Search) -> bool:
    """Make the next trial depend on the seed and the trials done, not on what this process drew; False where there is none."""
    repeats = ["repeats" in trial.user_attrs for trial in study.trials]
    if len(done(study)) >= search.trials:
        return False
    tried = [settings_of(trial, search.space) for trial in done(study)]
    left = [values for values in first(search) if values not in tried]
    if (search.method == "grid" and not left) or repeats[-REPEATS:] == [True] * REPEATS:
        print(f"Everything that may be tried has been tried: {len(tried)} trials.")
        return False
    seed = search.config.seed + 1000 * (len(tried) + sum(repeats))
    if search.method == "tpe":  # Bergstra et al. 2011, "Algorithms for Hyper-Parameter Optimization"
        study.sampler = optuna.samplers.TPESampler(n_startup_trials=RANDOM_FIRST, seed=seed)
    else:  # Bergstra and Bengio 2012, "Random Search"; a grid asks it nothing
        study.sampler = optuna.samplers.RandomSampler(seed=seed)
    if left and not study.get_trials(states=[TrialState.WAITING]):
        texts = {
            name: json.dumps(value) for name, value in left[0].items() if not isinstance(search.space[name], Range)
        }
        study.enqueue_trial({**left[0], **texts})
    return True


def first(search: Search) -> list[dict[str, Any]]:
    """What is tried before any sampler is asked: the whole grid, or the settings as they are, to compare with."""
    names, each = list(search.space), list(search.space.values())
    if search.method == "grid":
        values = [_points(one) if isinstance(one, Range) else json.loads(json.dumps(one)) for one in each]
        grid = [dict(zip(names, row, strict=True)) for row in itertools.product(*values)]
        random.Random(search.config.seed).shuffle(grid)  # so that a part of the grid is spread over all of it
        return grid
    config = search.config.model_dump(mode="json")
    now = {name: config[name] for name in names}
    inside = [
        one.low <= value <= one.high if isinstance(one, Range) else value in one
        for one, value in zip(each, now.values(), strict=True)
    ]
    return [now] if all(inside) else []


def _points(each: Range) -> list[float]:
    """The values of a range in a grid: its ends and its middle."""
    middle = math.sqrt(each.low * each.high) if each.log else (each.low + each.high) / 2
    return list(dict.fromkeys([each.low, round(middle) if each.whole else float(f"{middle:.4g}"), each.high]))


def _draw(trial: Trial, search: Search) -> dict[str, Any]:
    for name, each in search.space.items():
        if not isinstance(each, Range):
            trial.suggest_categorical(name, [json.dumps(value) for value in each])
        elif each.whole:
            trial.suggest_int(name, int(each.low), int(each.high), log=each.log)
        else:
            trial.suggest_float(name, each.low, each.high, log=each.log)
    return settings_of(trial, search.space)


def _run(folder: Path, config: Any, splits: Splits) -> Run:
    """The run of a trial in `folder`: the one that was interrupted, or a new one."""
    if (folder / "config.json").exists() and Run(folder).config(type(config)) == config:
        return Run(folder)
    shutil.rmtree(folder, ignore_errors=True)  # of another version of Optuna, which drew something else
    folder.mkdir(parents=True)
    return runs.begin(folder, config, splits)


class Watcher(keras.callbacks.Callback):
    """Reports the progress of a trial to Optuna, and stops one that is worse than the median of those before it."""

    def __init__(self, trial: Trial, run: Run, monitor: str) -> None:
        super().__init__()
        self.trial, self.run, self.monitor, self.told, self.pruned = trial, run, monitor, 0, False

    def tell(self) -> bool:
        """Report the epochs in the run's history that were not reported; whether to stop. An interrupted trial has some at once."""
        rows = history.read(self.run)[self.told :]
        for row in rows:
            if math.isfinite(row[self.monitor]):
                self.trial.report(row[self.monitor], int(row["epoch"]) - 1)
        self.told += len(rows)
        self.pruned = bool(rows) and self.trial.should_prune()
        return self.pruned

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self.tell():
            self.model.stop_training = True


def _check_same(study: Study, search: Search, splits: Splits) -> None:
    """Raises ProjectError where the study holds a search that is not this one."""
    facts = {**search.facts, "data_fingerprint": splits.fingerprint()}
    before = study.user_attrs.get("search", facts)
    changed = [f"{name} was {before.get(name)}, is {facts[name]}" for name in facts if before.get(name) != facts[name]]
    if changed:
        raise ProjectError(
            f"{runs.shown(search.folder)} holds a search with other settings: {'; '.join(changed)}\n"
            "Give this one a name of its own with --study NAME, or repeat the old settings to go on."
        )
    study.set_user_attr("search", facts)
