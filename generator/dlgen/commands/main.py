"""The `dlgen` command: which commands there are, and with which exit code it ends.

A command is imported when it is called, and what takes time to import by the function that needs it.
"""

import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from typing import NoReturn, TextIO

import click

from dlgen import __version__, console
from dlgen.errors import DlgenError, StepFailed, did_you_mean, explain

HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
# The commands by section of the help: name, module of dlgen.commands, what it does.
SECTIONS: dict[str, list[tuple[str, str, str]]] = {
    "Commands": [
        ("new", "new", "Make a project from a template."),
        ("list", "catalog", "List the templates, with the result and the time of each."),
        ("show", "catalog", "Show what a template teaches, reaches and contains."),
        ("eject", "catalog", "Copy a template into a folder, to make it your own."),
        ("check", "catalog", "Check a template against the rules that dlgen's own keep."),
        ("templates", "templates", "Register templates from folders and repositories of your own."),
    ],
    "Commands in a project": [
        ("update", "project", "Bring what is new in the template into the project; your edits are kept."),
        ("add", "project", "Add optional parts to the project."),
        ("undo", "project", "Undo the last update or add."),
        ("status", "project", "Show your changes, and what is new in the template."),
        ("diff", "project", "Show your changes line by line."),
        ("sync", "project", "Carry your edits back into a template of your own."),
    ],
}
MODULES = {name: module for commands in SECTIONS.values() for name, module, _ in commands}


class Commands(click.Group):
    """The group of all commands: its help lists them without importing any."""

    def list_commands(self, context: click.Context) -> list[str]:
        return [*MODULES]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in MODULES:
            return None
        found: dict[str, click.Command] = import_module(f"dlgen.commands.{MODULES[name]}").COMMANDS
        return found[name]

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = arguments[0]
        if name not in MODULES and not name.startswith("-") and not context.resilient_parsing:
            raise click.UsageError(f"no such command {name!r}{did_you_mean(name, MODULES)}", context)
        return super().resolve_command(context, arguments)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, what) for name, _, what in commands])


@click.group(cls=Commands, context_settings=HELP, invoke_without_command=True)
@click.version_option(__version__, prog_name="dlgen", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Make ready-to-run Keras projects: data, training, evaluation and a proven export.

    Start with: dlgen new mnist-classifier --run
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command and end the process: 0, 1 (a step of --run failed), 2 (a mistake to fix) or 130 (Ctrl-C)."""
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
        from dlgen.rendering import workspace  # not before: few commands need it

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
            _give_up(sys.stdout)
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


def _give_up(stream: TextIO) -> None:
    """Let what is left for stdout or stderr go nowhere: Python would try once more at its end, and change the exit code."""
    with suppress(OSError, ValueError, AttributeError):  # no file at all
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())


def _sentence(message: str) -> str:
    return message[:1].lower() + message[1:].rstrip(".")


def _said(message: str, code: int) -> int:
    try:
        console.echo(message, error=True)
    except OSError:  # stderr may be full or closed, too
        _give_up(sys.stderr)
    return code
