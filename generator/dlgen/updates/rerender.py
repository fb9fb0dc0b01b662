"""A made project's template as it is today, rendered with what the project's record holds."""

from dataclasses import dataclass, field
from typing import Any

from dlgen.catalog import layers, lookup, settings, templates
from dlgen.catalog.templates import Template
from dlgen.errors import DlgenError
from dlgen.projects.content import Entry
from dlgen.projects.project import Made
from dlgen.projects.record import PRISTINE, RECORD, pristine
from dlgen.rendering import names, render, workspace


@dataclass(frozen=True)
class Rendering:
    """What the template gives today: its files, the two files of `.dlgen/`, and what had to be left out.

    `sources` are the template's files that the project's are rendered from; a file that a hook writes has none.
    """

    template: Template
    files: dict[str, Entry]
    sources: dict[str, layers.File]
    record: dict[str, bytes]
    notes: list[str] = field(default_factory=list)


def render_again(made: Made, template: str | None = None, add: tuple[str, ...] = (), trust: bool = False) -> Rendering:
    """Render a project's template again.

    Args:
        template: where the template is now; None takes it from the record.
        add: optional parts to add to those that the project has.
        trust: run the hooks and extensions of the template.

    Raises:
        DlgenError: where the template is gone, or for anything else that the user can fix.
    """
    found = find_template(made, template)
    notes: list[str] = []
    parts = _parts(made, found, add, notes)
    plan = layers.plan(found, parts)
    answers = _answers(made, plan, notes)
    values = _settings(made, plan, notes)
    with workspace.elsewhere() as temporary:
        folder, sources = render.again(found, answers, values, parts, temporary, trust)
        record = {name: (folder / name).read_bytes() for name in (RECORD, PRISTINE)}
        return Rendering(found, pristine(folder), sources, record, notes)


def find_template(made: Made, template: str | None = None) -> Template:
    """The template that a project was made from, or the one called `template`.

    Raises:
        DlgenError: where there is none.
    """
    if template is not None:
        return lookup.find(template)
    name, source = made.facts["template"], made.facts["source"]
    try:
        return lookup.find(name if source == "dlgen" else source)
    except DlgenError as error:
        what = str(error).splitlines()[0]
        raise DlgenError(f"{what}\nThis project was made from it: say where it is now with --template PATH.") from None


def _parts(made: Made, template: Template, add: tuple[str, ...], notes: list[str]) -> tuple[str, ...]:
    """The optional parts: those that the project has, and those to add."""
    given = [str(name) for name in template.config.get("_parts", [])]
    optional = [part.name for part in templates.optional_parts(template.roots)]
    had = [str(name) for name in made.facts["parts"]]
    for name in had:
        if name not in given and name not in templates.part_names(template.roots):
            notes.append(f"the part {name} no longer exists")
    kept = [name for name in had if name in optional and name not in given]
    for name in add:
        if name in had:
            raise DlgenError(f"the project already has the part {name}")
    return (*kept, *add)


def _answers(made: Made, plan: layers.Plan, notes: list[str]) -> dict[str, Any]:
    questions = names.variables(plan)
    answers = {}
    for name, value in made.facts["answers"].items():
        names.refuse_jinja(name, value, plan)
        if name not in questions:
            notes.append(f"the template no longer asks for {name}, which was {value}")
        elif isinstance(questions[name], list) and value not in questions[name]:
            notes.append(f"{name} was {value}, which is no longer one of: {', '.join(map(str, questions[name]))}")
        elif isinstance(questions[name], dict) != isinstance(value, dict):
            notes.append(f"{name} was {value}, which is no longer an answer")
        else:
            answers[name] = value
    return answers


def _settings(made: Made, plan: layers.Plan, notes: list[str]) -> dict[str, Any]:
    chosen = made.facts["settings"]
    if not chosen:
        return {}
    known = {setting.name: setting for setting in settings.read(plan.project_file)}
    values = {}
    for name, value in chosen.items():
        names.refuse_jinja(name, value, plan)
        if name not in known:
            notes.append(f"there is no setting {name} any more; it was {_text(value)}")
            continue
        try:
            settings.parse(known[name], _text(value))
        except DlgenError as error:
            notes.append(f"{str(error).splitlines()[0]}; it was left out")
        else:
            values[name] = value
    return values


def _text(value: Any) -> str:
    """A recorded value as it would be given to --set."""
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
