"""The search behind tune.py: trials kept by Optuna in a file, each a training of its own that goes on where it was stopped.

A trial is judged by the monitored value of its best epoch on the validation split. What is tried next depends on the seed, the
trial's number and the trials before it, so a search that was killed and started again tries what it would have tried anyway.
"""

import itertools
import json
import logging
import math
import random
import shutil
from collections.abc import Callable, Iterator
from typing import Any

from support import files, runs, settings
from support.errors import ProjectError, StepFailed
from support.runs import Run
from support.search import Range
from support.splits import Splits
from support.training.recorder import read_history
from support.training.trials import Search, done, report, settings_of, write

import keras
import optuna
from optuna.trial import Trial, TrialState

Build = Callable[[Any, Splits], keras.Model]
Fit = Callable[..., None]  # of train.py
GRID_POINTS = 3  # values of a range in a grid: its ends and its middle
RANDOM_FIRST = 5  # trials before TPE has something to learn from
PRUNE_FROM = 4  # trials that are trained to the end before any is compared with their median
REPEATS = 100  # draws in a row that were tried before: then everything has been tried

optuna.logging.set_verbosity(optuna.logging.WARNING)


def run(search: Search, splits: Splits, build_model: Build, fit: Fit, again: str) -> optuna.Study:
    """Try settings until there are `search.trials`.

    Args:
        fit: train.py's.
        again: the command that goes on with it.

    Raises:
        ProjectError: where the folder holds a search with other settings or on other data, or another process is at it.
        StepStopped: where it was stopped by a signal.
    """
    search.folder.mkdir(parents=True, exist_ok=True)
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it wonders why there are so many models
    with Run(search.folder).lock():
        _check_same(search, splits)
        study = _open(search)
        for trial, values in _trials(study, search):
            state, score = _train(trial, values, search, splits, build_model, fit, again)
            study.tell(trial, score, state)
            report(study, search, trial.number)
            write(study, search)
    return study


