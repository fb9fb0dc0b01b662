"""Step 1: look at the data before anything else.

    python data.py                     the sample: 150 irises of three species, four lengths each
    python data.py --data my.csv --target kind        your own table

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

__all__ = ["draw_examples", "load", "read_inputs", "read_table"]


def load(config: Config) -> Splits:
    """Training, validation and test rows, each species with the same share in all three."""
    return tabular.load(read_table(config), config)


def read_table(config: Config) -> Table:
    """The irises of Fisher (1936) as scikit-learn ships them, or your own file."""
    if config.data not in ("sample", "full"):
        return tabular.read_own(config, target="species")
    from sklearn.datasets import load_iris

    iris = load_iris()
    names = ("sepal_length", "sepal_width", "petal_length", "petal_width")  # in centimetres
    columns = {name: iris.data[:, position] for position, name in enumerate(names)}
    columns["species"] = iris.target_names[iris.target].astype(object)
    note = "the sample (scikit-learn's 150 irises)" if config.data == "sample" else "all 150 irises that were measured"
    return table.from_columns(columns, target="species", source=config.data, note=note)


def main() -> None:
    config = settings.read(Config)
    inspection.report(read_table(config), config)


if __name__ == "__main__":
    errors.run(main)
