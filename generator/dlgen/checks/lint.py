"""What ruff says of a rendered project."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from dlgen.checks.project import inside, read, run
from dlgen.checks.report import Finding, Report

NOT_HERE = ["-P"]  # of Python: no module is taken from the folder that is checked, which may contain a ruff.py
SERIOUS = ["--isolated", "--select=E9,F63,F7,F82"]  # where a project has no settings for ruff: what cannot run


def findings(project: Path, python: Path | None, report: Report) -> Iterator[Finding]:
    """Faults and unformatted files, by the project's own settings; without any, what cannot run."""
    ruff = _ruff(python)
    if ruff is None:
        report.skipped.append("lint: ruff is not installed (pip install ruff)")
        return
    own = "[tool.ruff" in read(project / "pyproject.toml") or any(
        (project / name).exists() for name in ("ruff.toml", ".ruff.toml")
    )
    options = [] if own else SERIOUS
    done = run([*ruff, "check", "--no-cache", "--output-format=json", *options, "."], project)
    try:
        faults = json.loads(done.stdout)
    except ValueError:
        yield Finding("pyproject.toml", f"ruff failed: {done.stderr.strip()}", "Fix its settings.")
        return
    for fault in faults:
        file = inside(project, Path(fault["filename"]))
        row = (fault.get("location") or {}).get("row", 1)
        yield Finding(
            f"{file}:{row}", f"{fault.get('code')} {fault['message']}", "Fix it, or allow it in pyproject.toml."
        )
    if own:
        done = run([*ruff, "format", "--no-cache", "--check", "."], project)
        for name in re.findall(r"Would reformat: (.+)", done.stdout):
            yield Finding(name, "is not formatted", "Format it: ruff format")
    report.checked.append("lint")


def _ruff(python: Path | None) -> list[str] | None:
    if python:
        own = [str(python), *NOT_HERE, "-m", "ruff"]
        return own if subprocess.run([*own, "--version"], capture_output=True).returncode == 0 else None
    if importlib.util.find_spec("ruff"):
        return [sys.executable, *NOT_HERE, "-m", "ruff"]
    found = shutil.which("ruff")
    return [found] if found else None
