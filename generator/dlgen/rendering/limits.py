"""A process that renders a foreign template gives up what rendering does not need: a second wall behind the sandbox.

Python tells an audit hook of each file opened, process started and socket made; one that raises prevents it, and none
can be removed. So even code that found a way out of Jinja would write nowhere but into the project that is made.
"""

import os
import sys
from pathlib import Path
from typing import Any

from dlgen.errors import DlgenError

STARTS = ("subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "pty.")
REACHES = ("socket.", "ctypes.", "urllib.", "http.", "ftplib.", "smtplib.", "webbrowser.", "winreg.", "mmap.")
OTHERS = ("gc.", "os.chroot", "os.kill", "os.link", "os.setxattr", "os.symlink", "sqlite3.", "sys._current")
REFUSED = (*STARTS, *REACHES, *OTHERS)
# Which of an event's arguments are paths that it changes, and which are folders that those paths are looked up in.
WRITES: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "os.mkdir": ((0,), (2,)),
    "os.remove": ((0,), (1,)),
    "os.rmdir": ((0,), (1,)),
    "os.rename": ((0, 1), (2, 3)),
    "os.truncate": ((0,), ()),
    "os.chmod": ((0,), (2,)),
    "os.chown": ((0,), (3,)),
    "os.utime": ((0,), (3,)),
    "os.chflags": ((0,), ()),
}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_allowed: list[str] = []


def allow(folder: str | None) -> None:
    """From now on files may be written under `folder`, and nowhere else; None: nowhere."""
    _allowed[:] = [os.path.realpath(folder)] if folder else []


def confine() -> None:
    """Start to refuse; this cannot be undone."""
    sys.dont_write_bytecode = True
    sys.addaudithook(_audit)


def limit_memory(more: int) -> None:
    """A limit on this process's memory, `more` bytes over what it has now, where the system knows both (Linux)."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        wanted = pages * resource.getpagesize() + more
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if hard == resource.RLIM_INFINITY or hard > wanted:
            resource.setrlimit(resource.RLIMIT_AS, (wanted, wanted))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        return


def limit_time(seconds: float) -> None:
    """A limit on the time that this process may still compute: the last resort where the one that ends it is gone."""
    try:
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        used = resource.getrusage(resource.RUSAGE_SELF)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 1, hard))
    except (ImportError, OSError, ValueError):
        return


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        path, _, flags = arguments
        if isinstance(flags, int) and flags & WRITING and not isinstance(path, int):
            _check(event, path)
    elif event in WRITES:
        names, folders = WRITES[event]
        opened = [arguments[at] for at in folders if at < len(arguments) and isinstance(arguments[at], int)]
        for number, at in enumerate(names):
            path = arguments[at]
            if isinstance(path, int):
                path = _opened(path)
            elif number < len(opened) and opened[number] >= 0:  # shutil.rmtree looks names up in open folders
                path = Path(_opened(opened[number]), os.fsdecode(path))
            _check(event, path)
    elif event.startswith(REFUSED):
        raise DlgenError(f"the template cannot be rendered: it tries to do more than render ({event})")


def _opened(number: int) -> str:
    """The path of an open file; where the system does not tell, one that is nowhere allowed."""
    try:
        return str(Path(f"/proc/self/fd/{number}").readlink())
    except OSError:
        return os.devnull


def _check(event: str, path: Any) -> None:
    place = Path(os.fsdecode(path))
    if event != "open":  # which follows a link at the end of the path; the others change the link itself
        place = place.parent
    reached = os.path.realpath(place)
    if not any(reached == folder or reached.startswith(f"{folder}{os.sep}") for folder in _allowed):
        raise DlgenError(f"the template would write outside the project: {os.fsdecode(path)!a}")
