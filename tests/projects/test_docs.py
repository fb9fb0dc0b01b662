"""The pages of the repository and of each project name only what exists, and give only commands that would be accepted."""

import ast
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from dlgen.catalog import lookup, templates
from dlgen.commands import main
from dlgen.rendering import render

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
ROWS = [row for row in (DOCS / "concepts.md").read_text(encoding="utf-8").splitlines() if row.startswith("| ")][1:]
BY_NAME = {template.name: template for template in lookup.catalog()}
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]

# Run in a project's folder: reads each command as its step would, and prints those that are refused. Nothing is loaded or trained.
READ = """
import ast, importlib, json, sys
from pathlib import Path
from support import errors, settings
refused = []
for command, script, words in json.loads(sys.stdin.read()):
    path = Path(script)
    if path.with_suffix("").is_dir():  # python -m of a package
        path = path.with_suffix("") / "__main__.py"
    if not path.is_file():
        refused.append(f"{command}: there is no {script}")
        continue
    name = path.with_suffix("").as_posix().replace("/", ".")
    has_options = any(isinstance(node, ast.ClassDef) and node.name == "Options" for node in ast.parse(path.read_text()).body)
    cls = getattr(importlib.import_module(name if has_options else "config"), "Options" if has_options else "Config")
    try:
        settings.read(cls, toml=False, argv=words)
    except SystemExit:
        pass  # --help
    except errors.ProjectError as error:
        refused.append(f"{command}: {error}")
print(json.dumps(refused))
"""


def commands(text: str, program: str) -> Iterator[str]:
    """The commands in a Markdown page: the lines of its blocks, and what stands in the text between backticks."""
    blocks = re.findall(r"^```(?:sh|console)?\n(.*?)^```", text, re.M | re.S)
    rest = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    lines = [line.split("  #")[0].split(" # ")[0] for block in blocks for line in block.splitlines()]
    for line in [*lines, *re.findall(r"`([^`\n]+)`", rest)]:
        for each in re.split(r" [|;] | && ", line.strip().removeprefix("$ ")):
            if each.startswith(f"{program} "):
                yield each.strip()


def in_docstrings(project: Path) -> Iterator[str]:
    """The commands that the first lines of the steps list: `    python train.py --epochs 3      what it does`."""
    for path in [*sorted(project.glob("*.py")), *sorted((project / "support").rglob("*.py"))]:
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        for line in text.splitlines():
            if line.strip().startswith("python "):
                yield re.split(r"\s{2,}", line.strip())[0]


def script_of(command: str) -> tuple[str, list[str]] | None:
    """The file that `python …` runs and its arguments; None for a program that is no step of a project."""
    try:
        _, *words = shlex.split(command.replace("…", " "))
    except ValueError:
        return None
    if words[:1] == ["-m"]:
        module, *arguments = words[1:]
        return (module.replace(".", "/") + ".py", arguments) if module.startswith("support") else None
    return (words[0], words[1:]) if words and words[0].endswith(".py") else None


