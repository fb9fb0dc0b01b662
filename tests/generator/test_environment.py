"""`--run`: the project's own environment, its steps, and a table of what they reached."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from dlgen.errors import StepFailed
from dlgen.projects import environment, results

Dlgen = Callable[..., subprocess.CompletedProcess[str]]
STEPS = [["data.py"], ["train.py", "--epochs", "1"]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two steps whose environment is this one."""
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    monkeypatch.setattr(environment, "install", lambda project: python)
    (tmp_path / "data.py").write_text("print('the data')")
    (tmp_path / "train.py").write_text("import os, sys\nprint(sys.argv[1:], os.environ['PYTHONUNBUFFERED'])")
    return tmp_path


def test_steps_run_in_order_each_under_a_line_that_says_which(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    environment.run(project, STEPS)
    assert capfd.readouterr().out == (
        "\n[1/2] python data.py\nthe data\n\n[2/2] python train.py --epochs 1\n['--epochs', '1'] 1\n"
    )


def test_a_failing_step_is_named_with_what_to_type_to_repeat_it(project: Path) -> None:
    (project / "data.py").write_text("raise SystemExit(3)")
    with pytest.raises(StepFailed) as error:
        environment.run(project, STEPS)
    assert str(error.value) == (
        f"step 1 of 2, python data.py, ended with exit code 3\nRepeat it: cd {project} && .venv/bin/python data.py"
    )


def test_a_failing_installation_shows_the_end_of_its_log(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-c", "import sys; print(*map('line {}'.format, range(40)), sep=chr(10)); sys.exit(7)"]
    with pytest.raises(StepFailed) as error:
        environment._logged("Installing it", command, tmp_path, tmp_path / "install.log")
    first, *tail = str(error.value).splitlines()
    assert first == f"installing it ended with exit code 7; the last lines of {tmp_path / 'install.log'}:"
    assert tail[:-1] == [f"  line {number}" for number in range(25, 40)]
    assert tail[-1].startswith(f"Repeat it: cd {tmp_path} && {sys.executable} -c")


Commands = Callable[..., list[str]]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """The commands by which a project is installed, with the folder named PROJECT and this Python named PYTHON."""

    def commands(uv: str | None, failing: str = "nothing fails") -> list[str]:
        seen: list[str] = []

        def logged(title: str, command: list[str], project: Path, log: Path) -> None:
            shown = " ".join(command).replace(str(project), "PROJECT").replace(sys.executable, "PYTHON")
            seen.append(shown)
            log.parent.mkdir(parents=True, exist_ok=True)
            log.touch()
            if failing in shown:
                raise StepFailed(shown)

        monkeypatch.setattr(environment, "_logged", logged)
        monkeypatch.setattr(environment, "find_uv", lambda: uv)
        assert environment.install(tmp_path) == tmp_path / ".venv/bin/python"
        return seen

    return commands


VENV = "PYTHON -m venv PROJECT/.venv"
PIP = "PROJECT/.venv/bin/python -m pip install -e .[dev]"
GET_UV = "PROJECT/.venv/bin/python -m pip install uv"
OWN_UV = "PROJECT/.venv/bin/uv pip install --python PROJECT/.venv/bin/python -e .[dev]"


def test_uv_installs_a_project_where_it_is_and_leaves_pip_in_its_environment(installed: Commands) -> None:
    assert installed("/bin/uv") == [
        "/bin/uv venv --quiet --seed --python PYTHON PROJECT/.venv",
        "/bin/uv pip install --python PROJECT/.venv/bin/python -e .[dev]",
    ]


def test_pip_fetches_uv_where_there_is_none(installed: Commands) -> None:
    assert installed(None) == [VENV, GET_UV, OWN_UV]


@pytest.mark.parametrize(
    ("uv", "failing", "tried"),
    [
        ("/bin/uv", "/bin/uv venv", ["/bin/uv venv --quiet --seed --python PYTHON PROJECT/.venv", VENV, PIP]),
        (None, "install uv", [VENV, GET_UV, PIP]),
        (None, "bin/uv pip", [VENV, GET_UV, OWN_UV, PIP]),
    ],
)
def test_pip_installs_a_project_where_uv_cannot(
    installed: Commands, capfd: pytest.CaptureFixture[str], uv: str | None, failing: str, tried: list[str]
) -> None:
    assert installed(uv, failing) == tried
    assert capfd.readouterr().err == "uv could not install it; trying pip\n"


def test_uv_is_found_on_the_path_and_beside_dlgen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin/python"))
    assert environment.find_uv() is None
    program = tmp_path / "bin/uv"
    program.parent.mkdir()
    program.touch(0o755)
    assert environment.find_uv() == str(program)
    monkeypatch.setenv("PATH", str(program.parent))
    assert environment.find_uv() == str(program)


def write_run(folder: Path, name: str, metrics: object, exports: object = None, age: int = 0) -> Path:
    run = folder / "runs" / name
    (run / "export").mkdir(parents=True)
    (run / "metrics.json").write_text(json.dumps(metrics))
    os.utime(run / "metrics.json", (1_000_000 - age, 1_000_000 - age))
    (run / "export/export_report.json").write_text(json.dumps(exports))
    return run


def test_the_results_are_tables_of_the_newest_run_and_the_path_of_its_report(tmp_path: Path) -> None:
    write_run(tmp_path, "old", {"test": {"accuracy": 0.1}}, age=60)
    run = write_run(
        tmp_path,
        "new",
        {
            "data": "sample",
            "test": {"accuracy": 0.97222, "f1": 0.97},
            "baselines": {"logistic regression": {"accuracy": 0.95}},
        },
        {
            "formats": [
                {
                    "format": "onnx",
                    "max_difference": 4e-7,
                    "bytes": 204800,
                    "milliseconds": 0.08,
                    "score": 0.972,
                    "ok": True,
                },
                {"format": "litert", "ok": False, "error": "its answers differ"},
            ]
        },
    )
    (run / "report.html").write_text("")
    assert results.text(results.read(tmp_path)) == (
        "\n"
        "on the sample data  this model  logistic regression\n"
        "accuracy            0.972       0.95\n"
        "f1                  0.97        -\n"
        "\n"
        "export  difference  size    one example  score\n"
        "onnx    4e-07       200 KB  0.08 ms      0.972  ok\n"
        "litert  -           -       -            -      its answers differ\n"
        "\n"
        f"Report: {run}/report.html"
    )


def test_missing_or_broken_results_are_said_and_break_nothing(tmp_path: Path) -> None:
    assert results.text(results.read(tmp_path)) == "\nThe steps wrote no metrics.json under runs/."
    run = write_run(tmp_path, "a", {"test": "soon"}, "no table")
    (run / "metrics.json").write_text("{")
    assert results.text(results.read(tmp_path)) == "\nThe steps wrote no metrics.json under runs/."


@pytest.mark.slow
def test_run_makes_the_environment_installs_and_runs_the_steps(dlgen: Dlgen, tiny: Path, tmp_path: Path) -> None:
    file = tiny / "beginner/tiny/cookiecutter.json"
    steps = [["train.py"], ["missing.py"]]
    file.write_text(
        json.dumps({**json.loads(file.read_text()), "_steps": steps, "_parts": ["base"], "_dependencies": []})
    )
    (tiny / "parts/base/part.json").write_text(json.dumps({"dependencies": []}))
    (tiny / "parts/base/train.py").write_text("import sys\nprint(sys.prefix)\n")
    (tiny / "parts/base/pyproject.toml").write_text(
        '[project]\nname = "x"\nversion = "1"\n[tool.setuptools]\npackages=[]\n'
    )
    done = dlgen("new", str(file.parent), "x", "--run")
    assert f"[1/2] python train.py\n{tmp_path}/x/.venv\n" in done.stdout
    assert done.returncode == 1
    assert done.stderr.endswith(
        "failed: step 2 of 2, python missing.py, ended with exit code 2\n"
        f"Repeat it: cd {tmp_path}/x && .venv/bin/python missing.py\n"
    )
    assert (tmp_path / "x/.venv/install.log").exists()
    assert sorted(os.listdir(tmp_path / "x/.dlgen")) == ["pristine.zip", "project.json"]
