"""The commands for one template or all of them: list, show, eject, check."""

import click

from dlgen import console
from dlgen.commands.options import as_json, checkout, directory_of, template_names, trust, with_parts
from dlgen.errors import DlgenError


@click.command("list")
@as_json
def list_(as_json: bool) -> None:
    """List the templates, with the result and the time of each."""
    from dlgen.catalog import lookup

    others, problems = lookup.registered()
    templates = [*lookup.catalog(), *others]
    for problem in problems:
        console.note(f"note: {problem}")
    if as_json:
        console.json(
            [
                {
                    "name": each.shown,
                    "level": each.level,
                    "title": each.title,
                    "summary": each.summary,
                    "expected": each.expected,
                }
                for each in templates
            ]
        )
        return
    rows = [
        (
            each.level,
            each.shown,
            console.expected(each.expected, "sample"),
            console.expected(each.expected, "full"),
            each.summary,
        )
        for each in templates
    ]
    console.echo(console.table(("level", "name", "sample", "full data", "what it does"), rows))
    console.echo("\nMore about one: dlgen show NAME\nMake a project: dlgen new NAME")


@click.command()
@click.argument("name", shell_complete=template_names)
@checkout
@directory_of
@as_json
def show(name: str, checkout: str | None, within: str | None, as_json: bool) -> None:
    """Show what the template NAME teaches, reaches and contains.

    That is its data, model, expected results, settings with their reasons, and files with the part that each comes from.
    """
    from dlgen.catalog import describe, lookup

    facts = describe.facts(lookup.find(name, checkout, within))
    if as_json:
        console.json(facts)
    else:
        console.echo(describe.text(facts))


@click.command()
@click.argument("name", shell_complete=template_names)
@click.argument("directory", metavar="DIR")
@with_parts
@checkout
@directory_of
@as_json
def eject(
    name: str, directory: str, parts: tuple[str, ...], checkout: str | None, within: str | None, as_json: bool
) -> None:
    """Copy the template NAME into the new folder DIR, to make it your own.

    DIR then holds one plain cookiecutter template; `dlgen new DIR` and `cookiecutter DIR` make the same project of it.
    """
    from dlgen.catalog import lookup
    from dlgen.rendering import eject

    template = lookup.find(name, checkout, within)
    folder, files = eject.eject(template, directory, parts)
    if as_json:
        console.json({"template": template.name, "folder": str(folder), "files": files})
        return
    here = directory if "/" in directory else f"./{directory}"
    console.echo(f"Wrote {len(files)} files to {directory}\n\nWhat to change: {here}/README.md")
    console.echo(f"Render it: dlgen new {here} my-project")


@click.command()
@click.argument("name", metavar="TEMPLATE", shell_complete=template_names)
@click.option("--run", "run_steps", is_flag=True, help="Also run the steps and the tests of a project; takes minutes.")
@click.option(
    "--python",
    metavar="PATH",
    help="The interpreter for --run, with the libraries installed; nothing is installed then.",
)
@trust
@checkout
@directory_of
@as_json
def check(
    name: str,
    run_steps: bool,
    python: str | None,
    trust: bool,
    checkout: str | None,
    within: str | None,
    as_json: bool,
) -> int:
    """Check a template against the rules that dlgen's own templates keep.

    The template is rendered with its defaults, with each of its choices and with awkward answers. The projects are
    parsed, linted, and compared with the contract in templates/README.md. Exit code 1: something is wrong.
    """
    import shutil
    from dataclasses import asdict
    from pathlib import Path

    from dlgen.catalog import lookup
    from dlgen.checks import check
    from dlgen.checks.report import text

    template = lookup.find(name, checkout, within)
    interpreter = shutil.which(python) if python else None
    if python and interpreter is None:
        raise DlgenError(
            f"there is no program {python}\nGive the python of an environment, for example .venv/bin/python"
        )
    path = Path(interpreter).absolute() if interpreter else None
    report = check.check(template, trust=trust, run=run_steps, python=path)
    if as_json:
        console.json({"template": template.shown, **asdict(report)})
    else:
        console.echo(text(report, template.shown))
    return 1 if report.findings else 0


COMMANDS = {
    each.name: each
    for each in (
        list_,
        show,
        eject,
        check,
    )
}
