"""A lock on an open file, which the system releases however the process ends."""

import sys
from typing import IO


def hold(file: IO[str]) -> None:
    """Raises OSError where another process holds the lock."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
