"""Which templates there are: dlgen's own, and any folder that holds a cookiecutter.json."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dlgen.errors import DlgenError, did_you_mean

LEVELS = ("beginner", "intermediate", "advanced")


@dataclass(frozen=True)
class Template:
    """A template on disk: `config` is its cookiecutter.json, `roots` are the folders whose `parts/` it may name."""

    name: str
    folder: Path
    config: dict[str, Any]
    roots: tuple[Path, ...]
    source: str  # "dlgen" for the catalog's own, else the folder as a path

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
        """What the sample and the full run reach: metric, sample, sample_seconds, full, full_minutes."""
        return dict(self.config.get("_expected", {}))


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
        if (folder / "cookiecutter.json").is_file()
    ]


def find(name: str) -> Template:
    """The template of that name, or in the folder of that path.

    Raises:
        DlgenError: where there is none, with the closest name.
    """
    for level in LEVELS:
        folder = root() / level / name
        if _is_plain_name(name) and (folder / "cookiecutter.json").is_file():
            return _load(folder, name, (root(),), "dlgen")
    path = Path(name).expanduser()
    if (path / "cookiecutter.json").is_file():
        folder = path.resolve()
        near = tuple(place for place in (folder.parent, folder.parent.parent) if (place / "parts").is_dir())
        return _load(folder, folder.name, (*near, root()), str(folder))
    if not _is_plain_name(name):
        raise DlgenError(f"there is no template in {name}\nExpected a folder that holds a cookiecutter.json.")
    close = did_you_mean(name, [template.name for template in templates()])
    raise DlgenError(f"there is no template {name}{close}\nAll templates: dlgen list")


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


def _load(folder: Path, name: str, roots: tuple[Path, ...], source: str) -> Template:
    return Template(name, folder, _read_json(folder / "cookiecutter.json"), roots, source)


def _read_json(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise DlgenError(f"{file} cannot be read as JSON: {error}") from None
    if not isinstance(value, dict):
        raise DlgenError(f"{file} is not a JSON object")
    return value
