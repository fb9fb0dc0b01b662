"""The generator's own imports go downwards only, and `floors` says of a project's where they do not."""

from pathlib import Path

import pytest
from dlgen.catalog import lookup
from dlgen.checks import floors
from dlgen.rendering import render

# The rooms of the generator from the top down: each imports from those below, and none from one beside it.
GENERATOR: floors.Floors = (
    ("__main__",),
    ("commands",),
    ("checks", "updates"),
    ("rendering",),
    ("catalog", "projects"),
    ("system",),
    (floors.GROUND,),
)
HERE = Path(__file__).parents[2] / "generator"


def tree(top: Path, **sources: str) -> Path:
    """A project of small files: `support__data__images="import train"` is support/data/images.py."""
    for name, source in sources.items():
        path = top / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source + "\n", encoding="utf-8")
    return top


def said(project: Path) -> list[str]:
    return [str(fault) for fault in floors.faults(project)]


def test_the_generator_imports_downwards_only_and_never_in_a_cycle() -> None:
    assert [str(fault) for fault in floors.faults(HERE, "dlgen", GENERATOR)] == []
    rooms = {path.name for path in (HERE / "dlgen").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert rooms == {room for row in GENERATOR for room in row} - {"__main__", floors.GROUND}
    found = floors.imports(floors.files(HERE))
    lines = {(each.source, each.target) for each in found}
    assert ("dlgen.rendering.engine", "dlgen.catalog.layers") in lines  # under TYPE_CHECKING
    assert ("dlgen.rendering.engine", "dlgen.rendering.worker") in lines  # inside a function


def test_a_library_in_floors_is_in_order(tmp_path: Path) -> None:
    project = tree(
        tmp_path,
        train="import model\nfrom support.training import fit\nfrom support import files",
        model="from support.data.images import read",
        support__errors="import json",
        support__files="from support.errors import ProjectError",
        support__data__images="from support import errors\nfrom . import formats",
        support__data__formats="from ..files import read\nimport keras",
        support__training__fit="def fit():\n    from support.data import images",
        support__reports__page="from support.training.fit import fit",
        support__exports__proof="import support.reports.page",
        tests__test_project="import train",
    )
    assert said(project) == []


@pytest.mark.parametrize("source", ["from metrics import score", "import metrics", "import_module('metrics')"])
@pytest.mark.parametrize("where", ["{}", "def fit():\n    {}", "if TYPE_CHECKING:\n    {}"])
def test_a_library_that_imports_the_projects_own_files_is_named(tmp_path: Path, source: str, where: str) -> None:
    line = 1 if where == "{}" else 2
    project = tree(tmp_path, metrics="", support__training__fit=where.format(source))
    assert said(project) == [
        f"support/training/fit.py:{line} imports metrics, which is the project's own; hand it over as an argument"
    ]


@pytest.mark.parametrize(
    ("lower", "upper", "where"),
    [
        ("errors", "data__images", "support"),
        ("data__images", "training__fit", "support/data"),
        ("training__fit", "reports__page", "support/training"),
        ("reports__page", "exports__proof", "support/reports"),
        ("data__images", "exports__proof", "support/data"),
    ],
)
def test_an_import_upwards_is_named_and_one_downwards_is_not(
    tmp_path: Path, lower: str, upper: str, where: str
) -> None:
    low, high = lower.replace("__", "."), upper.replace("__", ".")
    good = tree(tmp_path / "good", **{f"support__{upper}": f"import support.{low}", f"support__{lower}": ""})
    assert said(good) == []
    wrong = tree(tmp_path / "bad", **{f"support__{lower}": f"\nimport support.{high}", f"support__{upper}": ""})
    assert said(wrong) == [
        f"support/{lower.replace('__', '/')}.py:2 imports support.{high}, which is above it; "
        f"move what it needs to {where}/ or below"
    ]


def test_rooms_side_by_side_do_not_import_each_other(tmp_path: Path) -> None:
    project = tree(tmp_path, support__one__a="from support.two import b", support__two__b="")
    assert [str(each) for each in floors.faults(project, "support", (("one", "two"), ("",)))] == [
        "support/one/a.py:1 imports support.two.b, which is beside it; move what it needs to support/one/ or below"
    ]


def test_a_cycle_is_named_once_with_its_way(tmp_path: Path) -> None:
    project = tree(
        tmp_path,
        support__data__a="from support.data.b import x",
        support__data__b="def f():\n    from support.data import c",
        support__data__c="from . import a",
        support__data__d="from . import a",
    )
    assert said(project) == [
        "support/data/a.py:1 imports support.data.b, which imports support.data.c, which imports support.data.a: a cycle; "
        "move what they share into a file below them"
    ]


def test_cycles_of_the_projects_own_files_are_named_too(tmp_path: Path) -> None:
    project = tree(tmp_path, data="import model", model="import data", support__errors="")
    assert said(project) == [
        "data.py:1 imports model, which imports data: a cycle; move what they share into a file below them"
    ]


def test_a_folder_without_a_floor_is_named(tmp_path: Path) -> None:
    project = tree(tmp_path, support__audio__waves="", support__audio__notes="", support__data__images="")
    assert said(project) == [
        "support/audio/notes.py:1 is in support/audio/, which has no floor; "
        "move it into one of: plugins, exports, reports, training, data, runs"
    ]


def test_a_project_without_such_a_library_and_files_that_do_not_parse_pass(tmp_path: Path) -> None:
    assert said(tree(tmp_path / "foreign", a="import b", b="import a")) == []
    broken = tree(tmp_path / "broken", model="", support__data__images="import model model", support__errors="import x")
    assert said(broken) == []


def test_installed_libraries_and_files_of_tools_do_not_count(tmp_path: Path) -> None:
    project = tree(tmp_path, support__errors="import numpy.random\nfrom . import nothing\nfrom keras import layers")
    tree(project / ".venv/lib", support__data__numpy="import support.exports.x")
    assert said(project) == []


def test_imports_of_a_rendered_project_are_found(tmp_path: Path) -> None:
    project = render.new(lookup.find("iris-classifier"), str(tmp_path / "iris")).folder
    found = {(each.source, each.target) for each in floors.imports(floors.files(project))}
    assert ("train", "config") in found or ("train", "data") in found
