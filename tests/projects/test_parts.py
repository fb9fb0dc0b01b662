"""The optional parts: what they add is valid by the tools that will read it, and does what its page says.

That every project passes its own lint and tests with all of them is in test_catalog.py.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from dlgen.catalog import lookup, templates
from dlgen.rendering import render

NAMES = [template.name for template in lookup.catalog()]
PARTS = {part.name: part for part in templates.optional_parts((templates.root(),))}
SCRIPTS = Path(sys.executable).parent
BARE = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
ONE_OF_EACH_FORM = {
    "iris-classifier",
    "sentiment-analysis",
    "face-detection",
}  # of inputs: its steps are the same everywhere
each_project = pytest.mark.parametrize("name", NAMES)
Made = Callable[..., Path]


def run(*command: str | Path, at: Path, **surroundings: str) -> str:
    words = [str(word) for word in command]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | surroundings
    done = subprocess.run(words, cwd=at, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """`made(name, part, ...)`: a new project with these parts."""

    def project(name: str, *parts: str) -> Path:
        return render.new(lookup.find(name), str(tmp_path / name), parts=parts).folder

    return project


def plain_environment(folder: Path) -> Path:
    """A new environment with nothing installed, and its python."""
    venv.create(folder, with_pip=True)
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


@pytest.mark.parametrize("name", PARTS)
def test_a_part_says_what_it_is_and_brings_its_own_page(name: str, made: Made) -> None:
    project = made("iris-classifier", name)
    page = project / "docs" / f"{name}.md"
    text = page.read_text(encoding="utf-8")
    assert PARTS[name].title and PARTS[name].summary.endswith(".")
    for target in re.findall(r"\]\((?!https?://)([^)#]+)", text):
        assert (page.parent / target).exists(), target


@each_project
def test_each_part_adds_its_files_and_changes_only_what_installs(name: str, made: Made, tmp_path: Path) -> None:
    plain = record(made(name))
    shutil.rmtree(tmp_path / name)
    for part in PARTS:
        found = record(made(name, part))
        changed = {file for file in plain if found[file] != plain[file]}
        assert changed <= {"pyproject.toml"}, part
        assert bool(changed) == bool(PARTS[part].dependencies), part
        added = {
            path.relative_to(PARTS[part].folder).as_posix() for path in PARTS[part].folder.rglob("*") if path.is_file()
        }
        assert set(found) - set(plain) == {file for file in added if "__pycache__" not in file} - {"part.json"}
        shutil.rmtree(tmp_path / name)


@each_project
def test_parts_added_later_give_the_files_that_they_give_at_creation(name: str, made: Made, tmp_path: Path) -> None:
    later = made(name)
    for part in PARTS:  # one after another, as an owner comes to want them
        run(sys.executable, "-m", "dlgen", "add", part, at=later, PYTHONPATH=os.environ["PYTHONPATH"])
    later = later.rename(tmp_path / "later")
    at_once = made(name, *PARTS)
    assert contents(later) == contents(at_once)
    assert record(later) == record(at_once)


def contents(project: Path) -> dict[str, tuple[bytes, int]]:
    files = (path for path in project.rglob("*") if path.is_file())
    named = ((path.relative_to(project).as_posix(), path) for path in files)
    return {name: (path.read_bytes(), path.stat().st_mode) for name, path in named if not name.startswith(".dlgen/")}


def record(project: Path) -> dict[str, str]:
    return dict(json.loads((project / ".dlgen/project.json").read_text(encoding="utf-8"))["files"])


# ---- docker


@pytest.mark.skipif(shutil.which("hadolint", path=str(SCRIPTS)) is None, reason="no hadolint for this system")
@pytest.mark.parametrize("file", ["Dockerfile", "serve.Dockerfile"])
def test_dockerfiles_pass_hadolint(file: str, made: Made) -> None:
    assert run(SCRIPTS / "hadolint", file, at=made("iris-classifier", "docker")) == ""


@pytest.mark.parametrize("file", ["Dockerfile", "serve.Dockerfile"])
def test_no_image_runs_as_root_or_installs_before_its_list_of_libraries_is_there(file: str, made: Made) -> None:
    lines = instructions(made("iris-classifier", "docker") / file)
    kinds = [kind for kind, _ in lines]
    assert [text for kind, text in lines if kind == "USER"] == ["10001"]
    assert "CMD" in kinds[kinds.index("USER") :] and "RUN" not in kinds[kinds.index("USER") :]
    first_copy, first_run = (next(text for kind, text in lines if kind == wanted) for wanted in ("COPY", "RUN"))
    assert first_copy.split()[0] in first_run or first_copy.startswith("pyproject.toml")


@each_project
def test_the_slim_image_holds_what_predict_imports_and_no_tensorflow(name: str, made: Made) -> None:
    project = made(name, "docker")
    listed = (project / "requirements-serve.txt").read_text(encoding="utf-8").splitlines()
    libraries = {re.split(r"[^\w.-]", line)[0] for line in listed if line and not line.startswith("#")}
    assert {"numpy", "onnxruntime", "pydantic"} <= libraries
    trains = {"tensorflow", "tensorflow-cpu", "keras", "onnx", "tf2onnx", "ai-edge-litert", "scikit-learn", "optuna"}
    assert libraries & trains == set()
    hidden = ["tensorflow", "keras", "onnx", "tf2onnx", "ai_edge_litert", "sklearn", "optuna"]
    script = f"import sys; sys.modules.update(dict.fromkeys({hidden})); import predict, support.exports.serving"
    run(sys.executable, "-c", script, at=project)


@pytest.mark.nightly
def test_the_build_steps_of_both_images_run_in_plain_environments_and_the_slim_one_answers(
    made: Made, tmp_path: Path
) -> None:
    project = made("iris-classifier", "docker")
    run(sys.executable, "train.py", "--epochs", "3", at=project)
    run(sys.executable, "export.py", "--formats", "onnx", at=project)
    (exported,) = project.glob("runs/*/export")
    for file in ("Dockerfile", "serve.Dockerfile"):
        python = plain_environment(tmp_path / f"env-{file}")
        image = tmp_path / f"image-{file}"
        image.mkdir()
        for kind, text in instructions(project / file):
            if kind == "COPY":
                copy(text.replace("${RUN}", exported.parent.name), project, image)
            if kind == "RUN" and text.startswith("pip "):
                run(python, "-m", *text.split(), at=image)
        if file == "Dockerfile":
            run(python, "train.py", "--epochs", "1", at=image)
        else:
            answer = run(python, "predict.py", "--model", "model/model.onnx", "--json", *IRIS, at=image)
            assert json.loads(answer)[0]["input"]
            installed = run(python, "-m", "pip", "list", at=image)
            assert not re.search(r"^(tensorflow|keras|scikit-learn)", installed, re.M)


IRIS = ["petal_length=4.5", "petal_width=1.4"]


def instructions(file: Path) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile with their text, continued lines joined."""
    text = re.sub(r"^#.*\n", "", file.read_text(encoding="utf-8"), flags=re.M).replace("\\\n", " ")
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in text.splitlines() if line.strip()]


