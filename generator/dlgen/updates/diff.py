"""Differences between versions of a project's files, as `diff -u` writes them."""

from dlgen.errors import DlgenError
from dlgen.projects.content import Entry, read
from dlgen.projects.project import Made
from dlgen.updates.merge import is_binary, lines_of
from dlgen.updates.rerender import Rendering


def diff(made: Made, files: list[str], rendering: Rendering | None = None) -> str:
    """From the files as they were made to yours; with `rendering` from yours to what the template gives.

    Args:
        files: paths of files or folders from the project's root; empty for all that dlgen made.

    Raises:
        DlgenError: for a path where no version has a file.
    """
    known = {*made.pristine, *(rendering.files if rendering else ())}
    for path in files:
        matching = {each for each in known if path in ("", each) or each.startswith(f"{path}/")}
        if not matching and read(made.folder, path) is None:
            raise DlgenError(f"there is no file {path}, neither yours nor the template's")
    names = {*files} | known if files else known
    pieces = []
    for name in sorted(names):
        if files and not any(path in ("", name) or name.startswith(f"{path}/") for path in files):
            continue
        yours = made.read(name)
        if rendering:
            pieces.append(unified(name, yours, rendering.files.get(name), "yours", "template"))
        else:
            pieces.append(unified(name, made.pristine.get(name), yours, "made", "yours"))
    return "\n".join(filter(None, pieces))


def unified(path: str, one: Entry | None, other: Entry | None, name: str, other_name: str) -> str:
    """The differences between two versions of a file, as `diff -u` writes them; empty where there are none."""
    from difflib import unified_diff

    lines = []
    a, b = (version.data if version else b"" for version in (one, other))
    if one and other and one.executable != other.executable:
        word = {True: "executable", False: "not executable", None: "?"}
        lines.append(f"{path}: {word[one.executable]} -> {word[other.executable]}")
    if a == b:
        if (one is None) != (other is None):
            lines.append(f"{path}: empty file {'removed' if one else 'added'}")
        return "\n".join(lines)
    if is_binary(a, b):
        return "\n".join([*lines, f"{path}: no text, {len(a)} -> {len(b)} bytes"])
    left, right = ([line.decode("utf-8", "backslashreplace") for line in lines_of(data)] for data in (a, b))
    names = (f"{name}/{path}" if one else "/dev/null", f"{other_name}/{path}" if other else "/dev/null")
    for line in unified_diff(left, right, *names):
        lines += [line[:-1]] if line.endswith("\n") else [line, "\\ No newline at end of file"]
    return "\n".join(lines)
