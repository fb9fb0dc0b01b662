"""Step 1: look at the data before anything else.

    python data.py                     the sample: airline passengers, 144 months
    python data.py --data full         ETTh2: 17,420 hours of an electricity transformer, downloaded once
    python data.py --data my.csv --target sales        your own series: a CSV file with a column of dates

Prints a summary of the series, problems in its dates and how it is split, and draws it into runs/data.png. Next: python
model.py
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from config import Config
from support import download, errors, settings
from support.data import series_files, table, windows
from support.data.series import Series
from support.data.series_files import Ending
from support.data.table import Table
from support.data.windows import SeriesSplits
from support.reports import inspection
from support.splits import Split

import numpy as np

# Monthly totals of international airline passengers in thousands, a line per year from 1949 to 1960.
# Source: Box and Jenkins 1976, "Time Series Analysis: Forecasting and Control", series G.
PASSENGERS = (
    (112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118),
    (115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114, 140),
    (145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166),
    (171, 180, 193, 181, 183, 218, 230, 242, 209, 191, 172, 194),
    (196, 196, 236, 235, 229, 243, 264, 272, 237, 211, 180, 201),
    (204, 188, 235, 227, 234, 264, 302, 293, 259, 229, 203, 229),
    (242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278),
    (284, 277, 317, 313, 318, 374, 413, 405, 355, 306, 271, 306),
    (315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336),
    (340, 318, 362, 348, 363, 435, 491, 505, 404, 359, 310, 337),
    (360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405),
    (417, 391, 419, 461, 472, 535, 622, 606, 508, 461, 390, 432),
)

ETTH2 = "https://raw.githubusercontent.com/zhouhaoyi/ETDataset/main/ETT-small/ETTh2.csv"
ETTH2_SHA256 = "a3dc2c597b9218c7ce1cd55eb77b283fd459a1d09d753063f944967dd6b9218b"


def load(config: Config) -> SeriesSplits:
    """Windows for training, validation and test, in time order: inputs (history, columns) and targets (horizon)."""
    return windows.load(read_series(config), config)


def read_series(config: Config) -> Series:
    """The airline passengers, the electricity transformer or your own file, on a regular grid, with notes on what was corrected."""
    if config.data == "sample":
        found = sample()
    elif config.data == "full":
        path = download.fetch(ETTH2, ETTH2_SHA256, "ETTh2.csv")
        note = "ETTh2, 17,420 hours of an electricity transformer (Zhou et al. 2021; CC BY-ND 4.0)"
        found = replace(series_files.read_file(path, {}), target="OT", source="full", note=note)
    else:
        found = series_files.read_file(Path(config.data), config.reading(), config.date_column)
    return series_files.from_table(found, config)


def sample() -> Table:
    """The airline passengers as a table with a column of dates."""
    months = [f"{year}-{month:02}" for year in range(1949, 1961) for month in range(1, 13)]
    note = "the sample (144 monthly totals of airline passengers, 1949 to 1960)"
    return table.from_columns({"month": months, "passengers": np.ravel(PASSENGERS)}, target="passengers", note=note)


def read_endings(texts: list[str], spec: dict[str, Any], options: dict[str, Any] | None = None) -> list[Ending]:
    """The files that predict.py continues; `options` of reading that differ from training's."""
    return [series_files.read_ending(text, spec, sample(), options or {}) for text in texts]


def read_inputs(texts: list[str], spec: dict[str, Any]) -> tuple[list[str], np.ndarray]:
    """Their names, and the last window of each (files, history, columns)."""
    return texts, last_windows(read_endings(texts, spec), spec)


def last_windows(endings: list[Ending], spec: dict[str, Any]) -> np.ndarray:
    """The model's input for each file: (files, history, columns)."""
    return np.stack([ending.series.values[-spec["history"] :] for ending in endings])


def draw_examples(split: Split, titles: list[str], path: Path, caption: str) -> tuple[Path, str]:
    """Draw windows, each under its title."""
    from support.reports import drawing

    return drawing.windows(split, titles, path, caption)


def main() -> None:
    inspection.report(load(settings.read(Config)))


if __name__ == "__main__":
    errors.run(main)
