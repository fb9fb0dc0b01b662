"""`dlgen templates`: folders and repositories of templates that are known by a name."""

import click

from dlgen import console
from dlgen.commands.options import as_json, checkout, directory_of


@click.group()
def templates() -> None:
    """Register templates from folders and repositories of your own.

    The templates of TEAM appear in `dlgen list`; `show`, `new`, `check` and `eject` take them as TEAM/NAME.
    """


@templates.command("add")
@click.argument("place", metavar="PATH|URL")
@click.option("--name", metavar="TEAM", help="The name to register; by default that of the folder.")
@checkout
@directory_of
@as_json
def templates_add(place: str, name: str | None, checkout: str | None, within: str | None, as_json: bool) -> None:
    """Register a folder of templates and parts, or a repository that holds them.

    A repository is fetched into dlgen's cache folder; `dlgen templates update` fetches it again.
    """
    from dlgen.catalog import registry

    entry = registry.add(place, name, checkout, within)
    found = registry.in_team(entry)
    if as_json:
        console.json({"name": entry.name, **entry.facts, "templates": [each.shown for each in found]})
        return
    console.echo(f"Registered {entry.name}: {', '.join(each.shown for each in found)}")
    console.echo(f"Make a project: dlgen new {found[0].shown}")


@templates.command("list")
@as_json
def templates_list(as_json: bool) -> None:
    """List the registered folders and repositories."""
    from dlgen.catalog import registry

    entries = registry.read().values()
    if as_json:
        console.json([{"name": each.name, **each.facts} for each in entries])
    elif entries:
        console.echo(console.table(("name", "where"), [(each.name, each.shown) for each in entries]))
    else:
        console.echo("Nothing is registered. Register a folder: dlgen templates add PATH")


@templates.command("remove")
@click.argument("name", metavar="TEAM")
def templates_remove(name: str) -> None:
    """Remove TEAM from the list; its files stay where they are."""
    from dlgen.catalog import registry

    entry = registry.remove(name)
    console.echo(f"Forgot {name}; its files stay: {entry.shown}")


@templates.command("update")
@click.argument("name", metavar="[TEAM]", required=False)
def templates_update(name: str | None) -> None:
    """Fetch the registered repositories again: all of them, or only TEAM."""
    from dlgen.catalog import registry

    entries = registry.read()
    for entry in [registry.get(name, entries)] if name else entries.values():
        if entry.path:
            console.echo(f"{entry.name} is a folder, used as it is: {entry.path}")
        else:
            before = entry.commit
            entry.folder(fresh=True)
            after = entry.commit
            console.echo(f"{entry.name} is {'as it was' if before == after else 'updated'}: {after[:12]}")
    if not entries:
        console.echo("Nothing is registered. Register a folder: dlgen templates add PATH")


COMMANDS = {each.name: each for each in (templates,)}
