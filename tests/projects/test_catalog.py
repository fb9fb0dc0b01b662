"""What holds for every project type in the catalog; a new template is tested by being there."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from dlgen.catalog import lookup, templates
from dlgen.checks import contract
from dlgen.rendering import render
from once import EVERYTHING, ONCE, SHARED, deselected, run_elsewhere

NAMES = [template.name for template in lookup.catalog()]
LONG = {
    "cifar10-classifier",
    "sentiment-analysis",
    "face-detection",
    "gan-images",
    "object-detection",
    "style-transfer",
    "chatbot",
}  # whose own tests take more than half a minute: not in the default run
Rendered = Callable[[str], Path]


def run_in(project: Path, *command: str, **surroundings: str) -> subprocess.CompletedProcess[str]:
    """A command in the project's folder, as its owner would run it; without this repository's own modules in sight."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | surroundings
    result = subprocess.run([sys.executable, *command], cwd=project, capture_output=True, text=True, env=environment)
    assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout[-4000:]}\n{result.stderr[-4000:]}"
    return result


def run_tests(project: Path, *arguments: str, **surroundings: str) -> str:
    """What pytest prints for a project's own tests; none may fail, and none may be left out in silence."""
    result = run_in(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rs", *arguments, **surroundings)
    left_out = [line for line in result.stdout.splitlines() if line.startswith("SKIPPED")]
    assert left_out == []
    return result.stdout


def read(file: Path) -> dict:
    found: dict = json.loads(file.read_text(encoding="utf-8"))
    return found


def metadata(name: str) -> dict:
    return read(lookup.find(name).folder / "cookiecutter.json")


@pytest.fixture(scope="module")
def with_all_parts(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`with_all_parts(name)`: a project with every optional part, made once; whatever reads it leaves it as it is."""
    made: dict[str, Path] = {}

    def of(name: str) -> Path:
        if name not in made:
            parts = tuple(part.name for part in templates.optional_parts((templates.root(),)))
            made[name] = render.new(lookup.find(name), str(tmp_path_factory.mktemp("whole") / name), parts=parts).folder
        return made[name]

    return of


@pytest.mark.parametrize("name", NAMES)
def test_a_project_has_every_step_and_page(name: str, rendered: Rendered) -> None:
    files = {path.name for path in rendered(name).iterdir()}
    assert {*contract.STEPS, *contract.OTHERS} - files == set()


@pytest.mark.parametrize("name", NAMES)
def test_each_file_that_is_read_in_order_is_short_and_says_what_it_does(name: str, rendered: Rendered) -> None:
    for step in contract.STEPS:
        text = (rendered(name) / step).read_text(encoding="utf-8")
        assert len(text.splitlines()) <= contract.LONGEST, f"{step} is too long for a lesson"
        assert ast.get_docstring(ast.parse(text)), f"{step} does not say what it does"


def test_the_tests_that_are_run_once_are_there_and_run_somewhere(rendered: Rendered) -> None:
    assert {*ONCE.values()} & LONG == set()
    assert [file for file, name in ONCE.items() if not (rendered(name) / "tests" / file).is_file()] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_contract_between_shared_steps_and_own_files_is_kept(name: str, rendered: Rendered) -> None:
    """templates/README.md lists these names."""
    for file, names in contract.NAMES.items():
        assert names - contract.top_level_names(rendered(name) / file) == set(), file


@pytest.mark.parametrize("name", NAMES)
def test_links_in_the_pages_lead_to_files_and_code_that_exist(name: str, rendered: Rendered) -> None:
    for page in ("README.md", "GUIDE.md"):
        text = (rendered(name) / page).read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?://)([^)#]+)", text):
            assert (rendered(name) / target).exists(), f"{page} links to {target}"
        for lesson in re.findall(r"python lessons\.py ([a-z0-9-]+)", text):
            assert f'"{lesson}"' in (rendered(name) / "lessons.py").read_text(encoding="utf-8"), (
                f"{page} names the lesson {lesson}"
            )


@pytest.mark.parametrize("name", NAMES)
def test_a_project_with_every_optional_part_is_clean_under_its_own_settings(
    name: str, with_all_parts: Callable[[str], Path], types: Path
) -> None:
    project = with_all_parts(name)
    run_in(project, "-m", "ruff", "check", ".")
    run_in(project, "-m", "ruff", "format", "--check", ".")
    run_in(project, "-m", "mypy", ".", "--cache-dir", str(types))


@pytest.fixture(scope="session")
def types(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy knows of the libraries, found out once for all projects."""
    return tmp_path_factory.mktemp("types")


@pytest.mark.parametrize("name", [name for name in NAMES if name not in LONG])
def test_a_project_with_every_optional_part_passes_the_tests_of_its_own_kind(
    name: str, with_all_parts: Callable[[str], Path]
) -> None:
    run_tests(with_all_parts(name), *run_elsewhere(name), *(f"--ignore=tests/{file}" for file in SHARED))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_sample_reaches_what_is_stated_and_all_that_reads_the_trained_model_holds(
    name: str, with_all_parts: Callable[[str], Path], tmp_path: Path
) -> None:
    """One process for each project: trained as `python train.py` does, evaluated, exported, and the project's own tests.

    The seconds are printed, not asserted: benchmarks/projects.py measures them, and another machine may be busy.
    """
    project, expected = with_all_parts(name), metadata(name)["_expected"]
    files = ["tests", *run_elsewhere(name)] if name in LONG else [f"tests/{file}" for file in SHARED]
    stops = [] if name == EVERYTHING else deselected(project)
    runs = tmp_path / "runs"
    printed = run_tests(project, *files, *stops, "--durations=8", SAMPLE_RUNS=str(runs))
    (metrics,) = (read(file) for file in runs.glob("*/metrics.json"))
    metric = expected["metric"].removeprefix("test ").replace("R²", "r2").replace(" ", "_")
    reached, stated = metrics["test"][metric], expected["sample"]
    print(f"\n{name}: {expected['metric']} {reached:.4f} (stated {stated})\n{printed[-2500:]}")
    assert reached <= stated if expected.get("better") == "lower" else reached >= stated


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_option_is_answered_before_tensorflow_is_loaded(name: str, rendered: Rendered) -> None:
    code = "import sys; sys.argv = ['train.py', '--epochs', '-1']; import train\ntry: train.main()\nexcept Exception as e: print(e)\nprint('tensorflow' in sys.modules)"
    assert (
        run_in(rendered(name), "-c", code).stdout
        == "--epochs cannot be '-1': expected a whole number, 1 or more\nFalse\n"
    )


@pytest.mark.slow
def test_the_steps_run_one_after_another_as_their_owner_runs_them(copied: Callable[..., Path]) -> None:
    """Each a process of its own; that the steps of the other projects do the same in one process is tested above."""
    project = copied("iris-classifier")
    for step in ("data.py", "model.py", "train.py", "evaluate.py", "export.py"):
        run_in(project, step)
    assert json.loads(run_in(project, "predict.py", "petal_length=1.4", "petal_width=0.2", "--json").stdout)[0]["label"]
    (run,) = project.glob("runs/*/metrics.json")
    assert [row["ok"] for row in read(run.parent / "export" / "export_report.json")["formats"]] == [True] * 5
