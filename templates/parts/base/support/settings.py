"""Options: every field of a `Settings` class is one, with its default from config.py, then config.toml, then the command line."""

import argparse
import csv
import difflib
import json
import re
import sys
import tomllib
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar, get_args, get_origin

from support.environment import PROJECT
from support.errors import ProjectError

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

T = TypeVar("T", bound="Settings")
WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "text", Path: "a path"}
PLURALS = {int: "whole numbers", float: "numbers", str: "words"}
LIMITS = {"ge": "{} or more", "gt": "more than {}", "le": "at most {}", "lt": "less than {}"}
LENGTHS = {"min_length": "at least {} of them", "max_length": "at most {} of them"}


class Settings(BaseModel):
    """Base of Config and of each step's own options: values never change once read, and unknown names are refused.

    A field with a default is an option: `--batch-size 64`, `--batch_size=64`; a bool is a switch: `--header`, `--no-header`. A field
    without a default is typed without its name, like the inputs of predict.py.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, loc_by_alias=False)
    renamed: ClassVar[dict[str, str]] = {}  # new names by old ones; files may still use an old name

    @field_validator("*", mode="before")
    @classmethod
    def _not_blank(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuses "" and blanks: mostly an unset variable of a shell, and as a path the current folder."""
        name = str(info.field_name)
        for text in value if isinstance(value, (list, tuple)) else [value]:
            blank = text == "" or (isinstance(text, str) and text.isspace() and name != "separator")
            if blank and value != cls.model_fields[name].default:
                raise PydanticCustomError("empty", "is empty")
        return value


def read(cls: type[T], *, toml: bool = True, argv: list[str] | None = None) -> T:
    """The settings of class `cls`: defaults, then config.toml (or the file given with --config), then the command line.

    Args:
        cls: a subclass of Settings.
        toml: whether config.toml counts; steps that work on a finished run take its settings from the run instead.
        argv: the options, without the program's name; those of this process by default.

    Raises:
        ProjectError: for an option that does not exist or a value that is not allowed.
    """
    typed = _typed(cls, sys.argv[1:] if argv is None else argv)
    file = typed.pop("config", None)
    path = Path(file or PROJECT / "config.toml")
    values = read_file(path) if file or (toml and path.exists()) else {}
    options = {
        name: _title(name, field) for name, field in cls.model_fields.items() if name in typed or name not in values
    }
    return check(cls, {**values, **typed}, {**{name: f"{path.name}: {name}" for name in values}, **options})


def check(cls: type[T], values: dict[str, Any], titles: dict[str, str] | None = None) -> T:
    """`values` as an instance of `cls`.

    Args:
        titles: what to call a field in an error, by its name: "--epochs".

    Raises:
        ProjectError: naming the first value that is not allowed, and what is.
    """
    values = {cls.renamed.get(name, name): value for name, value in values.items()}
    try:
        return cls.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name, kind = str(first["loc"][0]) if first["loc"] else "", first["type"]
        title, field = (titles or {}).get(name, name), cls.model_fields.get(name)
        if kind in ("value_error", "assertion_error"):
            message = first["msg"].removeprefix("Value error, ")
        elif field is None:
            message = f"{title.removesuffix(name)}there is no setting {name}{_did_you_mean(name, cls.model_fields)}"
        elif kind in ("missing", "empty"):
            message = f"{title} is {kind}\nExpected: {field.description or allowed(field)}."
        else:
            value = values[name]
            shown = ",".join(map(str, value)) if isinstance(value, (list, tuple)) else value
            message = f"{title} cannot be {shown!r}: expected {allowed(field)}"
        raise ProjectError(message) from None


def read_file(path: Path) -> dict[str, Any]:
    """The settings in a TOML file, or in a run's config.json.

    Raises:
        ProjectError: where the file is missing, or holds no names with values.
    """
    if not path.exists():
        raise ProjectError(f"there is no file {path}\nGive --config a TOML file such as config.toml.")
    try:
        text = path.read_text(encoding="utf-8")
        return dict(json.loads(text) if path.suffix == ".json" else tomllib.loads(text))
    except (ValueError, TypeError, RecursionError) as error:  # what is wrong with TOML, JSON or UTF-8 is a ValueError
        expected = "Expected lines such as: epochs = 20"
        raise ProjectError(f"{path.name} cannot be read as settings: {error}\n{expected}") from None


def check_choices(option: str, values: Iterable[str], choices: Iterable[str]) -> None:
    """Raises ProjectError, naming the first of `values` that is not one of `choices`."""
    for value in values:
        if value not in choices:
            close = _did_you_mean(value, choices)
            raise ProjectError(f"{option} cannot be {value!r}{close}\nExpected any of: {', '.join(choices)}")


def only(cls: type[T], values: Settings) -> T:
    """The fields of `cls` out of an instance of a class that adds some."""
    return cls.model_validate({name: getattr(values, name) for name in cls.model_fields})


