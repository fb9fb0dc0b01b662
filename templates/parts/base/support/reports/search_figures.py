"""Figures of a search: the value of each trial in turn, and by each setting."""

import warnings
from pathlib import Path

from support.reports import figures
from support.reports.figures import Picture

import numpy as np
import optuna
from optuna.visualization import matplotlib as plots


def draw(study: optuna.Study, monitor: str, folder: Path) -> list[Picture]:
    """history.png and settings.png in `folder`: Optuna's own figures, of the trials that were trained to their end."""
    with warnings.catch_warnings(), figures.plt.rc_context():  # Optuna's figures have a style of their own
        warnings.simplefilter("ignore")  # "experimental"; and that the axis of a single trial has no length
        history = plots.plot_optimization_history(study, target_name=monitor).figure
        by_setting = np.ravel(np.asarray(plots.plot_slice(study, target_name=monitor), object))[0].figure
        return [
            figures.save(history, folder / "history.png", "The value of each trial, and the best so far."),
            figures.save(by_setting, folder / "settings.png", "The value of each trial by each setting."),
        ]
