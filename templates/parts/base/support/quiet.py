"""Keep TensorFlow's start-up messages off the screen.

Its C++ parts print them whatever the log level says: TensorFlow 2.21 with TF_CPP_MIN_LOG_LEVEL=3 still shows four lines in every step,
"WARNING: All log messages before absl::InitializeLog() …" and "oneDNN custom operations are on …", each twice.
"""

import contextlib
import importlib.abc
import os
import sys
import tempfile
from collections.abc import Iterator
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any


@contextlib.contextmanager
def hidden_stderr() -> Iterator[None]:
    """Hide what is written to stderr, also by C++; show it after all if an error ends the block."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as hidden:
        os.dup2(hidden.fileno(), 2)
        try:
            yield
        except BaseException:
            hidden.seek(0)
            os.write(kept, hidden.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)


class QuietTensorFlow(importlib.abc.MetaPathFinder):
    """Hides stderr while TensorFlow is imported for the first time, by Keras or by a step."""

    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path) if name == "tensorflow" else None
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def quietly(module: ModuleType) -> None:
            with hidden_stderr():
                execute(module)

        spec.loader.exec_module = quietly  # type: ignore[method-assign]
        return spec
