"""A template and answers -> a project, all of it or nothing.

cookiecutter's own functions do the rendering, but not `cookiecutter.main`: that reads and writes the home folder, and
is slower to import. Everything is made in a hidden folder beside the project and checked there; one rename puts it into
place.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dlgen import __version__, catalog, compose, names, record, settings, workspace
from dlgen.catalog import Template
from dlgen.errors import DlgenError

HOOKS = ("pre_prompt", "pre_gen_project", "post_gen_project")
LEFT_OVER = re.compile(r"\{\{-?\s*cookiecutter\b|\{%-?\s")


@dataclass(frozen=True)
class Project:
    """What was made, or would be. `comments` holds the first line about each top-level file that has one."""

    folder: Path
    template: str
    parts: list[str]
    answers: dict[str, Any]
    settings: dict[str, Any]
    files: list[str]
    steps: list[list[str]]
    comments: dict[str, str]


def new(
    template: Template,
    directory: str | None,
    chosen: dict[str, str] | None = None,
    *,
    parts: tuple[str, ...] = (),
    trust: bool = False,
    ask: bool = False,
    dry_run: bool = False,
) -> Project:
    """Render `template` into the folder `directory`.

    Args:
        directory: the project's folder; for a plain cookiecutter template None takes the name that the template gives.
        chosen: the values of `--set`: answers to the template's questions, or settings of the project's config.py.
        parts: optional parts to add.
        trust: run the hooks and extensions of the template.
        ask: ask the template's questions on the terminal.
        dry_run: make it in a temporary folder only.

    Raises:
        DlgenError: for anything that the user can mend; nothing is left behind then.
    """
    plan = compose.plan(template, parts)
    _check_trust(plan, trust)
    with _after_pre_prompt(plan) as changed:
        return _render(changed, directory, chosen or {}, trust, ask, dry_run)


def _render(
    plan: compose.Plan, directory: str | None, chosen: dict[str, str], trust: bool, ask: bool, dry_run: bool
) -> Project:
    template = plan.template
    answers = names.answers(plan, chosen)
    values = _settings(plan, {key: text for key, text in chosen.items() if key not in answers})
    target = names.destination(directory or template.name, plan) if directory or not template.plain else None
    if target and not template.plain:
        answers["project_slug"] = target.name
        if target.name != template.name:
            answers.setdefault("project_name", names.project_name(target.name))
    with _failures(template), _kept_in(template, trust, limited=not ask):
        context = _context(plan, answers, ask)
        root = _root_name(plan, context) if target is None else ""
    target = target or names.destination(root, plan)

    with workspace.elsewhere() if dry_run else workspace.beside(target) as temporary:
        made, project = _make(plan, context, values, temporary, trust, target)
        if not dry_run:
            workspace.move(project, target)
    return made


def _private(template: Template, config: dict[str, Any], target: Path) -> dict[str, Any]:
    """The private variables that no question stands for; a plain template finds those that cookiecutter sets."""
    private = {key: value for key, value in config.items() if key.startswith("_") and not key.startswith("__")}
    if template.plain:
        private |= {
            "_template": template.source,
            "_output_dir": str(target.parent),
            "_repo_dir": str(template.folder),
            "_checkout": template.origin.get("checkout"),
        }
    return private


@contextmanager
def _kept_in(template: Template, trust: bool, output: Path | None = None, limited: bool = True) -> Iterator[None]:
    """Inside, the template's Jinja is kept in; or, where it is trusted, its own extensions can be imported, as
    cookiecutter has it."""
    if not trust:
        from dlgen import sandbox

        with sandbox.kept_in(output, limited):
            yield
        return
    kept = sys.path[:]
    sys.path.append(str(template.folder))
    try:
        yield
    finally:
        sys.path[:] = kept


def again(
    template: Template,
    answers: dict[str, Any],
    values: dict[str, Any],
    parts: tuple[str, ...],
    temporary: Path,
    trust: bool = False,
) -> tuple[Path, dict[str, compose.File]]:
    """Render a project anew from what its record holds, `.dlgen/` included, into the folder `temporary`.

    Returns the project, and for each of its files the one that it is rendered from.

    Args:
        answers: to questions that the template asks; the others take their defaults.
        values: settings for config.toml.
        parts: the optional ones.

    Raises:
        DlgenError: for anything that the user can mend.
    """
    plan = compose.plan(template, parts)
    _check_trust(plan, trust)
    with _after_pre_prompt(plan) as changed:
        with _failures(template), _kept_in(template, trust):
            context = _context(changed, answers, ask=False)
        project = _make(changed, context, values, temporary, trust, temporary)[1]
        with _failures(template), _kept_in(template, trust):
            return project, _sources(changed, context)


def _make(
    plan: compose.Plan,
    context: dict[str, Any],
    values: dict[str, Any],
    temporary: Path,
    trust: bool,
    target: Path,
) -> tuple[Project, Path]:
    """Render into `temporary`, check, and record; return what was made, to stand at `target`, and where it is now."""
    folder, output = temporary / "template", temporary / "project"
    folder.mkdir()
    output.mkdir()
    config = compose.write(plan, folder, values)
    context["cookiecutter"].update(_private(plan.template, config, target))
    with _failures(plan.template), _kept_in(plan.template, trust, output):
        _check_paths(folder, context)
        project = _generate(folder, context, output, trust)
    _check(plan, project)
    made = Project(
        target,
        plan.template.name,
        plan.parts,
        {key: value for key, value in context["cookiecutter"].items() if not key.startswith("_")},
        values,
        record.files(project),
        config.get("_steps", []),
        _comments(project),
    )
    record.write(project, _facts(plan.template, made))
    return made, project


def _settings(plan: compose.Plan, chosen: dict[str, str]) -> dict[str, Any]:
    if chosen and (plan.template.plain or plan.project_file("config.py") is None):
        questions = ", ".join(names.variables(plan))
        raise DlgenError(f"{plan.template.name} asks nothing called {next(iter(chosen))}\nIt asks: {questions}")
    if not chosen:
        return {}
    return settings.choose(settings.read(plan.project_file), chosen, plan.template.shown)


def _check_trust(plan: compose.Plan, trust: bool) -> None:
    """Refuse, or say, what a template would run on this computer."""
    from dlgen import sandbox

    sandbox.check_options(plan.config)
    hooks = [path for path in plan.files if _is_hook(path)]
    extensions = [name for name in plan.config.get("_extensions", []) if name not in sandbox.EXTENSIONS]
    if not hooks and not extensions:
        return
    if not trust:
        raise DlgenError(
            f"{plan.template.name} wants to run code of its own on this computer: {', '.join([*hooks, *extensions])}\n"
            "Read it, and give --trust if you want that."
        )
    print(f"Running code of the template: {', '.join([*hooks, *extensions])}", file=sys.stderr)


def _is_hook(path: str) -> bool:
    """Whether cookiecutter takes this file for a program of the template; an editor's copies (x~) are none."""
    folder, _, name = path.rpartition("/")
    return folder == "hooks" and Path(name).stem in HOOKS and not name.endswith("~")


