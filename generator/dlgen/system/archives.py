"""A zip file that came from elsewhere, looked at before anything of it is unpacked."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import zipfile

MANY_MB, MANY_FILES = 200, 20_000  # a template, and a project as it was made, are text
MANY_TIMES = 200  # larger unpacked than packed; text is 3 to 20 times, a file of zeros 1,000 times
SMALL_MB = 10  # up to which the ratio does not matter
LONG_NAME = 400  # bytes that an entry of the list of contents takes, on average


class TooLarge(ValueError):
    """More than the limits allow; the message continues after the name of the file: "contains more than ..."."""


class Damaged(ValueError):
    """No zip file, or one that cannot be read."""


@contextmanager
def opened(file: Path, many_mb: int = MANY_MB) -> Iterator["zipfile.ZipFile"]:
    """The archive, whose files, sizes and ratio are within the limits by its list of contents; zipfile reads no more
    of a file than the list says.

    Raises:
        TooLarge: for an archive over one of the limits, before anything is unpacked.
        Damaged: for anything that cannot be read, also while the archive is in use.
        FileNotFoundError: where there is none.
    """
    import zipfile  # dlgen list, which knows of addresses too, does without
    import zlib

    try:
        packed = file.stat().st_size
        if packed > many_mb << 20:
            raise TooLarge(f"is larger than {many_mb} MB")
        if _size_of_list(file) > MANY_FILES * LONG_NAME:
            raise TooLarge(f"contains more than {MANY_FILES:,} files")
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > MANY_FILES:
                raise TooLarge(f"contains more than {MANY_FILES:,} files")
            total = sum(entry.file_size for entry in entries)
            if total > many_mb << 20:
                raise TooLarge(f"is larger than {many_mb} MB")
            if total > SMALL_MB << 20 and total > MANY_TIMES * packed:
                raise TooLarge(f"is more than {MANY_TIMES} times larger unpacked than packed")
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error) as error:
        raise Damaged(str(error) or type(error).__name__) from None
    except Exception as error:
        if type(error).__name__ != "LZMAError":  # not imported for its name alone
            raise
        raise Damaged(str(error)) from None


def _size_of_list(file: Path) -> int:
    """Bytes of the archive's list of contents, by the record at its end: zipfile reads the whole list at once."""
    with file.open("rb") as opened:
        size = opened.seek(0, 2)
        start = max(0, size - (1 << 16) - 200)
        opened.seek(start)
        tail = opened.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) < at + 22:
        return 0  # zipfile says what is wrong
    found: int = struct.unpack_from("<L", tail, at + 12)[0]
    if at >= 76 and tail[at - 20 : at - 16] == b"PK\6\7" and tail[at - 76 : at - 72] == b"PK\6\6":
        found = struct.unpack_from("<Q", tail, at - 76 + 40)[0]
    return found
