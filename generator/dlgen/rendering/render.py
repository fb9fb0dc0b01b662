"""A template and answers -> a project, all of it or nothing.

Everything is made in a hidden folder beside the project (by engine.py) and checked there; one rename puts it into place.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dlgen import __version__, console
from dlgen.catalog import layers
from dlgen.catalog.templates import Template
from dlgen.errors import DlgenError
from dlgen.projects import record
from dlgen.rendering import engine, jobs, names, questions, review, trust, workspace


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
        DlgenError: for anything that the user can fix; nothing is left behind then.
    """
    plan = layers.plan(template, parts)
    _check_trust(plan, trust)
    with _after_pre_prompt(plan) as changed:
        return _render(changed, directory, chosen or {}, trust, ask, dry_run)


def _render(
    plan: layers.Plan, directory: str | None, chosen: dict[str, str], trusted: bool, ask: bool, dry_run: bool
) -> Project:
    template = plan.template
    answers = names.answers(plan, chosen)
    values = _settings(plan, {key: text for key, text in chosen.items() if key not in answers})
    target = (
        None
        if directory is None and template.plain
        else names.destination(template.name if directory is None else directory, plan)
    )
    if target and not template.plain:
        answers["project_slug"] = target.name
        if target.name != template.name:
            answers.setdefault("project_name", names.project_name(target.name))
    context = _context(plan, answers, trusted, questions.asker(plan) if ask else None)
    target = target or names.destination(_texts(plan, trusted, context, [plan.project_folder])[0], plan)

    with workspace.elsewhere() if dry_run else workspace.beside(target) as temporary:
        made, project = _make(plan, context, values, temporary, trusted, target)
        if not dry_run:
            workspace.move(project, target)
    return made


def _private(template: Template, config: dict[str, Any], target: Path) -> dict[str, Any]:
    """The private variables, which are not questions; a plain template finds those that cookiecutter sets."""
    private = {key: value for key, value in config.items() if key.startswith("_") and not key.startswith("__")}
    if template.plain:
        private |= {
            "_template": template.source,
            "_output_dir": str(target.parent),
            "_repo_dir": str(template.folder),
            "_checkout": template.origin.get("checkout"),
        }
    return private


def again(
    template: Template,
    answers: dict[str, Any],
    values: dict[str, Any],
    parts: tuple[str, ...],
    temporary: Path,
    trust: bool = False,
) -> tuple[Path, dict[str, layers.File]]:
    """Render a project again from what its record says, with `.dlgen/`, into the folder `temporary`.

    Returns the project, and for each of its files the one that it is rendered from.

    Args:
        answers: to questions that the template asks; the others take their defaults.
        values: settings for config.toml.
        parts: the optional ones.

    Raises:
        DlgenError: for anything that the user can fix.
    """
    plan = layers.plan(template, parts)
    _check_trust(plan, trust)
    with _after_pre_prompt(plan) as changed:
        context = _context(changed, answers, trust)
        project = _make(changed, context, values, temporary, trust, temporary)[1]
        return project, _sources(changed, context, trust)


def _make(
    plan: layers.Plan,
    context: dict[str, Any],
    values: dict[str, Any],
    temporary: Path,
    trusted: bool,
    target: Path,
) -> tuple[Project, Path]:
    """Render into `temporary`, check, and record; return what was made, as it will be at `target`, and where it is now."""
    folder, output = temporary / "template", temporary / "project"
    folder.mkdir()
    output.mkdir()
    config = layers.write(plan, folder, values)
    context["cookiecutter"].update(_private(plan.template, config, target))
    project = _generate(plan, folder, context, output, trusted)
    review.check(plan, project, trusted)
    made = Project(
        target,
        plan.template.name,
        plan.parts,
        {key: value for key, value in context["cookiecutter"].items() if not key.startswith("_")},
        values,
        record.files(project),
        config.get("_steps", []),
        review.comments(project),
    )
    record.write(project, _facts(plan.template, made))
    return made, project


def _settings(plan: layers.Plan, chosen: dict[str, str]) -> dict[str, Any]:
    if chosen and (plan.template.plain or plan.project_file("config.py") is None):
        questions = ", ".join(names.variables(plan))
        raise DlgenError(f"{plan.template.name} asks nothing called {next(iter(chosen))}\nIt asks: {questions}")
    if not chosen:
        return {}
    from dlgen.catalog import settings  # only with --set

    return settings.choose(settings.read(plan.project_file), chosen, plan.template.shown)


def _check_trust(plan: layers.Plan, trusted: bool) -> None:
    """Refuse, or say, what a template would run on this computer."""
    trust.check_options(plan.config)
    found = ", ".join(trust.found(plan.files, plan.config))
    if found and not trusted:
        raise DlgenError(
            f"{plan.template.name} wants to run code of its own on this computer: {found}\n"
            "Read it, and give --trust if you want that."
        )
    if found:
        console.note(f"Running code of the template: {found}")


@contextmanager
def _after_pre_prompt(plan: layers.Plan) -> Iterator[layers.Plan]:
    """The plan as the template's pre_prompt hooks leave it: they may change its files and questions, in a copy."""
    hooks = [path for path in plan.files if trust.is_hook(path) and path.startswith("hooks/pre_prompt")]
    if not hooks:
        yield plan
        return
    from cookiecutter.hooks import run_script

    with workspace.elsewhere() as place:
        folder = place / plan.template.name
        folder.mkdir()
        layers.write(plan, folder)
        with jobs.failures(plan.template.name):
            for hook in hooks:
                run_script(str(folder / hook), str(folder))
        from dlgen.catalog import lookup

        changed = lookup.find(str(folder))
        yield layers.plan(replace(plan.template, folder=changed.folder, config=changed.config))


def _context(plan: layers.Plan, answers: dict[str, Any], trusted: bool, ask: jobs.Ask | None = None) -> dict[str, Any]:
    """What the template's files are rendered with; asks the questions that are not answered yet."""
    found = engine.perform(plan, trusted, "context", ask, config=plan.config, answers=answers)
    if not isinstance(found, dict) or not isinstance(found.get("cookiecutter"), dict):
        raise DlgenError(f"the template {plan.template.name} cannot be rendered: it gives no answers")
    return {"cookiecutter": found["cookiecutter"]}


def _texts(plan: layers.Plan, trusted: bool, context: dict[str, Any], sources: list[str]) -> list[str]:
    return [str(text) for text in engine.perform(plan, trusted, "texts", context=context, sources=sources)]


def _sources(plan: layers.Plan, context: dict[str, Any], trusted: bool) -> dict[str, layers.File]:
    """The file that each file of the project is rendered from; names may contain Jinja too."""
    prefix = f"{plan.project_folder}/"
    inside = {path.removeprefix(prefix): file for path, file in plan.files.items() if path.startswith(prefix)}
    return dict(zip(_texts(plan, trusted, context, [*inside]), inside.values(), strict=True))


def _generate(plan: layers.Plan, folder: Path, context: dict[str, Any], output: Path, trusted: bool) -> Path:
    made = engine.perform(plan, trusted, "generate", folder=str(folder), context=context, output=str(output))
    project = Path(str(made))
    if project.parent != output or not project.is_dir() or project.is_symlink():
        raise DlgenError(f"the template would write outside the project: {project.name}")
    return project


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
