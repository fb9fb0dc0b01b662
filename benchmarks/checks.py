"""What the checks cost: docs/checks.md, made from one run of `python3 tasks.py measure`, which calls this file.

    python benchmarks/checks.py count FILE                     from now on, note in FILE when TensorFlow is started or a network fitted
    python benchmarks/checks.py stop                           no longer
    python benchmarks/checks.py write RECORD COUNTS PHASES     the page, from what pytest's --record wrote

benchmarks/checks.json keeps the seconds of each test; tests/conftest.py runs the longest first by them.
"""

import json
import os
import platform
import sys
import sysconfig
from collections import defaultdict
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE, COSTS = ROOT / "docs" / "checks.md", ROOT / "benchmarks" / "checks.json"
SITE = Path(sysconfig.get_paths()["purelib"])
NAME = "dlgen_counting"
BEGIN, END = "<!-- made by tasks.py measure -->", "<!-- end of what tasks.py measure makes -->"

# Imported by every Python of this environment while it lies there: one line for each start of TensorFlow and each call of fit.
COUNTING = """
import importlib.abc, importlib.util, sys

FILE, FIT = {file!r}, "keras.src.backend.tensorflow.trainer"


def note(what):
    with open(FILE, "a") as file:
        file.write(what + "\\n")


class Counting(importlib.abc.MetaPathFinder):
    busy = False

    def find_spec(self, name, path, target=None):
        if name == "tensorflow.python":  # not tensorflow itself: a project's own finder of it may come before this one
            note("start")
        if name != FIT or self.busy:
            return None
        self.busy = True
        spec = importlib.util.find_spec(name)
        execute = spec.loader.exec_module

        def with_counted_fit(module):
            execute(module)
            fit = module.TensorFlowTrainer.fit
            module.TensorFlowTrainer.fit = lambda *values, **named: (note("fit"), fit(*values, **named))[1]

        spec.loader.exec_module = with_counted_fit
        return spec


sys.meta_path.insert(0, Counting())
"""


def count(file: str) -> None:
    (SITE / f"{NAME}.py").write_text(COUNTING.format(file=str(Path(file).resolve())), encoding="utf-8")
    (SITE / f"{NAME}.pth").write_text(f"import {NAME}\n", encoding="utf-8")


def stop() -> None:
    for ending in ("py", "pth"):
        (SITE / f"{NAME}.{ending}").unlink(missing_ok=True)


def write(record: Path, counts: Path, phases: dict[str, float]) -> None:
    """benchmarks/checks.json and the tables of docs/checks.md."""
    found = json.loads(record.read_text(encoding="utf-8"))
    noted = counts.read_text(encoding="utf-8").split() if counts.exists() else []
    found |= {
        "date": date.today().isoformat(),
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "phases": {name: round(seconds) for name, seconds in phases.items()},
        "starts": noted.count("start"),
        "fits": noted.count("fit"),
    }
    COSTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(f"{BEGIN}\n")
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{tables(found)}{END}{after}", encoding="utf-8")


def tables(found: dict) -> str:
    tests, phases = found["tests"], found["phases"]
    files: dict[str, list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    for name, test in tests.items():
        row = files[name.partition("::")[0]]
        row[0], row[1], row[2] = row[0] + 1, row[1] + test["seconds"], row[2] + test["processor"]
    lines = [
        f"Measured {found['date']} ({found['machine']}): {sum(phases.values()) / 60:.1f} minutes in all, "
        + ", ".join(f"{name} {seconds} s" for name, seconds in phases.items())
        + f". {len(tests)} tests; TensorFlow was started {found['starts']} times, `fit` called {found['fits']} times.",
        "",
        "| file | tests | seconds of workers | of processors |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {number} | {seconds:.0f} | {processor:.0f} |"
        for name, (number, seconds, processor) in sorted(files.items(), key=lambda item: -item[1][1])
    ]
    lines += ["", "| the slowest tests | seconds |", "|---|---|"]
    slowest = sorted(tests, key=lambda name: -tests[name]["seconds"])[:30]
    lines += [f"| {name.replace('|', ' ')} | {tests[name]['seconds']:.0f} |" for name in slowest]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["count", file]:
            count(file)
        case ["stop"]:
            stop()
        case ["write", record, counts, phases]:
            write(Path(record), Path(counts), json.loads(phases))
        case _:
            sys.exit(__doc__)
