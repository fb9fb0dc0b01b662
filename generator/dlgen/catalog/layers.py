"""Layers of whole files -> one plain cookiecutter template.

The layers are a template's `_parts` in order, parts chosen with `--with`, and the template's own files. There is no
merging inside a file: a file in two layers is an error unless the upper layer says that it replaces the lower one.
"""

import json
import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlgen.catalog import templates
from dlgen.catalog.templates import Part, Template
from dlgen.errors import DlgenError, did_you_mean
from dlgen.system import paths

PROJECT_FOLDER = "{{cookiecutter.project_slug}}"
STEPS = [["data.py"], ["train.py"], ["evaluate.py"], ["export.py"]]
MANY_MB, MANY_FILES = 200, 20_000  # a template is text: what is larger is a mistake or an attack
LEFT_BEHIND = {"__pycache__", ".DS_Store", ".git", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache"}


@dataclass(frozen=True)
class File:
    """A file of a composed template, and the layer that it comes from."""

    source: Path
    layer: str


@dataclass(frozen=True)
class Plan:
    """What a composed template holds, before anything is written.

    `files` are named as in the composed template, with "/" on every system; `config` is its cookiecutter.json.
    """

    template: Template
    config: dict[str, Any]
    files: dict[str, File]
    parts: list[str]

    @property
    def project_folder(self) -> str:
        """The one folder of the template that is rendered, for example `{{cookiecutter.project_slug}}`."""
        return _project_folder(self.template)

    def project_file(self, path: str) -> Path | None:
        """Where a file of the project comes from, or None where the project has no such file."""
        file = self.files.get(f"{self.project_folder}/{path}")
        return file.source if file else None


def plan(template: Template, extra_parts: tuple[str, ...] = ()) -> Plan:
    """Lay the parts of a template and its own files over each other.

    Raises:
        DlgenError: for an unknown part, a file in two layers, a link that leaves its layer, or a template that has no
            project folder.
    """
    _check_types(template)
    if template.plain and extra_parts:
        raise DlgenError(f"{template.name} is a plain cookiecutter template: --with works for templates made of parts")
    composed = bool(template.config.get("_composed"))
    given = [str(name) for name in template.config.get("_parts", [])]
    chosen = [_optional(name, template, given) for name in dict.fromkeys(extra_parts)]
    parts = [*([] if composed else [templates.part(name, template.roots) for name in given]), *chosen]

    files: dict[str, File] = {}
    folder = _project_folder(template)
    for part in parts:
        inside = {path: file for path, file in _walk(part.folder).items() if path != "part.json"}
        _lay(files, {f"{folder}/{path}": file for path, file in inside.items()}, part.name, part.replaces)
    own = {path: file for path, file in _walk(template.folder).items() if path != "cookiecutter.json"}
    _lay(files, own, template.name, template.config.get("_replaces", []))

    if not any(path.startswith(f"{folder}/") for path in files):
        raise DlgenError(
            f"the template {template.name} has no file in its project folder\nExpected one such as README.md."
        )

    config = dict(template.config)
    if not template.plain:
        config["_parts"] = [*given, *(part.name for part in chosen)]
        config["_dependencies"] = _union(*(part.dependencies for part in parts), config.get("_dependencies", []))
        config["_composed"] = True
        config.setdefault("_steps", STEPS)
        config.setdefault("_copy_without_render", ["*.py"])
        config.setdefault("_settings", {})
    return Plan(template, config, dict(sorted(files.items())), list(config.get("_parts", [])))


def write(plan: Plan, folder: Path, settings: dict[str, Any] | None = None) -> dict[str, Any]:
    """Write a plan as a plain cookiecutter template into `folder`, and return its cookiecutter.json.

    `settings` are the values chosen with `--set`, which the template's config.toml is rendered from.
    """
    config = dict(plan.config)
    if not plan.template.plain:
        config["_settings"] = {**config["_settings"], **(settings or {})}
    made: set[Path] = set()
    for path, file in plan.files.items():
        target = folder / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        shutil.copyfile(file.source, target)
        # A template installed by a system's package manager is read-only; a project is its owner's.
        target.chmod(file.source.stat().st_mode & 0o777 | 0o200)
    text = json.dumps(config, indent=2, ensure_ascii=False) + "\n"
    (folder / "cookiecutter.json").write_text(text, encoding="utf-8")
    return config


def _check_types(template: Template) -> None:
    """Raises DlgenError where a key of cookiecutter.json that is used here holds something else than it should."""
    for key in ("_parts", "_replaces", "_dependencies", "_copy_without_render", "_extensions", "_learns"):
        value = template.config.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise DlgenError(
                f'{template.name}: {key} in cookiecutter.json is not a list of strings\nExpected {key}: ["..."]'
            )
    for key in ("_settings", "_data", "_expected", "_jinja2_env_vars"):
        if not isinstance(template.config.get(key, {}), dict):
            raise DlgenError(f"{template.name}: {key} in cookiecutter.json is not a table\nExpected {key}: {{...}}")
    steps = template.config.get("_steps", [])
    if not isinstance(steps, list) or not all(
        isinstance(step, list) and step and all(isinstance(word, str) for word in step) for step in steps
    ):
        raise DlgenError(f'{template.name}: _steps in cookiecutter.json is not a list of lists\nExpected [["data.py"]]')


def _project_folder(template: Template) -> str:
    entries = [entry for entry in sorted(template.folder.iterdir()) if _is_project_folder(entry.name)]
    folders = [entry.name for entry in entries if entry.is_dir() and not entry.is_symlink()]
    paths = templates.nested(template.config)
    if paths and not folders:
        raise DlgenError(
            f"{template.name} contains several templates\nGive the path of one of them: {', '.join(paths)}"
        )
    if len(folders) != 1:
        raise DlgenError(f"the template {template.name} has no project folder\nExpected one such as {PROJECT_FOLDER}.")
    return folders[0]


def _is_project_folder(name: str) -> bool:
    return "cookiecutter" in name and "{{" in name and "}}" in name


def _optional(name: str, template: Template, given: list[str]) -> Part:
    names = [part.name for part in templates.optional_parts(template.roots)]
    if name in given:
        raise DlgenError(f"{template.name} already has the part {name}")
    if name not in names:
        choices = f"Optional parts: {', '.join(names)}" if names else "There are no optional parts yet."
        raise DlgenError(f"there is no optional part {name}{did_you_mean(name, names)}\n{choices}")
    return templates.part(name, template.roots)


def _walk(folder: Path) -> dict[str, Path]:
    """The files under `folder` by their path from it, without what tools leave behind.

    Raises:
        DlgenError: for a link that leads out of `folder`, a device, or more than a template can be.
    """
    files: dict[str, Path] = {}
    total = 0
    for place, names, leaves in os.walk(folder):
        names[:] = sorted(name for name in names if name not in LEFT_BEHIND)
        for name in sorted([*names, *leaves]):
            file = Path(place, name)
            if file.is_symlink() and paths.leads_out(file, folder):
                raise DlgenError(
                    f"{file} is a link that leads out of the template\nReplace it by the file that it leads to."
                )
            if name in leaves and name not in LEFT_BEHIND and not name.endswith(".pyc"):
                facts = file.stat()
                if not stat.S_ISREG(facts.st_mode):
                    raise DlgenError(f"{file} is neither a file nor a folder\nTake it out of the template.")
                total += facts.st_size
                if total > MANY_MB << 20 or len(files) >= MANY_FILES:
                    raise DlgenError(
                        f"{folder} contains more than {MANY_MB} MB or {MANY_FILES:,} files: that is not a template\n"
                        f"The last one seen: {file}"
                    )
                files[file.relative_to(folder).as_posix()] = file
    return files


def _lay(files: dict[str, File], upper: dict[str, Path], layer: str, replaces: list[str]) -> None:
    for path, source in upper.items():
        inside = path.partition("/")[2]
        if path in files and inside not in replaces:
            raise DlgenError(
                f"{inside} is in both {files[path].layer} and {layer}\n"
                f"Name it in the replaces of {layer}, or give one of the two another name."
            )
        files[path] = File(source, layer)
    for path in replaces:
        if not any(name.partition("/")[2] == path for name in upper):
            raise DlgenError(f"{layer} says that it replaces {path}, which it does not have")


def _union(*lists: list[str]) -> list[str]:
    return list(dict.fromkeys(item for each in lists for item in each))
