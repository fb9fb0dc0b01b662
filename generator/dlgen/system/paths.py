"""Which paths a template may write: those that are the same file on every system, and that no system takes for `.git`.

    .GIT  .git.  .g\\u200cit  git~1  .git::$INDEX_ALLOCATION      all of them are `.git` to some file system

What git finds in such a folder it runs (`core.fsmonitor`, hooks), so a template that can write one needs no hook. The
rules hold for trusted templates too: what they run is theirs to say, what they write stays a project.
"""

import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from dlgen.errors import DlgenError

WINDOWS = {"con", "prn", "aux", "nul", "conin$", "conout$"}
WINDOWS |= {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
UNSEEN = ("Cc", "Cs", "Zl", "Zp")  # controls, halves of characters, separators of lines and paragraphs
# The short names that Windows gives to .git, .dlgen and .gitmodules; by a hash where the first four are taken.
SHORT = re.compile(r"(git|dlgen|gitmod|(gi|dl)[0-9a-f]{4})~[0-9]+")


def check(path: str) -> None:
    """Raises DlgenError where a path from a project's folder leaves it, or is not the same file on every system."""
    names = path.replace("\\", "/").split("/")
    if path.startswith(("/", "\\")) or ".." in names or re.match("[A-Za-z]:", path) or "\0" in path:
        raise DlgenError(f"the template would write outside the project: {path!a}".replace("'", ""))
    if ".dlgen" in names:
        raise DlgenError("the template makes .dlgen, which dlgen writes itself\nTake it out of the template.")
    why = reason(path)
    if os.name != "nt" and "\\" in path:
        why = why or "contains a backslash, which makes it another path on Windows"
    if why:
        raise DlgenError(
            f"the template would write {path!a}, which {why}\nGive it a name that is the same file on every system, and nothing special to git."
        )


def check_collision(paths: Iterable[str]) -> None:
    """Raises DlgenError where two of the paths are one to some file system."""
    both = collision(paths)
    if both:
        raise DlgenError(
            f"the template makes both {both[0]!a} and {both[1]!a}, which some file systems treat as one file\n"
            "Rename one of them."
        )


def reason(path: str) -> str | None:
    """Why no template may write `path`, a relative path with "/" or "\\", said as "which ..."; None where it may."""
    for name in re.split(r"[/\\]", path):
        if found := _reason(name):
            return found
    return None


def alike(path: str) -> str:
    """The same text for two paths that some file system takes for one: capitals and composed letters are folded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def collision(paths: Iterable[str]) -> tuple[str, str] | None:
    """Two of the paths, or of the folders above them, that some file system takes for one."""
    seen: dict[str, str] = {}
    for path in paths:
        names = path.split("/")
        for depth in range(1, len(names) + 1):
            place = "/".join(names[:depth])
            if seen.setdefault(alike(place), place) != place:
                return seen[alike(place)], place
    return None


def leads_out(link: Path, home: Path) -> bool:
    """Whether a link leads out of the folder `home`, or in a circle."""
    try:
        return not link.resolve().is_relative_to(home.resolve())
    except (RuntimeError, OSError):  # what Python says of a circle, by its version
        return True


def bare_repository(names: Iterable[str]) -> bool:
    """Whether git would take a folder that holds `names` for a repository, and do as its configuration says."""
    held = {name.casefold() for name in names}
    return "head" in held and ({"objects", "refs"} <= held or "commondir" in held)


def _reason(name: str) -> str | None:
    if name in ("", ".", ".."):  # whether a path leaves the project is asked elsewhere
        return None
    if any(unicodedata.category(character) in UNSEEN for character in name):
        return "contains a control character"
    if any(character in BIDI for character in name):
        return "contains a mark that changes the direction of writing"
    skeleton = _skeleton(name)
    for ours in (".git", ".dlgen", ".gitmodules"):
        if skeleton == ours or skeleton.startswith(f"{ours}:"):
            return "is git's own" if name == ours else f"some file systems treat as {ours}"
    if SHORT.fullmatch(skeleton):
        return "is the short name of a hidden folder on Windows"
    if found := next((character for character in name if character in '<>"|?*'), None):
        return f"contains {found}, which Windows does not allow in a name"
    if ":" in name:
        return "contains a colon, which Windows does not allow in a name"
    if skeleton.partition(".")[0].rstrip(" ") in WINDOWS:
        return "is a reserved name on Windows"
    if name[-1] in ". ":
        return "ends in a dot or a space, which Windows drops"
    return None


def _skeleton(name: str) -> str:
    """The name as the most forgiving file system reads it: without unseen marks, accents, capitals and what ends it."""
    wide = unicodedata.normalize("NFKD", name)
    seen = "".join(each for each in wide if unicodedata.category(each) not in ("Cf", "Mn", "Me", "Cc"))
    return unicodedata.normalize("NFKC", seen.upper().casefold()).strip(" ").rstrip(" .")
