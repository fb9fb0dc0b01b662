"""Every lesson and every other command that no other test runs, once in each project: on two batches an epoch, in one process per project."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from dlgen.catalog import lookup
from dlgen.rendering import render

RUNNER = Path(__file__).with_name("every_command.py")
NAMES = [template.name for template in lookup.catalog()]
FEW_ROWS = {
    "student-exam": ["--data", "full", "--validation-fraction", "0.2"]
}  # ten students leave none to validate with


def lessons(project: Path) -> list[str]:
    """The names that `python lessons.py` takes."""
    tree = ast.parse((project / "lessons.py").read_text(encoding="utf-8"))
    (options,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Options")
    (field,) = (
        node for node in options.body if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "lesson"
    )
    return re.findall(r"'([\w-]+)'", ast.unparse(field.annotation))


def commands(project: Path) -> list[dict]:
    name = project.name
    found: list[list[str]] = [["data.py"], ["model.py"], ["train.py", "--epochs", "1"]]
    found += [["lessons.py", lesson] for lesson in lessons(project)]
    tune = ["tune.py", "--trials", "2", "--epochs", "1", "--sampler", "random"]
    found.append([*tune, *FEW_ROWS.get(name, [])])
    if (project / "crossvalidate.py").exists():
        found.append(["crossvalidate.py", "--folds", "2", "--seeds", "1", "--epochs", "1"])
    if (project / "feature_classifier.py").exists():
        found.append(["feature_classifier.py"])
    found += [["-m", "support.runs"], ["-m", "support.runs", "--json"], ["-m", "support.runs", "--prune", "--dry-run"]]
    typed = {"chat.py": "What is a neuron?\n\nquit\n"}
    found += [[script] for script in typed if (project / script).exists()]
    return [{"words": words, "typed": typed.get(words[0], "")} for words in found]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_command_of_a_project_does_what_it_announces(name: str, tmp_path: Path) -> None:
    project = render.new(lookup.find(name), str(tmp_path / name), {"epochs": "2"}).folder
    done = run(project)
    print("\n" + "\n".join(f"{each['seconds']:6.1f} s  {each['command']}" for each in done))
    failed = [
        f"{each['command']}\n{each['stderr'][-2000:]}" for each in done if each["code"] or "Traceback" in each["stderr"]
    ]
    assert failed == []
    assert [problem for each in done for problem in broken_promises(each, project)] == []


def run(project: Path) -> list[dict]:
    wanted, results = project.parent / "commands.json", project.parent / "results.json"
    wanted.write_text(json.dumps(commands(project)), encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    words = [sys.executable, str(RUNNER), str(wanted), str(results)]
    done = subprocess.run(words, cwd=project, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    found: list[dict] = json.loads(results.read_text(encoding="utf-8")) if results.exists() else []
    assert done.returncode == 0, done.stderr[-3000:]
    assert len(found) == len(json.loads(wanted.read_text(encoding="utf-8")))
    return found


def broken_promises(result: dict, project: Path) -> list[str]:
    """What a command said or owes, and did not do."""
    command, output, problems = result["command"], result["output"], []
    named = set(re.findall(r"runs/[\w./-]+\.\w+", output))
    problems += [f"{command} names {path}, which is not there" for path in named if not (project / path).is_file()]
    problems += [
        f"{command}: {path} is empty"
        for path in result["files"]
        if path.endswith((".png", ".gif")) and not (project / path).stat().st_size > 1000
    ]
    script, *rest = command.split()[1:]
    drawn = [path for path in result["files"] if path.endswith((".png", ".gif", ".jpg"))]
    if script in ("data.py", "model.py") and not (drawn and set(drawn) & named):
        problems.append(f"{command} drew nothing that it names: {output[-500:]}")
    if script == "lessons.py":
        if "Drawn" in output and not set(drawn) & named:
            problems.append(f"{command} says that it drew something: {result['files']}")
        if not drawn and not re.search(r"\d", output):
            problems.append(f"{command} neither drew anything nor printed a number: {output}")
    owed = {
        "tune.py": {"trials.csv", "history.png", "best.toml"},
        "train.py": {"model.keras", "history.csv", "training.json"},
        "crossvalidate.py": {"crossvalidation.json"},
    }.get(script, set())
    if missing := owed - {Path(path).name for path in result["files"]}:
        problems.append(f"{command} did not write {missing}")
    if script == "-m" and rest[0] == "support.runs" and "--prune" not in rest and "finished" not in output:
        problems.append(f"{command} does not show the training: {output}")
    if script == "chat.py" and len(output.splitlines()) != 1:
        problems.append(f"{command} gave another number of answers than one: {output}")
    if not output:
        problems.append(f"{command} said nothing")
    return problems


@pytest.mark.parametrize("name", NAMES)
def test_the_page_of_lessons_lists_those_that_there_are(name: str, rendered: Callable[[str], Path]) -> None:
    project = rendered(name)
    page = ast.get_docstring(ast.parse((project / "lessons.py").read_text(encoding="utf-8"))) or ""
    assert re.findall(r"^ *python lessons\.py ([a-z0-9-]+)", page, re.M) == lessons(project)
    guide = (project / "README.md").read_text(encoding="utf-8") + (project / "GUIDE.md").read_text(encoding="utf-8")
    assert [lesson for lesson in lessons(project) if lesson not in guide] == []


def test_a_command_that_breaks_its_promise_is_noticed(tmp_path: Path) -> None:
    base = {"code": 0, "stderr": "", "seconds": 0.1, "files": []}
    lesson = {**base, "command": "python lessons.py fit"}
    assert broken_promises({**lesson, "output": "Drawn: runs/lessons/fit.png"}, tmp_path) != []
    assert broken_promises({**lesson, "output": "words only"}, tmp_path) == [
        "python lessons.py fit neither drew anything nor printed a number: words only"
    ]
    assert broken_promises({**lesson, "output": "loss 0.3"}, tmp_path) == []
    assert broken_promises({**base, "command": "python tune.py", "output": "Best"}, tmp_path) != []
    assert broken_promises({**base, "command": "python data.py", "output": "150 rows"}, tmp_path) != []
    assert broken_promises({**base, "command": "python -m support.runs", "output": "No runs yet."}, tmp_path) != []
