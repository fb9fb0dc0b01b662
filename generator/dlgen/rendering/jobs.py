"""cookiecutter's own functions, called with plain data: answers to a template's questions, names, files.

The same three functions run here, for dlgen's own templates and for trusted ones, and in a process of their own for
any other (worker.py). `cookiecutter.main` is not used: it reads and writes the home folder, and is slower to import.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dlgen.errors import DlgenError

Ask = Callable[[str, str, Any, Any], Any]  # kind of question, key, default or choices, its texts -> the answer
TRUST = "Read the template, and give --trust if you want it to do what it likes."
LONGEST = 400  # characters that are quoted of what cookiecutter or Jinja say
# What templates make Jinja and Python raise; AssertionError, where its marks are alike.
FAILURES = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
QUESTIONS = ("variable", "yes_no", "choice", "dict")


def perform(job: Mapping[str, Any], trusted: bool, ask: Ask | None) -> Any:
    """Do a job in this process: in the sandbox, where the template is not trusted."""
    from dlgen.rendering import sandbox

    values, output = job["values"], job["values"].get("output")
    with failures(job["name"]), sandbox.kept_in(job["options"], trusted, Path(output) if output else None):
        match job["do"]:
            case "context":
                return context(ask=ask, **values)
            case "texts":
                return texts(**values)
            case "generate":
                return generate(hooks=trusted, **values)
            case other:
                raise ValueError(other)


def context(config: dict[str, Any], answers: dict[str, Any], ask: Ask | None) -> dict[str, Any]:
    """What the template's files are rendered with; asks the questions that are not answered yet."""
    from cookiecutter import prompt
    from cookiecutter.generate import apply_overwrites_to_context

    apply_overwrites_to_context(config, answers)
    kept = {name: getattr(prompt, f"read_user_{name}") for name in QUESTIONS}
    if ask:
        for name in QUESTIONS:
            setattr(prompt, f"read_user_{name}", _asking(ask, name))
    try:
        return {"cookiecutter": dict(prompt.prompt_for_config({"cookiecutter": config}, no_input=ask is None))}
    finally:
        for name, function in kept.items():
            setattr(prompt, f"read_user_{name}", function)


def texts(context: dict[str, Any], sources: list[str]) -> list[str]:
    """Each of the texts, rendered."""
    from cookiecutter import utils

    env = utils.create_env_with_context(context)
    return [env.from_string(source).render(**context) if "{" in source else source for source in sources]


def generate(folder: str, context: dict[str, Any], output: str, hooks: bool) -> str:
    """Write the project of the composed template in `folder` into the folder `output`; return the project's folder.

    Raises:
        DlgenError: where a rendered path would leave the project, or is not one file on every system.
    """
    from cookiecutter.generate import generate_files

    _check_paths(Path(folder), context)
    return str(generate_files(folder, context, output, accept_hooks=hooks, keep_project_on_failure=True))


def _check_paths(folder: Path, context: dict[str, Any]) -> None:
    from cookiecutter import utils

    from dlgen.system import paths

    env = utils.create_env_with_context(context)
    marks = [env.variable_start_string, env.block_start_string, env.comment_start_string]
    marks += [prefix for prefix in (env.line_statement_prefix, env.line_comment_prefix) if prefix]
    found: dict[str, str] = {}  # folders before what they hold, so that only a name with Jinja is rendered
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if "cookiecutter" not in name.partition("/")[0]:
            continue
        above = name.rpartition("/")[0]
        if above not in found or any(mark in path.name for mark in marks):
            found[name] = env.from_string(name).render(**context)
        else:
            found[name] = f"{found[above]}/{path.name}"
    rendered = list(found.values())
    for each in rendered:
        paths.check(each)
    paths.check_collision(rendered)
    _check_once(folder, found)


def _check_once(folder: Path, found: Mapping[str, str]) -> None:
    """Raises DlgenError where two files of the template are to be one of the project: which of them it would be, the
    order decides in which a system lists them. Where a part of a path renders to nothing, it is left to cookiecutter."""
    first: dict[str, tuple[str, bool]] = {}
    for name, path in found.items():
        is_file = (folder / name).is_file()
        if "" in path.split("/"):
            continue
        other, was_file = first.setdefault(path, (name, is_file))
        if other != name and (is_file or was_file):
            raise DlgenError(f"the template makes {path!a} of both {other!a} and {name!a}\nRename one of them.")


def _asking(ask: Ask, kind: str) -> Callable[..., Any]:
    def read(key: str, default: Any, prompts: Mapping[str, Any] | None = None, prefix: str = "") -> Any:
        shown = prompts.get(key) if isinstance(prompts, Mapping) else None
        return ask(kind, key, default, {"prompt": shown, "prefix": prefix})

    return read


@contextmanager
def failures(name: str) -> Iterator[None]:
    """What goes wrong in a template's own code, as a sentence; a traceback would show cookiecutter's code, not its."""
    import logging

    from cookiecutter.exceptions import CookiecutterException
    from jinja2 import TemplateError
    from jinja2.exceptions import SecurityError

    logging.getLogger("cookiecutter").addHandler(logging.NullHandler())  # it prints tracebacks of failing hooks
    try:
        yield
    except TemplateError as error:
        file, line = getattr(error, "filename", None), getattr(error, "lineno", None)
        place = f" {file}:{line}" if file else ""
        do = f"\n{TRUST}" if isinstance(error, SecurityError) else ""
        raise DlgenError(f"the template cannot be rendered{place}: {_short(error.message or '')}{do}") from None
    except (CookiecutterException, *FAILURES) as error:
        said = _short(str(error)) or type(error).__name__
        raise DlgenError(f"the template {name} cannot be rendered: {said}") from None
    except RecursionError:
        raise DlgenError(f"the template {name} cannot be rendered: it calls itself endlessly") from None


def _short(text: str) -> str:
    """In one line that fits a terminal: an error may quote a template at any length."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]} ..."
