"""Step 1: look at the data before anything else.

    python data.py                     the sample: 1,500 houses made by the formula below
    python data.py --data full         California housing: 20,640 districts, downloaded once
    python data.py --data my.csv --target price        your own table

Prints what there is and draws it into runs/data.png. Next: python model.py
"""

import io
import tarfile

from config import Config
from support import download, errors, settings
from support.data import table, tabular
from support.data.inputs import read_inputs  # predict.py reads rows by the same function as training
from support.data.table import Table
from support.reports import inspection
from support.reports.inspection import draw_examples
from support.splits import Splits

import numpy as np

__all__ = ["draw_examples", "load", "read_inputs", "read_table"]

# The price of the sample's houses: a base price, and what each square metre, kilometre to the centre, year and garden adds to it.
BASE = 60_000
EFFECTS = {"area": 2_000, "distance": -4_000, "age": -800}
GARDEN = 25_000
NOISE = 20_000  # standard deviation of the noise in the prices

CALIFORNIA = "https://ndownloader.figshare.com/files/5976036"
CALIFORNIA_SHA256 = "aaa5c9a6afe2225cc2aed2723682ae403280c4a3695a2ddda4ffb5d8215ea681"
COLUMNS = [
    "longitude",
    "latitude",
    "housing_median_age",
    "total_rooms",
    "total_bedrooms",
    "population",
    "households",
    "median_income",
    "median_house_value",
]


def load(config: Config) -> Splits:
    """Training, validation and test rows of a table, and the price of each."""
    return tabular.load(read_table(config), config)


def read_table(config: Config) -> Table:
    """Houses by the formula, the districts of California, or your own file."""
    if config.data == "sample":
        return sample(1_500, config.seed)
    if config.data == "full":
        return california()
    return tabular.read_own(config, target="median_house_value")


def sample(count: int, seed: int) -> Table:
    """Houses whose price follows the formula above, with noise; the age of some is not known."""
    rng = np.random.default_rng(seed)
    columns = {
        "area": rng.gamma(9, 13, count).clip(25, 320).round(),  # square metres
        "distance": rng.uniform(0, 30, count).round(1),  # kilometres to the centre
        "age": rng.uniform(0, 80, count).round(),  # years
    }
    garden = rng.random(count) < 0.4
    price = (
        BASE
        + sum(effect * columns[name] for name, effect in EFFECTS.items())
        + GARDEN * garden
        + rng.normal(0, NOISE, count)
    )
    columns["age"][rng.random(count) < 0.05] = np.nan
    columns |= {"garden": np.where(garden, "yes", "no").astype(object), "price": price.round(-2)}
    return table.from_columns(
        columns, target="price", note=f"the sample ({count:,} houses made by a formula with noise)"
    )


def california() -> Table:
    """The districts of California in the census of 1990, as Pace and Barry (1997) published them."""
    path = download.fetch(CALIFORNIA, CALIFORNIA_SHA256, "cal_housing.tgz")
    with tarfile.open(path) as archive:
        file = archive.extractfile("CaliforniaHousing/cal_housing.data")
        assert file is not None
        values = np.loadtxt(io.TextIOWrapper(file, "utf-8"), delimiter=",")
    note = "California housing, 20,640 districts of the census of 1990"
    return table.from_columns(
        dict(zip(COLUMNS, values.T, strict=True)), target="median_house_value", source="full", note=note
    )


def main() -> None:
    config = settings.read(Config)
    inspection.report(read_table(config), config)


if __name__ == "__main__":
    errors.run(main)
