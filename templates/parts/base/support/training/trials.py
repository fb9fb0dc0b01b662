"""What a search is, and what it found: its trials as a table, the best settings as a file to train with, a figure."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from support import files
from support.reports import figures
from support.reports.figures import Picture, plt
from support.search import Range, Space
from support.training.recorder import less_is_better

import optuna
from optuna.trial import FrozenTrial, Trial, TrialState

Method = Literal["tpe", "random", "grid"]


@dataclass(frozen=True)
class Search:
    """A search: its folder, what is fixed (`config`), what varies (`space`), and by which method."""

    folder: Path
    config: Any
    space: Space
    method: Method
    trials: int
    prune: bool

    @property
    def better(self) -> Literal["maximize", "minimize"]:
        return "minimize" if less_is_better(self.config.monitor) else "maximize"

    @property
    def facts(self) -> dict[str, Any]:
        """What must not change between two parts of the same search; `trials` may grow."""
        fixed = {name: value for name, value in self.config.model_dump(mode="json").items() if name not in self.space}
        return {
            **fixed,
            "method": self.method,
            "prune": self.prune,
            "space": json.loads(json.dumps(_plain(self.space))),
        }


def done(study: optuna.Study) -> list[FrozenTrial]:
    """The trials that count: complete, pruned or failed; not those drawn a second time."""
    return [trial for trial in study.trials if trial.state.is_finished() and "repeats" not in trial.user_attrs]


def best(study: optuna.Study) -> FrozenTrial | None:
    """The trial with the best value; None where none was trained to its end."""
    return study.best_trial if any(trial.state == TrialState.COMPLETE for trial in study.trials) else None


def settings_of(trial: FrozenTrial | Trial, space: Space) -> dict[str, Any]:
    """What a trial set, as values of Config's fields."""
    return {
        name: value if isinstance(space[name], Range) else json.loads(value) for name, value in trial.params.items()
    }


def write(study: optuna.Study, search: Search) -> None:
    """trials.csv, and best.toml to train with."""
    rows: list[list[Any]] = [["trial", "state", search.config.monitor, "epochs", *search.space]]
    for trial in done(study):
        values = settings_of(trial, search.space)
        last = trial.last_step + 1 if trial.last_step is not None else 0
        value = "" if trial.value is None else f"{trial.value:.6g}"
        rows.append(
            [trial.number + 1, trial.state.name.lower(), value, last, *(values.get(name) for name in search.space)]
        )
    files.write_csv(search.folder / "trials.csv", rows)
    winner = best(study)
    if winner is not None:
        text = io.StringIO()
        text.write(
            f"# Trial {winner.number + 1} of {len(done(study))}: {search.config.monitor} {winner.value:.6g} in its best epoch.\n"
        )
        defaults = type(search.config)()
        for name, value in {**search.config.model_dump(mode="json"), **settings_of(winner, search.space)}.items():
            if name in search.space or value != defaults.model_dump(mode="json")[name]:
                text.write(f"{name} = {json.dumps(value, ensure_ascii=False)}\n")
        files.write_text(search.folder / "best.toml", text.getvalue())


def draw(study: optuna.Study, search: Search) -> Picture:
    """The value of each trial and the best so far, then the value by each setting."""
    complete = [trial for trial in done(study) if trial.state == TrialState.COMPLETE]
    names = list(search.space)
    figure, axes = plt.subplots(1, 1 + len(names), figsize=(3.2 * (1 + len(names)), 3), sharey=True, squeeze=False)
    choose = min if search.better == "minimize" else max
    numbers, scores = [trial.number + 1 for trial in complete], [float(trial.values[0]) for trial in complete]
    axes[0, 0].plot(numbers, scores, "o", markersize=4)
    axes[0, 0].step(
        numbers, [choose(scores[: end + 1]) for end in range(len(scores))], where="post", label="best so far"
    )
    axes[0, 0].set_xlabel("trial")
    axes[0, 0].set_ylabel(search.config.monitor)
    axes[0, 0].legend()
    for axis, name in zip(axes[0, 1:], names, strict=True):
        values = [settings_of(trial, search.space).get(name) for trial in complete]
        allowed = search.space[name]
        if isinstance(allowed, Range):
            axis.set_xscale("log" if allowed.log else "linear")
            axis.plot(values, scores, "o", markersize=4)
        else:
            axis.plot([allowed.index(value) for value in values], scores, "o", markersize=4)
            axis.set_xticks(range(len(allowed)), [str(value) for value in allowed], rotation=20)
        axis.set_xlabel(name)
    pruned = len(done(study)) - len(complete)
    caption = f"{len(complete)} trials trained to their end, {pruned} stopped early or failed."
    return figures.save(figure, search.folder / "history.png", caption)


def report(study: optuna.Study, search: Search, number: int) -> None:
    """Print a trial; the best so far has a star."""
    trial, winner = study.trials[number], best(study)
    state = trial.state.name.lower()
    value = state if trial.value is None else f"{search.config.monitor} {trial.value:.4f}"
    value += f", {state}" if trial.state == TrialState.PRUNED else ""
    mark = " *" if winner is not None and winner.number == number else ""
    values = "  ".join(
        f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={value}"
        for name, value in settings_of(trial, search.space).items()
    )
    print(f"trial {len(done(study)):>3}/{search.trials}  {value:26} {values}{mark}", flush=True)


def _plain(space: Space) -> dict[str, Any]:
    return {name: vars(each) if isinstance(each, Range) else each for name, each in space.items()}
