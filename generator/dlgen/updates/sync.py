"""Edits of a project -> the files of the template that it was made from."""

import json
import re
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from dlgen import console
from dlgen.catalog import layers, lookup, templates
from dlgen.catalog.templates import Template
from dlgen.errors import DlgenError
from dlgen.projects import record
from dlgen.projects.content import Entry
from dlgen.projects.project import Made
from dlgen.projects.transaction import BESIDE
from dlgen.system import disk
from dlgen.updates import diff, merge, status
from dlgen.updates.rerender import Rendering, render_again

JINJA = (b"{{", b"{%", b"{#")


@dataclass(frozen=True)
class Carried:
    """One file: `target` is the template's, None where nothing is written; without `data` it is deleted."""

    path: str
    action: str
    target: Path | None = None
    data: bytes | None = None
    executable: bool | None = None
    note: str = ""


@dataclass
class Plan:
    """All that a sync would write, and the folders that it would write into."""

    template: Template
    recorded: str  # the source of the template that the project was made from
    files: list[Carried] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)

    def leave(self, path: str, note: str) -> None:
        self.files.append(Carried(path, "left", note=note))


def plan(made: Made, template: str, delete: bool = False, trust: bool = False) -> Plan:
    """Decide for each file of the project that differs from the template.

    Raises:
        DlgenError: where TEMPLATE is not a folder of yours, or cannot be rendered.
    """
    found = lookup.find(template)
    if found.source == "dlgen" or not Path(found.source).is_dir():
        raise DlgenError(f"{template} is not a folder of yours\nMake it one: dlgen eject {template} my-template")
    rendering = render_again(made, template, trust=trust)
    own = found.folder / layers.plan(found).project_folder
    result = Plan(found, made.facts["source"])
    replaced: list[str] = []
    for path in sorted({*made.pristine, *rendering.files}):
        before, mine, now = made.pristine.get(path), made.read(path), rendering.files.get(path)
        if mine in (before, now):
            continue
        if mine is None:
            _deleted(result, path, rendering, delete)
        elif path not in rendering.sources:
            result.leave(path, "the template has no such file" if now is None else "a hook of the template writes it")
        else:
            _edited(result, path, before or Entry(b""), mine, rendering, own, replaced)
    known = {*made.pristine, *rendering.files}
    for path in status.added(made):
        mine = made.read(path)
        if mine is None or path in known or BESIDE in path:
            continue
        if any(mark.decode() in path for mark in JINJA):
            result.leave(path, "its name contains Jinja, which the template would run")
        elif _marks(mine.data) and not _is_copied(found, path):
            result.leave(path, "it contains {{ or {%, which would be rendered: name it in _copy_without_render first")
        else:
            result.files.append(Carried(path, "added", own / path, mine.data, mine.executable))
    if replaced:
        _replace(result, replaced)
    places = {found.folder, *(_home(each.target) for each in result.files if each.target)}
    result.folders = sorted(place for place in places if not any(other in place.parents for other in places))
    return result


def apply(plan: Plan) -> None:
    """Write the template's files, each whole or not at all.

    Raises:
        DlgenError: before anything is written, where one of them is reached through a link out of the template.
    """
    for each in plan.files:
        if each.target and not _stays(each.target):
            raise DlgenError(
                f"{each.target} is a link, or behind one: dlgen does not write through it\nNothing was written."
            )
    for each in plan.files:
        if each.target is None:
            continue
        if each.data is None:
            each.target.unlink()
            continue
        mode = each.target.stat().st_mode & 0o777 if each.target.exists() else record.allowed(False)
        if each.executable is not None:
            mode = mode | (mode & 0o444) >> 2 if each.executable else mode & ~0o111
        each.target.parent.mkdir(parents=True, exist_ok=True)
        disk.write(each.target, each.data, mode)


def _stays(target: Path) -> bool:
    """Whether a file is where its path says, from the folder of its template or part on."""
    home = _home(target)
    inside = target.relative_to(home).as_posix() if target.is_relative_to(home) else target.name
    found = disk.look(home, inside)
    return disk.blocked(home, inside) is None and (found is None or disk.is_file(found))


def facts(plan: Plan, written: bool) -> dict[str, Any]:
    """The plan for programs."""
    files = [
        {
            "file": each.path,
            "action": each.action,
            "target": str(each.target) if each.target else None,
            "note": each.note,
        }
        for each in plan.files
    ]
    return {"template": str(plan.template.folder), "written": written, "files": files}


def text(plan: Plan, written: bool) -> str:
    """The plan as a list."""
    if not plan.files:
        return "Nothing to carry back: the template gives these files."
    table = console.table(("what", "file", ""), [(each.action, each.path, each.note) for each in plan.files])
    folder = plan.template.folder
    if not any(each.target for each in plan.files):
        return f"{table}\n\nNothing can be carried back."
    if not written:
        return f"{table}\n\n{_differences(plan)}\n\nNothing was written: this is what would go into {folder}"
    where = "" if plan.recorded == plan.template.source else f" --template {folder}"
    return f"{table}\n\nWritten into {folder}\nNext: dlgen update{where}"


