"""How things look on the terminal: trees and tables, in plain text."""

from collections.abc import Iterable, Sequence
from typing import Any


def tree(root: str, files: Iterable[str], comments: dict[str, str] | None = None) -> str:
    """The files as a tree under `root`, folders last, with the comments of top-level files beside them."""
    rows: list[tuple[str, str]] = []
    _branch(sorted(files), "", rows, comments or {})
    width = max((len(line) for line, comment in rows if comment), default=0)
    lines = [f"{line:<{width}}  {comment}".rstrip() if comment else line for line, comment in rows]
    return "\n".join([f"{root}/", *lines])


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as their longest cell."""
    cells = [list(header), *[list(row) for row in rows]]
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
        rows.append((f"{indent}{'└── ' if last else '├── '}{name}{mark}", comments.get(name, "")))
        if name in folders:
            _branch(folders[name], indent + ("    " if last else "│   "), rows, {})