def program() -> str:
    """The script that was started, as one would type it."""
    script = Path(sys.argv[0]).resolve()
    if script.is_relative_to(PROJECT / "support"):
        return "-m " + ".".join(script.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__main__")
    return script.name


def _typed(cls: type[Settings], argv: list[str]) -> dict[str, Any]:
    """What was typed, by the names of the fields; the file given with --config as `config`."""
    help_line = f"All options: python {program()} --help"
    parser = argparse.ArgumentParser(
        prog=f"python {program()}",
        usage="%(prog)s [options]",
        description=getattr(sys.modules.get("__main__"), "__doc__", None) or cls.__doc__,  # what the step does
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
        exit_on_error=False,
    )
    parser.add_argument("--config", metavar="FILE", help="settings in the place of config.toml, or a run's config.json")
    options, texts, several = ["--help", "--config"], None, False
    for name, field in cls.model_fields.items():
        title, about = _title(name, field), _about(field)
        if field.is_required():
            texts, several = name, _is_list(field)
            parser.usage = f"{parser.usage} {title}{' ...' * several}"
            parser.description = f"{parser.description}\n\n{title}: {about}"
        elif field.annotation in (bool, bool | None):
            parser.add_argument(title, dest=name, action=argparse.BooleanOptionalAction, help=about.replace("%", "%%"))
        else:
            convert = partial(_value, field)
            parser.add_argument(title, dest=name, type=convert, metavar="VALUE", help=about.replace("%", "%%"))
        options.append(title)
    end = argv.index("--") if "--" in argv else len(argv)  # what follows is text, whatever it looks like
    words = [re.sub(r"^--[\w-]+(?==|\Z)", lambda found: found[0].replace("_", "-"), word) for word in argv[:end]]
    try:
        known, rest = parser.parse_known_args(words)  # what is no option is text, wherever it stands
    except argparse.ArgumentError as error:
        needs = "is a switch and takes no" if "--no-" in str(error.argument_name) else "needs a"
        raise ProjectError(f"{error.argument_name} {needs} value\n{help_line}") from None
    for option in (word.partition("=")[0] for word in rest if re.fullmatch(r"--\w[\w-]*(=.*)?", word, re.DOTALL)):
        new = cls.renamed.get(option[2:].replace("-", "_"))
        renamed = f"{option} is now {_title(new, cls.model_fields[new])}" if new else None
        raise ProjectError(renamed or f"there is no option {option}{_did_you_mean(option, options)}\n{help_line}")
    rest += argv[end + 1 :]
    if rest and (texts is None or (len(rest) > 1 and not several)):
        raise ProjectError(f"there is no use for {rest[-1]!r}\n{help_line}")
    return {**vars(known), **({str(texts): rest if several else rest[0]} if rest else {})}


def _value(field: FieldInfo, text: str) -> Any:
    """A typed text as pydantic reads it: a list at its commas ("a, b" in quotes is one), none, the 3 of Literal[1, 3]."""
    kinds = get_args(field.annotation)
    if type(None) in kinds and text.lower() == "none":
        return None
    if _is_list(field):
        return [word.strip() for row in csv.reader(text.splitlines(), skipinitialspace=True) for word in row]
    return {str(choice): choice for choice in kinds if type(choice) is int}.get(text, text)


def _title(name: str, field: FieldInfo) -> str:
    """A field as one types it, --batch-size, or as --help calls what is typed without a name, INPUTS."""
    return name.upper() if field.is_required() else "--" + (field.alias or name).replace("_", "-")


def _about(field: FieldInfo) -> str:
    """The reason for an option, what it takes and its default, for --help."""
    default = field.default
    if isinstance(default, (list, tuple)):
        default = ",".join(map(str, default))
    about = "; ".join(filter(None, [field.description, allowed(field)]))
    return about if field.is_required() or default in (None, "") else f"{about} (default: {default})"


def _is_list(field: FieldInfo) -> bool:
    return any(get_origin(kind) in (tuple, list) for kind in (field.annotation, *get_args(field.annotation)))


def allowed(field: FieldInfo) -> str:
    """What a field takes, in words: "a whole number, 1 or more", "one of: adam, sgd"."""
    if field.is_required() and _is_list(field):
        return "one or more"
    patterns = {**LIMITS, **(LENGTHS if _is_list(field) else {})}
    limits = {key: getattr(item, key) for item in field.metadata for key in patterns if hasattr(item, key)}
    return ", ".join([_in_words(field.annotation), *(patterns[key].format(limit) for key, limit in limits.items())])


def _in_words(annotation: Any) -> str:
    if annotation in WORDS:
        return WORDS[annotation]
    choices = [choice for choice in get_args(annotation) if choice not in (type(None), Ellipsis)]
    if get_origin(annotation) in (tuple, list):
        return f"{PLURALS.get(choices[0], 'values')} separated by commas"
    if get_origin(annotation) is Literal:
        return "one of: " + ", ".join(map(str, choices))
    return " or ".join(map(_in_words, choices)) or "a value"


def _did_you_mean(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, names, 1)
    return f"; did you mean {close[0]}?" if close else ""
