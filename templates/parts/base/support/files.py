"""Writing files so that a crash leaves the old file or the new one, never half of one; reading JSON that may be damaged."""

import csv
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from support.errors import ProjectError

LARGEST = 200_000_000  # bytes of a JSON file that is read at all; a large vocabulary takes some millions
FORMULAS = tuple("=+-@\t\r＝＋－＠")  # what a spreadsheet takes for the beginning of a formula


def write_safely(path: Path, write: Callable[[Path], Any]) -> None:
    """Call `write` with a temporary path in the same folder, flush what it made to the disk, then rename it to `path`.

    The temporary name ends like `path`, because Keras and matplotlib choose the format by it. `write` may make a folder too.
    """
    with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=path.parent, ignore_cleanup_errors=True) as folder:
        made = Path(folder) / path.name
        try:
            write(made)
            if made.is_file():
                with made.open("rb+") as file:
                    os.fsync(file.fileno())
            elif path.is_dir():
                shutil.rmtree(path)
            os.replace(made, path)
        except OSError as error:
            if error.filename is None or folder in str(error.filename):
                error.filename = str(path)  # name the file that the user knows
            raise


def write_text(path: Path, text: str) -> None:
    write_safely(path, lambda temporary: temporary.write_text(text, encoding="utf-8", newline="\n"))


def write_json(path: Path, value: Any) -> None:
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, default=plain) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """The content of one of this project's JSON files, all of which hold names with values.

    Raises:
        ProjectError: where it is missing, no such JSON, larger than LARGEST or nested too deep.
    """
    if not path.is_file():
        raise ProjectError(f"there is no file {path}\nIt belongs to a run: train again (python train.py).")
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"it has {path.stat().st_size:,} bytes")
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError("it holds no names with values")
    except RecursionError:
        raise damaged(path, "it is nested too deep") from None
    except ValueError as error:  # a JSONDecodeError and a UnicodeDecodeError are ValueErrors
        raise damaged(path, error) from None
    return content


def damaged(path: Path, reason: object) -> ProjectError:
    return ProjectError(f"{path} is damaged: {reason}\nPut the file back as it was, or train again: python train.py")


def write_csv(path: Path, rows: Iterable[Iterable[Any]]) -> None:
    """A table with `,` between its values. Text that a spreadsheet would run as a formula gets a ' in front, as one types it there."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([_harmless(value) for value in row] for row in rows)
    write_text(path, text.getvalue())


def _harmless(value: Any) -> Any:
    if not isinstance(value, str) or not value.startswith(FORMULAS):
        return value
    try:
        float(value)
        return value
    except ValueError:
        return f"'{value}"


def plain(value: Any) -> Any:
    """numpy numbers and arrays as plain ones, paths as text."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
