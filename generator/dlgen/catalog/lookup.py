"""Which templates there are: dlgen's own, those of registered folders, and any folder or address that holds one."""

import re
from pathlib import Path, PurePosixPath

from dlgen.catalog import templates
from dlgen.catalog.templates import CONFIG, LEVELS, Template
from dlgen.errors import DlgenError, did_you_mean


def catalog() -> list[Template]:
    """dlgen's own templates, by level and then by name."""
    base = templates.root()
    return [
        templates.load(folder, folder.name, (base,), "dlgen")
        for level in LEVELS
        if (base / level).is_dir()
        for folder in sorted((base / level).iterdir())
        if (folder / CONFIG).is_file()
    ]


def registered() -> tuple[list[Template], list[str]]:
    """The templates of registered places, and a sentence for each place that cannot be read."""
    from dlgen.catalog import registry

    found: list[Template] = []
    problems = []
    try:
        entries = registry.read()
    except DlgenError as error:
        return [], [str(error)]
    for name in sorted(entries):
        try:
            found += registry.in_team(entries[name])
        except DlgenError as error:
            problems.append(str(error))
    return found, problems


def find(name: str, checkout: str | None = None, directory: str | None = None) -> Template:
    """The template of that name, TEAM/NAME, path or address.

    Args:
        checkout: a branch, tag or commit of a git repository.
        directory: the folder inside a repository or path that holds the template.

    Raises:
        DlgenError: where there is none, with the closest name.
    """
    if not name:
        raise DlgenError("the name of the template is empty\nAll templates: dlgen list")
    for level in LEVELS if not (checkout or directory) else ():
        folder = templates.root() / level / name
        if templates.is_plain_name(name) and (folder / CONFIG).is_file():
            return templates.load(folder, name, (templates.root(),), "dlgen")
    if re.fullmatch(r"[A-Za-z0-9][\w-]*/[^/]+", name) and (found := _of_team(name)):
        return found
    from dlgen.catalog import addresses, sources

    path = Path(name).expanduser()
    if path.is_dir() and not addresses.is_bare_repository(path):
        if checkout:
            raise DlgenError(f"{name} is a folder, which has no branches\nGive it without --checkout.")
        addresses.check_directory(directory or "")
        folder = _only(path.resolve(), directory or "", name)
        return templates.load(folder, folder.name, (*templates.near(folder), templates.root()), str(folder))
    if ":" in name or path.exists():
        address = addresses.parse(name, checkout, directory)
        if address:
            fetched = sources.fetch(address)
            folder = _only(fetched.folder, address.directory, name)
            origin = {**address.facts, "commit": fetched.commit}
            return templates.load(
                folder, folder.name, (*templates.near(folder), templates.root()), address.text, origin
            )
    if not templates.is_plain_name(name):
        raise DlgenError(f"there is no template in {name}\nExpected a folder that contains a cookiecutter.json.")
    others, _ = registered()
    known = {template.name: template.shown for template in (*catalog(), *others)}
    close = did_you_mean(name, known.values()) or did_you_mean(name, known)
    for each, shown in known.items():
        close = f"; did you mean {shown}?" if close == f"; did you mean {each}?" else close
    raise DlgenError(f"there is no template {name}{close}\nAll templates: dlgen list")


def _of_team(name: str) -> Template | None:
    """The registered template TEAM/NAME; None where no such team is registered.

    Raises:
        DlgenError: where the team has no such template.
    """
    from dlgen.catalog import registry

    team, _, rest = name.partition("/")
    entry = registry.read().get(team)
    if entry is None:
        return None
    found = {template.name: template for template in registry.in_team(entry)}
    if rest not in found:
        names = ", ".join(found)
        raise DlgenError(f"{team} has no template {rest}{did_you_mean(rest, found)}\nIt has: {names}")
    return found[rest]


def _only(top: Path, directory: str, shown: str) -> Path:
    """The folder of the one template in `top`, or in a folder of it.

    Raises:
        DlgenError: where there is none, or there are several.
    """
    folder = top / directory
    if (folder / CONFIG).is_file() and folder.resolve().is_relative_to(top.resolve()):
        paths = templates.nested(templates.read_json(folder / CONFIG))
        if paths and not any("{{" in entry.name for entry in folder.iterdir()):
            raise _several(shown, [(PurePosixPath(directory) / path).as_posix() for path in paths])
        return folder
    found = [path.relative_to(top).as_posix() for path in templates.inside(top)]
    if directory:
        there = f"It has: {', '.join(found)}" if found else "Expected a folder that contains a cookiecutter.json."
        raise DlgenError(f"{shown} has no template in its folder {directory}{did_you_mean(directory, found)}\n{there}")
    if found:
        raise _several(shown, found)
    raise DlgenError(f"there is no template in {shown}\nExpected a folder that contains a cookiecutter.json.")


def _several(shown: str, paths: list[str]) -> DlgenError:
    return DlgenError(f"{shown} contains several templates: {', '.join(paths)}\nChoose one: --directory {paths[0]}")
