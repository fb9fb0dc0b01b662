"""What was rendered, looked at before it becomes a project."""

import os
import re
from pathlib import Path

from dlgen.catalog.layers import Plan
from dlgen.errors import DlgenError
from dlgen.projects import record
from dlgen.rendering import trust
from dlgen.system import paths

LEFT_OVER = re.compile(r"\{\{-?\s*cookiecutter\b|\{%-?\s")


def check(plan: Plan, project: Path, trusted: bool) -> None:
    """Look at what was rendered, and at what hooks made of it.

    Raises:
        DlgenError: for a path or a link that leaves the project or that git would follow, and for Jinja that is left.
    """
    hooked = trusted and any(
        trust.is_hook(path) for path in plan.files
    )  # they may do what they like, but no harm to us
    made: list[str] = []
    for path in [project, *project.rglob("*")]:
        inside = path.relative_to(project).as_posix()
        if path.is_symlink() and paths.leads_out(path, project):
            raise DlgenError(f"the template makes a link that leads out of the project: {inside}")
        if paths.alike(inside) == record.FOLDER:
            paths.check(record.FOLDER)
        if not hooked:
            if path.is_dir() and paths.bare_repository(os.listdir(path)):
                raise DlgenError(
                    f"the template makes {inside} a repository of git's, whose settings git would follow\nRename its HEAD."
                )
            paths.check(inside)
            made.append(inside)
        if plan.template.plain or path.suffix == ".py" or not path.is_file():
            continue
        data = path.read_bytes()
        found = None if b"\0" in data[:1024] else LEFT_OVER.search(data.decode("utf-8", "replace"))
        if found:
            raise DlgenError(f"the template left {found[0].strip()} in {path.relative_to(project).as_posix()}")
    paths.check_collision(made)


def comments(project: Path) -> dict[str, str]:
    """The first sentence of each top-level Python file."""
    comments = {}
    for file in project.glob("*.py"):
        match = re.match(r'"""(.+)', file.read_text(encoding="utf-8", errors="replace"))
        if match:
            comments[file.name] = match[1].partition('"""')[0].partition(". ")[0].rstrip(". ")
    return comments
