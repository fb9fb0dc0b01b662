"""What a search is, and what it found: its trials as a table, and the best settings as a file to train with."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from support import files
from support.search import Range, Space
from support.training.recorder import less_is_better

import optuna
from optuna.trial import FrozenTrial, Trial, TrialState


@dataclass(frozen=True)
class Search:
    """A search: its folder, what is fixed (`config`), what varies (`space`), and by which method."""

    folder: Path
    config: Any
    space: Space
    method: Literal["tpe", "random", "grid"]
    trials: int
    prune: bool

    @property
    def better(self) -> Literal["maximize", "minimize"]:
        return "minimize" if less_is_better(self.config.monitor) else "maximize"

    @property
    def facts(self) -> dict[str, Any]:
        """What must not change between two parts of the same search; `trials` may grow."""
        fixed = {name: value for name, value in self.config.model_dump(mode="json").items() if name not in self.space}
        space = {name: asdict(each) if isinstance(each, Range) else each for name, each in self.space.items()}
        return json.loads(json.dumps({**fixed, "method": self.method, "prune": self.prune, "space": space}))


def done(study: optuna.Study) -> list[FrozenTrial]:
    """The trials that count, in their order: not those that were interrupted, or drawn a second time."""
    return [trial for trial in study.trials if trial.state in (TrialState.COMPLETE, TrialState.PRUNED)]


def best(study: optuna.Study) -> FrozenTrial | None:
    """The trial with the best value; None where none was trained to its end."""
    return study.best_trial if any(trial.state == TrialState.COMPLETE for trial in study.trials) else None


def settings_of(trial: FrozenTrial | Trial, space: Space) -> dict[str, Any]:
    """What a trial set, as values of Config's fields; Optuna's choices are texts, a project's may be lists."""
    return {
        name: value if isinstance(space[name], Range) else json.loads(value) for name, value in trial.params.items()
    }


def write(study: optuna.Study, search: Search) -> None:
    """trials.csv, and best.toml to train with."""
    rows: list[list[Any]] = [["trial", "state", search.config.monitor, "epochs", *search.space]]
    for number, trial in enumerate(done(study), 1):
        value = "" if trial.state == TrialState.PRUNED else f"{trial.value:.6g}"
        epochs = len(trial.intermediate_values)
        rows.append([number, trial.state.name.lower(), value, epochs, *settings_of(trial, search.space).values()])
    files.write_csv(search.folder / "trials.csv", rows)
    winner = best(study)
    if winner is not None:
        value = f"{search.config.monitor} {winner.value:.6g}"
        lines = [f"# Trial {done(study).index(winner) + 1} of {len(done(study))}: {value} in its best epoch."]
        chosen = {**search.config.model_dump(mode="json"), **settings_of(winner, search.space)}
        defaults = type(search.config)().model_dump(mode="json")
        for name in chosen:
            if name in search.space or chosen[name] != defaults[name]:
                lines.append(f"{name} = {json.dumps(chosen[name], ensure_ascii=False)}")
        files.write_text(search.folder / "best.toml", "\n".join(lines) + "\n")


def line(study: optuna.Study, search: Search, trial: FrozenTrial) -> str:
    """A trial in a line; the best so far has a star."""
    value = "pruned" if trial.state == TrialState.PRUNED else f"{search.config.monitor} {trial.value:.4f}"
    values = "  ".join(
        f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={value}"
        for name, value in settings_of(trial, search.space).items()
    )
    return f"trial {len(done(study)):>3}/{search.trials}  {value:26} {values}{' *' * (trial == best(study))}"
