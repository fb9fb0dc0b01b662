"""Which templates there are: dlgen's own, those of registered folders, and any folder or address that holds one."""

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from dlgen import paths
from dlgen.errors import DlgenError, did_you_mean

if TYPE_CHECKING:
    from dlgen.registry import Entry

CONFIG = "cookiecutter.json"
DEEP = 50  # of lists and tables within each other in cookiecutter.json
LEVELS = ("beginner", "intermediate", "advanced")


@dataclass(frozen=True)
class Template:
    """A template on disk: `config` is its cookiecutter.json, `roots` are the folders whose `parts/` it may name."""

    name: str
    folder: Path
    config: dict[str, Any]
    roots: tuple[Path, ...]
    source: str  # "dlgen" for the catalog's own, else what `find` finds it by: TEAM/NAME, a path or an address
    origin: dict[str, str] = field(default_factory=dict)  # where TEAM/NAME or an address led: path, git, commit, ...

    @property
    def shown(self) -> str:
        """What a user types to get it."""
        return self.name if self.source == "dlgen" else self.source

    @property
    def plain(self) -> bool:
        """Whether this is a cookiecutter template that knows nothing of dlgen."""
        return not any(key in self.config for key in ("_parts", "_composed", "_title"))

    @property
    def level(self) -> str:
        return str(self.config.get("_level", self.folder.parent.name))

    @property
    def title(self) -> str:
        return str(self.config.get("_title", self.name))

    @property
    def summary(self) -> str:
        return str(self.config.get("_summary", ""))

    @property
    def expected(self) -> dict[str, Any]:
        """What a project reaches: metric, better, sample (what the sample run must reach), measured (what was: of sample and full)."""
        found = self.config.get("_expected")
        return dict(found) if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Part:
    """A layer of whole files under `templates/parts/`, described by its part.json."""

    name: str
    folder: Path
    title: str = ""
    summary: str = ""
    dependencies: list[str] = field(default_factory=list)
    optional: bool = False
    replaces: list[str] = field(default_factory=list)


def root() -> Path:
    """The folder of dlgen's own templates: inside the package when installed, beside it in a checkout."""
    packaged = Path(__file__).parent / "templates"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "templates"


def templates() -> list[Template]:
    """dlgen's own templates, by level and then by name."""
    base = root()
    return [
        _load(folder, folder.name, (base,), "dlgen")
        for level in LEVELS
        if (base / level).is_dir()
        for folder in sorted((base / level).iterdir())
        if (folder / CONFIG).is_file()
    ]


def registered() -> tuple[list[Template], list[str]]:
    """The templates of registered places, and a sentence for each place that cannot be read."""
    from dlgen import registry

    found: list[Template] = []
    problems = []
    try:
        entries = registry.read()
    except DlgenError as error:
        return [], [str(error)]
    for name in sorted(entries):
        try:
            found += in_team(entries[name])
        except DlgenError as error:
            problems.append(str(error))
    return found, problems


def in_team(entry: "Entry") -> list[Template]:
    """The templates of a registered place, by name.

    Raises:
        DlgenError: where it is gone, or holds two of one name or none.
    """
    folder = entry.folder()
    found: dict[str, Path] = {}
    for path in _inside(folder) or ([folder] if (folder / CONFIG).is_file() else []):
        if entry.address and paths.leads_out(path, folder):
            continue  # a link out of what was fetched
        if path.name in found:
            raise DlgenError(
                f"{entry.name} holds two templates called {path.name}: {found[path.name]} and {path}\nRename one of them."
            )
        found[path.name] = path
    if not found:
        raise DlgenError(f"{entry.name} holds no template: no {CONFIG} in {folder}\nExpected NAME/{CONFIG}.")
    facts = {**entry.facts, **({"commit": entry.commit} if entry.address else {})}
    return [_load(path, name, (folder, root()), f"{entry.name}/{name}", facts) for name, path in sorted(found.items())]


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
        folder = root() / level / name
        if _is_plain_name(name) and (folder / CONFIG).is_file():
            return _load(folder, name, (root(),), "dlgen")
    if re.fullmatch(r"[A-Za-z0-9][\w-]*/[^/]+", name) and (found := _of_team(name)):
        return found
    from dlgen import sources

    path = Path(name).expanduser()
    if path.is_dir() and not sources.is_bare_repository(path):
        if checkout:
            raise DlgenError(f"{name} is a folder, which has no branches\nGive it without --checkout.")
        sources.check_directory(directory or "")
        folder = _only(path.resolve(), directory or "", name)
        return _load(folder, folder.name, (*_near(folder), root()), str(folder))
    if ":" in name or path.exists():
        address = sources.parse(name, checkout, directory)
        if address:
            fetched = sources.fetch(address)
            folder = _only(fetched.folder, address.directory, name)
            origin = {**address.facts, "commit": fetched.commit}
            return _load(folder, folder.name, (*_near(folder), root()), address.text, origin)
    if not _is_plain_name(name):
        raise DlgenError(f"there is no template in {name}\nExpected a folder that holds a cookiecutter.json.")
    others, _ = registered()
    known = {template.name: template.shown for template in (*templates(), *others)}
    close = did_you_mean(name, known.values()) or did_you_mean(name, known)
    for each, shown in known.items():
        close = f"; did you mean {shown}?" if close == f"; did you mean {each}?" else close
    raise DlgenError(f"there is no template {name}{close}\nAll templates: dlgen list")


