"""How a step ends: one or two lines and exit code 2 for a mistake that the user can mend, a traceback for a mistake of ours."""

import errno
import sys
from collections.abc import Callable
from types import TracebackType

from support import environment, terminal


class ProjectError(Exception):
    """A mistake that the user can mend. The message says what happened, what was expected and what to do."""


class StepFailed(Exception):
    """A step that ran but did not reach its end, for example an export that does not match its model. Exit code 1."""


class StepStopped(Exception):
    """A step that was asked to stop, and has saved what it had: by Ctrl-C (exit code 130) or SIGTERM (143), as in a shell."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def run(main: Callable[[], None]) -> None:
    """Call `main` and turn what went wrong into a message on stderr and an exit code: 0, 1, 2, 130 (Ctrl-C) or 143 (SIGTERM)."""
    terminal.show_controls()
    try:
        main()
        sys.stdout.flush()
    except BrokenPipeError:  # `python predict.py … | head`
        sys.stderr.close()
        sys.exit(0)
    except BaseException as error:
        found = ending(error)
        if found is None:
            raise
        _stop(*found)


def ending(error: BaseException) -> tuple[str, int] | None:
    """What to say about an error that ends a step, and the exit code; None for a mistake of ours."""
    if isinstance(error, SystemExit):
        return None
    if isinstance(error, ProjectError):
        return f"error: {error}", 2
    if isinstance(error, StepFailed):
        return f"failed: {error}", 1
    if isinstance(error, StepStopped):
        return str(error), error.code
    if _interrupted(error):
        return "Stopped by Ctrl-C.", 130
    if isinstance(error, ImportError):
        message = environment.missing(error)
    else:
        message = explain(error) if isinstance(error, OSError) else None
    return None if message is None else (f"error: {message}", 2)


def explain(error: OSError) -> str | None:
    """A sentence for a full disk, or an output or folder that cannot be written; None for any other error of the system."""
    if error.filename == terminal.OUTPUT:
        return f"the output cannot be written: {error.strerror}\nSend it elsewhere."
    where = error.filename or "the project's folder"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"the disk is full while writing {where}\nFree some space and run the same command again; what was saved before is intact."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"no permission to write or read {where}\nChange its permissions, or move the project to a folder of your own."
    return None


def _interrupted(error: BaseException | None) -> bool:
    """Whether this is Ctrl-C, or an error that a library made of it while it was being imported."""
    for _ in range(20):
        if error is None or isinstance(error, KeyboardInterrupt):
            break
        error = error.__cause__ or error.__context__
    return isinstance(error, KeyboardInterrupt)


def uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What comes before or after `run`: a library that is missing when a step begins, Ctrl-C while the libraries are loaded."""
    found = ending(error)
    if found is None:
        sys.__excepthook__(kind, error, trace)
    else:
        _stop(*found)


def _stop(message: str, code: int) -> None:
    print(terminal.printable(message), file=sys.stderr)
    sys.exit(code)
