"""How things look on the terminal: trees and tables, in plain text, whatever the texts of others hold.

A title, a file's name or an error that quotes them may contain what a terminal obeys (escape sequences), what hides a
text or turns its direction. Everything that dlgen prints goes through `echo`, which shows such characters escaped.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

# Controls but for tab and line end; marks of direction and other unseen ones; separators; halves of characters.
COMMANDS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)


def plain(text: str) -> str:
    """The text with all that a terminal obeys or hides escaped, as Python writes it: \\x1b, \\u202e."""
    return COMMANDS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def line(text: str) -> str:
    """The same in one line: line ends and tabs are escaped too."""
    return plain(text).replace("\n", "\\n").replace("\t", "\\t")


def echo(text: str, error: bool = False) -> None:
    """Print a text of any number of lines, escaped, to stdout; with `error` to stderr."""
    import click

    click.echo(plain(text), err=error)


def echo_exact(text: str) -> None:
    """Print a text as it is, for a file or a program such as `patch`; on a terminal escaped."""
    import sys

    import click

    click.echo(plain(text) if sys.stdout.isatty() else text)


def note(text: str) -> None:
    """Say something beside the result, on stderr."""
    echo(text, error=True)


def json(value: Any) -> None:
    """Print JSON, for programs; what a terminal would obey is written as JSON's own escapes."""
    import json

    def escaped(found: "re.Match[str]") -> str:
        return json.dumps(found[0])[1:-1]

    text = json.dumps(value, indent=2, ensure_ascii=False)
    echo(COMMANDS.sub(escaped, text))


def tree(root: str, files: Iterable[str], comments: dict[str, str] | None = None) -> str:
    """The files as a tree under `root`, folders last, with the comments of top-level files beside them."""
    rows: list[tuple[str, str]] = []
    _branch(sorted(files), "", rows, comments or {})
    width = max((len(left) for left, comment in rows if comment), default=0)
    lines = [f"{left:<{width}}  {comment}".rstrip() if comment else left for left, comment in rows]
    return "\n".join([f"{line(root)}/", *lines])


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as their longest cell."""
    cells = [[line(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    )


def number(value: float | None, digits: int = 3) -> str:
    """0.9722 -> 0.972, None -> a dash."""
    return "-" if value is None else f"{value:.{digits}g}"


def expected(facts: dict[str, Any], kind: str) -> str:
    """What a sample or full run reached when it was measured, "0.997 in 8 s", or a dash.

    For a sample that nobody measured, what it must reach as its author says: "0.97 or more"; errors, which are better the lower they are
    ("better": "lower"), "0.7 or less".
    """
    measured = facts.get("measured")
    found = measured.get(kind) if isinstance(measured, dict) else None
    if isinstance(found, dict) and isinstance(value := found.get("value"), int | float):
        seconds = found.get("seconds")
        return _number(value) + (f" in {seconds:g} s" if isinstance(seconds, int | float) else "")
    floor = facts.get("sample")
    if kind != "sample" or not isinstance(floor, int | float):
        return "-"
    return f"{floor:g} or {'less' if facts.get('better') == 'lower' else 'more'}"


def _number(value: float) -> str:
    return f"{value:.4f}" if abs(value) < 0.1 else f"{value:.3f}"


def _branch(files: list[str], indent: str, rows: list[tuple[str, str]], comments: dict[str, str]) -> None:
    leaves = [file for file in files if "/" not in file]
    folders: dict[str, list[str]] = {}
    for file in files:
        if "/" in file:
            top, _, rest = file.partition("/")
            folders.setdefault(top, []).append(rest)
    names = [*leaves, *folders]
    for name in names:
        last = name == names[-1]
        mark = "/" if name in folders else ""
        rows.append((f"{indent}{'└── ' if last else '├── '}{line(name)}{mark}", line(comments.get(name, ""))))
        if name in folders:
            _branch(folders[name], indent + ("    " if last else "│   "), rows, {})
