"""A rendered project that is checked: its files read, parsed and followed, and commands run in it."""

import json
import os
import re
import subprocess
import tomllib
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from dlgen.checks.report import Finding


def parses(project: Path, plain: bool, said: str) -> Iterator[Finding]:
    """Files that are not what their ending says. `said` names the answers that the project was rendered with."""
    parsers: dict[str, Callable[[str], Any]] = {".py": lambda source: compile(source, "file", "exec")}
    if not plain:  # others may contain JSON with comments
        parsers |= {".toml": tomllib.loads, ".json": json.loads}
    for file in sorted(project.rglob("*")):
        if file.suffix in parsers and file.is_file() and ".dlgen" not in file.relative_to(project).parts:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    parsers[file.suffix](file.read_text(encoding="utf-8"))
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                kind = {".py": "Python", ".toml": "TOML", ".json": "JSON"}[file.suffix]
                yield Finding(
                    inside(project, file),
                    f"is not {kind}{said}: {error or 'nested too deeply'}",
                    "Fix the file in the template.",
                )


def links(project: Path) -> Iterator[Finding]:
    """Links of its pages, and lessons named in them, that lead nowhere."""
    for page in sorted(project.glob("*.md")):
        content = read(page)
        for target in re.findall(r"\]\((?![a-z]+:)([^()#\s]+)", re.sub(r"```.*?```", "", content, flags=re.S)):
            if not (page.parent / target).exists():
                yield Finding(page.name, f"links to {target}, which does not exist", "Make the file, or fix the link.")
        lessons = read(project / "lessons.py")
        for lesson in sorted(set(re.findall(r"python lessons\.py ([a-z0-9-]+)", content))):
            if f'"{lesson}"' not in lessons:
                yield Finding(
                    page.name, f"names the lesson {lesson}, which lessons.py does not have", "Fix one of the two."
                )


def run(command: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    """A command in the project's folder, as its owner would run it."""
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        command, cwd=folder, env=surroundings, capture_output=True, encoding="utf-8", errors="replace",
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def inside(project: Path, file: Path) -> str:
    """The path from the project, or the whole path of a file elsewhere."""
    try:
        return file.resolve().relative_to(project.resolve()).as_posix()
    except ValueError:
        return str(file)


def read(file: Path) -> str:
    """The text of a file; empty where there is none."""
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
