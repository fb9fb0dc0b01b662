"""The table of all projects in README.md is the one that benchmarks/projects.py makes of what was measured."""

import runpy
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "projects.py"
BENCHMARK: dict[str, Any] = runpy.run_path(str(SCRIPT))
FOUND: dict[str, Any] = BENCHMARK["results"]()


def test_the_table_is_made_from_the_results() -> None:
    page = (SCRIPT.parents[1] / "README.md").read_text(encoding="utf-8")
    shown = page.partition(BENCHMARK["BEGIN"] + "\n")[2].partition(BENCHMARK["END"])[0]
    assert shown == BENCHMARK["table"](FOUND)
