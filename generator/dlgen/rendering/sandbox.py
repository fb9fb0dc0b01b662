"""The environments that a template is rendered in: Jinja that cannot reach Python, and paths that stay in the project.

cookiecutter renders with jinja2's ordinary environment, in which `{{ ''.__class__.__mro__ }}` leads to everything that
Python can do. Without `--trust` jinja2's own sandbox takes its place, in which nothing that exists can be changed. What
an environment is made of (extensions, marks) is what was read from cookiecutter.json and checked, never what a
template has made of it since; and each rendering is given a copy of the answers.
"""

import functools
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from cookiecutter import generate, hooks, prompt, utils
from cookiecutter.environment import ExtensionLoaderMixin, StrictEnvironment
from jinja2 import Environment, StrictUndefined, Template
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from dlgen.system import paths

MANY_MB = 100  # of text from one file
MANY_MB_IN_ALL = 500  # of text from all files of a template, what they include counted each time
LARGEST = 10**6  # of a width or a count that a filter or function is given
SIZED = ("center", "indent", "wordwrap", "truncate", "batch", "slice")


def copied(value: Any) -> Any:
    """The same plain data, of which no part can be changed through the copy; many times faster than deepcopy."""
    if isinstance(value, dict):
        return type(value)((key, copied(each)) for key, each in value.items())
    return [copied(each) for each in value] if isinstance(value, list) else value


class Copied(Template):
    """A template that renders with a copy of what it is given, so that no other sees what it does with it."""

    def render(self, *values: Any, **named: Any) -> str:
        return super().render(copied(dict(*values, **named)))


class Paths(Environment):
    """An environment that files are written with: what it renders from a text is a path, and stays in `output`."""

    output: Path | None = None
    template_class = Copied

    def from_string(self, source: Any, *rest: Any, **named: Any) -> Template:
        if self.output is None:
            return super().from_string(source, *rest, **named)
        output, above = self.output, f"{self.output}{os.sep}"
        above = above if str(source).startswith(above) else ""  # your own folder, whose name may contain {{ too
        template = super().from_string(source[len(above) :], *rest, **named)
        render = template.render

        def kept_in_output(*values: Any, **context: Any) -> str:
            path = above + render(*values, **context)
            check_path(path, output)
            return path

        template.render = kept_in_output  # type: ignore[method-assign]
        return template


class Trusted(Paths, StrictEnvironment):
    """cookiecutter's own environment, for a template that may run what it likes: its paths stay in the project."""


class Kept(Paths, ExtensionLoaderMixin, ImmutableSandboxedEnvironment):
    """cookiecutter's environment in jinja2's sandbox: no underscores, no change, no `range` over 100,000, no huge
    numbers."""

    intercepted_binops = frozenset({"**", "*", "%"})

    def __init__(self, **options: Any) -> None:
        super().__init__(undefined=StrictUndefined, **options)
        self.written = 0
        for name in ("lipsum", "random_ascii_string"):
            self.globals[name] = _modest(cast(Callable[..., Any], self.globals[name]))
        for name in SIZED:
            self.filters[name] = _modest(self.filters[name])
        self.filters["format"] = _short(self.filters["format"])

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" and (abs(left) > LARGEST or abs(right) > 1000):
            raise SecurityError(f"{left!r:.20} ** {right!r:.20} is too large for a template")
        if operator == "*":
            for text, count in ((left, right), (right, left)):
                if hasattr(text, "__len__") and isinstance(count, int) and len(text) * count > LARGEST:
                    raise SecurityError("a repeated text or list is too large for a template")
        if operator == "%" and isinstance(left, str):
            _check_format(left)
        return super().call_binop(context, operator, left, right)

    def concat(self, pieces: Iterable[str]) -> str:
        kept, size = [], 0
        for piece in pieces:
            size += len(piece)
            if size > MANY_MB << 20:
                raise SecurityError(f"a file would be larger than {MANY_MB} MB")
            kept.append(piece)
        self.written += size
        if self.written > MANY_MB_IN_ALL << 20:
            raise SecurityError(f"its files would be larger than {MANY_MB_IN_ALL} MB")
        return "".join(kept)


@contextmanager
def kept_in(options: Mapping[str, Any], trusted: bool, output: Path | None = None) -> Iterator[None]:
    """Inside, cookiecutter makes its environments of `options` alone, in the sandbox where the template is not trusted.

    Args:
        options: `_extensions` and `_jinja2_env_vars` of cookiecutter.json, as they were read and checked.
        output: where files are written; paths that leave it are refused.
    """
    kind = Trusted if trusted else Kept
    extensions = copied(options.get("_extensions") or [])
    marks = copied(options.get("_jinja2_env_vars") or {})

    def environment(context: object = None) -> Paths:
        made = kind(context={"cookiecutter": {"_extensions": extensions}}, keep_trailing_newline=True, **marks)
        made.template_class = Copied
        return made

    def writing(context: object = None) -> Paths:
        made = environment()
        made.output = output
        return made

    places: list[tuple[Any, Callable[..., Any]]] = [
        (generate, writing),
        (prompt, environment),
        (utils, environment),
        (hooks, environment),
    ]
    kept = [(place, place.create_env_with_context) for place, _ in places]
    for place, other in places:
        place.create_env_with_context = other
    try:
        yield
    finally:
        for place, original in kept:
            place.create_env_with_context = original


def check_path(path: str, output: Path) -> None:
    """Raises DlgenError where a rendered path, absolute or from inside `output`, would leave it or cannot be one."""
    paths.check(path.removeprefix(f"{output}{os.sep}"))


def _modest(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, which refuses huge numbers; marks such as @pass_context stay."""

    @functools.wraps(function)
    def kept(*values: Any, **named: Any) -> Any:
        _check_modest(values, named)
        return function(*values, **named)

    return kept


def _check_modest(values: Iterable[Any], named: Mapping[str, Any]) -> None:
    for value in (*values, *named.values()):
        if isinstance(value, int | float) and abs(value) > LARGEST:
            raise SecurityError(f"{value!r:.20} is too large a number for a template")


def _short(function: Callable[..., Any]) -> Callable[..., Any]:
    def kept(text: Any, *values: Any, **named: Any) -> Any:
        _check_format(str(text))
        return function(text, *values, **named)

    return kept


def _check_format(text: str) -> None:
    if re.search(r"[0-9]{5}|\*", text):
        raise SecurityError(f"the format {text:.20} is too wide for a template")
