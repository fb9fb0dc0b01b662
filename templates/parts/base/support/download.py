"""Public data, fetched once: with a time-out, in resumable pieces, checked by its hash. A file of yours is never deleted."""

import hashlib
import time
import urllib.error
import urllib.request
from pathlib import Path

from support.errors import ProjectError
from support.settings import PROJECT
from support.terminal import Progress

FOLDER = PROJECT / "data"
TIMEOUT = 20  # seconds without a byte
TRIES = 3
PAUSE = 0.5  # seconds before the second try, twice that before the third


def fetch(url: str, published: str, name: str, also: Path | None = None) -> Path:
    """The path of the file at `url`, downloaded into data/ unless it is there already.

    Args:
        url: where the file is.
        published: the hash of its content: a SHA-256, or "md5:" and an MD5 where its host publishes no other. An MD5 shows that the
            file is whole; that nobody forged it, only https does.
        name: its name in data/.
        also: another place where it may lie already, such as Keras's own cache; it is only read.

    Raises:
        ProjectError: without a network, with a wrong hash, or after a host that stays silent; says where to put the file by hand.
    """
    path = FOLDER / name
    if path.exists():
        if hash_of(path, published) == published:
            return path
        raise ProjectError(
            f"{path} is not the published file: its hash differs\nMove it away to download it anew, or train on it as your own data: --data {path}"
        )
    if also and also.is_file() and hash_of(also, published) == published:
        return also
    FOLDER.mkdir(parents=True, exist_ok=True)
    part = path.with_name(name + ".part")
    reason = ""
    for attempt in range(TRIES):
        try:
            _continue(url, part)
        except (urllib.error.URLError, OSError, TimeoutError) as error:
            if isinstance(error, PermissionError) or getattr(error, "errno", None) == 28:  # 28: no space left
                raise
            reason = str(getattr(error, "reason", error))
            time.sleep(PAUSE * (attempt + 1))
            continue
        if hash_of(part, published) == published:
            part.replace(path)
            return path
        reason = "what came is not the published file (its hash differs)"
        part.unlink()
    raise ProjectError(
        f"{name} could not be downloaded: {reason}\nPut the file from {url} at {path}, or train on the sample: --data sample"
    )


def hash_of(path: Path, like: str) -> str:
    """The hash of a file in the form of `like`: "md5:…", or a SHA-256."""
    name = "md5" if like.startswith("md5:") else "sha256"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.new(name, usedforsecurity=False)).hexdigest()
    return f"md5:{digest}" if name == "md5" else digest


def _continue(url: str, part: Path) -> None:
    """Download to `part`, from where an earlier try ended."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code == 416:  # nothing left to send
            return
        raise
    with response:
        if have and response.status != 206:  # the host does not know ranges: from the beginning
            have = 0
        total = have + int(response.headers.get("Content-Length") or 0)
        with (
            part.open("ab" if have else "wb") as file,
            Progress(f"downloading {part.stem}", total - have, "B") as bar,
        ):
            while block := response.read(1 << 16):
                file.write(block)
                bar.update(len(block))
    if total and part.stat().st_size < total:
        raise OSError(f"the connection ended after {part.stat().st_size:,} of {total:,} bytes")
