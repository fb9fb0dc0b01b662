"""`.dlgen/` in a project: where it came from, and the bytes that were rendered, which an update compares with."""

import hashlib
import json
import os
import stat
import zipfile
from pathlib import Path
from typing import Any

from dlgen import archives
from dlgen.errors import DlgenError

FOLDER = ".dlgen"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold: equal projects give equal bytes


def files(project: Path) -> list[str]:
    """The paths of a project's files from its root, sorted, without `.dlgen/`."""
    found = (path.relative_to(project) for path in project.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in found if path.parts[0] != FOLDER)


def write(project: Path, facts: dict[str, Any]) -> None:
    """Write project.json, `facts` and the SHA-256 of each file, and pristine.zip into the project's `.dlgen/`.

    The files get the modes that this user's new files have; recorded is only which of them may be executed.

    Raises:
        DlgenError: where a later command could not read it: too much, or names that are no text.
    """
    folder = project / FOLDER
    folder.mkdir()
    hashes = {}
    with zipfile.ZipFile(folder / "pristine.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in files(project):
            path = project / name
            if not _is_text(name):
                raise DlgenError(f"the template makes a file whose name is no text: {name!a}\nRename it.")
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
        raise DlgenError(f"what the template makes {error}: that is no project\nKeep data out of templates.") from None
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
