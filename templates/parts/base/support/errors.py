"""How a step ends: one or two lines and exit code 2 for a mistake that the user can mend, a traceback for a mistake of ours."""

import errno
import sys
from collections.abc import Callable


class ProjectError(Exception):
    """A mistake that the user can mend. The message says what happened, what was expected and what to do."""


class StepFailed(Exception):
    """A step that ran but did not reach its end, for example an export that does not match its model. Exit code 1."""


def run(main: Callable[[], None]) -> None:
    """Call `main` and turn what went wrong into a message on stderr and an exit code: 0, 1, 2 or 130 (Ctrl-C)."""
    try:
        main()
    except ProjectError as error:
        _stop(f"error: {error}", 2)
    except StepFailed as error:
        _stop(f"failed: {error}", 1)
    except KeyboardInterrupt:
        _stop("Stopped by Ctrl-C.", 130)
    except BrokenPipeError:  # `python predict.py … | head`
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        message = explain(error)
        if message is None:
            raise
        _stop(f"error: {message}", 2)


def explain(error: OSError) -> str | None:
    """A sentence for a full disk or a folder that cannot be written; None for any other error of the system."""
    where = error.filename or "the project's folder"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"the disk is full while writing {where}\nFree some space and run the same command again; what was saved before is intact."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"no permission to write or read {where}\nChange its permissions, or move the project to a folder of your own."
    return None


def _stop(message: str, code: int) -> None:
    print(message, file=sys.stderr)
    sys.exit(code)
