"""docs/cli.md says what `--help` says. Write it anew: python tests/generator/test_docs.py"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from dlgen.commands.main import cli

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
Dlgen = Callable[..., subprocess.CompletedProcess[str]]
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
    if isinstance(command, click.Group):
        context = click.Context(command)
        for each in command.list_commands(context):
            inner = command.get_command(context, each)
            assert inner is not None
            yield from commands(f"{name} {each}", inner)


def test_the_page_shows_the_help_of_every_command_as_it_is_now() -> None:
    text = PAGE.read_text(encoding="utf-8")
    shown = [match[2] for match in BLOCK.finditer(text)]
    assert sorted(shown) == sorted(f"{name} --help" for name in commands("dlgen", cli))
    assert current(text) == text


def test_the_commands_of_the_page_about_updates_do_what_it_says(dlgen: Dlgen, tmp_path: Path) -> None:
    page = (PAGE.parent / "update.md").read_text(encoding="utf-8")
    folder, printed = tmp_path, ""
    for block in re.findall(r"<!-- run -->\n```sh\n(.*?)```", page, re.S):
        for line in block.splitlines():
            words = shlex.split(line)
            if words[0] == "cd":
                folder = folder / words[1]
                continue
            command = [sys.executable, *(["-m", "dlgen"] if words[0] == "dlgen" else []), *words[1:]]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
            assert done.returncode == 0, f"{line}\n{done.stderr}"
            printed += done.stdout
    for shown in ("Yours:\n", "what    file\nmerged"):
        block = next(each for each in re.findall(r"```text\n(.*?)```", page, re.S) if each.startswith(shown))
        assert block in printed
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert "## Begin\n" in readme and readme.endswith("\nOurs since May.\n") and "<<<" not in readme
    data = tmp_path / "team-template/{{cookiecutter.project_slug}}/data.py"
    assert data.read_bytes() == (folder / "data.py").read_bytes()
    assert printed.endswith("\nNothing to merge: your files already have what is new in the template.\n")


if __name__ == "__main__":
    PAGE.write_text(current(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
