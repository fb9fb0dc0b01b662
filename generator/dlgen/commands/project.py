"""The commands that work inside a made project: update, undo, add, status, diff, sync. They parse, call and print."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from dlgen import console
from dlgen.commands.options import as_json, part_names, trust

Command = TypeVar("Command", bound=Callable[..., Any])

in_project = click.option(
    "--project",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    default=".",
    help="The folder of the project; by default the current one.",
)
dry_run = click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
allow_dirty = click.option("--allow-dirty", is_flag=True, help="Continue despite uncommitted changes in git.")
from_template = click.option("--template", metavar="PATH", help="Where the template is now, if it has moved.")


def _options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@click.command()
@_options(in_project, from_template, dry_run, allow_dirty, trust)
@click.option("--undo", "undo_last", is_flag=True, help="Undo the last update or add, like `dlgen undo`.")
@as_json
def update(
    folder: Path,
    template: str | None,
    dry_run: bool,
    allow_dirty: bool,
    trust: bool,
    undo_last: bool,
    as_json: bool,
) -> None:
    """Bring what is new in the template into the project; your edits are kept.

    For each file: a change in the template alone is taken, an edit of yours alone is kept, and changes on both sides
    are merged, with markers around conflicts. `dlgen undo` reverts the update.
    """
    if undo_last:
        _undo(folder, force=False, as_json=as_json)
    else:
        _bring(folder, template, (), dry_run, allow_dirty, trust, as_json)


@click.command()
@click.argument("parts", metavar="PART...", nargs=-1, required=True, shell_complete=part_names)
@_options(in_project, from_template, dry_run, allow_dirty, trust, as_json)
def add(
    parts: tuple[str, ...],
    folder: Path,
    template: str | None,
    dry_run: bool,
    allow_dirty: bool,
    trust: bool,
    as_json: bool,
) -> None:
    """Add optional parts to the project, as `dlgen new --with PART` does.

    This is an update with one more part: your edits are kept, and what is new in the template is included.
    """
    _bring(folder, template, parts, dry_run, allow_dirty, trust, as_json)


@click.command()
@in_project
@click.option("--force", is_flag=True, help="Also restore files that were edited since.")
@as_json
def undo(folder: Path, force: bool, as_json: bool) -> None:
    """Undo the last update or add: put the files back as they were.

    A second `dlgen undo` brings the update back.
    """
    _undo(folder, force, as_json)


@click.command()
@_options(in_project, from_template, trust, as_json)
def status(folder: Path, template: str | None, trust: bool, as_json: bool) -> None:
    """Show your changes, and what is new in the template."""
    from dlgen.projects import project
    from dlgen.updates import status

    facts = status.status(project.find(folder), template, trust)
    if as_json:
        console.json(facts)
    else:
        console.echo(status.text(facts))


@click.command()
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
@in_project
@click.option("--with-template", is_flag=True, help="Compare your files with what the template makes today.")
@_options(from_template, trust)
def diff(files: tuple[Path, ...], folder: Path, with_template: bool, template: str | None, trust: bool) -> None:
    """Show your changes line by line, like diff -u: from the files as they were made to yours.

    FILE is a file or folder of the project; by default all files that dlgen made.
    """
    from dlgen.projects import project
    from dlgen.updates import diff
    from dlgen.updates.rerender import render_again

    made = project.find(folder)
    rendering = render_again(made, template, trust=trust) if with_template or template else None
    differences = diff.diff(made, [made.path(file) for file in files], rendering)
    if differences:
        console.echo_exact(differences)


@click.command()
@click.argument("template", metavar="TEMPLATE")
@_options(in_project, dry_run)
@click.option("--delete", is_flag=True, help="Also delete files from the template that you deleted.")
@_options(allow_dirty, trust, as_json)
def sync(
    template: str, folder: Path, dry_run: bool, delete: bool, allow_dirty: bool, trust: bool, as_json: bool
) -> None:
    """Carry your edits back into TEMPLATE, a template in a folder of your own.

    Edited lines that the template holds as they are go back into it; lines that it fills in are named and left alone.
    An edited file from a part of dlgen's is written into the template, which from then on replaces it.
    """
    from dlgen.projects import project
    from dlgen.system import git
    from dlgen.updates import sync

    made = project.find(folder)
    plan = sync.plan(made, template, delete, trust)
    if not (dry_run or allow_dirty):
        for place in plan.folders:
            git.check_clean(place, "the template")
    if not dry_run:
        sync.apply(plan)
    if as_json:
        console.json(sync.facts(plan, written=not dry_run))
    else:
        console.echo(sync.text(plan, written=not dry_run))


def _bring(
    folder: Path,
    template: str | None,
    parts: tuple[str, ...],
    dry_run: bool,
    allow_dirty: bool,
    trust: bool,
    as_json: bool,
) -> None:
    from dlgen.projects import project
    from dlgen.system import git
    from dlgen.updates import changes, report
    from dlgen.updates.rerender import render_again

    made = project.find(folder)
    if not (dry_run or allow_dirty):
        git.check_clean(made.folder, "the project")
    plan = changes.plan(made, render_again(made, template, tuple(dict.fromkeys(parts)), trust))
    what = f"add {' '.join(parts)}" if parts else "update"
    if not dry_run:
        changes.apply(plan, what)
    if as_json:
        console.json(report.facts(plan, written=not dry_run))
    else:
        console.echo(report.text(plan, written=not dry_run))


def _undo(folder: Path, force: bool, as_json: bool) -> None:
    from dlgen.projects import content, project, transaction

    what, files = transaction.undo(project.find(folder).folder, force)
    shown = [file for file in files if content.is_inside(file)]
    if as_json:
        console.json({"undone": what, "files": shown})
        return
    console.echo("\n".join([f"Undid: {what}", *(f"  {file}" for file in shown), "Changed your mind? dlgen undo"]))


COMMANDS = {
    each.name: each
    for each in (
        update,
        add,
        undo,
        status,
        diff,
        sync,
    )
}
