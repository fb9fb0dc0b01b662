"""`.dlgen/` in a project: where it came from, and the bytes that were rendered, which an update compares with."""

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

FOLDER = ".dlgen"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold: equal projects give equal bytes


def files(project: Path) -> list[str]:
    """The paths of a project's files from its root, sorted, without `.dlgen/`."""
    found = (path.relative_to(project) for path in project.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in found if path.parts[0] != FOLDER)


def write(project: Path, facts: dict[str, Any]) -> None:
    """Write project.json, `facts` and the SHA-256 of each file, and pristine.zip into the project's `.dlgen/`."""
    folder = project / FOLDER
    folder.mkdir()
    hashes = {}
    with zipfile.ZipFile(folder / "pristine.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in files(project):
            path = project / name
            data = path.read_bytes()
            hashes[name] = hashlib.sha256(data).hexdigest()
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3  # Unix, so that the mode below is read back on every system
            entry.external_attr = path.stat().st_mode << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    text = json.dumps({**facts, "files": hashes}, indent=2, ensure_ascii=False) + "\n"
    (folder / "project.json").write_text(text, encoding="utf-8")
