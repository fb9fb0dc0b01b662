"""Step 1: look at the data before anything else.

    python data.py                     the sample: the 2,201 people on board, partly simulated
    python data.py --data full         the list of 1,309 passengers, downloaded once from OpenML
    python data.py --data titanic3.csv  your own table; another one: --target "G3 >= 10" and the like

Prints what there is and draws it into runs/data.png. Next: python model.py
"""

import socket
from pathlib import Path

from config import Config
from support import errors, settings
from support.data import table, tabular
from support.data.inputs import read_inputs  # predict.py reads rows by the same function as training
from support.data.table import Table
from support.errors import ProjectError
from support.reports import inspection
from support.reports.inspection import draw_examples
from support.settings import PROJECT
from support.splits import Splits

import numpy as np

__all__ = ["draw_examples", "load", "read_inputs", "read_table"]

LABELS = {"0": "died", "1": "survived"}
# Class, sex, age group, died, survived: British Board of Trade (1990 reprint), after Dawson 1995, "The Unusual Episode Data Revisited".
PEOPLE = [
    ("1st", "male", "child", 0, 5), ("1st", "female", "child", 0, 1), ("1st", "male", "adult", 118, 57), ("1st", "female", "adult", 4, 140),
    ("2nd", "male", "child", 0, 11), ("2nd", "female", "child", 0, 13), ("2nd", "male", "adult", 154, 14), ("2nd", "female", "adult", 13, 80),
    ("3rd", "male", "child", 35, 13), ("3rd", "female", "child", 17, 14), ("3rd", "male", "adult", 387, 75), ("3rd", "female", "adult", 89, 76),
    ("crew", "male", "adult", 670, 192), ("crew", "female", "adult", 3, 20),
]  # fmt: skip
FULL = PROJECT / "data" / "titanic3.csv"


def load(config: Config) -> Splits:
    """Training, validation and test rows, with the same share of survivors in all three."""
    return tabular.load(read_table(config), config)


def read_table(config: Config) -> Table:
    """The people on board, the list of passengers, or your own file."""
    if config.data == "sample":
        return sample(config.seed)
    if config.data != "full":
        return tabular.read_own(config, target="survived", labels=LABELS)
    if not FULL.exists():
        download(FULL)
    found = table.read(FULL, as_text=["survived"])
    return Table(
        found.columns,
        found.lines,
        found.path,
        "survived",
        LABELS,
        "full",
        "the 1,309 passengers of OpenML's titanic, version 1",
    )


def sample(seed: int) -> Table:
    """Class, sex, child or adult and survival of the 2,201 people are real; age in years, fare, port, boat and body are simulated.

    The simulated ones depend on class, age group and survival alone: they can teach cleaning, but nothing about the real people.
    """
    rng = np.random.default_rng(seed)
    rows = [
        (group, sex, age, survived)
        for group, sex, age, *counts in PEOPLE
        for survived in (0, 1)
        for _ in range(counts[survived])
    ]
    group, sex, age, survived = (
        np.array(column, object) for column in zip(*[rows[i] for i in rng.permutation(len(rows))], strict=True)
    )
    child, count = age == "child", len(rows)
    years = np.where(child, rng.uniform(0.5, 15, count), rng.gamma(6, 3.5, count) + 15).round(1)
    years[rng.random(count) < 0.2] = np.nan
    fare = np.array([{"1st": 60, "2nd": 20, "3rd": 12, "crew": 0}[name] for name in group]) * rng.lognormal(
        0, 0.5, count
    )
    port = np.where(
        group == "crew", "", rng.choice(["Southampton", "Cherbourg", "Queenstown"], count, p=[0.7, 0.2, 0.1])
    )
    saved = survived == 1
    boat = np.where(saved & (rng.random(count) < 0.95), rng.integers(1, 17, count).astype(str), "")
    body = np.where(~saved & (rng.random(count) < 0.15), rng.permutation(count).astype(float), np.nan)
    columns = {
        "class": group,
        "sex": sex,
        "age": years,
        "fare": fare.round(2),
        "embarked": port.astype(object),
        "boat": boat.astype(object),
        "body": body,
    }
    columns["survived"] = survived.astype(str).astype(object)
    note = "the sample (the 2,201 people on board; age in years, fare and port are simulated)"
    return table.from_columns(columns, target="survived", labels=LABELS, source="sample", note=note)


def download(path: Path) -> None:
    """The list of passengers from OpenML, whose hash scikit-learn checks, as a CSV file.

    Raises:
        ProjectError: without a network; says where to put the file by hand.
    """
    from sklearn.datasets import fetch_openml

    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(20)  # seconds without a byte
    try:
        frame = fetch_openml("titanic", version=1, as_frame=True, data_home=path.parent, parser="pandas").frame
    except (OSError, ValueError) as error:
        raise ProjectError(
            f"the list of passengers could not be downloaded: {error}\nPut titanic3.csv (columns pclass, survived, name, …) at {path}, or train on the sample: --data sample"
        ) from None
    finally:
        socket.setdefaulttimeout(before)
    frame.to_csv(path, index=False)


def main() -> None:
    config = settings.read(Config)
    inspection.report(read_table(config), config)


if __name__ == "__main__":
    errors.run(main)
