"""Step 1: look at the data before anything else.

    python data.py                     the sample: ten students
    python data.py --data full         400 students made by the rule below
    python data.py --data student-mat.csv --target "G3 >= 10" --ignore G1,G2        your own table

Prints what there is and draws it into runs/data.png. Next: python model.py
"""

from config import Config
from support import errors, settings
from support.data import table, tabular
from support.data.inputs import read_inputs  # predict.py reads rows by the same function as training
from support.data.table import Table
from support.reports import inspection
from support.reports.inspection import draw_examples
from support.splits import Splits

import numpy as np

__all__ = ["draw_examples", "load", "read_inputs", "read_table"]

STUDENTS = [
    (8, 7, 1),
    (3, 5, 0),
    (6, 8, 1),
    (2, 4, 0),
    (7, 6, 1),
    (4, 6, 1),
    (9, 8, 1),
    (1, 3, 0),
    (5, 7, 1),
    (3, 4, 0),
]
LABELS = {"0": "fails", "1": "passes"}


def load(config: Config) -> Splits:
    """Training, validation and test rows: hours of study and of sleep, and whether the student passed."""
    prepared = tabular.prepare(read_table(config), config)
    if config.data == "sample":
        order = np.random.RandomState(config.seed).permutation(
            len(STUDENTS)
        )  # as scikit-learn's train_test_split draws it
        test = round(config.test_fraction * len(order))
        return tabular.splits_at(prepared, order[test:], order[:0], order[:test])
    return tabular.splits_at(prepared, *tabular.positions(prepared, config))


def read_table(config: Config) -> Table:
    """The students, or your own file."""
    if config.data == "sample":
        return _table(np.array(STUDENTS), "sample", "the sample (ten students)")
    if config.data == "full":
        return _table(
            made_by_a_rule(400, config.seed), "full", "400 students made by a rule, with chance in it (no real ones)"
        )
    return tabular.read_own(config, target="passed", labels=LABELS)


def made_by_a_rule(count: int, seed: int) -> np.ndarray:
    """Students (count, 3): study 0..10 hours, sleep 3..9 hours, and whether they pass; each hour makes a pass more probable.

    The rule: the odds of passing are e to the power of 1.2 × study + 0.8 × sleep - 9.5. A network can at best learn these odds.
    """
    rng = np.random.default_rng(seed)
    study, sleep = rng.uniform(0, 10, count).round(1), rng.uniform(3, 9, count).round(1)
    odds = np.exp(1.2 * study + 0.8 * sleep - 9.5)
    return np.stack([study, sleep, rng.random(count) < odds / (1 + odds)], axis=1)


def _table(students: np.ndarray, source: str, note: str) -> Table:
    columns = {
        "study_hours": students[:, 0],
        "sleep_hours": students[:, 1],
        "passed": students[:, 2].astype(int).astype(str),
    }
    return table.from_columns(columns, target="passed", labels=LABELS, source=source, note=note)


def main() -> None:
    config = settings.read(Config)
    inspection.report(read_table(config), config)


if __name__ == "__main__":
    errors.run(main)
