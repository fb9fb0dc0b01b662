"""Resuming an interrupted training: which one, and whether it is still the same training."""

from collections.abc import Callable
from typing import TypeVar

from support import files, runs, settings
from support.errors import ProjectError
from support.runs import Run
from support.settings import Settings
from support.splits import Splits

C = TypeVar("C", bound=Settings)


def start_or_resume(options: Settings, cls: type[C], load: Callable[[C], Splits]) -> tuple[Run, C, Splits]:
    """A new run with its settings and data, or with `--resume` the interrupted one, which must still have the same.

    Args:
        options: what was read from config.toml and the command line; has `resume`, `run` and `allow_changes`.
        cls: the project's Config.
        load: the project's data.load.

    Raises:
        ProjectError: where there is no run to continue, or it is no longer the same training.
    """
    if not getattr(options, "resume", False):
        config = settings.only(cls, options)
        splits = load(config)
        return runs.start(config, splits), config, splits
    run, allow_changes = unfinished(options.run), options.allow_changes  # type: ignore[attr-defined]
    typed = settings.read(type(options), toml=False)  # without config.toml, which may have changed since
    config = same_settings(run, cls, typed, allow_changes)
    splits = load(config)
    same_data(run, splits, allow_changes)
    return run, config, splits


def unfinished(wanted: str | None) -> Run:
    """The run to continue: the one with this name or path, or the newest that was interrupted.

    Raises:
        ProjectError: where there is none, or the named one is finished.
    """
    if wanted is not None:
        named = runs.find(wanted, "config.json")
        if named.read("training.json").get("state") == "finished":
            raise ProjectError(f"{named} is finished: there is nothing to go on with\nTrain anew: python train.py")
        return named
    open_runs = [Run(folder) for folder in runs.folders() if _state(Run(folder)) in (None, "stopped")]
    if not open_runs:
        raise ProjectError(
            "no training was interrupted: there is nothing to go on with\nThe runs there are: python -m support.runs"
        )
    return open_runs[-1]


def _state(run: Run) -> str | None:
    """How the training of a run ended, None where it has not; a run with a damaged file is not continued automatically."""
    try:
        state: str | None = run.read("training.json").get("state")
        return state
    except ProjectError:
        return "damaged"


def same_settings(run: Run, cls: type[C], given: Settings, allow_changes: bool) -> C:
    """The settings to continue with: those that the run began with, or, where changes are allowed, with what was `given`.

    Raises:
        ProjectError: listing what was given and differs from what the run began with.
    """
    before = run.config(cls)
    new = {name: getattr(given, name) for name in given.model_fields_set & cls.model_fields.keys()}
    changed = [
        f"{name} was {getattr(before, name)}, is {value}"
        for name, value in new.items()
        if value != getattr(before, name)
    ]
    if not changed:
        return before
    if not allow_changes:
        raise ProjectError(
            f"{run} began with other settings: {'; '.join(changed)}\n"
            "Omit them to go on to the same result as without the interruption, or add --allow-changes for another one."
        )
    config = settings.check(cls, {**before.model_dump(), **new})
    files.write_json(run.folder / "config.json", config.model_dump(mode="json"))
    return config


def same_data(run: Run, splits: Splits, allow_changes: bool) -> None:
    """Check that the data are those that the run began with; where changes are allowed, note the new ones and warn.

    Raises:
        ProjectError: where they are not, and changes are not allowed.
    """
    try:
        runs.check_same_data(run, splits)
    except ProjectError as error:
        if not allow_changes:
            first = str(error).splitlines()[0]
            raise ProjectError(
                f"{first}\nTrain anew (python train.py), or add --allow-changes to go on with them."
            ) from None
        print("warning: going on with other data; if test examples were trained on before, the test score is too good")
        environment = {**run.read("environment.json"), "data_fingerprint": splits.fingerprint()}
        files.write_json(run.folder / "environment.json", environment)
