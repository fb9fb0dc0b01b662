"""The address of a template: a git repository or a zip file, a branch or commit of it, and a folder in it."""

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dlgen.errors import DlgenError


@dataclass(frozen=True)
class Address:
    """Where a template is: `text` gives it as one word, which `parse` reads back."""

    url: str
    checkout: str = ""
    directory: str = ""

    @property
    def text(self) -> str:
        """`URL#CHECKOUT:DIRECTORY`, as docker writes it; without what is not given."""
        place = f":{self.directory}" if self.directory else ""
        return f"{self.url}#{self.checkout}{place}" if self.checkout or place else self.url

    @property
    def name(self) -> str:
        """The repository's name: what a template at its top is called."""
        last = re.split(r"[/:\\]", self.url.rstrip("/\\"))[-1]
        return re.sub(r"(\.git|\.zip)$", "", last) or "template"

    @property
    def facts(self) -> dict[str, str]:
        """The same as a table, without what is not given."""
        kind = "zip" if self.is_zip else "git"
        return {
            key: value
            for key, value in ((kind, self.url), ("checkout", self.checkout), ("directory", self.directory))
            if value
        }

    @property
    def is_zip(self) -> bool:
        return self.url.lower().endswith(".zip")


def parse(text: str, checkout: str | None = None, directory: str | None = None) -> Address | None:
    """The address that `text` gives; None where it is none, such as a name or a path.

    Raises:
        DlgenError: where the branch or the folder cannot be one.
    """
    from cookiecutter.config import BUILTIN_ABBREVIATIONS
    from cookiecutter.repository import expand_abbreviations, is_repo_url

    url, _, rest = text.partition("#")
    url = expand_abbreviations(url, BUILTIN_ABBREVIATIONS)
    within = rest.partition(":")
    if not is_repo_url(url):
        path = Path(url).expanduser()
        if not (is_bare_repository(path) or (path.is_file() and url.lower().endswith(".zip"))):
            return None
        url = str(path.resolve())
    if url.startswith("hg+"):
        raise DlgenError(f"{text} is a Mercurial repository, which dlgen does not read\nClone it, and give its path.")
    return checked(
        Address(url.removeprefix("git+").rstrip("/"), checkout or within[0], (directory or within[2]).strip("/"))
    )


def checked(address: Address) -> Address:
    """Raises DlgenError where the branch or the folder of an address cannot be one."""
    if address.checkout.startswith("-") or re.search(r"[\s:~^?*\[\\\x00-\x1f]|\.\.", address.checkout):
        raise DlgenError(f"{address.checkout} cannot be a branch, tag or commit")
    check_directory(address.directory)
    return address


def check_directory(directory: str) -> None:
    """Raises DlgenError where a folder inside a template leaves it."""
    path = PurePosixPath(directory.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", directory):
        raise DlgenError(f"{directory} leaves the template: give the path of a folder inside it")


def is_bare_repository(path: Path) -> bool:
    """Whether the folder is a git repository without a working tree: an address as a path."""
    return (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()
