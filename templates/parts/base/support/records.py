"""The JSON files of a run: one may be damaged or edited, and no step may end in a traceback because of it."""

import hashlib
import json
from pathlib import Path
from typing import Any

from support.files import damaged, plain, read_json, write_json

NUMBER = (int, float)
KINDS: dict[str, dict[str, type | tuple[type, ...]]] = {  # of what is read from each file
    "environment.json": {"number": int, "python": str, "packages": dict, "data_fingerprint": str},
    "training.json": {"state": str, "epochs": int, "best_epoch": int, "seconds": NUMBER},
    "metrics.json": {"test": dict, "note": str},
    "spec.json": {"labels": list, "columns": (list, dict), "source": str, "note": str},
}


def read(path: Path) -> dict[str, Any]:
    """The content of a file of KINDS, or of another.

    Raises:
        ProjectError: where it is missing, no JSON, or a value is of the wrong kind.
    """
    content = read_json(path)
    for key, kind in KINDS.get(path.name, {}).items():
        if key in content and (not isinstance(content[key], kind) or isinstance(content[key], bool)):
            raise damaged(path, f"{key} cannot be {json.dumps(content[key])[:60]}")
    return content


def write_spec(path: Path, spec: dict[str, Any]) -> None:
    """spec.json with a checksum, because every later step relies on all of its content."""
    content = json.loads(json.dumps(spec, default=plain))
    write_json(path, {**content, "checksum": _checksum(content)})


def read_spec(path: Path) -> dict[str, Any]:
    """What `write_spec` wrote.

    Raises:
        ProjectError: where the file is missing, or not as it was written.
    """
    content = read(path)
    older = "checksum" not in content and {"source", "note"} <= content.keys()  # a run from before there were checksums
    if not older and content.get("checksum") != _checksum(content):
        raise damaged(path, "it is not what was written when the model was trained")
    return {name: value for name, value in content.items() if name != "checksum"}


def _checksum(content: dict[str, Any]) -> str:
    rest = {name: value for name, value in content.items() if name != "checksum"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()[:16]
