"""Which Python, libraries and code this is; and what to do where a library is missing. Imports nothing that must be installed."""

import hashlib
import os
import platform
import re
import subprocess
import sys
import traceback
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent  # the folder with config.py, whatever the working directory is
PACKAGES = ("tensorflow", "tensorflow-cpu", "keras", "numpy", "scikit-learn")


def describe() -> dict[str, Any]:
    """Versions, machine and state of the code, without importing TensorFlow."""
    installed = {package: next(iter(metadata.distributions(name=package)), None) for package in PACKAGES}
    return {
        "started": datetime.now().isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        "packages": {package: found.version for package, found in installed.items() if found},
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

    Whoever downloads a project has not agreed to run what its repository's configuration names (core.fsmonitor, hooks, filters):
    rev-parse reads no file of the working tree, so it starts none of them.
    """
    if not (project / ".git").exists():  # else git would look in the folders above
        return None
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    surroundings["GIT_CEILING_DIRECTORIES"] = str(project.parent)
    command = [
        "git",
        "-c",
        "core.fsmonitor=false",
        "-c",
        f"core.hooksPath={os.devnull}",
        "rev-parse",
        "--verify",
        "HEAD",
    ]
    try:
        done = subprocess.run(command, cwd=project, env=surroundings, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.SubprocessError):  # there is no git
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def missing(error: ImportError) -> str | None:
    """Two lines about a library that cannot be imported: which Python this is, and how to get it; None for the project's own code."""
    frames = traceback.extract_tb(error.__traceback__)
    file = frames[-1].filename if frames else ""
    library = re.search(r"(?:site|dist)-packages[\\/](\w+)", file)
    name = (error.name or "").partition(".")[0] or (library[1] if library else "")
    if name and ((PROJECT / name).is_dir() or (PROJECT / f"{name}.py").exists()):
        return None
    if not name and PROJECT in Path(file).resolve().parents:
        return None
    python = f"{sys.executable} (Python {platform.python_version()})"
    if isinstance(error, ModuleNotFoundError) and error.name == name:
        first = f"{name} is not installed for {python}"
    else:
        reason = (str(error).strip() or "no reason given").splitlines()[0]
        first = f"{name or 'a library'} cannot be loaded by {python}: {reason}"
    windows, here = os.name == "nt", PROJECT / ".venv"
    activate = r".venv\Scripts\activate" if windows else ". .venv/bin/activate"
    if Path(sys.prefix).resolve() == here.resolve() or (sys.prefix != sys.base_prefix and not here.is_dir()):
        advice = 'Install what the project needs: python -m pip install -e ".[dev]" (with uv: uv sync --extra dev)'
    elif here.is_dir():
        advice = f"Activate the project's own environment and run the same command again: {activate}"
    else:
        make = f'{"python" if windows else "python3"} -m venv .venv, then {activate}, then pip install -e ".[dev]"'
        advice = f"Make an environment and install what the project needs: {make} (with uv: uv sync --extra dev)"
    return f"{first}\n{'' if Path.cwd() == PROJECT else f'In {PROJECT}: '}{advice}"
