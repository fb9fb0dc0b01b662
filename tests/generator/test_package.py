"""The wheel and the sdist hold what git tracks, and dlgen works from an installed wheel."""

import json
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from dlgen.catalog import lookup

ROOT = Path(__file__).parents[2]
JUNK = ("__pycache__", ".pyc", ".DS_Store", "_cache")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (ROOT / ".git").exists(), reason="what is tracked is known in a git checkout only"),
]


def tracked(*folders: str) -> set[str]:
    done = subprocess.run(["git", "ls-files", "-z", *folders], cwd=ROOT, check=True, capture_output=True, text=True)
    return {name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()}


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel and the sdist of what git tracks, beside junk as tools leave it."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in tracked():
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    for name in ("__pycache__/train.cpython-311.pyc", ".ruff_cache/x", ".DS_Store"):
        junk = source / "templates/parts/base" / name
        junk.parent.mkdir(exist_ok=True)
        junk.write_text("junk")
    subprocess.run([sys.executable, "-m", "build", "--outdir", out, source], check=True, capture_output=True)
    return next(out.glob("*.whl")), next(out.glob("*.tar.gz"))


def test_the_wheel_holds_exactly_the_tracked_templates_and_modules(packages: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(packages[0]) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert found == {f"dlgen/{name}" for name in tracked("templates")} | {
        name.removeprefix("generator/") for name in tracked("generator")
    }


def test_the_sdist_holds_everything_that_a_wheel_is_made_from_and_the_tests(packages: tuple[Path, Path]) -> None:
    with tarfile.open(packages[1]) as archive:
        found = {name.partition("/")[2] for name in archive.getnames()}
    assert tracked("templates", "generator", "tests", "pyproject.toml", "tasks.py") <= found
    assert [name for name in found if any(junk in name for junk in JUNK)] == []


def test_dlgen_makes_every_project_from_an_installed_wheel(packages: tuple[Path, Path], tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    scripts = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(*command: str | Path) -> str:
        return subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True).stdout

    run(scripts / "python", "-m", "pip", "install", "--quiet", packages[0])
    names = {line.split()[1] for line in run(scripts / "dlgen", "list").splitlines()[1:] if line.count("  ") >= 2}
    assert names == {template.name for template in lookup.catalog()} != set()
    facts = json.loads(run(scripts / "dlgen", "list", "--json"))
    assert [each["name"] for each in facts] == [template.name for template in lookup.catalog()]
    for name in names:
        run(scripts / "dlgen", "new", name)
        assert (tmp_path / name / "train.py").is_file()
        assert [path for path in (tmp_path / name).rglob("*") if any(junk in path.name for junk in JUNK)] == []
    assert "tensorflow" not in run(scripts / "python", "-m", "pip", "list")
