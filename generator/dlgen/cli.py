"""The `dlgen` command: parse, call, print. What takes time to import is imported by the command that needs it."""

import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

from dlgen import __version__, inside
from dlgen.errors import DlgenError, StepFailed, explain

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command and end the process: 0, 1 (a step of --run failed), 2 (a mistake to mend) or 130 (Ctrl-C)."""
    try:
        sys.exit(cli.main(arguments, prog_name="dlgen", standalone_mode=False) or 0)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "dlgen"
        _stop(f"error: {_sentence(error.format_message())}\nAll options: {path} --help", 2)
    except DlgenError as error:
        _stop(f"error: {error}", 2)
    except StepFailed as error:
        _stop(f"failed: {error}", 1)
    except (KeyboardInterrupt, click.Abort):
        _stop("Stopped by Ctrl-C.", 130)  # click has ended the line
    except BrokenPipeError:  # dlgen list | head
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        message = explain(error)
        if message is None:
            raise
        _stop(f"error: {message}", 2)


def _template_names(context: click.Context, parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem

    from dlgen import catalog

    known = [(template.name, template.summary) for template in catalog.templates()]
    return [CompletionItem(name, help=summary) for name, summary in known if name.startswith(incomplete)]


def _part_names(context: click.Context, parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem

    from dlgen import catalog

    known = catalog.optional_parts((catalog.root(),))
    return [CompletionItem(part.name, help=part.summary) for part in known if part.name.startswith(incomplete)]


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


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
    from dlgen import catalog, console

    templates = catalog.templates()
    if as_json:
        _print_json(
            [
                {
                    "name": each.name,
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
            each.name,
            console.expected(each.expected, "sample"),
            console.expected(each.expected, "full"),
            each.summary,
        )
        for each in templates
    ]
    click.echo(console.table(("level", "name", "sample", "full data", "what it does"), rows))
    click.echo("\nMore about one: dlgen show NAME\nMake a project: dlgen new NAME")


@cli.command()
@click.argument("name", shell_complete=_template_names)
@as_json
def show(name: str, as_json: bool) -> None:
    """Show what the template NAME teaches, reaches and holds.

    Its data, model, expected results, settings with their reasons, and files with the part each comes from.
    """
    from dlgen import catalog, describe

    facts = describe.facts(catalog.find(name))
    if as_json:
        _print_json(facts)
    else:
        click.echo(describe.text(facts))


@cli.command()
@click.argument("name", required=False, shell_complete=_template_names)
@click.argument("directory", metavar="[DIR]", required=False)
@click.option("--run", "run_steps", is_flag=True, help="Install the project and run its steps on the sample data.")
@click.option(
    "--set", "chosen", metavar="KEY=VALUE", multiple=True, help="Choose a setting of config.py, or answer a question."
)
@click.option(
    "--with", "parts", metavar="PART", multiple=True, shell_complete=_part_names, help="Add an optional part."
)
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
    dry_run: bool,
    no_input: bool,
    trust: bool,
    as_json: bool,
) -> None:
    """Make a project from the template NAME in the new folder DIR.

    NAME is a template of `dlgen list`, or the path of a cookiecutter template. Without NAME the list
    is offered, where this is a terminal.
    """
    from dlgen import catalog, describe, render

    ask = sys.stdin.isatty() and sys.stdout.isatty() and not no_input and not as_json
    if name is None:
        name = _ask_for_template(ask)
    template = catalog.find(name)
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
        click.echo(describe.made(project, written=not dry_run, steps_follow=run_steps))
    results = None
    if run_steps and not dry_run:
        from dlgen import environment
        from dlgen import results as reading

        environment.run(project.folder, project.steps, quiet=as_json)
        results = reading.read(project.folder)
        if not as_json:
            click.echo(reading.text(results))
    if as_json:
        facts = describe.made_facts(project, written=not dry_run)
        _print_json(facts if results is None else {**facts, "results": results})


@cli.command()
@click.argument("name", shell_complete=_template_names)
@click.argument("directory", metavar="DIR")
@as_json
def eject(name: str, directory: str, as_json: bool) -> None:
    """Write the template NAME into DIR, to make it your own.

    DIR then holds one plain cookiecutter template: `dlgen new DIR` and `cookiecutter DIR` render it alike.
    """
    from dlgen import catalog, ejecting

    template = catalog.find(name)
    folder, files = ejecting.eject(template, directory)
    if as_json:
        _print_json({"template": template.name, "folder": str(folder), "files": files})
        return
    here = directory if "/" in directory else f"./{directory}"
    click.echo(f"Wrote {len(files)} files to {directory}\n\nWhat to change: {here}/README.md")
    click.echo(f"Render it: dlgen new {here} my-project")


for _command in inside.COMMANDS:
    cli.add_command(_command)


def _ask_for_template(ask: bool) -> str:
    if not ask:
        raise DlgenError(
            "which template? Give its name, for example: dlgen new mnist-classifier\nAll templates: dlgen list"
        )
    from dlgen import catalog

    templates = catalog.templates()
    for number, template in enumerate(templates, 1):
        click.echo(f"{number:>3}  {template.name}  {click.style(template.summary, dim=True)}")
    choice: int = click.prompt("Which one", type=click.IntRange(1, len(templates)), default=1)
    return templates[choice - 1].name


def _pairs(chosen: tuple[str, ...]) -> dict[str, str]:
    for item in chosen:
        if "=" not in item or item.startswith("="):
            raise DlgenError(f"--set {item}: expected KEY=VALUE, for example --set epochs=20")
    return {key.strip(): value for key, _, value in (item.partition("=") for item in chosen)}


def _print_json(value: Any) -> None:
    import json

    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _sentence(message: str) -> str:
    return message[:1].lower() + message[1:].rstrip(".")


def _stop(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)
