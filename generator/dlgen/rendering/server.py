"""The other side of worker.py: the process that renders templates from elsewhere, confined before it sees the first."""

import json
import os
from collections.abc import Mapping
from typing import IO, Any

from dlgen.errors import DlgenError


def serve() -> None:
    """Do the jobs that come in, until there are no more."""
    lines, results = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    from dlgen.rendering import limits

    _import_all()
    limits.limit_memory(json.loads(lines.readline())["memory"])
    limits.confine()

    def ask(*question: Any) -> Any:
        _say(results, {"ask": question})
        return json.loads(lines.readline())

    for line in lines:
        job = json.loads(line)
        limits.allow(job["values"].get("output"))
        limits.limit_time(job["seconds"])
        _say(results, _result(job, ask if job["ask"] else None))


def _import_all() -> None:
    """All that rendering imports, some of it only when it is used: what is imported later is confined."""
    from binaryornot.check import is_binary
    from cookiecutter import prompt, utils

    from dlgen.rendering import jobs, sandbox

    assert prompt and jobs
    is_binary(__file__)
    with sandbox.kept_in({}, trusted=False):
        environment = utils.create_env_with_context({})
        environment.from_string("{% now 'utc' %}{{ 'x' | slugify }}{{ uuid4() }}").render()


def _result(job: Mapping[str, Any], ask: Any) -> dict[str, Any]:
    import traceback

    from dlgen.rendering import jobs

    try:
        done = jobs.perform(job, trusted=False, ask=ask)
        json.dumps(done)
        return {"done": done}
    except DlgenError as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": "the template needs more memory to render than any should", "memory": True}
    except RecursionError:
        return {"refused": f"the template {job['name']} cannot be rendered: it calls itself endlessly"}
    except OSError as error:
        return {"system": [error.errno, error.strerror, None if error.filename is None else str(error.filename)]}
    except Exception:
        return {"failed": traceback.format_exc()}


def _say(results: IO[bytes], message: Any) -> None:
    results.write(json.dumps(message).encode() + b"\n")
    results.flush()
