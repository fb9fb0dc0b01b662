"""The `dlgen` command: parse, call, print. What takes time to import is imported by the command that needs it."""

import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

import click
from dlgen import __version__, console
from dlgen.commands import project
from dlgen.errors import DlgenError, StepFailed, explain

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command and end the process: 0, 1 (a step of --run failed), 2 (a mistake to mend) or 130 (Ctrl-C)."""
    from dlgen.rendering import workspace

    alone = signal.getsignal(signal.SIGINT) is signal.SIG_DFL  # __main__ has set it, and nobody else needs it
    try:
        if alone:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        code = _run(arguments)
        if alone:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
    except KeyboardInterrupt:
        if alone:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough: what follows takes a moment
        workspace.remove_all()
        code = _said("Stopped by Ctrl-C.", 130)  # click has ended the line
    sys.exit(code)


def _run(arguments: list[str] | None) -> int:
    try:
        return cli.main(arguments, prog_name="dlgen", standalone_mode=False) or 0
    except click.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "dlgen"
        return _said(f"error: {_sentence(error.format_message())}\nAll options: {path} --help", 2)
    except DlgenError as error:
        return _said(f"error: {error}", 2)
    except StepFailed as error:
        return _said(f"failed: {error}", 1)
    except OSError as error:
        if _is_of_output(error):
            _give_up_output()
            if isinstance(error, BrokenPipeError):  # dlgen list | head; click sees most of them first, and does this
                return 1
            return _said(f"error: the output cannot be written: {error.strerror}\nSend it elsewhere.", 2)
        message = explain(error)
        if message is None:
            raise
        return _said(f"error: {message}", 2)


def _is_of_output(error: OSError) -> bool:
    """Whether it came up while something was printed: the system names no file for it, nor for a full disk."""
    place = error.__traceback__
    while place and place.tb_frame.f_code is not click.echo.__code__:
        place = place.tb_next
    return place is not None


def _give_up_output() -> None:
    """Let what is left for stdout go nowhere: Python would try once more at its end."""
    with suppress(OSError, ValueError, AttributeError):  # no file at all
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())


def _template_names(context: click.Context, parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem
    from dlgen.catalog import lookup

    known = [(each.shown, each.summary) for each in (*lookup.catalog(), *lookup.registered()[0])]
    return [
        CompletionItem(console.line(name), help=console.line(summary))
        for name, summary in known
        if name.startswith(incomplete)
    ]


def _part_names(context: click.Context, parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem
    from dlgen.catalog import templates

    known = templates.optional_parts((templates.root(),))
    return [
        CompletionItem(part.name, help=console.line(part.summary)) for part in known if part.name.startswith(incomplete)
    ]


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
checkout = click.option("--checkout", metavar="NAME", help="Of a git repository: the branch, tag or commit.")
directory_of = click.option(
    "--directory", "within", metavar="PATH", help="The template's folder in a repository or path."
)
with_parts = click.option(
    "--with", "parts", metavar="PART", multiple=True, shell_complete=_part_names, help="Add an optional part."
)


@click.group(context_settings=HELP, invoke_without_command=True)
@click.version_option(__version__, prog_name="dlgen", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Ready-to-run Keras projects: data, training, evaluation and a proven export.

    Begin with: dlgen new mnist-classifier --run
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@cli.command("list")
@as_json
def list_(as_json: bool) -> None:
    """List the templates, and what each reaches in how long."""
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


@cli.command()
@click.argument("name", shell_complete=_template_names)
@checkout
@directory_of
@as_json
def show(name: str, checkout: str | None, within: str | None, as_json: bool) -> None:
    """Show what the template NAME teaches, reaches and holds.

    Its data, model, expected results, settings with their reasons, and files with the part each comes from.
    """
    from dlgen.catalog import describe, lookup

    facts = describe.facts(lookup.find(name, checkout, within))
    if as_json:
        console.json(facts)
    else:
        console.echo(describe.text(facts))


@cli.command()
@click.argument("name", required=False, shell_complete=_template_names)
@click.argument("directory", metavar="[DIR]", required=False)
@click.option("--run", "run_steps", is_flag=True, help="Install the project and run its steps on the sample data.")
@click.option(
    "--set", "chosen", metavar="KEY=VALUE", multiple=True, help="Choose a setting of config.py, or answer a question."
)
@with_parts
@checkout
@directory_of
@click.option("--dry-run", is_flag=True, help="Show the files that would be made; write nothing.")
@click.option("--no-input", is_flag=True, help="Ask nothing; take the defaults.")
@click.option("--trust", is_flag=True, help="Let the template run its hooks on this computer.")
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

    NAME is a template of `dlgen list`, or where a cookiecutter template is: a path, gh:owner/repo, or the
    address of a git repository or a zip file. Without NAME the list is offered, where this is a terminal.
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


@cli.command()
@click.argument("name", shell_complete=_template_names)
@click.argument("directory", metavar="DIR")
@with_parts
@checkout
@directory_of
@as_json
def eject(
    name: str, directory: str, parts: tuple[str, ...], checkout: str | None, within: str | None, as_json: bool
) -> None:
    """Write the template NAME into DIR, to make it your own.

    DIR then holds one plain cookiecutter template: `dlgen new DIR` and `cookiecutter DIR` render it alike.
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


@cli.command()
@click.argument("name", metavar="TEMPLATE", shell_complete=_template_names)
@click.option("--run", "run_steps", is_flag=True, help="Also run a project's steps and its own tests (minutes).")
@click.option("--python", metavar="PATH", help="With --run: an interpreter that has the libraries; installs nothing.")
@click.option("--trust", is_flag=True, help="Let the template run its hooks on this computer.")
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
    """Hold a template to what dlgen's own templates keep, and say what is wrong where.

    It is rendered with its defaults, each of its choices and awkward answers; what comes out is parsed, linted
    and held to the contract of templates/README.md. Exit code 1 where something is found.
    """
    import shutil
    from dataclasses import asdict
    from pathlib import Path

    from dlgen.catalog import lookup
    from dlgen.checks import check

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
        console.echo(check.text(report, template.shown))
    return 1 if report.findings else 0


@cli.group()
def templates() -> None:
    """Folders and repositories of templates that are known by a name.

    What is registered as TEAM is found by `dlgen list`, and by `show`, `new`, `check` and `eject` as TEAM/NAME.
    """


@templates.command("add")
@click.argument("place", metavar="PATH|URL")
@click.option("--name", metavar="TEAM", help="The name to register it by; the folder's by default.")
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
    """List what is registered."""
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
    """Forget what is registered as TEAM; its files stay where they are."""
    from dlgen.catalog import registry

    entry = registry.remove(name)
    console.echo(f"Forgot {name}; its files stay: {entry.shown}")


@templates.command("update")
@click.argument("name", metavar="[TEAM]", required=False)
def templates_update(name: str | None) -> None:
    """Fetch registered repositories again: all, or that of TEAM."""
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


for _command in project.COMMANDS:
    cli.add_command(_command)


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


def _sentence(message: str) -> str:
    return message[:1].lower() + message[1:].rstrip(".")


def _said(message: str, code: int) -> int:
    with suppress(OSError):  # stderr may be full or closed, too
        console.echo(message, error=True)
    return code
