"""Imports go downwards only and never in a cycle: read from the source, without running it.

A library of several folders is built in floors. A file may import from its own folder and from floors below; then
each file can be read and tested without those above. An import inside a function or under TYPE_CHECKING counts too.
"""

import ast
import graphlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

Floors = tuple[tuple[str, ...], ...]  # folders from the top down; those side by side do not import each other
GROUND = ""  # the files directly in the library's own folder
SUPPORT: Floors = (("plugins",), ("exports",), ("reports",), ("training",), ("data",), ("runs",), (GROUND,))
LOADERS = ("import_module", "__import__")
NOT_CODE = {"build", "dist", "node_modules", "venv"}


@dataclass(frozen=True, order=True)
class Fault:
    """One import that should not be, and what to do instead."""

    file: str
    line: int
    what: str
    do: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.what}; {self.do}"


@dataclass(frozen=True, order=True)
class Import:
    """One module imports another; both are files of the same project."""

    source: str
    target: str
    line: int


def faults(project: Path, library: str = "support", floors: Floors = SUPPORT) -> list[Fault]:
    """What is wrong with the imports of a project; nothing where it has no folder `library`.

    Args:
        project: the folder that modules are named from.
        library: a package of the project, which imports nothing of the project but itself.
        floors: the library's folders, from the top down.
    """
    if not (project / library).is_dir():
        return []
    modules = files(project)
    known = {folder: floor for floor, row in enumerate(floors) for folder in row}
    found: list[Fault] = []
    fine: list[Import] = []
    for each in imports(modules):
        fault = _fault(each, library, known)
        if fault is None:
            fine.append(each)
        else:
            found.append(Fault(_shown(modules[each.source], project), each.line, *fault))
    found += _unknown(modules, project, library, known)
    found += [Fault(_shown(modules[each.source], project), each.line, what, do) for each, what, do in cycles(fine)]
    return sorted(found)


def files(top: Path) -> dict[str, Path]:
    """The Python files under `top` by the names that they are imported by: `support.data.images`."""
    found = {}
    for path in sorted(top.rglob("*.py")):
        names = path.relative_to(top).with_suffix("").parts
        if not any(name in NOT_CODE or name.startswith(".") for name in names):
            found[".".join(names[:-1] if names[-1] == "__init__" else names)] = path
    return {name: path for name, path in found.items() if name}


def imports(modules: Mapping[str, Path]) -> list[Import]:
    """The imports of the modules among each other, once for each pair, at the first line that has it."""
    first: dict[tuple[str, str], int] = {}
    for source, path in modules.items():
        for name, line in _named(source, path):
            target = _nearest(name, modules)
            if target and target != source:
                first[source, target] = min(line, first.get((source, target), line))
    return sorted(Import(source, target, line) for (source, target), line in first.items())


def cycles(found: Iterable[Import]) -> Iterator[tuple[Import, str, str]]:
    """An import of each cycle, with what is wrong and what to do; without these there is no cycle left."""
    lines = {(each.source, each.target): each for each in found}
    while True:
        graph: dict[str, list[str]] = {}
        for source, target in sorted(lines):
            graph.setdefault(source, []).append(target)
        try:
            graphlib.TopologicalSorter(graph).prepare()
            return
        except graphlib.CycleError as error:
            way: list[str] = error.args[1][::-1]  # each imports the next; the last is the first
        start = way.index(min(way))
        way = [*way[start:-1], *way[:start], min(way)]
        then = ", which imports ".join(way[1:])
        yield lines.pop((way[0], way[1])), f"imports {then}: a cycle", "move what they share into a file below them"


def _fault(each: Import, library: str, known: Mapping[str, int]) -> tuple[str, str] | None:
    """What is wrong with one import, cycles aside, and what to do."""
    source, target = _folder(each.source, library, known), _folder(each.target, library, known)
    if source is None:
        return None
    if target is None:
        return f"imports {each.target}, which is the project's own", "hand it over as an argument"
    if source == target or source not in known or target not in known or known[target] > known[source]:
        return None
    where = "above" if known[target] < known[source] else "beside"
    below = f"{library}/{source}".rstrip("/")
    return f"imports {each.target}, which is {where} it", f"move what it needs to {below}/ or below"


def _unknown(modules: Mapping[str, Path], project: Path, library: str, known: Mapping[str, int]) -> Iterator[Fault]:
    """The first file of each folder that has no floor."""
    seen = set()
    for name, path in modules.items():
        folder = _folder(name, library, known)
        if folder is not None and folder not in known and folder not in seen:
            seen.add(folder)
            listed = ", ".join(each for each in known if each)
            what = f"is in {library}/{folder}/, which has no floor"
            yield Fault(_shown(path, project), 1, what, f"move it into one of: {listed}")


def _folder(name: str, library: str, known: Mapping[str, int]) -> str | None:
    """The folder of the library that a module is in; GROUND for a file beside them, None for what is outside."""
    if name != library and not name.startswith(f"{library}."):
        return None
    first, _, rest = name.removeprefix(library).lstrip(".").partition(".")
    return first if rest or first in known else GROUND


def _named(source: str, path: Path) -> Iterator[tuple[str, int]]:
    """Every name that a file imports, from the top, with its line; a file that cannot be parsed imports nothing."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return
    package = source.split(".") if path.name == "__init__.py" else source.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            start = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((f"{start}.{alias.name}".lstrip("."), node.lineno) for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in LOADERS and node.args:
            name = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
            if isinstance(name, str):
                dots = len(name) - len(name.lstrip("."))
                above = package[: len(package) - dots + 1] if dots else []
                yield ".".join([*above, name.lstrip(".")]).strip("."), node.lineno


def _nearest(name: str, modules: Mapping[str, Path]) -> str | None:
    """The module that `name` is, or is taken from; None for a library that is installed."""
    while name not in modules:
        name, dot, _ = name.rpartition(".")
        if not dot:
            return None
    return name


def _shown(path: Path, project: Path) -> str:
    return path.relative_to(project).as_posix()
