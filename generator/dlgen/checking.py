"""`dlgen check`: what this repository's tests ask of dlgen's own templates, for anybody's.

A template made of parts is held to all of it; a plain cookiecutter template to what applies: it renders, with each of
its choices, into Python that compiles and pages whose links lead somewhere.
"""

import ast
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dlgen import compose, console, contract, environment, names, render, settings, workspace
from dlgen.catalog import Template
from dlgen.errors import DlgenError, StepFailed

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
NOT_HERE = ["-P"]  # of Python: no module is taken from the folder that is checked, which may hold a ruff.py
SERIOUS = ["--isolated", "--select=E9,F63,F7,F82"]  # where a project has no settings for ruff: what cannot run


@dataclass(frozen=True)
class Finding:
    """What is wrong, in which file of the project or template, and what to do about it."""

    file: str
    what: str
    do: str


@dataclass
class Report:
    """What was found, what was looked at, and what was not, with the reason."""

    findings: list[Finding] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def check(template: Template, *, trust: bool = False, run: bool = False, python: Path | None = None) -> Report:
    """Hold a template to what it must keep.

    Args:
        trust: run its hooks and extensions, without which such a template cannot be rendered.
        run: take a project through all its steps and its own tests.
        python: with `run`, an interpreter that has the project's libraries, in place of a new environment.
    """
    report = Report()
    try:
        plan = compose.plan(template)
    except DlgenError as error:
        report.findings.append(_refused("cookiecutter.json", error))
        return report
    report.findings += _source(plan)
    report.checked.append("its layers fit together")
    with workspace.elsewhere() as place:
        project = _renders(plan, place, trust, report)
        if project is None:
            return report
        report.findings += [*_links(project), *_lint(project, python, report)]
        report.checked.append("links in its pages")
        if "base" in plan.parts:
            report.findings += _contract(project)
            report.checked.append("the contract of templates/README.md")
        if run and not report.findings:
            report.findings += _run(project, plan, python)
            report.checked.append("all its steps and its own tests")
        elif run:
            report.skipped.append("--run: mend the findings first")
    return report


def text(report: Report, name: str) -> str:
    """The report as a page for the terminal."""
    lines = [f"checked: {'; '.join(report.checked)}"] if report.checked else []
    lines += [f"skipped: {reason}" for reason in report.skipped]
    for each in report.findings:
        indented = each.what.replace("\n", "\n    ")
        lines.append(f"\n{each.file}: {indented}\n    {each.do}")
    count = len(report.findings)
    lines.append(f"\n{count} finding{'s' * (count > 1)} in {name}" if count else f"{name} is in order")
    return "\n".join(lines)


def _refused(file: str, error: Exception) -> Finding:
    what, _, do = str(error).partition("\n")
    return Finding(file, what, do or "Mend it, and check again.")


def _source(plan: compose.Plan) -> Iterator[Finding]:
    """What can be seen without rendering."""
    if plan.template.plain:
        return
    for key in ("_title", "_summary"):
        if not plan.config.get(key):
            yield Finding("cookiecutter.json", f"has no {key}", f"Add it: dlgen list and show say it, {key!r}: ...")
    for path, file in plan.files.items():
        found = JINJA.search(_text(file.source)) if path.endswith(".py") and path.startswith("{{") else None
        if found:
            inside = path.partition("/")[2]
            yield Finding(
                inside, f"holds Jinja: {found[0]}", "Python is copied as it is: put what varies into config.py."
            )


def _renders(plan: compose.Plan, place: Path, trust: bool, report: Report) -> Path | None:
    """The project as the defaults make it; None where they make none. Every other answer is tried too."""
    template = plan.template
    project = None
    for number, answers in enumerate(({}, *_answers(plan))):
        said = "".join(f" with {key}={value}" for key, value in answers.items())
        try:
            made = render.new(template, str(place / str(number) / "my-project"), answers, trust=trust).folder
        except DlgenError as error:
            what, _, do = str(error).partition("\n")
            report.findings.append(Finding("cookiecutter.json", f"cannot be rendered{said}: {what}", do or "Mend it."))
            if number == 0:
                return None
            continue
        project = project or made
        known = {(each.file, each.what) for each in report.findings}
        report.findings += [each for each in _parses(made, template.plain, said) if (each.file, each.what) not in known]
    report.checked.append("renders with its defaults and other answers; Python, TOML and JSON parse")
    return project


def _answers(plan: compose.Plan) -> Iterator[dict[str, str]]:
    """Each choice of the template's questions, and awkward text where any text is allowed."""
    for key, default in names.variables(plan).items():
        if isinstance(default, list):
            yield from ({key: str(choice)} for choice in default[1:] if "{" not in str(choice))
        elif isinstance(default, bool):
            yield {key: "false" if default else "true"}
        elif isinstance(default, str) and key != "project_slug" and not plan.template.plain:
            yield from ({key: value} for value in AWKWARD)


def _parses(project: Path, plain: bool, said: str) -> Iterator[Finding]:
    parsers: dict[str, Callable[[str], Any]] = {".py": lambda source: compile(source, "file", "exec")}
    if not plain:  # others may hold JSON with comments
        parsers |= {".toml": tomllib.loads, ".json": json.loads}
    for file in sorted(project.rglob("*")):
        if file.suffix in parsers and file.is_file() and ".dlgen" not in file.relative_to(project).parts:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    parsers[file.suffix](file.read_text(encoding="utf-8"))
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                kind = {".py": "Python", ".toml": "TOML", ".json": "JSON"}[file.suffix]
                yield Finding(
                    _inside(project, file),
                    f"is not {kind}{said}: {error or 'nested too deep'}",
                    "Mend the file in the template.",
                )


