"""TensorFlow's start-up notes kept off the screen: its C++ parts print them whatever the log level says."""

import contextlib
import importlib.abc
import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


@contextlib.contextmanager
def hidden_stderr() -> Iterator[None]:
    """Hide what is written to stderr, also by C++; show it after all if an error ends the block."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as hidden:
        kept = os.dup(2)
        os.dup2(hidden.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(kept, 2)
            hidden.seek(0)
            os.write(2, hidden.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


class QuietImport(importlib.abc.MetaPathFinder):
    """Hides stderr while the module `name` is imported for the first time."""

    def __init__(self, name: str) -> None:
        self.name = name

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def quietly(module: Any) -> None:
            with hidden_stderr():
                execute(module)
                if hasattr(module, "constant"):
                    module.constant(0)  # the first operation prints a note about the processor

        spec.loader.exec_module = quietly  # type: ignore[method-assign]
        return spec