def _open(search: Search) -> optuna.Study:
    storage = f"sqlite:///{(search.folder / 'trials.sqlite').as_posix()}"
    pruner: optuna.pruners.BasePruner = optuna.pruners.NopPruner()
    if search.prune:
        pruner = optuna.pruners.MedianPruner(PRUNE_FROM, n_warmup_steps=search.config.epochs // 4)
    study = optuna.create_study(
        storage=storage, study_name="search", direction=search.better, load_if_exists=True, pruner=pruner
    )
    for values in _first(search):
        study.enqueue_trial(
            {
                name: value if isinstance(search.space[name], Range) else json.dumps(value)
                for name, value in values.items()
            },
            skip_if_exists=True,
        )
    return study


def _first(search: Search) -> list[dict[str, Any]]:
    """What is tried before any sampler is asked: the whole grid, or the settings as they are, to compare with."""
    if search.method == "grid":
        values = [each.grid(GRID_POINTS) if isinstance(each, Range) else each for each in search.space.values()]
        grid = [dict(zip(search.space, row, strict=True)) for row in itertools.product(*values)]
        random.Random(search.config.seed).shuffle(grid)  # so that a part of the grid is spread over all of it
        return grid[: search.trials]
    now = {name: getattr(search.config, name) for name in search.space}
    now = {name: list(value) if isinstance(value, tuple) else value for name, value in now.items()}
    allowed = all(
        each.low <= now[name] <= each.high if isinstance(each, Range) else now[name] in each
        for name, each in search.space.items()
    )
    return [now] if allowed else []


def _trials(study: optuna.Study, search: Search) -> Iterator[tuple[Trial, dict[str, Any]]]:
    """Trials to train with their settings: first the one that was interrupted, then new ones."""
    interrupted = [trial for trial in study.trials if trial.state == TrialState.RUNNING]
    repeats = 0
    while len(done(study)) < search.trials and repeats < REPEATS:
        study.sampler = _sampler(search, interrupted[0].number if interrupted else len(study.trials), 0)
        if interrupted:
            trial = Trial(study, interrupted.pop()._trial_id)  # there is no public way to take a trial up again
        elif search.method == "grid" and not any(each.state == TrialState.WAITING for each in study.trials):
            return
        else:
            trial = study.ask()
        for position, (name, allowed) in enumerate(search.space.items()):
            study.sampler = _sampler(search, trial.number, position)
            if not isinstance(allowed, Range):
                trial.suggest_categorical(name, [json.dumps(value) for value in allowed])
            elif allowed.whole:
                trial.suggest_int(name, int(allowed.low), int(allowed.high), log=allowed.log)
            else:
                trial.suggest_float(name, allowed.low, allowed.high, log=allowed.log)
        if any(other.params == trial.params for other in study.trials if other.number != trial.number):
            repeats += 1
            trial.set_user_attr("repeats", True)
            study.tell(trial, state=TrialState.FAIL)
            continue
        repeats = 0
        yield trial, settings_of(trial, search.space)
    if repeats:
        print(f"Everything that may be tried has been tried: {len(done(study))} trials.")


def _sampler(search: Search, number: int, position: int) -> optuna.samplers.BaseSampler:
    """A sampler whose draws depend on the seed, the trial and the setting, not on what this process drew before."""
    seed = search.config.seed + 1000 * number + position
    if search.method == "tpe":  # Bergstra et al. 2011, "Algorithms for Hyper-Parameter Optimization"
        return optuna.samplers.TPESampler(n_startup_trials=RANDOM_FIRST, seed=seed)
    return optuna.samplers.RandomSampler(seed=seed)  # Bergstra and Bengio 2012, "Random Search"; a grid asks it nothing


def _train(
    trial: Trial, values: dict[str, Any], search: Search, splits: Splits, build_model: Build, fit: Fit, again: str
) -> tuple[TrialState, float | None]:
    """Train one trial, or the rest of it; its state and value."""
    config = settings.check(type(search.config), {**search.config.model_dump(), **values})
    folder = search.folder / "trials" / f"{trial.number + 1:04}"
    folder.mkdir(parents=True, exist_ok=True)
    run = Run(folder) if (folder / "config.json").exists() else runs.begin(folder, config, splits)
    watcher = _Watcher(trial, config.monitor)
    watcher.catch_up(read_history(run))
    if not watcher.pruned and run.read("training.json").get("state") not in ("finished", "diverged"):
        keras.utils.clear_session()  # a trial that goes on has layers of the same names
        try:
            fit(build_model(config, splits), splits, config, run, [watcher], again=again, quiet=True)
        except StepFailed as error:
            print(f"trial {trial.number + 1}: {str(error).splitlines()[0]}")
    state = run.read("training.json").get("state")
    history = read_history(run)
    for name in ("checkpoints", "export"):
        shutil.rmtree(folder / name, ignore_errors=True)
    run.model.unlink(missing_ok=True)  # the best settings are what is looked for; train.py makes their model
    if watcher.pruned:
        return TrialState.PRUNED, None
    if state != "finished":
        return TrialState.FAIL, None
    chosen = run.read("training.json")["best_epoch"]
    return TrialState.COMPLETE, next(row[config.monitor] for row in history if row["epoch"] == chosen)


class _Watcher(keras.callbacks.Callback):
    """Tells Optuna how a trial is getting on, and stops one that is worse than the median of those before it."""

    def __init__(self, trial: Trial, monitor: str) -> None:
        super().__init__()
        self.trial, self.monitor, self.pruned = trial, monitor, False

    def catch_up(self, history: list[dict[str, float]]) -> None:
        """Tell what was trained before an interruption and not told."""
        told = self.trial.study.trials[self.trial.number].intermediate_values
        for row in history:
            if int(row["epoch"]) - 1 not in told:
                self.trial.report(row[self.monitor], int(row["epoch"]) - 1)
        self.pruned = bool(history) and self.trial.should_prune()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        value = float((logs or {})[self.monitor])
        if math.isfinite(value):
            self.trial.report(value, epoch)
            if self.trial.should_prune():
                self.pruned = self.model.stop_training = True


def _check_same(search: Search, splits: Splits) -> None:
    """Raises ProjectError where the folder holds a search that is not this one."""
    file, facts = search.folder / "search.json", {**search.facts, "data_fingerprint": splits.fingerprint()}
    if not file.exists():
        files.write_json(file, facts)
        return
    before = files.read_json(file)
    changed = [
        f"{name} was {before.get(name)}, is {facts.get(name)}" for name in facts if before.get(name) != facts[name]
    ]
    if changed:
        raise ProjectError(
            f"{runs.shown(search.folder)} holds a search with other settings: {'; '.join(changed)}\n"
            "Give this one a name of its own with --study NAME, or repeat the old settings to go on."
        )