def _links(project: Path) -> Iterator[Finding]:
    for page in sorted(project.glob("*.md")):
        content = _text(page)
        for target in re.findall(r"\]\((?![a-z]+:)([^()#\s]+)", re.sub(r"```.*?```", "", content, flags=re.S)):
            if not (page.parent / target).exists():
                yield Finding(page.name, f"links to {target}, which is not there", "Make the file, or mend the link.")
        lessons = _text(project / "lessons.py")
        for lesson in sorted(set(re.findall(r"python lessons\.py ([a-z0-9-]+)", content))):
            if f'"{lesson}"' not in lessons:
                yield Finding(page.name, f"names the lesson {lesson}, which lessons.py has not", "Mend one of the two.")


def _contract(project: Path) -> Iterator[Finding]:
    for name in (*contract.STEPS, *contract.OTHERS):
        if not (project / name).exists():
            yield Finding(name, "is missing", "Every project has it: templates/README.md says what it gives.")
    for name in contract.STEPS:
        if not (project / name).exists():
            continue
        source = _text(project / name)
        length = len(source.splitlines())
        if length > contract.LONGEST:
            yield Finding(name, f"has {length} lines", f"Keep it under {contract.LONGEST}: move machinery to support/.")
        try:
            if not ast.get_docstring(ast.parse(source)):
                yield Finding(
                    name, "does not say what it does", "Begin it with a docstring: what, how to run it, what next."
                )
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue  # found before
    for file in sorted(project.glob("*.py")):
        try:
            early = contract.imported_before_support(file)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        if early:
            do = (
                "Begin its imports with `from support import errors`, which says what to do where a library is missing."
            )
            yield Finding(file.name, f"imports {early} before support", do)
    for name, wanted in contract.NAMES.items():
        try:
            missing = wanted - contract.top_level_names(project / name) if (project / name).exists() else set()
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        if missing:
            listed = ", ".join(sorted(missing))
            yield Finding(
                name, f"does not define {listed}", "The shared steps use it: templates/README.md says for what."
            )


def _lint(project: Path, python: Path | None, report: Report) -> Iterator[Finding]:
    ruff = _ruff(python)
    if ruff is None:
        report.skipped.append("lint: ruff is not installed (pip install ruff)")
        return
    own = "[tool.ruff" in _text(project / "pyproject.toml") or any(
        (project / name).exists() for name in ("ruff.toml", ".ruff.toml")
    )
    options = [] if own else SERIOUS
    done = _captured([*ruff, "check", "--no-cache", "--output-format=json", *options, "."], project)
    try:
        faults = json.loads(done.stdout)
    except ValueError:
        yield Finding("pyproject.toml", f"ruff ends with: {done.stderr.strip()}", "Mend its settings.")
        return
    for fault in faults:
        file = _inside(project, Path(fault["filename"]))
        row = (fault.get("location") or {}).get("row", 1)
        yield Finding(
            f"{file}:{row}", f"{fault.get('code')} {fault['message']}", "Mend it, or allow it in pyproject.toml."
        )
    if own:
        done = _captured([*ruff, "format", "--no-cache", "--check", "."], project)
        for name in re.findall(r"Would reformat: (.+)", done.stdout):
            yield Finding(name, "is not formatted", "Format it: ruff format")
    report.checked.append("lint")


def _ruff(python: Path | None) -> list[str] | None:
    if python:
        own = [str(python), *NOT_HERE, "-m", "ruff"]
        return own if subprocess.run([*own, "--version"], capture_output=True).returncode == 0 else None
    if importlib.util.find_spec("ruff"):
        return [sys.executable, *NOT_HERE, "-m", "ruff"]
    found = shutil.which("ruff")
    return [found] if found else None


def _run(project: Path, plan: compose.Plan, python: Path | None) -> Iterator[Finding]:
    """The steps, the types and the tests of the project, until one fails."""
    try:
        interpreter = python or environment.install(project)
    except StepFailed as error:
        yield Finding("pyproject.toml", str(error), "Mend the dependencies.")
        return
    epochs = any(each.name == "epochs" for each in settings.read(plan.project_file))
    steps = [[str(word) for word in step] for step in plan.config.get("_steps", [])]
    commands = [[*step, "--epochs", str(EPOCHS)] if step == ["train.py"] and epochs else step for step in steps]
    if "[tool.mypy]" in _text(project / "pyproject.toml"):
        commands.append(["-m", "mypy", "."])
    if (project / "tests").is_dir():
        commands.append(["-m", "pytest", "-q", "-p", "no:cacheprovider"])
    for number, command in enumerate(commands, 1):
        typed = f"python {' '.join(command)}"
        console.note(f"[{number}/{len(commands)}] {typed}")
        done = _captured([str(interpreter), *command], project)
        if done.returncode != 0:
            end = "\n".join((done.stdout + done.stderr).strip().splitlines()[-TAIL:])
            what = f"{typed} ended with exit code {done.returncode}:\n{end}"
            yield Finding(command[0] if command[0] != "-m" else command[1], what, "Make a project and run it there.")
            return


def _captured(command: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    """A command in the project's folder, as its owner would run it."""
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        command, cwd=folder, env=surroundings, capture_output=True, encoding="utf-8", errors="replace",
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def _inside(project: Path, file: Path) -> str:
    try:
        return file.resolve().relative_to(project.resolve()).as_posix()
    except ValueError:
        return str(file)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
