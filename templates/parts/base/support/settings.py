"""Options: every field of a `Settings` class is one, with its default from config.py, then config.toml, then the command line."""

import difflib
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any, TypeVar, get_args

from support.environment import PROJECT
from support.errors import ProjectError

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, CliSettingsSource, SettingsConfigDict, SettingsError

T = TypeVar("T", bound="Settings")


class Settings(BaseModel):
    """Base of Config and of each step's own options: values never change once read, and unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read(cls: type[T], *, toml: bool = True, argv: list[str] | None = None) -> T:
    """The settings of class `cls`: defaults, then config.toml (or the file given with --config), then the command line.

    Args:
        cls: a subclass of Settings.
        toml: whether config.toml counts; steps that work on a finished run take its settings from the run instead.
        argv: the options, without the program's name; those of this process by default.

    Raises:
        ProjectError: for an option that does not exist or a value that is not allowed.
    """
    arguments, file = _config_file(sys.argv[1:] if argv is None else argv)
    values = read_toml(file or PROJECT / "config.toml", cls, required=file is not None) if toml or file else {}
    names = {field.alias or name: _option(name, field) for name, field in cls.model_fields.items()}
    arguments = [re.sub(r"^--[\w-]+", lambda match: match[0].replace("_", "-"), argument) for argument in arguments]
    for argument in arguments:
        option = argument.split("=")[0]
        if re.match(r"--[a-z]", option) and option not in _options(cls):
            raise ProjectError(
                f"there is no option {option}{_did_you_mean(option, list(names.values()))}\nAll options: python {program()} --help"
            )
    try:
        arguments, texts = _set_aside(cls, arguments)
        command_line = CliSettingsSource(_command_line(cls), cli_parse_args=arguments, cli_exit_on_error=False)()
    except SettingsError as error:
        message = re.sub(r"^error parsing CLI: ", "", str(error))
        raise ProjectError(f"{message}\nAll options: python {program()} --help") from None
    for name, field in cls.model_fields.items():  # "3" on the command line is the 3 of Literal[1, 3]
        numbers = {str(choice): choice for choice in get_args(field.annotation) if type(choice) is int}
        if isinstance(command_line.get(name), list):
            command_line[name] = [texts.get(value, value) for value in command_line[name]]
        if isinstance(command_line.get(name), str):
            command_line[name] = numbers.get(command_line[name], command_line[name])
    return check(cls, {**values, **command_line}, names)


def check(cls: type[T], values: dict[str, Any], names: dict[str, str] | None = None) -> T:
    """`values` as an instance of `cls`.

    Raises:
        ProjectError: naming the first value that is not allowed, and what is.
    """
    _no_blanks(cls, values, names or {})
    try:
        return cls.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        name = (names or {}).get(field, field)
        if first["type"] == "missing":
            raise ProjectError(f"{field} is missing\nAll options: python {program()} --help") from None
        if first["type"] == "extra_forbidden":
            raise ProjectError(f"there is no setting {field}{_did_you_mean(field, list(cls.model_fields))}") from None
        if first["type"] in ("value_error", "assertion_error"):
            raise ProjectError(first["msg"].removeprefix("Value error, ")) from None
        value = values.get(field, first["input"])
        raise ProjectError(f"{name} cannot be {value!r}: expected {allowed(cls, field)}") from None


def _no_blanks(cls: type[Settings], values: dict[str, Any], names: dict[str, str]) -> None:
    """Raises ProjectError for "" and blanks: mostly a variable of a shell that is not set, and as a path the current folder."""
    for name, field in cls.model_fields.items():
        value = values.get(field.alias or name, field.default)
        for text in value if isinstance(value, (list, tuple)) else [value]:
            blank = text == "" or (isinstance(text, str) and name != "separator" and text.isspace())
            if blank and text != field.default:
                title = names.get(field.alias or name, name)
                folder = "; a dot means the current folder" if name in ("data", "model", "inputs") else ""
                raise ProjectError(f"{title} is empty\nExpected: {field.description or allowed(cls, name)}{folder}.")


def read_toml(path: Path, cls: type[Settings], required: bool = False) -> dict[str, Any]:
    """The settings in a TOML file, or in a run's config.json; an empty dict where there is none.

    Raises:
        ProjectError: where the file is not TOML, has a name that is no field of `cls`, or is required and missing.
    """
    if not path.exists():
        if required:
            raise ProjectError(f"there is no file {path}\nGive --config a TOML file such as config.toml.")
        return {}
    try:
        text = path.read_text(encoding="utf-8")
        values = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)  # .json: the settings of a run
        if not isinstance(values, dict):
            raise ValueError("no names")
    except ValueError as error:  # a UnicodeDecodeError, TOMLDecodeError or JSONDecodeError
        raise ProjectError(
            f"{path.name} cannot be read as settings: {error}\nExpected lines such as: epochs = 20"
        ) from None
    for name in values:
        if name not in cls.model_fields:
            raise ProjectError(f"{path.name}: there is no setting {name}{_did_you_mean(name, list(cls.model_fields))}")
    check(cls, {**_required_values(cls), **values}, {name: f"{path.name}: {name}" for name in cls.model_fields})
    return values


def allowed(cls: type[BaseModel], name: str) -> str:
    """What a field takes, in words: "a whole number, 1 or more", "one of: adam, sgd"."""
    field = cls.model_fields[name]
    text = _type_in_words(field.annotation)
    limits = {
        key: getattr(item, key) for item in field.metadata for key in ("ge", "gt", "le", "lt") if hasattr(item, key)
    }
    words = [
        pattern.format(limits[key])
        for key, pattern in (("ge", "{} or more"), ("gt", "more than {}"), ("le", "at most {}"), ("lt", "less than {}"))
        if key in limits
    ]
    return ", ".join([text, *words])


def program() -> str:
    """The script that was started, as one would type it."""
    script = Path(sys.argv[0])
    try:
        inside = script.resolve().relative_to(PROJECT / "support")
    except ValueError:
        return script.name
    return "-m " + ".".join(("support", *inside.with_suffix("").parts))


def _command_line(cls: type[Settings]) -> type[BaseSettings]:
    """`cls` as the class that pydantic-settings reads options for, each described by its reason and what it takes."""
    text = getattr(sys.modules.get("__main__"), "__doc__", None) or cls.__doc__  # --help shows what the step does
    config = SettingsConfigDict(
        cli_kebab_case=True,
        cli_implicit_flags=True,
        cli_hide_none_type=True,
        cli_avoid_json=True,
        cli_prog_name=f"python {program()}",
    )
    described: Any = type(cls.__name__, (cls, BaseSettings), {"model_config": config, "__doc__": text})
    for name, field in described.model_fields.items():
        reason = field.description.replace("%", "%%") + "; " if field.description else ""
        each = field.annotation == list[str] and not _option(name, field).startswith("--")
        field.description = reason + ("one or more" if each else allowed(cls, name))
    return described


def _option(name: str, field: FieldInfo) -> str:
    if any("Positional" in getattr(item, "__name__", "") for item in field.metadata):
        return name.upper()
    return "--" + (field.alias or name).replace("_", "-")


def _is_switch(field: FieldInfo) -> bool:
    """Whether an option is on, off or, where it may be None, not given: --header, --no-header."""
    return field.annotation in (bool, bool | None)


def _options(cls: type[Settings]) -> set[str]:
    names = {_option(name, field) for name, field in cls.model_fields.items()}
    negated = {"--no-" + _option(name, field)[2:] for name, field in cls.model_fields.items() if _is_switch(field)}
    return names | negated | {"--help", "--config"}


def _set_aside(cls: type[Settings], arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    """The arguments with a name in the place of each text that is no option, and the texts by those names.

    pydantic-settings would part "Well, hello" at its comma, and take [1] or "42" for more than a text.
    """
    options = {_option(name, field): field for name, field in cls.model_fields.items()}
    texts: dict[str, str] = {}
    if not any(field.annotation == list[str] for name, field in options.items() if not name.startswith("--")):
        return arguments, texts
    takes_value = {name for name, field in options.items() if name.startswith("--") and not _is_switch(field)}
    replaced = []
    for before, argument in zip([None, *arguments], arguments, strict=False):
        if not argument.startswith("--") and argument != "-h" and before not in takes_value:
            name = f"text-{len(texts)}"
            texts[name] = argument
            argument = name
        replaced.append(argument)
    return replaced, texts


def _config_file(arguments: list[str]) -> tuple[list[str], Path | None]:
    """Take `--config FILE` out of the options."""
    rest, file, position = [], None, 0
    while position < len(arguments):
        name, equals, value = arguments[position].partition("=")
        if name == "--config":
            if not equals:
                position += 1
                value = arguments[position] if position < len(arguments) else ""
            if not value:
                raise ProjectError("--config needs a file, for example --config config.toml")
            file = Path(value)
        else:
            rest.append(arguments[position])
        position += 1
    return rest, file


def _required_values(cls: type[Settings]) -> dict[str, Any]:
    return {name: "" for name, field in cls.model_fields.items() if field.is_required()}


def _did_you_mean(name: str, names: list[str]) -> str:
    close = difflib.get_close_matches(name, names, 1)
    return f"; did you mean {close[0]}?" if close else ""


def _type_in_words(annotation: Any) -> str:
    words = {int: "a whole number", float: "a number", bool: "true or false", str: "text", Path: "a path"}
    if annotation in words:
        return words[annotation]
    choices = [choice for choice in get_args(annotation) if choice not in (type(None), Ellipsis)]
    if choices and all(isinstance(choice, (str, int)) and not isinstance(choice, type) for choice in choices):
        return "one of: " + ", ".join(str(choice) for choice in choices)
    if getattr(annotation, "__origin__", None) in (tuple, list):
        plural = {int: "whole numbers", float: "numbers", str: "words"}.get(choices[0], "values")
        return f"{plural} separated by commas"
    return " or ".join(_type_in_words(choice) for choice in choices) if choices else "a value"


def check_choices(option: str, values: list[str], choices: list[str]) -> None:
    """Raises ProjectError, naming the first of `values` that is not one of `choices`."""
    for value in values:
        if value not in choices:
            raise ProjectError(
                f"{option} cannot be {value!r}{_did_you_mean(value, choices)}\nExpected any of: {', '.join(choices)}"
            )


def only(cls: type[T], values: Settings) -> T:
    """The fields of `cls` out of an instance of a class that adds some."""
    return cls.model_validate({name: getattr(values, name) for name in cls.model_fields})