def refused(project: Path, found: list[str]) -> list[str]:
    """Those of the commands that a project's steps would not take."""
    # `--data full --horizon 96 …` leaves something out, <study> and INPUT stand for what a user has: both are texts like others.
    read = [(command, *script) for command in dict.fromkeys(found) if (script := script_of(command))]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", READ],
        cwd=project,
        input=json.dumps(read),
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert read, "no command was found"
    return list(json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`project(name)`: with every optional part, so that their pages are there too."""
    parts = tuple(part.name for part in templates.optional_parts((templates.root(),)))

    def made(name: str) -> Path:
        return render.new(BY_NAME[name], str(tmp_path_factory.mktemp("docs") / name), parts=parts).folder

    return made


@pytest.mark.parametrize("row", ROWS)
def test_each_idea_leads_to_a_lesson_and_to_commands_that_exist(row: str) -> None:
    _, _, projects, what, _ = (cell.strip() for cell in row.split("|"))
    names = list(BY_NAME) if projects == "every project" else projects.split(", ")
    assert set(names) <= set(BY_NAME)
    lessons = re.findall(r"python lessons\.py ([a-z0-9-]+)", what)
    steps = re.findall(r"python (\w+\.py)", what)
    assert steps or "figures/" in what
    for step in steps:
        places = [
            [*BY_NAME[name].folder.glob(f"{{{{*}}}}/{step}"), *templates.root().glob(f"parts/*/{step}")]
            for name in names
        ]
        assert all(places), step
    offered = "".join(
        text.read_text(encoding="utf-8") for name in names for text in BY_NAME[name].folder.glob("{{*}}/lessons.py")
    )
    assert [lesson for lesson in lessons if f'"{lesson}"' not in offered] == []


@pytest.mark.parametrize("name", BY_NAME)
def test_every_command_on_a_projects_pages_is_taken_by_its_step(name: str, project: Callable[[str], Path]) -> None:
    made = project(name)
    pages = [made / "README.md", made / "GUIDE.md", *sorted((made / "docs").glob("*.md"))]
    found = [command for page in pages for command in commands(page.read_text(encoding="utf-8"), "python")]
    assert refused(made, [*found, *in_docstrings(made)]) == []


@pytest.mark.parametrize("name", BY_NAME)
def test_the_ideas_commands_are_taken_by_the_projects_that_they_name(name: str, project: Callable[[str], Path]) -> None:
    found = []
    for row in ROWS:
        _, _, projects, what, _ = (cell.strip() for cell in row.split("|"))
        if projects == "every project" or projects.split(", ")[0] == name:
            # A row with several projects: each command is of the first one that has the lesson or the option.
            found += [command for command in commands(what, "python") if projects in ("every project", name)]
    if found:
        assert refused(project(name), found) == []


def test_a_command_that_no_step_takes_is_found(project: Callable[[str], Path]) -> None:
    text = "```\npython train.py --unitz 4   # small\n```\nand `python lessons.py nothing`, `python gone.py`, `python train.py --epochs 3`"
    wrong = refused(project("iris-classifier"), list(commands(text, "python")))
    assert [line.split(": ")[0] for line in wrong] == [
        "python train.py --unitz 4",
        "python lessons.py nothing",
        "python gone.py",
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_dlgen_command_on_a_page_is_one_that_dlgen_takes(page: Path) -> None:
    wrong = []
    for command in commands(page.read_text(encoding="utf-8"), "dlgen"):
        words = shlex.split(re.sub(r"\[[^\]]*\]|…", " ", command))[1:]
        try:
            parsed(main.cli, [word.split("|")[0] for word in words])
        except click.UsageError as error:
            if not isinstance(
                error, click.MissingParameter
            ):  # `dlgen list` in a sentence, or `dlgen new` for the command as such
                wrong.append(f"{command}: {error.format_message()}")
    assert wrong == []


def parsed(group: click.Command, words: list[str]) -> None:
    """Read a command line without doing what it says."""
    context = group.make_context(group.name or "dlgen", list(words))
    if isinstance(group, click.Group) and (rest := [*context._protected_args, *context.args]):
        _, command, rest = group.resolve_command(context, rest)
        assert command is not None
        parsed(command, rest)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_files_of_this_repository_that_a_page_names_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:benchmarks|tests|templates/parts|generator|docs)/[\w./-]+)`", text)
    named += re.findall(r"(?:python3?|sh) ((?:benchmarks|tests|tasks)[\w/.-]*\.py)", text)
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    assert [path for path in named if "NAME" not in path and not (ROOT / path).exists()] == []
    assert [path for path in links if not (page.parent / path).exists()] == []


@pytest.mark.parametrize("name", BY_NAME)
def test_no_page_of_a_project_leads_out_of_it(name: str, project: Callable[[str], Path]) -> None:
    made = project(name)
    for page in [*made.glob("*.md"), *made.glob("docs/*.md"), *made.glob("*.py"), *made.glob("support/**/*.py")]:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"\.\./shared|benchmarks/|templates/(?:parts|beginner|intermediate|advanced)", text), (
            page.name
        )
