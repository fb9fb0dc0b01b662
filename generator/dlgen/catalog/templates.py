"""Templates and parts on disk, and what their cookiecutter.json and part.json say."""

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dlgen.errors import DlgenError, did_you_mean

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
    package = Path(__file__).parents[1]
    packaged = package / "templates"
    return packaged if packaged.is_dir() else package.parents[1] / "templates"


def nested(config: dict[str, Any]) -> list[str]:
    """The folders of the templates that cookiecutter would offer to choose from, as both of its keys give them."""
    table, lines = config.get("templates"), config.get("template")
    if isinstance(table, dict):
        return [str(value.get("path", key)) if isinstance(value, dict) else str(key) for key, value in table.items()]
    if isinstance(lines, list):
        return [match[1] for line in lines if (match := re.search(r"\((.+)\)", str(line)))]
    return []


def inside(folder: Path) -> list[Path]:
    """The templates in the folders of `folder`, and in theirs."""
    files = [*folder.glob(f"*/{CONFIG}"), *folder.glob(f"*/*/{CONFIG}")]
    return sorted(file.parent for file in files if not any(part[:1] in ".{" for part in file.relative_to(folder).parts))


def near(folder: Path) -> tuple[Path, ...]:
    """The folders above a template that have `parts/`, which it may name."""
    return tuple(place for place in (folder.parent, folder.parent.parent) if (place / "parts").is_dir())


def part(name: str, roots: tuple[Path, ...]) -> Part:
    """The part of that name in the first of `roots` that has it.

    Raises:
        DlgenError: where none has it, with the closest name.
    """
    for base in roots:
        file = base / "parts" / name / "part.json"
        if is_plain_name(name) and file.is_file():
            values = read_json(file)
            unknown = values.keys() - {"title", "summary", "dependencies", "optional", "replaces"}
            if unknown:
                raise DlgenError(f"{file} has the unknown key {min(unknown)}")
            for key, value in values.items():
                listed = isinstance(value, list) and all(isinstance(item, str) for item in value)
                good = {"title": isinstance(value, str), "summary": isinstance(value, str)}
                if not good.get(key, isinstance(value, bool) if key == "optional" else listed):
                    raise DlgenError(
                        f"{file}: {key} cannot be {value!r:.40}\nExpected a string, a list of strings, or true."
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


def is_plain_name(name: str) -> bool:
    """Whether it can only be a folder's name: no path, nothing hidden."""
    return not name.startswith(".") and "/" not in name and os.sep not in name and name != ""


def load(
    folder: Path, name: str, roots: tuple[Path, ...], source: str, origin: dict[str, str] | None = None
) -> Template:
    """The template in `folder`; DlgenError where its cookiecutter.json cannot be read."""
    return Template(name, folder, read_json(folder / CONFIG), roots, source, origin or {})


def read_json(file: Path) -> dict[str, Any]:
    """The table in a JSON file.

    Raises:
        DlgenError: where it is too large, too deep, or no table.
    """
    try:
        if file.stat().st_size > 1 << 20:
            raise ValueError("it is larger than 1 MB")
        text = file.read_text(encoding="utf-8")
        value = json.loads(text)
        if _too_deep(value):
            raise RecursionError
        if "\\u" in text:  # the only way to half of a character
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise DlgenError(f"{file} cannot be read as JSON: it contains half a character, such as \\ud800") from None
    except RecursionError:
        raise DlgenError(f"{file} cannot be read as JSON: it is nested too deeply") from None
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
