"""How long a project on tables takes to read a CSV file, beside pandas' own read_csv (its C engine) in the same process.

    python benchmarks/reading.py [ROWS]        500,000 rows by 11 columns by default

A file with whole numbers, decimals, missing values, texts and dates; the least of seven runs of each, in turn, in seconds of this
process. Reading by the project includes what pandas does not do: encoding, separator and header found out, codes such as 007 kept,
every row counted.
"""

import importlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[1]


def write(path: Path, rows: int) -> None:
    rng = np.random.default_rng(0)
    ratio = pd.Series(rng.random(rows).round(4))
    columns = {
        "id": np.arange(rows),
        "age": rng.integers(18, 90, rows),
        "income": rng.lognormal(10, 1, rows).round(2),
        "score": rng.normal(size=rows).round(6),
        "ratio": ratio.mask(ratio < 0.05),
        "city": rng.choice([f"city_{number}" for number in range(300)], rows),
        "kind": rng.choice(list("abcdef"), rows),
        "when": (np.datetime64("2015-01-01") + rng.integers(0, 3_000, rows)).astype(str),
        "flag": rng.choice(["yes", "no"], rows),
        "code": rng.integers(1, 9_999, rows),
        "target": rng.normal(size=rows).round(5),
    }
    pd.DataFrame(columns).to_csv(path, index=False)


def seconds(read: Callable[[], object]) -> float:
    begin = time.process_time()
    read()
    return time.process_time() - begin


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    with tempfile.TemporaryDirectory() as folder:
        project, path = Path(folder) / "iris", Path(folder) / "table.csv"
        subprocess.run(
            [sys.executable, "-m", "dlgen", "new", "iris-classifier", str(project)], check=True, capture_output=True
        )
        sys.path.insert(0, str(project))
        table = importlib.import_module("support.data.table")
        write(path, rows)
        times = [(seconds(lambda: pd.read_csv(path)), seconds(lambda: table.read(path))) for _ in range(7)]
    alone, ours = (min(column) for column in zip(*times, strict=True))
    size = f"{rows:,} rows by 11 columns"
    print(f"{size}: pandas {pd.__version__} read_csv {alone:.2f} s, table.read {ours:.2f} s: {ours / alone:.2f} times")


if __name__ == "__main__":
    main()
