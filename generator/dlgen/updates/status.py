"""How a project differs from what was made, and from what its template gives today."""

import fnmatch
import os
from pathlib import Path
from typing import Any

from dlgen.catalog.layers import LEFT_BEHIND
from dlgen.errors import DlgenError
from dlgen.projects.project import Made
from dlgen.projects.record import FOLDER
from dlgen.system import git
from dlgen.updates import changes
from dlgen.updates.rerender import render_again

NOT_YOURS = {*LEFT_BEHIND, FOLDER, ".venv", "venv", "node_modules", ".ipynb_checkpoints"}


def status(made: Made, template: str | None = None, trust: bool = False) -> dict[str, Any]:
    """What differs from the project as it was made, and what an update would change."""
    yours = {path: made.read(path) for path in made.pristine}
    found = {path: (entry, yours[path]) for path, entry in made.pristine.items() if yours[path] != entry}
    facts: dict[str, Any] = {
        "project": str(made.folder),
        "template": made.facts["template"],
        "source": made.facts["source"],
        "parts": made.facts["parts"],
        "dlgen": made.facts.get("dlgen"),
        "edited": [path for path, (old, now) in found.items() if (now.data != old.data if now else made.has(path))],
        "modes": [path for path, (old, now) in found.items() if now and now.executable != old.executable],
        "deleted": [path for path, (_, now) in found.items() if now is None and not made.has(path)],
        "added": added(made),
    }
    try:
        rendering = render_again(made, template, trust=trust)
    except DlgenError as error:
        return {**facts, "update": None, "why": str(error)}
    plan = changes.plan(made, rendering)
    return {**facts, "update": [each for each in plan.facts() if each["action"] != "kept"], "notes": rendering.notes}


def text(facts: dict[str, Any]) -> str:
    """The status as a page for the terminal."""
    where = "" if facts["source"] == "dlgen" else f" of {facts['source']}"
    parts = f", parts: {', '.join(facts['parts'])}" if facts["parts"] else ""
    blocks = [f"Made from {facts['template']}{where} by dlgen {facts['dlgen']}{parts}"]
    rows = [
        f"  {word:<9}{path}"
        for word, key in (("edited", "edited"), ("mode", "modes"), ("deleted", "deleted"), ("added", "added"))
        for path in facts[key]
    ]
    blocks.append("\n".join(["Yours:", *rows]) if rows else "No file has changed since the project was made.")
    if facts["update"] is None:
        blocks.append(f"Cannot tell whether the template has something new: {facts['why']}")
    elif facts["update"]:
        lines = [f"  {each['action']:<9}{each['file']}" for each in facts["update"]]
        blocks.append("\n".join(["The template has something new:", *lines]))
        blocks.append("See it: dlgen update --dry-run\nApply it: dlgen update")
    else:
        blocks.append("The template has nothing new.")
    return "\n\n".join(blocks)


def added(made: Made) -> list[str]:
    """Files that you have added, without those that git, or else the project's .gitignore, ignores."""
    names = git.seen(made.folder)
    names = _walk(made.folder) if names is None else [name for name in names if (made.folder / name).is_file()]
    return sorted(name for name in names if name not in made.pristine and name.split("/")[0] not in (FOLDER, ".git"))


def _walk(folder: Path) -> list[str]:
    """All files but those of tools, and of the plain patterns in .gitignore."""
    lines = (
        (folder / ".gitignore").read_text("utf-8", "replace").splitlines() if (folder / ".gitignore").exists() else []
    )
    patterns = [line.strip() for line in lines if line.strip() and line[0] not in "#!"]
    found = []
    for place, folders, leaves in os.walk(folder):
        here = Path(place).relative_to(folder)
        folders[:] = [name for name in folders if not _ignored(here / name, patterns, is_folder=True)]
        found += [(here / name).as_posix() for name in leaves if not _ignored(here / name, patterns, is_folder=False)]
    return found


def _ignored(path: Path, patterns: list[str], is_folder: bool) -> bool:
    if path.name in NOT_YOURS or path.suffix == ".pyc":
        return True
    for pattern in patterns:
        if pattern.endswith("/") and not is_folder:
            continue
        plain = pattern.rstrip("/")
        target = path.as_posix() if "/" in plain else path.name
        if fnmatch.fnmatch(target, plain.removeprefix("/")):
            return True
    return False
