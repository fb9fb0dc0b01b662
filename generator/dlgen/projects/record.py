"""`.dlgen/` in a project: where it came from, and the bytes that were rendered, which an update compares with.

A project may come from elsewhere: nothing in `.dlgen/` is followed through a link, and what it says is checked first.
"""

import hashlib
import json
import os
import re
import stat
import zipfile
from pathlib import Path
from typing import Any

from dlgen import __version__
from dlgen.errors import DlgenError
from dlgen.projects.content import Entry, entry, file_and_folder, is_inside, shown
from dlgen.system import archives, disk

FOLDER = ".dlgen"
RECORD, PRISTINE = f"{FOLDER}/project.json", f"{FOLDER}/pristine.zip"
OURS_ONLY = "This command works in a project made by dlgen new."
KINDS: dict[str, type] = {
    "template": str,
    "source": str,
    "answers": dict,
    "settings": dict,
    "parts": list,
    "files": dict,
}
DEEP = 20  # levels of lists and tables in an answer
LARGE = 16 << 20  # bytes of project.json; that of a project is a few thousand
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold: equal projects give equal bytes


def files(project: Path) -> list[str]:
    """The paths of a project's files from its root, sorted, without `.dlgen/`."""
    found = (path.relative_to(project) for path in project.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in found if path.parts[0] != FOLDER)


def write(project: Path, facts: dict[str, Any]) -> None:
    """Write project.json, `facts` and the SHA-256 of each file, and pristine.zip into the project's `.dlgen/`.

    The files get the modes that this user's new files have; recorded is only which of them may be executed.

    Raises:
        DlgenError: where a later command could not read it: too much, or names that are not text.
    """
    folder = project / FOLDER
    folder.mkdir()
    hashes = {}
    with zipfile.ZipFile(folder / "pristine.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in files(project):
            path = project / name
            if not _is_text(name):
                raise DlgenError(f"the template makes a file whose name is not text: {name!a}\nRename it.")
            data = path.read_bytes()
            hashes[name] = hashlib.sha256(data).hexdigest()
            executable = bool(path.stat().st_mode & 0o100)
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3  # Unix, so that the mode below is read back on every system
            entry.external_attr = (stat.S_IFREG | (0o755 if executable else 0o644)) << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    try:
        with archives.opened(folder / "pristine.zip"):
            pass
    except archives.TooLarge as error:
        raise DlgenError(
            f"what the template makes {error}: that is not a project\nKeep data out of templates."
        ) from None
    text = json.dumps({**facts, "files": hashes}, indent=2, ensure_ascii=False) + "\n"
    (folder / "project.json").write_text(text, encoding="utf-8")
    if os.name != "nt":
        for path in [project, *project.rglob("*")]:
            if not path.is_symlink():
                path.chmod(allowed(path.is_dir() or bool(path.stat().st_mode & 0o100)))


def allowed(executable: bool) -> int:
    """The mode of this user's new files: all that the umask lets through."""
    mask = os.umask(0o077)
    os.umask(mask)
    return (0o777 if executable else 0o666) & ~mask


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def facts(home: Path) -> dict[str, Any]:
    """What project.json says, checked.

    Raises:
        DlgenError: where it is missing, damaged, or written by a newer dlgen.
    """
    found = disk.look(home, RECORD)
    if found is None:
        raise DlgenError(f"{RECORD} is missing\n{OURS_ONLY}")
    if not disk.is_file(found):
        raise _damaged(RECORD, "it is not a regular file")
    if found.st_size > LARGE:
        raise _damaged(RECORD, f"it is larger than {LARGE >> 20} MB")
    data = (disk.read(home, RECORD) or (b"", 0))[0]
    try:
        facts = json.loads(data.decode("utf-8"))
        json.dumps(facts, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise _damaged(RECORD, "it contains half a character") from None
    except ValueError as error:
        raise _damaged(RECORD, str(error)) from None
    except RecursionError:
        raise _damaged(RECORD, "it is nested too deeply") from None
    version = facts.get("dlgen") if isinstance(facts, dict) else None
    if version is not None:
        _check_version(version)
    for key, kind in KINDS.items():
        if not isinstance(facts, dict) or not isinstance(facts.get(key), kind):
            raise _damaged(RECORD, f"it has no {key}")
    wrong = _wrong(facts)
    if wrong:
        raise _damaged(RECORD, wrong)
    return dict(facts)


def _check_version(version: object) -> None:
    """Refuse what a newer dlgen wrote: this one may not know all that it means, and would bring older files."""
    numbers = [
        [int(number) for number in match[0].split(".")]
        if isinstance(text, str) and (match := re.match(r"[0-9]{1,9}(\.[0-9]{1,9}){0,3}", text))
        else None
        for text in (version, __version__)
    ]
    theirs, ours = numbers
    if theirs is None:
        raise _damaged(RECORD, "dlgen is not a version")
    if ours is not None and theirs > ours:
        raise DlgenError(
            f"this project was made by dlgen {version}, and you have {__version__}\nInstall the newer dlgen."
        )


def _wrong(facts: dict[str, Any]) -> str | None:
    """What is wrong with the values of a record, in words."""
    scalars = (str, int, float, bool)
    if not all(isinstance(each, str) for each in facts["parts"]):
        return "parts are strings"
    if not all(isinstance(each, str) for each in facts["files"].values()):
        return "files have hashes, which are strings"
    for value in facts["settings"].values():
        items = value if isinstance(value, list) else [value]
        if not all(each is None or isinstance(each, scalars) for each in items):
            return "a setting is a number, a string, or a list of them"
    for key, value in facts["answers"].items():
        if _deeper(value, DEEP):
            return f"the answer to {key} is nested too deeply"
    origin = facts.get("origin", {})
    if not isinstance(origin, dict) or not all(isinstance(each, str) for each in origin.values()):
        return "origin is a table of strings"
    return None


def _deeper(value: object, levels: int) -> bool:
    """Whether lists and tables are nested in more levels than that."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(levels == 0 or _deeper(each, levels - 1) for each in inside)


def pristine(home: Path) -> dict[str, Entry]:
    """The files in a project's pristine.zip by their path.

    Raises:
        DlgenError: where it is missing, damaged, too large, or names a file outside the project.
    """
    found = disk.look(home, PRISTINE)
    if found is None:
        raise _damaged(PRISTINE, "it is missing")
    if not disk.is_file(found):
        raise _damaged(PRISTINE, "it is not a regular file")
    files: dict[str, Entry] = {}
    try:
        with archives.opened(home / PRISTINE) as archive:
            for item in archive.infolist():
                if item.filename.startswith(".git/"):  # of a template's hook that ran git init
                    continue
                if not is_inside(item.filename):
                    raise _damaged(PRISTINE, f"it names {shown(item.filename)}")
                if item.filename in files:
                    raise _damaged(PRISTINE, f"it names {shown(item.filename)} twice")
                files[item.filename] = entry(archive.read(item), item.external_attr >> 16)
    except (archives.TooLarge, archives.Damaged, OSError, ValueError) as error:
        raise _damaged(PRISTINE, str(error)) from None
    both = file_and_folder(files)
    if both:
        raise _damaged(PRISTINE, f"it has {shown(both)} as a file and as a folder")
    return files


def _damaged(name: str, why: str) -> DlgenError:
    return DlgenError(
        f"{name} is damaged: {why}\nRestore it from version control, or make the project again beside this one."
    )
