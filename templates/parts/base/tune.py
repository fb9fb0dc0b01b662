"""Step 7: search for better settings. SEARCH in config.py says what to try; the validation split decides, never the test split.

    python tune.py                                  20 trials by TPE, which learns from the trials before
    python tune.py --sampler random --trials 40     at random; --sampler grid for every combination
    python tune.py --epochs 3 --over learning_rate  every field of Config is an option, and then held fixed

Writes runs/tuning/<study>/: trials.csv, history.png, best.toml. If it was stopped or killed, the same command continues.
Next: python train.py --config runs/tuning/<study>/best.toml
"""

import sys
from typing import Literal

from config import SEARCH, Config
from data import load
from support import errors, runs, settings
from train import fit

from pydantic import Field


class Options(Config):
    """The settings that all trials share, and how to search."""

    sampler: Literal["tpe", "random", "grid"] = Field(
        "tpe",
        description="search method; tpe learns from earlier trials, random does not, grid tries every combination",
    )
    trials: int = Field(20, ge=1, description="number of trials; fewer if the grid is smaller")
    over: tuple[str, ...] = Field((), description="settings of SEARCH to vary; all by default")
    prune: bool = Field(True, description="stop a trial early if it is worse than the median of those before it")
    study: str | None = Field(None, pattern=r"^[\w-]+$", description="name of the search; the sampler by default")


def main() -> None:
    options = settings.read(Options)
    settings.check_choices("--over", list(options.over), list(SEARCH))
    fixed = options.model_fields_set  # fixed on the command line or in config.toml: not searched
    space = {name: values for name, values in SEARCH.items() if name not in fixed and name in (options.over or SEARCH)}
    if not space:
        raise errors.ProjectError(
            "every setting of SEARCH is fixed on the command line or in config.toml: nothing left to search\nOmit one of them."
        )
    splits = load(settings.only(Config, options))
    if not len(splits.validation):
        raise errors.ProjectError(
            "there are no validation examples to judge by: tuning must not look at the test\n"
            "Give it data with enough of them and --validation-fraction 0.2"
        )

    from model import build_model
    from support.reports import search_figures
    from support.training import trials, tuning

    search = trials.Search(
        folder=runs.FOLDER / "tuning" / (options.study or options.sampler),
        config=settings.only(Config, options),
        space=space,
        method=options.sampler,
        trials=options.trials,
        prune=options.prune,
    )
    print(f"Trying {', '.join(space)} on {splits.note}.")
    study = tuning.run(search, splits, build_model, fit, again=" ".join(["python tune.py", *sys.argv[1:]]))
    trials.write(study, search)
    winner = trials.best(study)
    if winner is None:
        raise errors.StepFailed(
            "no trial came to its end\nTry smaller learning rates in SEARCH (config.py), or --no-prune."
        )
    (history, _), (by_setting, _) = search_figures.draw(study, search.config.monitor, search.folder)
    print(f"Best of {len(trials.done(study))}: {search.config.monitor} {winner.value:.4f}.")
    print(f"Drawn: {runs.shown(history)}, {runs.shown(by_setting)}")
    print("The best of many looks at the same validation examples is a little too good: only the test says what holds.")
    print(f"Next: python train.py --config {runs.shown(search.folder / 'best.toml')}")


if __name__ == "__main__":
    errors.run(main)
