"""What `dlgen new` says about the project that it has made."""

from typing import TYPE_CHECKING, Any

from dlgen import console
from dlgen.projects import environment

if TYPE_CHECKING:
    from dlgen.rendering.render import Project


def made(project: "Project", written: bool, steps_follow: bool) -> str:
    """The tree of a project, and what to type next."""
    tree = console.tree(project.folder.name, project.files, project.comments)
    if not written:
        return f"{tree}\n\nNothing was written: this is what dlgen new would make."
    commands = environment.next_commands(project.folder, project.steps)
    indented = "\n".join(f"  {command}" for command in commands)
    return tree if steps_follow else f"{tree}\n\nNext:\n{indented}"


def made_facts(project: "Project", written: bool) -> dict[str, Any]:
    """The same for programs."""
    return {
        "project": str(project.folder),
        "template": project.template,
        "parts": project.parts,
        "answers": project.answers,
        "settings": project.settings,
        "files": project.files,
        "written": written,
        "next": environment.next_commands(project.folder, project.steps),
    }
