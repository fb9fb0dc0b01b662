"""What is stated about a project is the same in all three places, and is what was measured: benchmarks/results.json is the source."""

import importlib.util
import json
import re
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from dlgen import console
from dlgen.catalog import describe, lookup

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("stated", ROOT / "benchmarks" / "stated.py")
assert SPEC and SPEC.loader
stated = importlib.util.module_from_spec(SPEC)
sys.modules["stated"] = stated
SPEC.loader.exec_module(stated)
FOUND: dict[str, Any] = stated.results()
NAMES = stated.names()


def row(page: str, begin: str) -> list[str]:
    (line,) = (line for line in page.splitlines() if line.startswith(begin))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_table_is_made_from_the_results() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = page.partition(stated.BEGIN + "\n")[2].partition(stated.END)[0]
    assert shown == stated.table(FOUND)


@pytest.mark.parametrize("name", NAMES)
def test_the_projects_own_pages_are_made_from_the_results(name: str) -> None:
    for path, text in stated.pages(name, FOUND.get(name, {})).items():
        assert path.read_text(encoding="utf-8") == text, (
            f"{path.name} states something else: python benchmarks/projects.py --write"
        )


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_the_projects_readme_and_the_list_say_the_same_number(name: str) -> None:
    """Each place is parsed by itself, without what wrote it."""
    found, template = FOUND[name], lookup.find(name)
    top = row((ROOT / "README.md").read_text(encoding="utf-8"), f"| [{name}]")
    own = next(template.folder.glob("{{*}}/README.md")).read_text(encoding="utf-8")
    for kind, cell in (("sample", top[2]), ("full", top[5])):
        listed, shown = console.expected(template.expected, kind), describe.text(describe.facts(template))
        value, seconds = row(own, f"| `--data {kind}")[2:4]
        if kind not in found:
            assert (cell, value, seconds, listed) == ("not measured", "not measured", "", "-")
            assert re.search(rf"^  {kind} +not measured$", shown, re.M)
            continue
        number = f"{found[kind]['value']:.4f}" if abs(found[kind]["value"]) < 0.1 else f"{found[kind]['value']:.3f}"
        time, day = f"{found[kind]['training_seconds']} s", found[kind]["date"]
        assert cell.split()[0] == value.split()[0] == number
        assert seconds == f"{time}, {day}" and listed == f"{number} in {time}"
        assert re.search(rf"^  {kind} +{number} in {time}, {day}$", shown, re.M)
        assert (top[4] if kind == "sample" else top[5]).endswith(time)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_sample_must_reach_was_reached_within_a_minute(name: str) -> None:
    wanted, measured = stated.expected(name), FOUND[name]["sample"]
    assert measured["metric"] == wanted["metric"].removeprefix("test ")
    assert measured["training_seconds"] < 60  # what README.md promises
    if wanted.get("better") == "lower":
        assert measured["value"] <= wanted["sample"]
    else:
        assert measured["value"] >= wanted["sample"]


@pytest.mark.parametrize("name", NAMES)
def test_each_result_says_when_and_with_what_it_was_measured(name: str) -> None:
    for one in FOUND[name].values():
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", one["date"]) and re.fullmatch(r"[0-9a-f]{16}", one["code"])
        assert one["versions"]["keras"] and one["cores"] > 0 and one["test_examples"] > 0
    config = json.loads((lookup.find(name).folder / "cookiecutter.json").read_text(encoding="utf-8"))
    assert set(config["_expected"]) <= {"metric", "better", "sample", "measured"}


def test_results_of_code_that_has_changed_since_are_listed() -> None:
    """A warning, not a failure: measuring takes longer than most changes."""
    now = {name: stated.code(name) for name in NAMES}
    fresh = {name: {"sample": {"date": "2026-01-01", "code": now[name]}} for name in NAMES}
    assert stated.stale(fresh) == []
    fresh[NAMES[0]]["sample"]["code"] = "0" * 16
    assert stated.stale(fresh) == [f"{NAMES[0]}: sample of 2026-01-01"]
    if changed := stated.stale(FOUND):
        warnings.warn(f"measured before the code changed: {'; '.join(changed)}", stacklevel=1)
