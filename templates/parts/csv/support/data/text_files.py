"""Text files and JSON files, read with a limit on size and depth; what is wrong is named with its file and line."""

import codecs
import json
from pathlib import Path
from typing import Any

from support.errors import ProjectError

JSON = (".jsonl", ".ndjson", ".json")
LARGEST = 2_000_000_000  # bytes; a larger file does not fit into the memory of most computers several times over

Item = tuple[str, dict[str, Any]]  # where it stands, and the object


def read(path: Path, largest: int = LARGEST) -> str:
    """The text of a file in UTF-8, or in UTF-16 with its mark.

    Raises:
        ProjectError: where there is none, it is larger than `largest` bytes, or no text.
    """
    if not path.exists():
        raise ProjectError(f"there is no file {path}")
    if not path.is_file():  # a device such as /dev/zero never ends
        raise ProjectError(f"{path} is no file\nExpected a text file.")
    if path.stat().st_size > largest:
        raise ProjectError(f"{path} has more than {largest // 1_000_000:,} MB\nSplit it into smaller files.")
    raw = path.read_bytes()
    try:
        if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return raw.decode("utf-16")
        if b"\0" in raw:
            raise ProjectError(f"{path} is a binary file, not text")
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ProjectError(
            f"{path}:{line}: byte 0x{raw[error.start]:02x} is not {error.encoding.upper()}\nSave the file as UTF-8."
        ) from None


def read_objects(path: Path) -> list[Item]:
    """The objects of a file with one per line, or with a list of them.

    Raises:
        ProjectError: naming the line, where it is not JSON, or something else than objects.
    """
    text = read(path)
    if text.lstrip().startswith("["):
        items = [(f"{path}, item {number}", item) for number, item in enumerate(_parsed(text, f"{path}"), start=1)]
    else:
        lines = [(f"{path}:{number}", line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
        if lines and lines[0][1].strip() in ("{", '{"'):
            raise ProjectError(
                f"{lines[0][0]}: an object over several lines\nExpected one object per line, or [ ] around all."
            )
        items = [(place, _parsed(line, place)) for place, line in lines]
    for place, item in items:
        if not isinstance(item, dict):
            raise ProjectError(f"{place}: expected an object in braces, with names before its values")
    if not items:
        raise ProjectError(f"{path} is empty\nExpected one object per line.")
    return items


def _parsed(text: str, place: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=lambda pairs: _object(pairs, place))
    except RecursionError:
        raise ProjectError(f"{place}: brackets within brackets, too deep to be read") from None
    except ValueError as error:
        raise ProjectError(
            f"{place}: this is not JSON: {error}\nExpected one object per line, or a list of them."
        ) from None


def _object(pairs: list[tuple[str, Any]], place: str) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise ProjectError(f"{place}: {double} has two values\nExpected each name once in an object.")
    return found
