"""The one question that dlgen asks git: what in this folder is not committed."""

import os
import shutil
import subprocess
from pathlib import Path

from dlgen.errors import DlgenError


def has_repository(folder: Path) -> bool:
    """Whether git is installed and `folder` is in a repository."""
    return any((place / ".git").exists() for place in (folder, *folder.parents)) and shutil.which("git") is not None


def uncommitted(folder: Path) -> list[str]:
    """The changed and the new files in `folder`; empty without git, or outside of a repository."""
    if not has_repository(folder):
        return []
    command = ["git", "status", "--porcelain", "-z", "--no-renames", "--", "."]
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    done = subprocess.run(command, cwd=folder, capture_output=True, env=environment)
    if done.returncode != 0:
        return []
    return [entry[3:] for entry in os.fsdecode(done.stdout).split("\0") if entry]


def check_clean(folder: Path, what: str) -> None:
    """Raises DlgenError where something in `folder` is not committed."""
    found = uncommitted(folder)
    if found:
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        raise DlgenError(
            f"{what} has changes that are not committed: {', '.join(found[:3])}{more}\n"
            "Commit them first, so that you can compare; or give --allow-dirty."
        )
