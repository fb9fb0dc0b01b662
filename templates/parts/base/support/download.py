"""Public data, downloaded once: with a time-out, resumed after a broken connection, checked by its hash. Your files are never deleted."""

import hashlib
import http.client
import time
import urllib.error
import urllib.request
from pathlib import Path

from support import errors
from support.environment import PROJECT
from support.errors import ProjectError
from support.terminal import progress

FOLDER = PROJECT / "data"
TIMEOUT = 20  # seconds without a byte
TRIES = 3
PAUSE = 0.5  # seconds before the second try, twice that before the third


def fetch(url: str, published: str, name: str, also: Path | None = None) -> Path:
    """The path of the file at `url`, downloaded into data/ unless it is there already.

    Args:
        url: where the file is.
        published: the hash of its content: a SHA-256, or "md5:" and an MD5 where its host publishes no other. An MD5 shows only
            that the file is complete; https shows that nobody forged it.
        name: its name in data/.
        also: another place where it may be already, such as Keras's own cache; it is only read.

    Raises:
        ProjectError: without a network, with a wrong hash, or after a host that stays silent; says where to put the file by hand.
    """
    path = FOLDER / name
    if path.exists() and not _is(path, published):
        raise ProjectError(
            f"{path} is not the published file: its hash differs\nMove it away to download it anew, or train on it as your own data: --data {path}"
        )
    for found in (path, also):
        if found and found.is_file() and _is(found, published):
            return found
    FOLDER.mkdir(parents=True, exist_ok=True)
    part, reason = path.with_name(name + ".part"), ""
    for attempt in range(TRIES):
        time.sleep(PAUSE * attempt)
        try:
            _continue(url, part)
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, OSError) and errors.explain(error):
                raise  # a problem of this computer: a full disk, a folder that is not writable
            reason = str(getattr(error, "reason", error))
            continue
        if _is(part, published):
            return part.replace(path)
        reason = "what came is not the published file (its hash differs)"
        part.unlink()
    raise ProjectError(
        f"{name} could not be downloaded: {reason}\nPut the file from {url} at {path}, or train on the sample: --data sample"
    )


def _is(path: Path, published: str) -> bool:
    """Whether the file has the published hash."""
    kind, _, wanted = published.rpartition(":")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.new(kind or "sha256", usedforsecurity=False))
    return digest.hexdigest() == wanted


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
        have *= response.status == 206  # a server without range requests starts from the beginning
        left = int(response.headers.get("Content-Length") or 0)
        with part.open("ab" if have else "wb") as file:
            for block in progress(
                iter(lambda: response.read(1 << 16), b""), f"downloading {part.stem}", left, "B", len
            ):
                file.write(block)
    if left and part.stat().st_size < have + left:
        raise ConnectionError(f"the connection ended after {part.stat().st_size:,} of {have + left:,} bytes")
