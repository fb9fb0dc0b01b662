"""The table of all projects in README.md is the one that benchmarks/projects.py makes of what was measured."""

import runpy
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "projects.py"
BENCHMARK: dict[str, Any] = runpy.run_path(str(SCRIPT))
FOUND: dict[str, Any] = BENCHMARK["results"]()


def test_the_table_is_made_from_the_results() -> None:
    page = (SCRIPT.parents[1] / "README.md").read_text(encoding="utf-8")
    shown = page.partition(BENCHMARK["BEGIN"] + "\n")[2].partition(BENCHMARK["END"])[0]
    assert shown == BENCHMARK["table"](FOUND)


@pytest.mark.parametrize("name", BENCHMARK["catalog"]())
def test_what_a_project_states_was_measured(name: str) -> None:
    stated, measured = BENCHMARK["expected"](name), FOUND[name]["sample"]
    assert measured["metric"] == stated["metric"].removeprefix("test ")
    assert measured["training_seconds"] < stated["sample_seconds"]
    if stated.get("better") == "lower":
        assert measured["value"] <= stated["sample"]
    else:
        assert measured["value"] >= stated["sample"]
