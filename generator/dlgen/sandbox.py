"""A template's own code, kept in: Jinja that cannot reach Python, and paths that cannot leave the project.

cookiecutter renders with jinja2's ordinary environment, in which `{{ ''.__class__.__mro__ }}` leads to everything that
Python can do. Without `--trust`, `kept_in` puts jinja2's own sandbox in its place, and bounds time, memory and output:
a template from anywhere can then fail to render, but do no harm.
"""

import _thread
import os
import re
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, cast

from cookiecutter import generate, hooks, prompt, utils
from cookiecutter.environment import ExtensionLoaderMixin
from jinja2 import StrictUndefined, Template
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

from dlgen.errors import DlgenError

SECONDS = 60  # of rendering; a template of a few hundred files takes less than one
MANY_MB = 100  # of text from one file
MORE_MEMORY = 1 << 30  # bytes that rendering may take on top of what this process has
LARGEST = 10**6  # of a width or a count that a filter or function is given
SIZED = ("center", "indent", "wordwrap", "truncate", "batch", "slice")
OPTIONS = {
    **dict.fromkeys(
        (
            *(f"{kind}_{end}_string" for kind in ("block", "variable", "comment") for end in ("start", "end")),
            "line_statement_prefix",
            "line_comment_prefix",
            "newline_sequence",
        ),
        str,
    ),
    **dict.fromkeys(("trim_blocks", "lstrip_blocks", "optimized"), bool),
}
EXTENSIONS = {f"jinja2.ext.{name}" for name in ("do", "loopcontrols", "i18n", "debug")} | {
    f"cookiecutter.extensions.{name}Extension" for name in ("Jsonify", "RandomString", "Slugify", "Time", "UUID")
}


class Kept(ExtensionLoaderMixin, SandboxedEnvironment):
    """cookiecutter's environment in jinja2's sandbox: no underscores, no `range` over 100,000, no huge numbers."""

    intercepted_binops = frozenset({"**", "*", "%"})

    def __init__(self, **options: Any) -> None:
        super().__init__(undefined=StrictUndefined, **options)
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

    @staticmethod
    def concat(pieces: Iterable[str]) -> str:
        kept, size = [], 0
        for piece in pieces:
            size += len(piece)
            if size > MANY_MB << 20:
                raise SecurityError(f"a file would be larger than {MANY_MB} MB")
            kept.append(piece)
        return "".join(kept)


class KeptPaths(Kept):
    """The environment that files are written with: what is rendered from a text is a path, and stays in `output`."""

    output: Path

    def from_string(self, source: Any, *rest: Any, **named: Any) -> Template:
        template = super().from_string(source, *rest, **named)
        render, output = template.render, self.output

        def kept_in_output(*values: Any, **context: Any) -> str:
            path = render(*values, **context)
            check_path(path, output)
            return path

        template.render = kept_in_output  # type: ignore[method-assign]
        return template


def check_path(path: str, output: Path) -> None:
    """Raises DlgenError where a rendered path, absolute or from inside `output`, would leave it."""
    windows = path.replace("\\", "/")
    reached = os.path.normpath(output / windows)
    if ".." in Path(windows).parts or not Path(reached).is_relative_to(output) or "\0" in path:
        shown = path.removeprefix(f"{output}{os.sep}")
        raise DlgenError(f"the template would write outside the project: {shown!a}".replace("'", ""))


def check_options(config: Mapping[str, Any]) -> None:
    """Raises DlgenError for settings of Jinja that are more than its marks and white space."""
    options = config.get("_jinja2_env_vars", {})
    for key, value in options.items() if isinstance(options, dict) else (("_jinja2_env_vars", options),):
        if key not in OPTIONS or not isinstance(value, OPTIONS[key]):
            raise DlgenError(
                f"cookiecutter.json: _jinja2_env_vars cannot hold {key} = {value!r}\nKnown: {', '.join(OPTIONS)}"
            )


def environment(context: dict[str, Any]) -> Kept:
    """What `cookiecutter.utils.create_env_with_context` makes, kept in."""
    return Kept(context=context, keep_trailing_newline=True, **context["cookiecutter"].get("_jinja2_env_vars", {}))


@contextmanager
def kept_in(output: Path | None = None, limited: bool = True) -> Iterator[None]:
    """Inside, cookiecutter renders in the sandbox, into `output` where files are written, for a while and no longer.

    Args:
        limited: whether time and memory are limited; not while a user is asked something.

    Raises:
        DlgenError: where the template takes too long, or too much memory.
    """

    def paths(context: dict[str, Any]) -> Kept:
        options = context["cookiecutter"].get("_jinja2_env_vars", {})
        env = KeptPaths(context=context, keep_trailing_newline=True, **options)
        env.output = (output or Path.cwd()).absolute()
        return env

    places: list[tuple[Any, Callable[..., Any]]] = [
        (generate, paths if output else environment),
        (prompt, environment),
        (utils, environment),
        (hooks, environment),
    ]
    kept = [(place, place.create_env_with_context) for place, _ in places]
    for place, other in places:
        place.create_env_with_context = other
    try:
        with _a_while() if limited else nullcontext(), _some_memory() if limited else nullcontext():
            yield
    finally:
        for place, original in kept:
            place.create_env_with_context = original


@contextmanager
def _a_while() -> Iterator[None]:
    late = threading.Event()
    ignored = signal.getsignal(signal.SIGINT) == signal.SIG_IGN  # as in a shell's background, where nothing interrupts
    if ignored:
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def stop() -> None:
        late.set()
        _thread.interrupt_main()

    timer = threading.Timer(SECONDS, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    except KeyboardInterrupt:
        if not late.is_set():
            raise
        raise DlgenError(f"the template takes longer than {SECONDS} seconds to render, which none should") from None
    finally:
        timer.cancel()
        if ignored:
            signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _some_memory() -> Iterator[None]:
    """A limit on this process's memory, where the system knows how much it has (Linux)."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        now = pages * resource.getpagesize()
    except (ImportError, OSError, ValueError):
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = now + MORE_MEMORY
    if soft == resource.RLIM_INFINITY or soft > wanted:
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    try:
        yield
    except MemoryError:
        raise DlgenError("the template takes more memory to render than any should") from None
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _modest(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, which refuses huge numbers; marks such as @pass_context stay."""
    import functools

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
