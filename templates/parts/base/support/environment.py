"""Which Python, libraries and code this is; and what to do where a library is missing. Imports nothing that must be installed."""

import hashlib
import os
import platform
import re
import sys
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent  # the folder with config.py, whatever the working directory is
PACKAGES = ("tensorflow", "tensorflow-cpu", "keras", "numpy", "scikit-learn")
LONGEST = 10_000_000  # bytes of a file of git that is read: packed-refs of a large repository


def describe() -> dict[str, Any]:
    """Versions, machine and state of the code, without importing TensorFlow."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return {
        "started": datetime.now().isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        "packages": versions,
        "git": commit(PROJECT),
        "code": code(PROJECT),
    }


def code(project: Path) -> str:
    """A hash of the project's Python files and settings: two runs with the same one were made by the same code."""
    digest = hashlib.sha256()
    for path in sorted([*project.glob("*.py"), *project.glob("support/**/*.py"), project / "config.toml"]):
        if path.is_file():
            digest.update(path.relative_to(project).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def commit(project: Path) -> str | None:
    """The commit that is checked out in `project`; None outside git.

    Read from git's own files: the program git would run what a repository's configuration names (core.fsmonitor, filters, hooks),
    and who downloads a project has not agreed to that.
    """
    folder = project / ".git"
    if folder.is_file():  # a worktree or a submodule: the file says where its folder is
        found = re.fullmatch(r"gitdir: (.+)", _content(folder))
        folder = project / found[1] if found else folder
    head = _content(folder / "HEAD")
    name = re.fullmatch(r"ref: (refs/[\w./+-]+)", head)
    if name is None or ".." in name[1]:
        return _hash(head)
    shared = folder / _content(folder / "commondir")  # the folder itself, or that of the worktree's repository
    packed = re.search(rf"^(\w+) {re.escape(name[1])}$", _content(shared / "packed-refs"), re.M)
    loose = (_hash(_content(place / name[1])) for place in (folder, shared))
    return next(filter(None, loose), None) or (_hash(packed[1]) if packed else None)


def missing(error: ImportError) -> str | None:
    """Two lines about a library that cannot be imported: which Python this is, and how to get it; None for the project's own code."""
    name = (error.name or "").partition(".")[0] or _raised_in(error)
    ours = name is None or (name and ((PROJECT / name).is_dir() or (PROJECT / f"{name}.py").exists()))
    if ours:
        return None
    python = f"{sys.executable} (Python {platform.python_version()})"
    reason = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
    if isinstance(error, ModuleNotFoundError) and error.name == name:
        first = f"{name} is not installed for {python}"
    else:
        first = f"{name or 'a library'} cannot be loaded by {python}: {reason}"
    windows = os.name == "nt"
    here, activate = PROJECT / ".venv", r".venv\Scripts\activate" if windows else ". .venv/bin/activate"
    within = "" if Path.cwd() == PROJECT else f"In {PROJECT}: "
    if Path(sys.prefix).resolve() == here.resolve() or (sys.prefix != sys.base_prefix and not here.is_dir()):
        return f'{first}\n{within}Install what the project needs: python -m pip install -e ".[dev]" (with uv: uv sync --extra dev)'
    if here.is_dir():
        return f"{first}\n{within}Activate the project's own environment and run the same command again: {activate}"
    make = f"{'python' if windows else 'python3'} -m venv .venv, then {activate}"
    return f'{first}\n{within}Make an environment and install what the project needs: {make}, then pip install -e ".[dev]" (with uv: uv sync --extra dev)'


def _raised_in(error: ImportError) -> str | None:
    """The library in whose files a nameless error was raised, "" for one that is unknown; None for the project's own files."""
    trace = error.__traceback__
    if trace is None:
        return ""
    while trace.tb_next is not None:
        trace = trace.tb_next
    parts = Path(trace.tb_frame.f_code.co_filename).parts
    for packages in ("site-packages", "dist-packages"):
        if packages in parts[:-1]:
            return Path(parts[parts.index(packages) + 1]).stem
    return None if PROJECT in Path(trace.tb_frame.f_code.co_filename).resolve().parents else ""


def _content(path: Path) -> str:
    """The text of one of git's small files, without the line break at its end; "" where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(LONGEST).decode("utf-8", "replace").rstrip("\r\n") if path.is_file() else ""
    except OSError:
        return ""


def _hash(text: str) -> str | None:
    return text if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", text) else None