def _of_team(name: str) -> Template | None:
    """The registered template TEAM/NAME; None where no such team is registered.

    Raises:
        DlgenError: where the team has no such template.
    """
    from dlgen import registry

    team, _, rest = name.partition("/")
    entry = registry.read().get(team)
    if entry is None:
        return None
    found = {template.name: template for template in in_team(entry)}
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
        paths = nested(_read_json(folder / CONFIG))
        if paths and not any("{{" in entry.name for entry in folder.iterdir()):
            raise _several(shown, [(PurePosixPath(directory) / path).as_posix() for path in paths])
        return folder
    inside = [path.relative_to(top).as_posix() for path in _inside(top)]
    if directory:
        there = f"Those it has: {', '.join(inside)}" if inside else "Expected a folder that holds a cookiecutter.json."
        raise DlgenError(f"{shown} has no template in its folder {directory}{did_you_mean(directory, inside)}\n{there}")
    if inside:
        raise _several(shown, inside)
    raise DlgenError(f"there is no template in {shown}\nExpected a folder that holds a cookiecutter.json.")


def _several(shown: str, paths: list[str]) -> DlgenError:
    return DlgenError(f"{shown} holds several templates: {', '.join(paths)}\nChoose one: --directory {paths[0]}")


def nested(config: dict[str, Any]) -> list[str]:
    """The folders of the templates that cookiecutter would offer to choose from, as both of its keys give them."""
    table, lines = config.get("templates"), config.get("template")
    if isinstance(table, dict):
        return [str(value.get("path", key)) if isinstance(value, dict) else str(key) for key, value in table.items()]
    if isinstance(lines, list):
        return [match[1] for line in lines if (match := re.search(r"\((.+)\)", str(line)))]
    return []


def _inside(folder: Path) -> list[Path]:
    """The templates in the folders of `folder`, and in theirs."""
    files = [*folder.glob(f"*/{CONFIG}"), *folder.glob(f"*/*/{CONFIG}")]
    return sorted(file.parent for file in files if not any(part[:1] in ".{" for part in file.relative_to(folder).parts))


def _near(folder: Path) -> tuple[Path, ...]:
    return tuple(place for place in (folder.parent, folder.parent.parent) if (place / "parts").is_dir())


def part(name: str, roots: tuple[Path, ...]) -> Part:
    """The part of that name in the first of `roots` that has it.

    Raises:
        DlgenError: where none has it, with the closest name.
    """
    for base in roots:
        file = base / "parts" / name / "part.json"
        if _is_plain_name(name) and file.is_file():
            values = _read_json(file)
            unknown = values.keys() - {"title", "summary", "dependencies", "optional", "replaces"}
            if unknown:
                raise DlgenError(f"{file} has the unknown key {min(unknown)}")
            for key, value in values.items():
                listed = isinstance(value, list) and all(isinstance(item, str) for item in value)
                good = {"title": isinstance(value, str), "summary": isinstance(value, str)}
                if not good.get(key, isinstance(value, bool) if key == "optional" else listed):
                    raise DlgenError(
                        f"{file}: {key} cannot be {value!r:.40}\nExpected a text, a list of texts, or true."
                    )
            return Part(name, file.parent, **values)
    raise DlgenError(f"there is no part {name}{did_you_mean(name, part_names(roots))}")


def part_names(roots: tuple[Path, ...]) -> list[str]:
    """The names of all parts under `roots`."""
    return sorted({file.parent.name for base in roots for file in base.glob("parts/*/part.json")})


def optional_parts(roots: tuple[Path, ...]) -> list[Part]:
    """The parts that `--with` takes."""
    found = [part(name, roots) for name in part_names(roots)]
    return [each for each in found if each.optional]


def _is_plain_name(name: str) -> bool:
    return not name.startswith(".") and "/" not in name and os.sep not in name and name != ""


def _load(
    folder: Path, name: str, roots: tuple[Path, ...], source: str, origin: dict[str, str] | None = None
) -> Template:
    return Template(name, folder, _read_json(folder / CONFIG), roots, source, origin or {})


def _read_json(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > 1 << 20:
            raise ValueError("it is larger than 1 MB")
        value = json.loads(file.read_text(encoding="utf-8"))
        if _too_deep(value):
            raise RecursionError
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise DlgenError(f"{file} cannot be read as JSON: it holds half of a character, such as \\ud800") from None
    except RecursionError:
        raise DlgenError(f"{file} cannot be read as JSON: it is nested too deep") from None
    except (ValueError, OSError) as error:
        raise DlgenError(f"{file} cannot be read as JSON: {error}") from None
    if not isinstance(value, dict):
        raise DlgenError(f"{file} is not a JSON object")
    return value


def _too_deep(value: Any) -> bool:
    """Whether lists and tables are nested deeper than DEEP, which copying and writing them again would not survive."""
    level = [value]
    for _ in range(DEEP):
        level = [
            inner
            for each in level
            if isinstance(each, list | dict)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return bool(level)