def _differences(plan: Plan) -> str:
    """What would change in the template, as a unified diff."""
    pieces = []
    for each in plan.files:
        if each.target:
            old = Entry(each.target.read_bytes()) if each.target.exists() else None
            new = None if each.data is None else Entry(each.data)
            pieces.append(diff.unified(each.path, old, new, "template", "new"))
    return "\n".join(filter(None, pieces))


def _edited(
    result: Plan, path: str, before: Entry, mine: Entry, rendering: Rendering, own: Path, replaced: list[str]
) -> None:
    source = rendering.sources[path]
    old = source.source.read_bytes()
    now = rendering.files[path]
    note, action = "", "edited"
    if merge.YOURS + b"\n" in mine.data:
        result.leave(path, f"it has conflicts to resolve: {merge.YOURS.decode()}")
        return
    base = now if merge.merge(before.data, mine.data, now.data).data == mine.data else before
    if before.data == now.data == old:
        data, left = mine.data, list[bytes]()
    elif merge.is_binary(mine.data, old):
        result.leave(path, "the template has changed it too, and it is not text")
        return
    else:
        data, left = merge.patch(base.data, mine.data, old)
    if now.data != old:  # it is rendered
        wrong = [line for line in merge.lines_of(data) if _marks(line) and line not in merge.lines_of(old)]
        if wrong:
            result.leave(path, f"would be rendered: {_shown(wrong)}")
            return
    if left:
        what = "the template fills in or has changed" if now.data != old else "the template has changed too"
        note = f"{what}: {_shown(left)}"
    if data == old and mine.executable == now.executable:
        result.leave(path, note or "the template already has it")
        return
    target = source.source
    if not _is_yours(result.template, source):
        target, action = own / path, "replaced"
        note = "; ".join(filter(None, [f"dlgen's own, of the part {source.layer}: the template has it now", note]))
        replaced.append(path)
    elif source.layer != result.template.name:
        note = "; ".join(filter(None, [f"in the part {source.layer}, which other templates may use", note]))
    result.files.append(Carried(path, action, target, data, mine.executable, note))


def _deleted(result: Plan, path: str, rendering: Rendering, delete: bool) -> None:
    source = rendering.sources.get(path)
    if source is None:
        return
    if not _is_yours(result.template, source):
        result.leave(path, f"you deleted it; it comes from dlgen's part {source.layer}")
    elif delete:
        result.files.append(Carried(path, "deleted", source.source))
    else:
        result.leave(path, "you deleted it; give --delete to delete it from the template too")


def _is_yours(template: Template, source: layers.File) -> bool:
    """Whether a file may be written: it is the template's, or of a part beside it, and not one that dlgen brought."""
    dlgens = templates.root()
    return template.folder.is_relative_to(dlgens) or not source.source.is_relative_to(dlgens)


def _replace(result: Plan, paths: list[str]) -> None:
    """Name the files in `_replaces` of cookiecutter.json, without changing how the rest of it is written."""
    file = result.template.folder / "cookiecutter.json"
    text = file.read_text(encoding="utf-8")
    config = json.loads(text)
    names = list(dict.fromkeys([*config.get("_replaces", []), *paths]))
    config["_replaces"] = names
    value = json.dumps(names, ensure_ascii=False)
    if re.search(r'"_replaces"\s*:', text):
        changed = re.sub(r'("_replaces"\s*:\s*)\[[^\]]*\]', lambda match: match[1] + value, text, count=1)
    else:
        changed = re.sub(r"\s*\}\s*$", lambda _: f',\n  "_replaces": {value}\n}}\n', text, count=1)
    if _parsed(changed) != config:
        changed = json.dumps(config, indent=2, ensure_ascii=False) + "\n"
    note = f"_replaces: {', '.join(paths)}"
    result.files.append(Carried("cookiecutter.json", "edited", file, changed.encode(), None, note))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _is_copied(template: Template, path: str) -> bool:
    patterns = template.config.get("_copy_without_render", [] if template.plain else ["*.py"])
    return any(fnmatch(path, pattern) for pattern in patterns)


def _marks(data: bytes) -> bool:
    return any(mark in data for mark in JINJA) and not merge.is_binary(data)


def _shown(lines: list[bytes]) -> str:
    first = lines[0].decode("utf-8", "replace").strip()
    return (first if len(first) <= 60 else f"{first[:57]}...") + (f" and {len(lines) - 1} more" if lines[1:] else "")


def _home(file: Path) -> Path:
    """The template or part that a file is in."""
    marks = ("cookiecutter.json", "part.json")
    return next((folder for folder in file.parents if any((folder / name).is_file() for name in marks)), file.parent)
