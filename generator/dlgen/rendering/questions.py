"""A template's questions, asked on the terminal: what it says is shown as text, what is typed is never run."""

from collections.abc import Mapping
from typing import Any

import click

from dlgen import console
from dlgen.catalog.layers import Plan
from dlgen.errors import DlgenError
from dlgen.rendering import names
from dlgen.rendering.jobs import QUESTIONS, Ask


def asker(plan: Plan) -> Ask:
    """What asks one question of the template `plan` and returns the answer, with cookiecutter's own prompts.

    The answer raises DlgenError where --set would refuse it: for Jinja in it, or a character that no file can hold.
    """
    from cookiecutter import prompt

    functions = {kind: getattr(prompt, f"read_user_{kind}") for kind in QUESTIONS}

    def ask(kind: str, key: str, default: Any, texts: Mapping[str, Any]) -> Any:
        from rich.errors import MarkupError

        prompts = {console.line(key): _shown(texts["prompt"])} if texts["prompt"] else None
        try:
            answer = functions[kind](console.line(key), _shown(default), prompts, console.line(texts["prefix"]))
        except MarkupError as error:
            raise DlgenError(f"the question {key} cannot be shown: {error}") from None
        except EOFError:
            raise click.Abort from None
        if answer == _shown(default):
            return default
        if kind == "choice":
            return default[_shown(default).index(answer)]
        names.check_answer(key, answer, plan)
        return answer

    return ask


def _shown(value: Any) -> Any:
    """The same value with every text as it is shown: control characters of a template must not reach the terminal."""
    if isinstance(value, str):
        return console.line(value)
    if isinstance(value, list):
        return [_shown(item) for item in value]
    if isinstance(value, dict):
        return {_shown(key): _shown(item) for key, item in value.items()}
    return value
