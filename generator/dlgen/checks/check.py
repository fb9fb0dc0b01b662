"""`dlgen check`: what this repository's tests ask of dlgen's own templates, for anybody's.

A template made of parts is held to all of it; a plain cookiecutter template to what applies: it renders, with each of
its choices, into Python that compiles and pages whose links lead somewhere.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from dlgen import console
from dlgen.catalog import layers, settings
from dlgen.catalog.templates import Template
from dlgen.checks import contract, floors, lint
from dlgen.checks.project import links, parses, read
from dlgen.checks.project import run as run_in
from dlgen.checks.report import Finding, Report
from dlgen.errors import DlgenError, StepFailed
from dlgen.projects import environment
from dlgen.rendering import names, render, workspace

AWKWARD = [
    'O\'Brien & "Co"',
    "Ünïcödé 数字",
    "back\\slash",
    "<b>&amp;</b>",
    "$HOME `id` %s",
    "# not a comment",
    "}} %}",
]
EPOCHS = 3  # of the training that `--run` does: that it learns well is for the template's own tests
TAIL = 20  # lines of a failed step that are shown
JINJA = re.compile(r"\{\{-?\s*cookiecutter\b|\{%-?\s")


def check(template: Template, *, trust: bool = False, run: bool = False, python: Path | None = None) -> Report:
    """Hold a template to what it must keep.

    Args:
        trust: run its hooks and extensions, without which such a template cannot be rendered.
        run: take a project through all its steps and its own tests.
        python: with `run`, an interpreter that has the project's libraries, in place of a new environment.
    """
    report = Report()
    try:
        plan = layers.plan(template)
    except DlgenError as error:
        report.findings.append(_refused("cookiecutter.json", error))
        return report
    report.findings += _source(plan)
    report.checked.append("its layers fit together")
    with workspace.elsewhere() as place:
        project = _renders(plan, place, trust, report)
        if project is None:
            return report
        report.findings += [*links(project), *lint.findings(project, python, report)]
        report.checked.append("links in its pages")
        if "base" in plan.parts:
            report.findings += [fault for check in BASED for fault in check(project)]
            report.checked.append("the contract of templates/README.md")
        if run and not report.findings:
            report.findings += _run(project, plan, python)
            report.checked.append("all its steps and its own tests")
        elif run:
            report.skipped.append("--run: fix the findings first")
    return report


def _refused(file: str, error: Exception) -> Finding:
    what, _, do = str(error).partition("\n")
    return Finding(file, what, do or "Fix it, and check again.")


def _source(plan: layers.Plan) -> Iterator[Finding]:
    """What can be seen without rendering."""
    if plan.template.plain:
        return
    for key in ("_title", "_summary"):
        if not plan.config.get(key):
            yield Finding("cookiecutter.json", f"has no {key}", f"Add it: dlgen list and show print it, {key!r}: ...")
    for path, file in plan.files.items():
        found = JINJA.search(read(file.source)) if path.endswith(".py") and path.startswith("{{") else None
        if found:
            inside = path.partition("/")[2]
            yield Finding(
                inside, f"holds Jinja: {found[0]}", "Python is copied as it is: put what varies into config.py."
            )


def _renders(plan: layers.Plan, place: Path, trust: bool, report: Report) -> Path | None:
    """The project as the defaults make it; None where they make none. Every other answer is tried too."""
    template = plan.template
    project = None
    for number, answers in enumerate(({}, *_answers(plan))):
        said = "".join(f" with {key}={value}" for key, value in answers.items())
        try:
            made = render.new(template, str(place / str(number) / "my-project"), answers, trust=trust).folder
        except DlgenError as error:
            what, _, do = str(error).partition("\n")
            report.findings.append(Finding("cookiecutter.json", f"cannot be rendered{said}: {what}", do or "Fix it."))
            if number == 0:
                return None
            continue
        project = project or made
        known = {(each.file, each.what) for each in report.findings}
        report.findings += [each for each in parses(made, template.plain, said) if (each.file, each.what) not in known]
    report.checked.append("renders with its defaults and other answers; Python, TOML and JSON parse")
    return project


def _answers(plan: layers.Plan) -> Iterator[dict[str, str]]:
    """Each choice of the template's questions, and awkward text where any text is allowed."""
    for key, default in names.variables(plan).items():
        if isinstance(default, list):
            yield from ({key: str(choice)} for choice in default[1:] if "{" not in str(choice))
        elif isinstance(default, bool):
            yield {key: "false" if default else "true"}
        elif isinstance(default, str) and key != "project_slug" and not plan.template.plain:
            yield from ({key: value} for value in AWKWARD)


def _run(project: Path, plan: layers.Plan, python: Path | None) -> Iterator[Finding]:
    """The steps, the types and the tests of the project, until one fails."""
    try:
        interpreter = python or environment.install(project)
    except StepFailed as error:
        yield Finding("pyproject.toml", str(error), "Fix the dependencies.")
        return
    epochs = any(each.name == "epochs" for each in settings.read(plan.project_file))
    steps = [[str(word) for word in step] for step in plan.config.get("_steps", [])]
    commands = [[*step, "--epochs", str(EPOCHS)] if step == ["train.py"] and epochs else step for step in steps]
    if "[tool.mypy]" in read(project / "pyproject.toml"):
        commands.append(["-m", "mypy", "."])
    if (project / "tests").is_dir():
        commands.append(["-m", "pytest", "-q", "-p", "no:cacheprovider"])
    for number, command in enumerate(commands, 1):
        typed = f"python {' '.join(command)}"
        console.note(f"[{number}/{len(commands)}] {typed}")
        done = run_in([str(interpreter), *command], project)
        if done.returncode != 0:
            end = "\n".join((done.stdout + done.stderr).strip().splitlines()[-TAIL:])
            what = f"{typed} ended with exit code {done.returncode}:\n{end}"
            yield Finding(command[0] if command[0] != "-m" else command[1], what, "Make a project and run it there.")
            return


def _floors(project: Path) -> Iterator[Finding]:
    """What of a project's imports goes upwards or in a cycle."""
    for fault in floors.faults(project):
        yield Finding(f"{fault.file}:{fault.line}", fault.what, f"{fault.do[:1].upper()}{fault.do[1:]}.")


BASED: tuple[Callable[[Path], Iterator[Finding]], ...] = (contract.findings, _floors)  # for projects of the part `base`
