"""docs/cli.md says what `--help` says. Write it anew: python tests/generator/test_docs.py"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from dlgen.cli import cli

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
BLOCK = re.compile(r"(<!-- help: (.*?) -->\n```text\n).*?(```\n<!-- end -->)", re.S)


def current(text: str) -> str:
    """The page with the help of each command as it is now."""
    environment = {**os.environ, "COLUMNS": "100"}

    def renew(match: re.Match[str]) -> str:
        command = [sys.executable, "-m", *match[2].split()]
        help = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
        return match[1] + help + match[3]

    return BLOCK.sub(renew, text)


def commands(name: str, command: click.Command) -> Iterator[str]:
    yield name
    for each, inner in command.commands.items() if isinstance(command, click.Group) else ():
        yield from commands(f"{name} {each}", inner)


def test_the_page_shows_the_help_of_every_command_as_it_is_now() -> None:
    text = PAGE.read_text(encoding="utf-8")
    shown = [match[2] for match in BLOCK.finditer(text)]
    assert sorted(shown) == sorted(f"{name} --help" for name in commands("dlgen", cli))
    assert current(text) == text


if __name__ == "__main__":
    PAGE.write_text(current(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