@contextmanager
def _after_pre_prompt(plan: compose.Plan) -> Iterator[compose.Plan]:
    """The plan as the template's pre_prompt hooks leave it: they may change its files and questions, in a copy."""
    hooks = [path for path in plan.files if _is_hook(path) and path.startswith("hooks/pre_prompt")]
    if not hooks:
        yield plan
        return
    from cookiecutter.hooks import run_script

    with workspace.elsewhere() as place:
        folder = place / plan.template.name
        folder.mkdir()
        compose.write(plan, folder)
        with _failures(plan.template):
            for hook in hooks:
                run_script(str(folder / hook), str(folder))
        changed = catalog.find(str(folder))
        yield compose.plan(replace(plan.template, folder=changed.folder, config=changed.config))


@contextmanager
def _failures(template: Template) -> Iterator[None]:
    """What goes wrong in a template's own code, as a sentence; a traceback would show cookiecutter's code, not its."""
    import logging

    from cookiecutter.exceptions import CookiecutterException
    from jinja2 import TemplateError

    logging.getLogger("cookiecutter").addHandler(logging.NullHandler())  # it prints tracebacks of failing hooks
    try:
        yield
    except TemplateError as error:
        file, line = getattr(error, "filename", None), getattr(error, "lineno", None)
        place = f" {file}:{line}" if file else ""
        raise DlgenError(f"the template cannot be rendered{place}: {error.message}") from None
    except (CookiecutterException, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise DlgenError(f"the template {template.name} cannot be rendered: {error or type(error).__name__}") from None
    except RecursionError:
        raise DlgenError(f"the template {template.name} cannot be rendered: it calls itself without end") from None


def _context(plan: compose.Plan, answers: dict[str, Any], ask: bool) -> dict[str, Any]:
    """What the template's files are rendered with; asks the questions that are not answered yet."""
    from copy import deepcopy

    from cookiecutter.generate import apply_overwrites_to_context
    from cookiecutter.prompt import prompt_for_config

    config = deepcopy(plan.config)
    apply_overwrites_to_context(config, answers)
    found = dict(prompt_for_config({"cookiecutter": config}, no_input=not ask))
    if ask:
        names.check_typed(plan, {key: value for key, value in found.items() if isinstance(value, str)})
    return {"cookiecutter": found}


def _root_name(plan: compose.Plan, context: dict[str, Any]) -> str:
    from cookiecutter import utils

    return str(utils.create_env_with_context(context).from_string(plan.project_folder).render(**context))


def _sources(plan: compose.Plan, context: dict[str, Any]) -> dict[str, compose.File]:
    """The file that each file of the project is rendered from; names may hold Jinja too."""
    from cookiecutter import utils

    env = utils.create_env_with_context(context)
    prefix = f"{plan.project_folder}/"
    inside = {path.removeprefix(prefix): file for path, file in plan.files.items() if path.startswith(prefix)}
    return {env.from_string(path).render(**context) if "{" in path else path: file for path, file in inside.items()}


def _generate(folder: Path, context: dict[str, Any], output: Path, trust: bool) -> Path:
    from cookiecutter.generate import generate_files

    return Path(generate_files(folder, context, output, accept_hooks=trust))


def _check_paths(folder: Path, context: dict[str, Any]) -> None:
    """Refuse a template whose rendered paths would leave the project."""
    from cookiecutter import utils

    env = utils.create_env_with_context(context)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if "{{" in path.name or "{%" in path.name:
            rendered = env.from_string(name).render(**context)
            parts = Path(rendered).parts
            if Path(rendered).is_absolute() or ".." in parts or rendered.startswith("/"):
                raise DlgenError(f"the template would write outside the project: {rendered}")


def _check(plan: compose.Plan, project: Path) -> None:
    for path in project.rglob("*"):
        if path.is_symlink() and not path.resolve().is_relative_to(project.resolve()):
            raise DlgenError(f"the template makes a link that leads out of the project: {path.name}")
        if path.name == record.FOLDER and path.parent == project:
            raise DlgenError(
                f"the template makes {record.FOLDER}, which dlgen writes itself\nTake it out of the template."
            )
        if plan.template.plain or path.suffix == ".py" or not path.is_file():
            continue
        data = path.read_bytes()
        found = None if b"\0" in data[:1024] else LEFT_OVER.search(data.decode("utf-8", "replace"))
        if found:
            raise DlgenError(f"the template left {found[0].strip()} in {path.relative_to(project).as_posix()}")


def _facts(template: Template, made: Project) -> dict[str, Any]:
    return {
        "template": template.name,
        "source": template.source,
        **({"origin": template.origin} if template.origin else {}),
        "dlgen": __version__,
        "answers": made.answers,
        "settings": made.settings,
        "parts": made.parts,
    }


def _comments(project: Path) -> dict[str, str]:
    """The first sentence of each top-level Python file."""
    comments = {}
    for file in project.glob("*.py"):
        match = re.match(r'"""(.+)', file.read_text(encoding="utf-8", errors="replace"))
        if match:
            comments[file.name] = match[1].partition('"""')[0].partition(". ")[0].rstrip(". ")
    return comments
