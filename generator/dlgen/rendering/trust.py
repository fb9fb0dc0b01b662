"""What a template would run on this computer, and what it may ask of Jinja; read from its files, without running it."""

import os
from collections.abc import Mapping
from typing import Any

from dlgen.errors import DlgenError

HOOKS = ("pre_prompt", "pre_gen_project", "post_gen_project")
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


def check_options(config: Mapping[str, Any]) -> None:
    """Raises DlgenError for settings of Jinja that are more than its marks and white space."""
    options = config.get("_jinja2_env_vars", {})
    for key, value in options.items() if isinstance(options, dict) else (("_jinja2_env_vars", options),):
        if key not in OPTIONS or not isinstance(value, OPTIONS[key]):
            raise DlgenError(
                f"cookiecutter.json: _jinja2_env_vars cannot contain {key} = {value!r}\nKnown: {', '.join(OPTIONS)}"
            )


def found(files: Mapping[str, Any], config: Mapping[str, Any]) -> list[str]:
    """The hooks and extensions that a template brings, or imports from what is installed."""
    hooks = [path for path in files if is_hook(path)]
    return [*hooks, *(name for name in config.get("_extensions", []) if name not in EXTENSIONS)]


def is_hook(path: str) -> bool:
    """Whether cookiecutter takes this file for a program of the template; an editor's copies (x~) are none.

    The folder's capitals do not matter: where the file system does not tell them apart, cookiecutter finds it too.
    """
    folder, _, name = path.rpartition("/")
    stem = os.path.splitext(name)[0]  # noqa: PTH122 - as cookiecutter: a dot at the end of a name is an ending
    return folder.casefold() == "hooks" and stem in HOOKS and not name.endswith("~")
