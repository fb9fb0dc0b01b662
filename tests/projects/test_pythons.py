"""The oldest and the newest Python that are promised, where this computer has them: the wheel is installed there, and one project of
each kind of data is made, trained briefly, evaluated, asked and exported.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from dlgen.catalog import lookup, templates

ROOT = Path(__file__).parents[2]
OLDEST, NEWEST = "3.11", "3.13"
# One of each kind of data, and what predict.py is asked there.
KINDS = {
    "iris-classifier": ["petal_length=1.4", "petal_width=0.2"],
    "mnist-classifier": ["photo.png"],
    "sentiment-analysis": ["a good film"],
    "time-series-forecast": ["sample"],
    "face-detection": ["photo.png"],
    "gan-images": ["1"],
    "style-transfer": ["photo.png"],
    "chatbot": ["hello"],
}

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="Windows has its own workflow")]


def find(version: str) -> Path | None:
    """A Python of this version: this one, one on the PATH, one of uv's or of pyenv's."""
    if sys.version.startswith(f"{version}."):
        return Path(sys.base_prefix) / "bin" / f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path("~").expanduser() / ".pyenv")) / "versions"
    candidates = sorted(pyenv.glob(f"{version}.*/bin/python"))
    asked = subprocess.run([sys.executable, "-m", "uv", "python", "find", version], capture_output=True, text=True)
    if asked.returncode == 0:
        candidates.append(Path(asked.stdout.strip()))
    for candidate in reversed(candidates):
        answer = subprocess.run([candidate, "--version"], capture_output=True, text=True)
        if answer.stdout.startswith(f"Python {version}."):
            return candidate
    return None


FOUND = {version: find(version) for version in (OLDEST, NEWEST)}


def run(*command: str | Path, at: Path) -> str:
    left_out = (
        "PYTHONPATH",
        "VIRTUAL_ENV",
        "PYTHONDONTWRITEBYTECODE",
    )  # the libraries are compiled once, not per project
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    done = subprocess.run(list(map(str, command)), cwd=at, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def test_the_pythons_that_are_tried_are_those_that_are_promised() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">={OLDEST}"
    rendered = (templates.root() / "parts/base/pyproject.toml").read_text(encoding="utf-8")
    assert f'requires-python = ">={OLDEST},<3.{int(NEWEST.split(".")[1]) + 1}"' in rendered


STEPS = """
import sys
from PIL import Image
Image.linear_gradient("L").resize((96, 64)).save("photo.png")
import train, evaluate, predict, export
for step, arguments in ((train, ["--epochs", "1"]), (evaluate, []), (predict, sys.argv[1:]), (export, ["--formats", "keras,onnx"])):
    print("##", step.__name__)
    sys.argv = [f"{step.__name__}.py", *arguments]
    step.main()
"""


def kinds(version: str) -> dict[str, list[str]]:
    """All of them; on the Python that runs these tests one, as the others run on it everywhere else, and test_package.py makes them from the wheel."""
    return dict(list(KINDS.items())[:1]) if sys.version.startswith(f"{version}.") else KINDS


@pytest.mark.parametrize("version", FOUND)
def test_a_project_of_each_kind_runs_on_this_python_from_the_wheel(version: str, tmp_path: Path) -> None:
    python = FOUND[version]
    if python is None:
        print(f"Python {version} is not on this computer: nothing was run on it")
        pytest.skip(f"no Python {version} on this computer")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path / "dist", ROOT, at=tmp_path)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    uv = [sys.executable, "-m", "uv"]
    run(*uv, "venv", "--quiet", "--python", python, tmp_path / "env", at=tmp_path)
    inside = tmp_path / "env" / "bin" / "python"
    needed = {
        item for template in lookup.catalog() if template.name in kinds(version) for item in dependencies(template.name)
    }
    run(*uv, "pip", "install", "--quiet", "--python", inside, wheel, *sorted(needed), at=tmp_path)
    assert run(inside, "--version", at=tmp_path).startswith(f"Python {version}.")
    for name, asked in kinds(version).items():
        run(inside, "-m", "dlgen", "new", name, "--no-input", at=tmp_path)
        (tmp_path / name / "steps.py").write_text(STEPS, encoding="utf-8")
        printed = run(inside, "steps.py", *asked, at=tmp_path / name)
        assert re.findall(r"^## (\w+)$", printed, re.M) == ["train", "evaluate", "predict", "export"]
        (report,) = (tmp_path / name).glob("runs/*/export/export_report.json")
        rows = json.loads(report.read_text(encoding="utf-8"))["formats"]
        assert [(row["format"], row["ok"]) for row in rows] == [("keras", True), ("onnx", True)], name
        print(f"Python {version}: {name} trained, evaluated, asked and exported")
    shutil.rmtree(tmp_path / "env")


def dependencies(name: str) -> list[str]:
    from dlgen.catalog import layers

    return list(layers.plan(lookup.find(name)).config["_dependencies"])
