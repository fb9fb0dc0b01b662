"""Cross-validation, for small data: the mean score and how much it varies. Every row is a test row once per seed.

    python crossvalidate.py                          5 folds, 1 seed
    python crossvalidate.py --folds 5 --seeds 5      25 trainings: mean ± standard deviation
    python crossvalidate.py --data my.csv --target price        every field of Config is an option

Statistics and vocabularies of the columns are learned anew in each fold. The baselines see the same rows as the network.
Next: python train.py
"""

import io
import logging
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import metrics
from config import Config
from data import read_table
from support import errors, files, records, runs, settings
from support.data import preprocessing, tabular, targets
from support.data.tabular import Prepared
from support.errors import ProjectError, StepStopped
from support.splits import Splits
from support.training import baselines
from train import fit

import numpy as np
from pydantic import Field


class Options(Config):
    """Config, and how often to repeat it."""

    folds: int = Field(5, ge=2, le=100, description="number of folds; each is the test split once")
    seeds: int = Field(
        1, ge=1, le=100, description="number of repetitions, each with other folds and another weight initialisation"
    )


def main() -> None:
    options = settings.read(Options)
    prepared = tabular.prepare(read_table(options), options)
    found: dict[str, list[dict[str, float]]] = {}
    what = f"{metrics.METRIC} of the network, fold by fold"
    print(f"{options.folds} folds × {options.seeds} seeds on {prepared.table.note}: {what}")
    for number in range(options.seeds):
        seed = options.seed + number
        for rows in folds(prepared, options, seed):
            splits = tabular.splits_at(prepared, *rows)
            spec, prediction = train_and_predict(splits, options.model_copy(update={"seed": seed}))
            found.setdefault("network", []).append(metrics.score(splits.test.y, prediction, spec))
            for name, other in baselines.predict(splits, seed).items():
                found.setdefault(name, []).append(metrics.score(splits.test.y, other, splits.spec))
            print(f"{found['network'][-1][metrics.METRIC]:.3f}", end=" ", flush=True)
    print("\n" + table(found))
    runs.FOLDER.mkdir(exist_ok=True)
    path = runs.FOLDER / "crossvalidation.json"
    how = {"data": prepared.table.note, "folds": options.folds, "seeds": options.seeds}
    files.write_json(path, {**how, "scores": found})
    print(f"All of them: {runs.shown(path)}\nNext: python train.py")


def folds(prepared: Prepared, options: Options, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Rows of training, validation and test for each fold; equal rows, and rows of one group, stay together."""
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, TimeSeriesSplit

    y, units = targets.strata(prepared.y), prepared.units
    if prepared.time is not None:  # always train on the past, test on what came next
        order = np.argsort(prepared.time, kind="stable")
        for before, after in TimeSeriesSplit(options.folds).split(order):
            known = order[before][~np.isin(units[order[before]], units[order[after]])]
            cut = len(known) - int(options.validation_fraction * len(known))
            yield known[:cut], known[cut:], order[after]
        return
    if (count := len(np.unique(units))) < options.folds:
        few = f"{count} different rows or groups are too few for {options.folds} folds"
        raise ProjectError(f"{prepared.table.path}: {few}\nTake fewer: --folds 2")
    kind = GroupKFold if len(np.unique(y)) == 1 else StratifiedGroupKFold
    for known, test in kind(options.folds, shuffle=True, random_state=seed).split(y, y, units):
        validation, train = np.array([], int), known
        if options.validation_fraction:
            train, validation, _ = tabular.by_unit(prepared, (options.validation_fraction, 0.0), seed, known)
        yield train, validation, test


def train_and_predict(splits: Splits, config: Any) -> tuple[dict[str, Any], np.ndarray]:
    """Train as train.py does, in a temporary run; gives its spec, and the predictions for the test rows."""
    from model import build_model

    import keras

    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns of the functions that each training builds anew
    keras.utils.clear_session()
    model = build_model(config, splits)
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(io.StringIO()):
        run = runs.Run(Path(folder))
        records.write_spec(run.folder / "spec.json", splits.spec)
        try:
            fit(model, splits, config, run)
        except StepStopped as stop:
            raise StepStopped("Stopped: nothing of a cross-validation is kept.", stop.code) from None
        spec = run.spec
    return spec, model.predict(preprocessing.encode(splits.test.x, spec), batch_size=512, verbose=0)


def table(found: dict[str, list[dict[str, float]]]) -> str:
    """Mean ± standard deviation of each score."""
    names = list(next(iter(found.values()))[0])
    width = max(map(len, found))
    lines = [f"{'':{width}}  " + "  ".join(f"{name:>16}" for name in names)]
    for title, results in found.items():
        cells = []
        for name in names:
            values = np.array([result[name] for result in results])
            cells.append(f"{np.nanmean(values):,.4g} ± {np.nanstd(values):.2g}")
        lines.append(f"{title:{width}}  " + "  ".join(f"{cell:>16}" for cell in cells))
    return "\n".join(lines)


if __name__ == "__main__":
    errors.run(main)
