"""How a step ends: one or two lines and exit code 2 for a mistake that the user can fix, a traceback for a mistake of ours."""

import errno
import sys
from collections.abc import Callable
from types import TracebackType

from support import environment, terminal

DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)


class ProjectError(Exception):
    """A mistake that the user can fix. The message says what happened, what was expected and what to do."""


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
        if ending(error) is None:
            raise
        uncaught(type(error), error, None)


def uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """End this process with what `ending` says, or with a traceback; also before `run`, where a library is missing."""
    found = ending(error)
    if found is None:
        sys.__excepthook__(kind, error, trace)
    else:
        if isinstance(error, OSError) and error.filename == terminal.OUTPUT:
            terminal.give_up_output()
        print(terminal.printable(found[0]), file=sys.stderr)
        sys.exit(found[1])


def ending(error: BaseException) -> tuple[str, int] | None:
    """What to say about an error that ends a step, and the exit code; None for a mistake of ours."""
    if isinstance(error, SystemExit):
        return None
    if isinstance(error, StepStopped):
        return str(error), error.code
    if isinstance(error, StepFailed):
        return f"failed: {error}", 1
    if isinstance(error, ProjectError):
        return f"error: {error}", 2
    if _interrupted(error):
        return "Stopped by Ctrl-C.", 130
    message = environment.missing(error) if isinstance(error, ImportError) else None
    if isinstance(error, OSError):
        message = explain(error)
    return (f"error: {message}", 2) if message else None


def explain(error: OSError) -> str | None:
    """A sentence for a full disk, or an output or folder that cannot be written; None for any other error of the system."""
    if error.filename == terminal.OUTPUT:
        return f"the output cannot be written: {error.strerror}\nSend it elsewhere."
    where = error.filename or "the project's folder"
    if error.errno in DISK_FULL:
        return f"the disk is full while writing {where}\nFree some space and run the same command again; what was saved before is intact."
    if error.errno in NOT_ALLOWED:
        return f"no permission to write or read {where}\nChange its permissions, or move the project to a folder of your own."
    return None


def _interrupted(error: BaseException | None) -> bool:
    """Whether this is Ctrl-C, or an error that a library made of it while it was being imported."""
    for _ in range(20):  # the chain may be a cycle
        if error is None or isinstance(error, KeyboardInterrupt):
            break
        error = error.__cause__ or error.__context__
    return isinstance(error, KeyboardInterrupt)
