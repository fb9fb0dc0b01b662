"""What holds for every project type in the catalog; a new template is tested by being there."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from dlgen import catalog, contract, render

NAMES = [template.name for template in catalog.templates()]
# The tests of parts/base take most of the time and ask about code that is the same everywhere. So the whole path is walked in every
# project, going on after an interruption is tried in one project of each kind, and the rest in one.
SHARED = ["test_download.py", "test_project.py", "test_resume.py", "test_training.py", "test_tune.py"]
INTERRUPTED = {
    "mnist-classifier",
    "titanic-survival",
    "sentiment-analysis",
    "time-series-forecast",
    "face-detection",
    "gan-images",
    "style-transfer",
    "chatbot",
}
LONG = {
    "cifar10-classifier",
    "sentiment-analysis",
    "face-detection",
    "gan-images",
    "object-detection",
    "style-transfer",
    "chatbot",
}  # whose own tests take more than a minute
Rendered = Callable[[str], Path]


def run_in(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command in the project's folder, as its owner would run it; without this repository's own modules in sight."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run([sys.executable, *command], cwd=project, capture_output=True, text=True, env=environment)
    assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout[-4000:]}\n{result.stderr[-4000:]}"
    return result


def metadata(name: str) -> dict:
    return json.loads((catalog.find(name).folder / "cookiecutter.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def copy(rendered: Rendered, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    def of(name: str) -> Path:
        return Path(shutil.copytree(rendered(name), tmp_path_factory.mktemp("copy") / name))

    return of


@pytest.fixture(scope="module")
def with_all_parts(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`with_all_parts(name)`: a project with every optional part, made once; whatever reads it leaves it as it is."""
    made: dict[str, Path] = {}

    def of(name: str) -> Path:
        if name not in made:
            parts = tuple(part.name for part in catalog.optional_parts((catalog.root(),)))
            made[name] = render.new(
                catalog.find(name), str(tmp_path_factory.mktemp("whole") / name), parts=parts
            ).folder
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
    name: str, with_all_parts: Callable[[str], Path]
) -> None:
    project = with_all_parts(name)
    run_in(project, "-m", "ruff", "check", ".")
    run_in(project, "-m", "ruff", "format", "--check", ".")
    run_in(project, "-m", "mypy", ".")


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.dear if name in LONG else []) for name in NAMES])
def test_a_project_with_every_optional_part_passes_the_tests_of_its_own_kind(
    name: str, with_all_parts: Callable[[str], Path]
) -> None:
    ignored = [f"--ignore=tests/{file}" for file in SHARED]
    run_in(with_all_parts(name), "-m", "pytest", "-q", "-p", "no:cacheprovider", *ignored)


@pytest.mark.dear
@pytest.mark.parametrize("name", NAMES)
def test_a_project_with_every_optional_part_passes_the_tests_that_all_projects_share(
    name: str, with_all_parts: Callable[[str], Path]
) -> None:
    files = ["test_project.py", "test_training.py", *(["test_resume.py"] if name in INTERRUPTED else [])]
    files = SHARED if name == "mnist-classifier" else files
    run_in(with_all_parts(name), "-m", "pytest", "-q", "-p", "no:cacheprovider", *(f"tests/{file}" for file in files))


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_option_is_answered_before_tensorflow_is_loaded(name: str, rendered: Rendered) -> None:
    code = "import sys; sys.argv = ['train.py', '--epochs', '-1']; import train\ntry: train.main()\nexcept Exception as e: print(e)\nprint('tensorflow' in sys.modules)"
    assert (
        run_in(rendered(name), "-c", code).stdout
        == "--epochs cannot be '-1': expected a whole number, 1 or more\nFalse\n"
    )


@pytest.mark.dear
@pytest.mark.parametrize("name", NAMES)
def test_the_sample_run_reaches_what_the_readme_states(name: str, copy: Callable[[str], Path]) -> None:
    """The seconds are printed, not asserted: benchmarks/projects.py measures them, and another machine may be busy."""
    project, expected = copy(name), metadata(name)["_expected"]
    begin = time.perf_counter()
    for step in ("train.py", "evaluate.py", "export.py"):
        run_in(project, step)
    seconds = time.perf_counter() - begin
    metrics = json.loads(next(project.glob("runs/*/metrics.json")).read_text(encoding="utf-8"))
    metric = expected["metric"].removeprefix("test ").replace("R²", "r2").replace(" ", "_")
    print(
        f"\n{name}: {expected['metric']} {metrics['test'][metric]:.4f} (stated {expected['sample']}), {seconds:.0f} s for train, evaluate and export"
    )
    reached, stated = metrics["test"][metric], expected["sample"]
    assert reached <= stated if expected.get("better") == "lower" else reached >= stated
    page = (project / "README.md").read_text(encoding="utf-8")
    assert f"{expected['sample']:g}" in page, "README.md states another number than cookiecutter.json"
