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
from typing import IO, Any

from dlgen.errors import DlgenError

SECONDS = 30.0  # for a job; a template of a few hundred files takes less than one
MORE_MEMORY = 1 << 30  # bytes that a job may take, on top of what the process has when it starts
MANY_MB = 64  # of a result
START = "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from dlgen import worker; worker.serve()"


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
            DlgenError: where it says nothing for so long, or has ended.
        """
        until = time.monotonic() + seconds
        while True:
            try:  # by halves of a second, because Windows does not interrupt a wait
                line = self.lines.get(timeout=max(0.0, min(0.5, until - time.monotonic())))
                break
            except queue.Empty:
                if time.monotonic() >= until:
                    raise DlgenError(
                        f"the template takes longer than {SECONDS:g} seconds to render, which none should"
                    ) from None
        if len(line) > MANY_MB << 20:
            raise DlgenError("the template gives more text for its answers than any should")
        if not line.endswith(b"\n"):
            raise DlgenError("the process that renders the template has ended: it may take more memory than there is")
        return dict(json.loads(line))

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdin:
            with contextlib.suppress(OSError):
                self.process.stdin.close()


_running: list[Worker] = []


def run(job: Mapping[str, Any], ask: Any = None) -> Any:
    """The result of a job of engine.py, from the process.

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
        end()  # what is left of it may be little
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


# ---- the other side


def serve() -> None:
    """Do the jobs that come in, until there are no more."""
    jobs, results = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    from dlgen import confined

    _import_all()
    confined.limit_memory(json.loads(jobs.readline())["memory"])
    confined.confine()

    def ask(*question: Any) -> Any:
        _say(results, {"ask": question})
        return json.loads(jobs.readline())

    for line in jobs:
        job = json.loads(line)
        confined.allow(job["values"].get("output"))
        confined.limit_time(job["seconds"])
        _say(results, _result(job, ask if job["ask"] else None))


def _import_all() -> None:
    """All that rendering imports, some of it only when it is used: what is imported later is confined."""
    from binaryornot.check import is_binary
    from cookiecutter import prompt, utils

    from dlgen import engine, sandbox

    assert prompt and engine
    is_binary(__file__)
    with sandbox.kept_in({}, trusted=False):
        environment = utils.create_env_with_context({})
        environment.from_string("{% now 'utc' %}{{ 'x' | slugify }}{{ uuid4() }}").render()


def _result(job: Mapping[str, Any], ask: Any) -> dict[str, Any]:
    import traceback

    from dlgen import engine

    try:
        done = engine.perform_here(job, trusted=False, ask=ask)
        json.dumps(done)
        return {"done": done}
    except DlgenError as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": "the template takes more memory to render than any should", "memory": True}
    except RecursionError:
        return {"refused": f"the template {job['name']} cannot be rendered: it calls itself without end"}
    except OSError as error:
        return {"system": [error.errno, error.strerror, None if error.filename is None else str(error.filename)]}
    except Exception:
        return {"failed": traceback.format_exc()}


def _say(results: IO[bytes], message: Any) -> None:
    results.write(json.dumps(message).encode() + b"\n")
    results.flush()