def copy(text: str, project: Path, image: Path) -> None:
    """What COPY does, for files, patterns and folders."""
    *sources, target = text.split()
    for pattern in sources:
        for source in project.glob(pattern) if pattern != "." else [project]:
            place = image / target if source.is_dir() else image / target / source.name
            place.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                left_out = shutil.ignore_patterns("runs", ".dlgen", "__pycache__", "data")
                shutil.copytree(source, place, dirs_exist_ok=True, ignore=left_out)
            else:
                shutil.copyfile(source, place)


# ---- ci and precommit


def workflow(project: Path) -> dict:
    return yaml.safe_load((project / ".github/workflows/project.yml").read_text(encoding="utf-8"))


def test_the_workflow_is_valid_by_githubs_schema(made: Made) -> None:
    project = made("iris-classifier", "ci")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    assert run(*command, ".github/workflows/project.yml", at=project) == "ok -- validation done\n"


def test_the_workflow_may_only_read_and_pins_every_action(made: Made) -> None:
    found = workflow(made("iris-classifier", "ci"))
    assert found["permissions"] == {"contents": "read"}
    assert found["jobs"]["test"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
    steps = [step for job in found["jobs"].values() for step in job["steps"]]
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"]) for step in steps if "uses" in step)
    assert all(job["timeout-minutes"] <= 30 and "permissions" not in job for job in found["jobs"].values())


@pytest.mark.nightly
def test_the_steps_of_the_workflow_pass_when_run_by_hand_in_a_plain_environment(made: Made, tmp_path: Path) -> None:
    project = made("iris-classifier", "ci")
    python = plain_environment(tmp_path / "env")
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    names = []
    for job in workflow(project)["jobs"].values():
        for step in job["steps"]:
            if "run" in step:
                names.append(step["name"])
                run("bash", "-eo", "pipefail", "-c", step["run"], at=project, PATH=path)
    assert names[:4] == ["Install", "Lint", "Types", "Tests"] and names[-1] == "Export"
    assert list(project.glob("runs/*/report.html")) != []


def test_the_checks_before_a_commit_are_valid(made: Made) -> None:
    run(SCRIPTS / "pre-commit", "validate-config", at=made("iris-classifier", "precommit"))


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_the_checks_of_the_projects_own_environment_pass_and_find(made: Made, tmp_path: Path) -> None:
    project = made("iris-classifier", "precommit")
    file = project / ".pre-commit-config.yaml"
    config = yaml.safe_load(file.read_text(encoding="utf-8"))
    config["repos"] = [each for each in config["repos"] if each["repo"] == "local"]  # the others come over the network
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    for command in (["init", "-q"], ["add", "-A"]):
        run("git", *command, at=project)
    path = f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"
    ours = {"PATH": path, "PRE_COMMIT_HOME": str(tmp_path / "pre-commit")}
    checks = [SCRIPTS / "pre-commit", "run", "--all-files"]
    run(*checks, at=project, **ours)
    (project / "bad.py").write_text("import os\n", encoding="utf-8")
    run("git", "add", "-A", at=project)
    done = subprocess.run([str(word) for word in checks], cwd=project, env=BARE | ours, capture_output=True, text=True)
    assert done.returncode == 1 and "F401" in done.stdout


# ---- notebook


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name == "iris-classifier" else [pytest.mark.nightly])
        for name in NAMES
        if name in ONE_OF_EACH_FORM
    ],
)
def test_the_notebook_executes(name: str, made: Made) -> None:
    project = made(name, "notebook")
    source = project / "walkthrough.py"  # trained briefly: the sample run itself is tested in test_catalog.py
    text = source.read_text(encoding="utf-8")
    assert text.count('step("train.py")') == 1
    source.write_text(text.replace('step("train.py")', 'step("train.py", "--epochs", "3")'), encoding="utf-8")
    run(sys.executable, "-m", "support.exports.notebooks", at=project)
    executed(project / "walkthrough.ipynb", project)


