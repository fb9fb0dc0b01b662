"""Runs commands of a project in one process, so that TensorFlow is loaded once: test_commands.py says which.

    python every_command.py COMMANDS.json RESULTS.json      in the project's folder

Each training has at most three epochs of two batches, and its history says the last one again for those that are left out. What the commands do is
otherwise untouched: the code of a lesson runs to its end.
"""

import contextlib
import importlib
import io
import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any

EPOCHS, BATCHES = 3, 2


def shorten() -> None:
    """Let every `fit` be over soon."""
    import keras

    def few(value: Any, count: int) -> Any:
        if isinstance(value, dict):
            return {name: few(part, count) for name, part in value.items()}
        return type(value)(few(part, count) for part in value) if isinstance(value, tuple | list) else value[:count]

    whole = keras.Model.fit

    def fit(self: Any, x: Any = None, y: Any = None, *rest: Any, **options: Any) -> Any:
        if hasattr(x, "shape") or isinstance(x, dict | list):
            count = BATCHES * (options.get("batch_size") or 32)
            x, y = few(x, count), few(y, count)
        else:
            options["steps_per_epoch"] = min(BATCHES, len(x))
        if isinstance(options.get("validation_data"), tuple):
            options["validation_data"] = few(options["validation_data"], 64)
        begin, wanted = options.get("initial_epoch", 0), options.get("epochs", 1)
        options["epochs"] = min(wanted, begin + EPOCHS)
        history = whole(self, x, y, *rest, **options)
        for values in history.history.values():
            values += values[-1:] * (wanted - options["epochs"])
        return history

    keras.Model.fit = fit


def run(words: list[str], typed: str = "") -> dict[str, Any]:
    """One command, as `python WORDS` would be: its exit code, what it printed, its seconds, the files that it made or wrote anew."""
    name = words[1] if words[0] == "-m" else words[0].removesuffix(".py")
    arguments = words[2:] if words[0] == "-m" else words[1:]
    module = importlib.import_module(name)
    if hasattr(module, "__path__"):  # python -m of a package
        module = importlib.import_module(f"{name}.__main__")
    errors = importlib.import_module("support.errors")
    before, begin = files(), time.perf_counter()
    sys.argv = [f"{name}.py", *arguments]
    output, said, code = io.StringIO(), io.StringIO(), 0
    given, sys.stdin = sys.stdin, io.StringIO(typed)
    document, sys.modules["__main__"].__doc__ = sys.modules["__main__"].__doc__, module.__doc__
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(said):
            errors.run(module.main)
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        code = 1
        said.write(traceback.format_exc())
    finally:
        sys.stdin, sys.modules["__main__"].__doc__ = given, document
    after = files()
    return {
        "command": " ".join(["python", *words]),
        "code": code,
        "output": output.getvalue(),
        "stderr": said.getvalue(),
        "seconds": round(time.perf_counter() - begin, 1),
        "files": sorted(path for path in after if before.get(path) != after[path]),
    }


def files() -> dict[str, tuple[int, int]]:
    found = ((path, path.stat()) for path in Path("runs").rglob("*") if path.is_file())
    return {path.as_posix(): (stat.st_mtime_ns, stat.st_size) for path, stat in found}


if __name__ == "__main__":
    commands, results = map(Path, sys.argv[1:])
    sys.path.insert(0, str(Path.cwd()))
    importlib.import_module("support.errors")
    shorten()
    found = []
    for each in json.loads(commands.read_text(encoding="utf-8")):
        found.append(run(each["words"], each.get("typed", "")))
        results.write_text(json.dumps(found), encoding="utf-8")
