"""What can go wrong, in the words that a user reads. commands/main.py decides the exit codes."""

import errno
import os
from collections.abc import Iterable


class DlgenError(Exception):
    """A mistake that the user can fix. The message says what happened, what was expected and what to do."""


class StepFailed(Exception):
    """A step of `--run` that did not reach its end, although everything asked for was right."""


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """`"; did you mean X?"` for the closest of `names`, or an empty string."""
    import difflib  # only a mistake needs it

    known = list(names)
    close = difflib.get_close_matches(name, known, 1) or [each for each in known if name and each.startswith(name)]
    return f"; did you mean {close[0]}?" if close else ""


def explain(error: OSError) -> str | None:
    """A full disk or a folder that cannot be written, in a sentence; None for any other error of the system."""
    where = error.filename or "the project's folder"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"the disk is full while writing {where}\nFree some space and run the same command again; nothing was left behind."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"no permission to write {where}\nChange its permissions, or choose a folder of your own."
    if error.errno == errno.ENOENT and not _is_somewhere():
        return "the folder you are in no longer exists\nGo to another: cd ~"
    if error.errno == errno.ENAMETOOLONG:
        return f"the path is too long: {where}\nGive a shorter name."
    return None


def _is_somewhere() -> bool:
    """Whether the current folder exists."""
    try:
        os.getcwd()  # noqa: PTH109 - pathlib is not imported for this
    except FileNotFoundError:
        return False
    return True
