"""Rendering in a process of its own: what a template without --trust can slow down, fill or break is not this one.

The process is started once, is given jobs as lines of JSON and gives results back the same way: plain data, nothing
that would be run. It may take SECONDS for a job and MORE_MEMORY bytes (on Linux, and where else the system holds to
RLIMIT_AS); then it is ended from here, which also ends what no exception can: one long call in C. In it, nothing can
be started, connected to, or written outside the folder that is rendered into, whatever Python comes to run there.
"""

import atexit
import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dlgen.errors import DlgenError

SECONDS = 30.0  # for a job; a template of a few hundred files takes less than one
MORE_MEMORY = 1 << 30  # bytes that a job may take, on top of what the process has when it starts
MANY_MB = 64  # of a result
START = "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from dlgen.rendering import server; server.serve()"


class Worker:
    """The process, and the two pipes that lead to it."""

    def __init__(self) -> None:
        options: dict[str, Any] = {"start_new_session": True}  # Ctrl-C is for dlgen, which then ends this
        if os.name == "nt":
            options = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined]
        # -I: neither the folder that dlgen is called in nor an environment variable brings modules of its own.
        folders = [path for path in sys.path if path and Path(path).is_absolute()]
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", START, json.dumps(folders)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parent,
            **options,
        )
        self.lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.memory = MORE_MEMORY
        threading.Thread(target=self._read, daemon=True).start()
        self.send({"memory": self.memory})

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as results:
            while True:
                line = results.readline((MANY_MB << 20) + 1)
                self.lines.put(line)
                if not line.endswith(b"\n"):
                    return

    def send(self, message: Any) -> None:
        assert self.process.stdin
        with contextlib.suppress(OSError):  # where it has ended, which `receive` says
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()

    def receive(self, seconds: float) -> dict[str, Any]:
        """What the process says next.

        Raises:
            DlgenError: where it says nothing for that long, or has ended.
        """
        until = time.monotonic() + seconds
        while True:
            try:  # by halves of a second, because Windows does not interrupt a wait
                line = self.lines.get(timeout=max(0.0, min(0.5, until - time.monotonic())))
                break
            except queue.Empty:
                if time.monotonic() >= until:
                    raise DlgenError(
                        f"the template takes longer than {SECONDS:g} seconds to render, which no template should"
                    ) from None
        if len(line) > MANY_MB << 20:
            raise DlgenError("the template's answers are longer than any should be")
        if not line.endswith(b"\n"):
            raise DlgenError("the process that renders the template died: it may need more memory than there is")
        return dict(json.loads(line))

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdin:
            with contextlib.suppress(OSError):
                self.process.stdin.close()


_running: list[Worker] = []


def run(job: Mapping[str, Any], ask: Any = None) -> Any:
    """The result of a job of jobs.py, from the process.

    Raises:
        DlgenError: where the template cannot be rendered, takes too long, or too much memory.
        OSError: where the system refuses: a full disk, a folder that cannot be written.
    """
    if _running and (_running[0].process.poll() is not None or _running[0].memory != MORE_MEMORY):
        end()
    if not _running:
        _running.append(Worker())
    worker = _running[0]
    try:
        worker.send({**job, "ask": ask is not None, "seconds": SECONDS})
        while True:
            said = worker.receive(SECONDS)
            if "ask" in said and ask is not None:
                kind, key, default, texts = said["ask"]
                worker.send(ask(kind, key, default, texts))
            else:
                break
    except BaseException:
        end()
        raise
    if said.get("memory"):
        end()  # little of its memory may be left
    if "refused" in said:
        raise DlgenError(str(said["refused"]))
    if "system" in said:
        number, text, file = said["system"]
        raise OSError(number, text, file)
    if "done" not in said:
        raise RuntimeError(f"rendering failed:\n{said.get('failed')}")
    return said["done"]


@atexit.register
def end() -> None:
    """End the process, if there is one."""
    while _running:
        _running.pop().end()
