"""`dlgen templates`: folders and addresses of templates that are known by a name, in `templates.toml`.

    [team]
    path = "/home/me/templates"

    [group]
    git = "https://example.org/templates.git"
    checkout = "main"

The file is in the standard folder for settings (`~/.config/dlgen` on Linux, XDG_CONFIG_HOME is respected).
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dlgen.catalog import templates
from dlgen.catalog.templates import CONFIG, Template
from dlgen.errors import DlgenError, did_you_mean

if TYPE_CHECKING:
    from dlgen.catalog.addresses import Address

HEADER = "# The templates that dlgen knows by a name, written by `dlgen templates add` and `remove`.\n"
KEYS = {"path", "git", "zip", "checkout", "directory"}


@dataclass(frozen=True)
class Entry:
    """A registered place: a folder on this computer (`path`) or an address."""

    name: str
    path: Path | None = None
    address: "Address | None" = None

    @property
    def facts(self) -> dict[str, str]:
        return {"path": str(self.path)} if self.path else self.address.facts if self.address else {}

    @property
    def shown(self) -> str:
        return str(self.path) if self.path else self.address.text if self.address else ""

    @property
    def commit(self) -> str:
        """The commit that is in the cache; an empty text for a folder."""
        if self.address is None:
            return ""
        from dlgen.catalog import sources

        return sources.fetch(self.address, fresh=False).commit

    def folder(self, fresh: bool = False) -> Path:
        """Where its templates are on this computer.

        Raises:
            DlgenError: where the folder is gone, or the address cannot be fetched.
        """
        if self.path:
            if not self.path.is_dir():
                raise DlgenError(
                    f"the folder of {self.name} is gone: {self.path}\n"
                    f"Put it back, or forget it: dlgen templates remove {self.name}"
                )
            return self.path
        assert self.address
        from dlgen.catalog import sources

        top = sources.fetch(self.address, fresh).folder
        folder = top / self.address.directory
        if not folder.is_dir() or not folder.resolve().is_relative_to(top.resolve()):
            raise DlgenError(f"{self.address.url} has no folder {self.address.directory}")
        return folder


def file() -> Path:
    """Where the settings are."""
    import click

    return Path(click.get_app_dir("dlgen")) / "templates.toml"


def read() -> dict[str, Entry]:
    """The registered places by name.

    Raises:
        DlgenError: where the file is not what this module writes.
    """
    path = file()
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except UnicodeDecodeError:
        raise DlgenError(f"{path} is not UTF-8 text\nMend it, or remove it and register again.") from None
    import tomllib  # only where something is registered

    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DlgenError(f"{path} is not TOML: {error}\nMend it, or remove it and register again.") from None
    return {name: _entry(name, value, path) for name, value in values.items()}


def add(place: str, name: str | None = None, checkout: str | None = None, directory: str | None = None) -> Entry:
    """Register a folder or an address; an address is fetched.

    Raises:
        DlgenError: where there is nothing, the name is taken, or it cannot be a name.
    """
    from dlgen.catalog import addresses

    entries = read()
    path = Path(place).expanduser()
    if path.is_dir() and not addresses.is_bare_repository(path):
        if checkout:
            raise DlgenError(f"{place} is a folder, which has no branches\nGive it without --checkout.")
        addresses.check_directory(directory or "")
        entry = Entry(_name(name, path.resolve().name), path=path.resolve() / (directory or ""))
    else:
        address = addresses.parse(place, checkout, directory)
        if address is None:
            raise DlgenError(f"there is no folder {place}\nGive a folder of templates, or the address of a repository.")
        entry = Entry(_name(name, address.name), address=address)
    if entry.name in entries:
        raise DlgenError(
            f"{entry.name} is already registered: {entries[entry.name].shown}\n"
            f"Give another name (--name), or forget that one: dlgen templates remove {entry.name}"
        )
    entry.folder(fresh=True)
    in_team(entry)  # refuses a place without templates
    _write({**entries, entry.name: entry})
    return entry


def remove(name: str) -> Entry:
    """Forget a place; its files stay.

    Raises:
        DlgenError: where nothing of that name is registered.
    """
    entries = read()
    entry = get(name, entries)
    _write({key: value for key, value in entries.items() if key != name})
    return entry


def get(name: str, entries: dict[str, Entry] | None = None) -> Entry:
    """The place registered by that name.

    Raises:
        DlgenError: where there is none.
    """
    entries = read() if entries is None else entries
    if name not in entries:
        raise DlgenError(f"nothing is registered as {name}{did_you_mean(name, entries)}\nAll: dlgen templates list")
    return entries[name]


def _name(name: str | None, default: str) -> str:
    if name is None:
        name = re.sub(r"[^A-Za-z0-9_-]+", "-", default).strip("-") or "team"
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name) or name == "dlgen":
        raise DlgenError(
            f"{name} cannot be the name of registered templates\nUse letters, digits, - and _: --name team"
        )
    return name


def _entry(name: str, value: object, path: Path) -> Entry:
    good = isinstance(value, dict) and value.keys() <= KEYS and all(isinstance(each, str) for each in value.values())
    places = [key for key in ("path", "git", "zip") if good and key in value]  # type: ignore[operator]
    if not isinstance(value, dict) or len(places) != 1:
        raise DlgenError(
            f"{path}: [{name}] is not an entry\nExpected a path, or git with checkout and directory, each a string."
        )
    if places == ["path"]:
        return Entry(name, path=Path(value["path"]))
    from dlgen.catalog import addresses

    address = addresses.Address(value[places[0]], value.get("checkout", ""), value.get("directory", ""))
    return Entry(name, address=addresses.checked(address))


def _write(entries: dict[str, Entry]) -> None:
    """All of the file or nothing: a temporary file beside it takes its place."""
    text = HEADER + "".join(
        f"\n[{name}]\n" + "".join(f"{key} = {_quoted(value)}\n" for key, value in entry.facts.items())
        for name, entry in sorted(entries.items())
    )
    from dlgen.system import disk

    path = file()
    path.parent.mkdir(parents=True, exist_ok=True)
    disk.write(path.resolve(), text.encode(), 0o600)


def _quoted(text: str) -> str:
    """A TOML string: JSON's, but for the one control character that JSON leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def in_team(entry: Entry) -> list[Template]:
    """The templates of a registered place, by name.

    Raises:
        DlgenError: where it is gone, or contains no template, or two of the same name.
    """
    from dlgen.system import paths

    folder = entry.folder()
    found: dict[str, Path] = {}
    for path in templates.inside(folder) or ([folder] if (folder / CONFIG).is_file() else []):
        if entry.address and paths.leads_out(path, folder):
            continue  # a link out of what was fetched
        if path.name in found:
            raise DlgenError(
                f"{entry.name} contains two templates called {path.name}: {found[path.name]} and {path}\nRename one of them."
            )
        found[path.name] = path
    if not found:
        raise DlgenError(f"{entry.name} contains no template: no {CONFIG} in {folder}\nExpected NAME/{CONFIG}.")
    facts = {**entry.facts, **({"commit": entry.commit} if entry.address else {})}
    return [
        templates.load(path, name, (folder, templates.root()), f"{entry.name}/{name}", facts)
        for name, path in sorted(found.items())
    ]
