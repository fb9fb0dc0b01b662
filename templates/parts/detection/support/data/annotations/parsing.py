"""Text, XML, JSON and YAML from untrusted files: files that are too large, too deep or malicious are refused with a message."""

import json
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from support.errors import ProjectError

import yaml

MB = 2**20
LARGEST = {".json": 2048 * MB, ".yaml": MB // 4, ".yml": MB // 4}  # COCO's own largest file has 450 MB
LARGEST_TEXT = 16 * MB
DEEPEST = 50  # elements of XML within each other; annotations have four or five


class Unreadable(ProjectError):
    """A file that cannot be read: `where` is the file, with the line if it is known, and `text` the problem."""

    def __init__(self, path: Path, text: str, line: int = 0) -> None:
        self.where, self.text = f"{path}:{line}" if line else str(path), text
        super().__init__(f"{self.where} {text}")


def read_bytes(path: Path) -> bytes:
    """The content of a file; raises Unreadable if it is far too large, or a device, which never ends."""
    try:
        if not path.is_file():
            raise Unreadable(path, "is no file")
        largest = LARGEST.get(path.suffix.lower(), LARGEST_TEXT)
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except PermissionError:
        raise
    except (OSError, MemoryError) as error:
        raise Unreadable(path, f"cannot be read: {error}") from None
    if len(content) > largest:
        raise Unreadable(path, f"is larger than {largest / MB:g} MB, too large for an annotation")
    return content


def read_text(path: Path) -> str:
    """The file as UTF-8, with or without a byte-order mark, or as UTF-16 with one."""
    content = read_bytes(path)
    try:
        return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(path, "is not text in UTF-8: save it as UTF-8", line) from None


def read_xml(path: Path) -> Element:
    """The root of an XML file in any encoding that it declares; every element has the attribute `line`."""
    parser, builder, depth = expat.ParserCreate(), TreeBuilder(), 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            text = f"has elements within elements, {DEEPEST} deep: no annotation has"
            raise Unreadable(path, text, parser.CurrentLineNumber)
        builder.start(name, {**attributes, "line": str(parser.CurrentLineNumber)})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name)

    def entity(*declared: Any) -> None:  # a few nested ones would expand to gigabytes
        text = "defines entities, which no annotation needs: remove <!ENTITY …>"
        raise Unreadable(path, text, parser.CurrentLineNumber)

    parser.StartElementHandler, parser.EndElementHandler, parser.EntityDeclHandler = begin, end, entity
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(read_bytes(path), True)
        return builder.close()
    except expat.ExpatError as error:
        raise Unreadable(path, f"is no XML that can be read: {error}", error.lineno) from None
    except (LookupError, ValueError, UnicodeError) as error:  # an unknown encoding
        raise Unreadable(path, f"is no XML that can be read: {error}") from None


def read_json(path: Path) -> Any:
    """What a JSON file holds."""
    text = read_text(path)
    try:
        return json.loads(text)
    except RecursionError:
        raise Unreadable(path, "has lists within lists that are too deep: no annotation has") from None
    except ValueError as error:
        raise Unreadable(path, f"is no JSON that can be read: {error}", getattr(error, "lineno", 0)) from None


def read_yaml(path: Path) -> Any:
    """What a YAML file holds, every value as the text that is written: a class may be called yes, no, on, off, 1 or 1.0."""
    try:
        return yaml.load(read_text(path), Loader=yaml.BaseLoader)
    except RecursionError:
        raise Unreadable(path, "has lists within lists that are too deep") from None
    except (yaml.YAMLError, ValueError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", -1) + 1
        raise Unreadable(path, f"is no YAML that can be read: {str(error).splitlines()[0]}", line) from None