@pytest.mark.nightly
def test_the_standalone_notebook_executes_in_an_empty_folder(made: Made, tmp_path: Path) -> None:
    project = made("iris-classifier", "notebook")
    run(sys.executable, "-m", "support.exports.notebooks", "--standalone", at=project)
    alone = tmp_path / "alone"
    alone.mkdir()
    notebook = shutil.copy(project / "walkthrough-standalone.ipynb", alone)
    executed(Path(notebook), alone)
    assert list((alone / "iris-classifier/runs").glob("*/export/model.onnx")) != []


def executed(notebook: Path, folder: Path) -> None:
    """Run all cells; the notebook's kernel is this Python."""
    script = (
        "import sys, nbformat, nbclient\n"
        "book = nbformat.read(sys.argv[1], as_version=4); nbformat.validate(book)\n"
        "nbclient.NotebookClient(book, timeout=600, kernel_name='python3').execute()\n"
        "print(sum(len(cell.get('outputs', [])) for cell in book.cells))\n"
    )
    assert int(run(sys.executable, "-c", script, notebook, at=folder).split()[-1]) >= 6


# ---- tracking


@pytest.mark.nightly
def test_a_training_is_followed_in_each_tracker_and_an_interrupted_one_goes_on_there(
    made: Made, tmp_path: Path
) -> None:
    project = made("iris-classifier", "tracking")
    python = tmp_path / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    venv.create(tmp_path / "env", with_pip=True)
    (site,) = (tmp_path / "env").rglob("site-packages")
    ours = next(path for path in sys.path if path.endswith("site-packages"))
    (site / "ours.pth").write_text(ours, encoding="utf-8")  # TensorFlow is large: this environment's is used
    run(python, "-m", "pip", "install", "--quiet", "wandb", "mlflow", at=project)
    for tracker in ("tensorboard", "wandb", "mlflow"):
        run(python, "train.py", "--epochs", "3", "--tracker", tracker, at=project)
    assert len(list(project.glob("runs/*/tensorboard/events.out.tfevents.*"))) == 1
    (offline,) = project.glob("runs/*/wandb/offline-run-*/*.wandb")
    assert offline.stat().st_size > 1000
    assert followed(python, project) == [(1, 3)]

    stop = (
        "import sys, os, signal, train; from support import errors; from support.plugins import tracking\n"
        "kept = tracking._mlflow\n"
        "def stopping(run):\n"
        "    log, close = kept(run)\n"
        "    return (lambda numbers, epoch: (log(numbers, epoch), epoch == 2 and os.kill(os.getpid(), signal.SIGINT))), close\n"
        "tracking._mlflow = stopping\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "sys.argv = ['train.py', '--epochs', '5', '--tracker', 'mlflow']\n"
        "try: train.main()\nexcept errors.StepStopped: pass\n"
    )
    run(python, "-c", stop, at=project)
    run(python, "train.py", "--resume", "--tracker", "mlflow", at=project)
    assert sorted(followed(python, project)) == [(1, 3), (1, 5)]


def followed(python: Path, project: Path) -> list[tuple[int, int]]:
    """The first and last epoch of the loss in each run that MLflow knows, without a gap or a repetition between them."""
    script = (
        "import mlflow\n"
        "client = mlflow.MlflowClient('sqlite:///runs/mlflow.db')\n"
        "runs = [run for each in client.search_experiments() for run in client.search_runs([each.experiment_id])]\n"
        "for run in runs:\n"
        "    steps = sorted(point.step for point in client.get_metric_history(run.info.run_id, 'loss'))\n"
        "    assert steps == list(range(steps[0], steps[-1] + 1)), steps\n"
        "    print(steps[0], steps[-1])\n"
    )
    rows = run(python, "-c", script, at=project).splitlines()
    return [(int(row.split()[0]), int(row.split()[1])) for row in rows if re.fullmatch(r"\d+ \d+", row)]
