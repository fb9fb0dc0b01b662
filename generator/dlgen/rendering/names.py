"""Which names a project may have, and which values a template's questions may be answered with."""

import json
import keyword
import re
from pathlib import Path
from typing import Any

from dlgen.catalog.layers import Plan
from dlgen.errors import DlgenError
from dlgen.system import paths

JINJA = ("{{", "{%", "{#")
# Control characters, and those beyond 16 bits: cookiecutter's jsonify writes them as pairs, which TOML refuses.
ODD = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\U00010000-\U0010ffff]")


def destination(directory: str, plan: Plan) -> Path:
    """The absolute path of the project that `directory` asks for.

    Raises:
        DlgenError: for a path with `..`, a name that cannot be a project's, or a folder that is not empty.
    """
    refuse_jinja("the folder", directory)
    path = Path(directory).expanduser()
    if ".." in path.parts:
        raise DlgenError(f"{directory} leaves this folder: give a name, or a full path")
    check_name(path.name, plan)
    target = Path.cwd() / path
    in_the_way = next((folder for folder in target.parents if folder.exists() and not folder.is_dir()), None)
    nowhere = next((folder for folder in target.parents if folder.is_symlink() and not folder.exists()), None)
    if nowhere:
        raise DlgenError(f"{nowhere} is a link that leads nowhere\nGive a path through folders.")
    if in_the_way:
        raise DlgenError(f"{in_the_way} is a file\nGive a path through folders.")
    check_free(target, directory)
    return target


def check_name(name: str, plan: Plan) -> None:
    """Raises DlgenError where a project cannot have this name."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name):
        if name in ("", "."):
            raise DlgenError("the project needs a folder of its own\nGive a name, or a full path.")
        good = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-_")
        good = good if good[:1].isalpha() else f"my-{good}".rstrip("-")
        raise DlgenError(
            f"{name} cannot be a project's name\nUse letters, digits, - and _, starting with a letter: {good}"
        )
    if keyword.iskeyword(name) or keyword.iskeyword(name.lower()):
        raise DlgenError(f"{name} is a Python keyword and cannot be a project's name\nFor example: my-{name}")
    if name.lower() in paths.WINDOWS:
        raise DlgenError(f"{name} is a reserved name on Windows\nFor example: my-{name}")
    libraries = {_normal(re.split(r"[^\w.-]", item.strip())[0]) for item in plan.config.get("_dependencies", [])}
    if _normal(name) in libraries:
        raise DlgenError(f"{name} is the name of a library that the project installs\nFor example: my-{name}")


def check_free(target: Path, shown: str) -> None:
    """Raises DlgenError where `target` exists and is anything but an empty folder."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise DlgenError(f"{shown} is in the way: it is not a folder\nGive another name.")
    if target.is_dir() and any(target.iterdir()):
        raise DlgenError(f"the folder {shown} is not empty\nGive another name, or empty it first.")
    if target.is_dir() and target.samefile(Path.cwd()):
        raise DlgenError(f"{shown} is the folder you are in\nGo up one folder and give its name.")


def project_name(slug: str) -> str:
    """mnist-classifier -> Mnist classifier"""
    words = re.sub(r"[-_]+", " ", slug).strip()
    return words[:1].upper() + words[1:]


def variables(plan: Plan) -> dict[str, Any]:
    """The template's questions and their defaults: the keys of cookiecutter.json that are not private."""
    return {key: value for key, value in plan.config.items() if not key.startswith("_")}


def answers(plan: Plan, chosen: dict[str, str]) -> dict[str, Any]:
    """The values of `--set` that answer the template's questions.

    Raises:
        DlgenError: for Jinja in a value, or a value that is not among a question's choices.
    """
    questions = variables(plan)
    found: dict[str, Any] = {}
    for key, text in chosen.items():
        check_answer(key, text, plan)
        default = questions.get(key)
        if key not in questions:
            continue
        if key == "project_slug" and not plan.template.plain:
            raise DlgenError("project_slug is the name of the project's folder\nGive it as DIR: dlgen new NAME DIR")
        if isinstance(default, dict):
            raise DlgenError(f"{key} is a table, which --set cannot give")
        if isinstance(default, list) and text not in map(str, default):
            raise DlgenError(f"{key} cannot be {text!r}: expected one of: {', '.join(map(str, default))}")
        if isinstance(default, bool) and text.lower() not in ("true", "yes", "on", "1", "false", "no", "off", "0"):
            raise DlgenError(f"{key} cannot be {text!r}: expected true or false")
        found[key] = text
    return found


def check_answer(key: str, value: Any, plan: Plan) -> None:
    """Raises DlgenError where an answer, on the command line or typed at a prompt, holds Jinja or cannot be written."""
    refuse_jinja(key, value, plan)
    odd = ODD.search(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    if odd:
        raise DlgenError(f"{key} cannot contain the character {odd[0]!a}, which not every file format allows")


def refuse_jinja(name: str, value: Any, plan: Plan | None = None) -> None:
    """Raises DlgenError where a value, or text within it, has marks that a template would run as code."""
    settings = plan.config.get("_jinja2_env_vars", {}) if plan else {}
    own = [str(settings[key]) for key in settings if key.endswith(("_start_string", "_prefix")) and settings[key]]
    text = value if isinstance(value, str) else repr(value)
    mark = next((mark for mark in (*JINJA, *own) if mark in text), None)
    if mark:
        raise DlgenError(f"{name} cannot contain {mark}, which a template would run as code: {text}")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
