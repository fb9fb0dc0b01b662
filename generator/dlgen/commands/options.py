"""Options and arguments that several commands share, and what the shell completes them with."""

from typing import TYPE_CHECKING

import click

from dlgen import console

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def template_names(context: click.Context, parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem

    from dlgen.catalog import lookup

    known = [(each.shown, each.summary) for each in (*lookup.catalog(), *lookup.registered()[0])]
    return [
        CompletionItem(console.line(name), help=console.line(summary))
        for name, summary in known
        if name.startswith(incomplete)
    ]


def part_names(context: click.Context, parameter: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem

    from dlgen.catalog import templates

    known = templates.optional_parts((templates.root(),))
    return [
        CompletionItem(part.name, help=console.line(part.summary)) for part in known if part.name.startswith(incomplete)
    ]


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
checkout = click.option("--checkout", metavar="NAME", help="The branch, tag or commit, for a git repository.")
directory_of = click.option(
    "--directory", "within", metavar="PATH", help="The folder of the template within a repository or path."
)
with_parts = click.option(
    "--with",
    "parts",
    metavar="PART",
    multiple=True,
    shell_complete=part_names,
    help="An optional part to add; may be given several times.",
)
trust = click.option("--trust", is_flag=True, help="Allow the template to run its own code (hooks) on this computer.")
