"""Templates at an address: a git repository or a zip file, fetched into dlgen's cache folder.

cookiecutter's abbreviations and its idea of an address are used, but not its `clone`: that asks questions, keys the
folder by the repository's name alone, and hands a branch called `--something` to git as an option.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dlgen import console
from dlgen.catalog.addresses import Address
from dlgen.errors import DlgenError
from dlgen.system import archives, git, paths

MANY_MB = archives.MANY_MB  # a template is text; what is larger is a mistake or an attack
SECONDS = 30  # without an answer
MANY_SECONDS = 600  # for a clone that makes progress


@dataclass(frozen=True)
class Fetched:
    """A copy of what is at an address: its `folder` in the cache, and the git commit or the SHA-256 of the zip."""

    folder: Path
    commit: str


def fetch(address: Address, fresh: bool = True) -> Fetched:
    """What is at the address, in the cache folder.

    Args:
        fresh: look whether there is something newer; where that fails and there is a copy, the copy is used and said.

    Raises:
        DlgenError: where it cannot be fetched.
    """
    key = hashlib.sha256(f"{address.url}#{address.checkout}".encode()).hexdigest()[:16]
    place = cache_folder() / "templates" / key
    known = _known(place, address.name)
    if known and not fresh:
        return known
    try:
        return _zip(address, place, known) if address.is_zip else _git(address, place, known)
    except DlgenError as error:
        if known is None or not isinstance(error, _Unreachable):
            raise
        day = time.strftime("%Y-%m-%d", time.localtime((place / "fetched.json").stat().st_mtime))
        console.note(f"{address.url} cannot be reached: using the copy from {day}")
        return known


def cache_folder() -> Path:
    """Where this system keeps what can be fetched again; XDG_CACHE_HOME is respected."""
    if os.name == "nt":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "dlgen"


class _Unreachable(DlgenError):
    """The address gave no answer; a copy from before will do."""


def _known(place: Path, name: str) -> Fetched | None:
    try:
        commit = json.loads((place / "fetched.json").read_text(encoding="utf-8"))["commit"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Fetched(place / name, str(commit)) if (place / name).is_dir() else None


def _git(address: Address, place: Path, known: Fetched | None) -> Fetched:
    if git.program() is None:
        raise DlgenError(
            f"git is not installed, and {address.url} is a git repository\nInstall git, or give the path of a copy."
        )
    if known and known.commit == _newest(address):
        return known
    with _swap(place) as temporary:
        folder = temporary / address.name
        # The same bytes on every system: no line ends are changed. No template of the user's adds hooks.
        clone = ["clone", "--quiet", "--template=", "-c", "core.autocrlf=false", "-c", "advice.detachedHead=false"]
        branch = ["--branch", address.checkout] if address.checkout else []
        done = _run_git(*clone, "--depth=1", *branch, "--", address.url, str(folder))
        if done.returncode != 0 and branch and "emote branch" in done.stderr:  # no branch or tag: perhaps a commit
            done = _run_git(*clone, "--", address.url, str(folder))
            if done.returncode == 0 and _run_git("checkout", "--quiet", address.checkout, "--", at=folder).returncode:
                raise DlgenError(
                    f"{address.url} has no branch, tag or commit {address.checkout}\n"
                    f"List them: git ls-remote {address.url}"
                )
        if done.returncode != 0:
            raise _refusal(address, done.stderr)
        commit = _run_git("rev-parse", "HEAD", at=folder).stdout.strip()
        if not commit or not any(entry.name != ".git" for entry in folder.iterdir()):
            raise DlgenError(f"{address.url} is empty\nExpected a repository that contains a template.")
        _remove(folder / ".git")
        _check_links(folder, address.url)
        _write_known(temporary, address, commit)
    return Fetched(place / address.name, commit)


def _newest(address: Address) -> str:
    """The commit that the branch or tag is at now; an empty text where git does not know it by that name."""
    names = [address.checkout, f"{address.checkout}^{{}}"] if address.checkout else ["HEAD"]
    done = _run_git("ls-remote", "--quiet", "--", address.url, *names, seconds=SECONDS)
    if done.returncode != 0:
        raise _refusal(address, done.stderr)
    lines = [line.split("\t") for line in done.stdout.splitlines() if "\t" in line]
    tagged = [commit for commit, name in lines if name.endswith("^{}")]  # what an annotated tag is a name for
    return tagged[0] if tagged else lines[0][0] if lines else address.checkout


def _run_git(
    *arguments: str, at: Path | None = None, seconds: float = MANY_SECONDS
) -> "subprocess.CompletedProcess[str]":
    done = git.run(arguments, cwd=at, timeout=seconds, network=at is None)
    texts = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(done.args, done.returncode, *texts)


def _check_links(folder: Path, url: str) -> None:
    """Raises DlgenError where a link leads out of what was fetched: to the files of whoever fetched it."""
    for path in folder.rglob("*"):
        if path.is_symlink() and paths.leads_out(path, folder):
            inside = path.relative_to(folder).as_posix()
            raise DlgenError(
                f"{url} contains a link that leads out of it: {inside}\nClone it, and give the path of a template in it."
            )


def _refusal(address: Address, stderr: str) -> DlgenError:
    said = stderr.lower()
    if "could not resolve" in said or "timed out" in said or "could not connect" in said or "failed to connect" in said:
        return _Unreachable(f"{address.url} cannot be reached\nIs there a network? A copy on disk works without one.")
    missing = ("not found", "does not exist", "does not appear to be a git repository", "could not read username")
    if any(words in said for words in missing):
        return _Unreachable(
            f"there is no git repository {address.url}, or you may not read it\nCheck its spelling, and try: git clone "
            f"{address.url}"
        )
    lines = [line for line in stderr.strip().splitlines() if line.startswith(("fatal:", "error:"))]
    reason = (lines or ["git gave no reason"])[0].partition(": ")[2] or "git gave no reason"
    return _Unreachable(f"git cannot fetch {address.url}: {reason}\nTry: git clone {address.url}")


def _zip(address: Address, place: Path, known: Fetched | None) -> Fetched:
    if address.checkout:
        raise DlgenError(f"{address.url} is a zip file, which has no branches\nGive it without --checkout.")
    with _swap(place) as temporary:
        file = temporary / "download.zip"
        _download(address.url, file)
        commit = hashlib.sha256(file.read_bytes()).hexdigest()
        if known and known.commit == commit:
            return known
        folder = temporary / address.name
        _unzip(file, temporary / "unzipped", address.url)
        file.unlink()
        tops = list((temporary / "unzipped").iterdir())
        if not tops:
            raise DlgenError(f"{address.url} is empty\nExpected a zip file that contains a template.")
        only = tops[0] if len(tops) == 1 and tops[0].is_dir() and "cookiecutter" not in tops[0].name else None
        (only or temporary / "unzipped").rename(folder)
        _remove(temporary / "unzipped")
        _write_known(temporary, address, commit)
    return Fetched(place / address.name, commit)


def _download(url: str, target: Path) -> None:
    from urllib.request import Request, urlopen

    try:
        with urlopen(Request(_as_url(url)), timeout=SECONDS) as answer, target.open("wb") as file:
            while piece := answer.read(1 << 20):
                file.write(piece)
                if file.tell() > MANY_MB << 20:
                    raise DlgenError(f"{url} is larger than {MANY_MB} MB: that is not a template")
    except (OSError, ValueError) as error:
        raise _Unreachable(f"{url} cannot be fetched: {getattr(error, 'reason', error)}") from None


def _as_url(text: str) -> str:
    return text if re.match(r"(https?|file)://", text) else Path(text).as_uri()


def _unzip(file: Path, folder: Path, url: str) -> None:
    """Only plain files are written, inside `folder`: zipfile drops `..` and roots, and makes no links."""
    try:
        folder.mkdir()
        with archives.opened(file, MANY_MB) as archive:
            archive.extractall(folder)
    except archives.TooLarge as error:
        raise DlgenError(f"{url} {error}: that is not a template") from None
    except (archives.Damaged, OSError, ValueError) as error:
        raise DlgenError(f"{url} cannot be unpacked: {error}") from None


@contextmanager
def _swap(place: Path) -> Iterator[Path]:
    """A temporary folder that takes the place of `place` where all goes well, and is removed where not."""
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    old = temporary.with_name(f"{temporary.name}-old")
    try:
        yield temporary
        if (temporary / "fetched.json").exists():
            if place.exists():
                place.rename(old)
            temporary.rename(place)
    finally:
        _remove(old)
        _remove(temporary)


def _write_known(folder: Path, address: Address, commit: str) -> None:
    text = json.dumps({**address.facts, "commit": commit}, indent=2)
    (folder / "fetched.json").write_text(text, encoding="utf-8")


def _remove(folder: Path) -> None:
    def make_writable(function: object, path: str, error: object) -> None:  # git's objects are read-only on Windows
        Path(path).chmod(0o700)
        Path(path).unlink()

    if folder.exists():
        shutil.rmtree(folder, onerror=make_writable if os.name == "nt" else None, ignore_errors=os.name != "nt")
