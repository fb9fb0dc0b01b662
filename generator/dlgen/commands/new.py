"""`dlgen new`: a project from a template."""

import sys

import click

from dlgen import console
from dlgen.commands.options import as_json, checkout, directory_of, template_names, trust, with_parts
from dlgen.errors import DlgenError


@click.command()
@click.argument("name", required=False, shell_complete=template_names)
@click.argument("directory", metavar="[DIR]", required=False)
@click.option("--run", "run_steps", is_flag=True, help="Install the project, then run its steps on the sample data.")
@click.option(
    "--set",
    "chosen",
    metavar="KEY=VALUE",
    multiple=True,
    help="A setting of config.py, or an answer to a question of the template; may be given several times.",
)
@with_parts
@checkout
@directory_of
@click.option("--dry-run", is_flag=True, help="Show the files that would be made; write nothing.")
@click.option("--no-input", is_flag=True, help="Use the defaults; ask no questions.")
@trust
@as_json
def new(
    name: str | None,
    directory: str | None,
    run_steps: bool,
    chosen: tuple[str, ...],
    parts: tuple[str, ...],
    checkout: str | None,
    within: str | None,
    dry_run: bool,
    no_input: bool,
    trust: bool,
    as_json: bool,
) -> None:
    """Make a project from the template NAME in the new folder DIR.

    NAME is a template of `dlgen list`, or where to find a cookiecutter template: a path, gh:owner/repo, or the address
    of a git repository or zip file. Without NAME, on a terminal, you choose from the list.
    """
    from dlgen.catalog import lookup
    from dlgen.rendering import render, summary

    ask = sys.stdin.isatty() and sys.stdout.isatty() and not no_input and not as_json
    if name is None:
        name = _ask_for_template(ask)
    template = lookup.find(name, checkout, within)
    if directory is None and ask and not template.plain:
        directory = click.prompt("Folder", default=template.name)
    project = render.new(
        template,
        directory,
        _pairs(chosen),
        parts=parts,
        trust=trust,
        ask=ask and template.plain,
        dry_run=dry_run,
    )
    if not as_json:
        console.echo(summary.made(project, written=not dry_run, steps_follow=run_steps))
    results = None
    if run_steps and not dry_run:
        from dlgen.projects import environment
        from dlgen.projects import results as reading

        environment.run(project.folder, project.steps, quiet=as_json)
        results = reading.read(project.folder)
        if not as_json:
            console.echo(reading.text(results))
    if as_json:
        facts = summary.made_facts(project, written=not dry_run)
        console.json(facts if results is None else {**facts, "results": results})


def _ask_for_template(ask: bool) -> str:
    if not ask:
        raise DlgenError(
            "which template? Give its name, for example: dlgen new mnist-classifier\nAll templates: dlgen list"
        )
    from dlgen.catalog import lookup

    templates = [*lookup.catalog(), *lookup.registered()[0]]
    for number, template in enumerate(templates, 1):
        click.echo(
            f"{number:>3}  {console.line(template.shown)}  {click.style(console.line(template.summary), dim=True)}"
        )
    choice: int = click.prompt("Which one", type=click.IntRange(1, len(templates)), default=1)
    return templates[choice - 1].shown


def _pairs(chosen: tuple[str, ...]) -> dict[str, str]:
    for item in chosen:
        if "=" not in item or item.startswith("="):
            raise DlgenError(f"--set {item}: expected KEY=VALUE, for example --set epochs=20")
    return {key.strip(): value for key, _, value in (item.partition("=") for item in chosen)}


COMMANDS = {each.name: each for each in (new,)}
