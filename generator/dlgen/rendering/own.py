"""dlgen's own templates, rendered with Jinja alone: the same bytes that cookiecutter makes, in half of the time.

cookiecutter imports what it needs for prompts, dates and downloads before it renders the first file. dlgen's own
templates use none of it: their questions are texts, and `jsonify` is their only filter. A template that needs more is
not for this module (`takes`), and neither is any template from elsewhere.
"""

import fnmatch
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from dlgen.errors import DlgenError
from dlgen.system import paths

if TYPE_CHECKING:
    from dlgen.catalog.layers import Plan

MARKS = (b"{{", b"{%", b"{#")


def takes(plan: "Plan") -> bool:
    """Whether a template is dlgen's own and asks nothing of cookiecutter that is not here."""
    if plan.template.source != "dlgen" or any(path.startswith("hooks/") for path in plan.files):
        return False
    texts = all(isinstance(value, str) for key, value in plan.config.items() if not key.startswith("_"))
    return texts and not any(key.startswith(("__", "_extensions", "_jinja2")) for key in plan.config)


def perform(job: Mapping[str, Any]) -> Any:
    """Do one of the jobs of jobs.py.

    Raises:
        DlgenError: where a file of the template cannot be rendered.
    """
    values = job["values"]
    match job["do"]:
        case "context":
            return _context(values["config"], values["answers"])
        case "texts":
            renderer = Renderer(values["context"])
            return [renderer.text(source, source) for source in values["sources"]]
        case "generate":
            return _generate(Path(values["folder"]), values["context"], Path(values["output"]))
        case other:
            raise ValueError(other)


class Renderer:
    """Texts and names of a template, rendered with the same values."""

    def __init__(self, context: Mapping[str, Any]) -> None:
        self.context = context
        self.environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True)
        self.environment.filters["jsonify"] = lambda value, indent=4: json.dumps(value, sort_keys=True, indent=indent)

    def text(self, source: str, file: str) -> str:
        """Raises DlgenError, naming the file, where the text cannot be rendered."""
        if "{" not in source:
            return source
        try:
            return self.environment.from_string(source).render(self.context)
        except TemplateError as error:
            raise DlgenError(f"the template cannot be rendered: {file}: {error.message}") from None

    def name(self, source: str) -> str:
        """A part of a path. An answer may come from the record of somebody else's project.

        Raises:
            DlgenError: where it would lead out of the folder that it is in, or is not the same on every system.
        """
        rendered = self.text(source, source)
        paths.check(rendered)
        if rendered in ("", ".") or "/" in rendered:
            raise DlgenError(f"the template would write outside the project: {rendered!a}")
        return rendered


def _context(config: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    renderer = Renderer({"cookiecutter": values})
    for key, value in config.items():
        values[key] = value if key.startswith("_") else renderer.text(str(answers.get(key, value)), key)
    return {"cookiecutter": values}


def _generate(folder: Path, context: Mapping[str, Any], output: Path) -> str:
    """Write the project of the composed template in `folder` into the folder `output`; return the project's folder."""
    renderer = Renderer(context)
    patterns = context["cookiecutter"].get("_copy_without_render", [])
    top = next(path for path in folder.iterdir() if "{{" in path.name)
    project = output / renderer.name(top.name)
    for place, folders, files in os.walk(top):
        inside = Path(place).relative_to(top)
        target = project.joinpath(*map(renderer.name, inside.parts))
        target.mkdir()
        folders.sort()
        for name in sorted(files):
            path = str(inside / name)
            source, made = Path(place, name), target / renderer.name(name)
            data = source.read_bytes()
            copied = any(fnmatch.fnmatch(path, pattern) for pattern in patterns)
            if not copied and b"\0" not in data and any(mark in data for mark in MARKS):
                data = renderer.text(data.decode("utf-8"), path).encode("utf-8")
            made.write_bytes(data)
            shutil.copymode(source, made)
    return str(project)
