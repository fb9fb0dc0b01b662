"""Downloading, against a server on this machine that plays the public host: right file, wrong file, cut connection, silence."""

import hashlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from support import download
from support.errors import ProjectError

import pytest

CONTENT = bytes(range(256)) * 2_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Host(BaseHTTPRequestHandler):
    """Answers by the path that is asked for; remembers what was asked."""

    asked: list[tuple[str, str | None]] = []

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.asked.append((self.path, wanted))
        begin = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        body = b"something else" if self.path == "/wrong" else CONTENT[begin:]
        if self.path == "/silent":
            time.sleep(0.5)
            return
        if self.path == "/missing":
            self.send_error(404)
            return
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2 + 1] if self.path == "/cut" and len(body) > 10 else body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(download, "FOLDER", tmp_path / "data")
    monkeypatch.setattr(download, "TIMEOUT", 0.2)
    monkeypatch.setattr(download, "PAUSE", 0.0)
    Host.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_file_is_downloaded_once(host: str) -> None:
    first = download.fetch(f"{host}/right", SHA256, "file.bin")
    assert first.read_bytes() == CONTENT
    assert download.fetch(f"{host}/right", SHA256, "file.bin") == first
    assert Host.asked == [("/right", None)]
    assert [path.name for path in first.parent.iterdir()] == ["file.bin"]


def test_a_file_whose_host_publishes_only_an_md5_is_checked_by_that(host: str) -> None:
    published = f"md5:{hashlib.md5(CONTENT).hexdigest()}"
    first = download.fetch(f"{host}/right", published, "file.bin")
    assert first.read_bytes() == CONTENT
    first.write_bytes(CONTENT[:-1])
    with pytest.raises(ProjectError, match="is not the published file"):
        download.fetch(f"{host}/right", published, "file.bin")


def test_a_cut_connection_is_continued_where_it_ended(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "TRIES", 30)
    assert download.fetch(f"{host}/cut", SHA256, "file.bin").read_bytes() == CONTENT
    assert Host.asked[1] == ("/cut", f"bytes={len(CONTENT) // 2 + 1}-")


@pytest.mark.parametrize(
    ("path", "reason"),
    [("wrong", "its hash differs"), ("silent", "timed out"), ("missing", "Not Found"), ("cut", "connection ended")],
)
def test_what_cannot_be_downloaded_says_why_and_where_to_put_it(path: str, reason: str, host: str) -> None:
    with pytest.raises(ProjectError) as error:
        download.fetch(f"{host}/{path}", SHA256, "file.bin")
    assert reason in str(error.value)
    assert f"Put the file from {host}/{path} at {download.FOLDER / 'file.bin'}" in str(error.value)
    assert not (download.FOLDER / "file.bin").exists()


def test_a_file_of_the_user_is_never_replaced(host: str) -> None:
    download.FOLDER.mkdir()
    (download.FOLDER / "file.bin").write_bytes(b"mine")
    with pytest.raises(ProjectError, match="is not the published file"):
        download.fetch(f"{host}/right", SHA256, "file.bin")
    assert (download.FOLDER / "file.bin").read_bytes() == b"mine"
    assert Host.asked == []


def test_a_copy_elsewhere_is_used_if_it_is_the_same_and_never_touched(host: str, tmp_path: Path) -> None:
    other = tmp_path / "other.bin"
    other.write_bytes(CONTENT)
    assert download.fetch(f"{host}/right", SHA256, "file.bin", also=other) == other
    other.write_bytes(b"another file")
    assert download.fetch(f"{host}/right", SHA256, "file.bin", also=other).read_bytes() == CONTENT
    assert other.read_bytes() == b"another file"
