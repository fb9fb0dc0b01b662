"""A project's settings, read from its config.py without importing it.

config.py needs pydantic, which dlgen does not, and reading a template must not run it. So the fields of `class Config`
are read from the syntax tree: `epochs: int = Field(15, ge=1, description="passes over the training data")`.
"""

import ast
import math
import operator
import tomllib
from dataclasses import dataclass, field
from typing import Any

from dlgen.errors import DlgenError, did_you_mean

LIMITS = {
    "ge": (operator.ge, "{} or more"),
    "gt": (operator.gt, "more than {}"),
    "le": (operator.le, "at most {}"),
    "lt": (operator.lt, "less than {}"),
}
LENGTHS = {"min_length": (operator.ge, "at least {} of them"), "max_length": (operator.le, "at most {} of them")}
CHARACTERS = {
    "min_length": (operator.ge, "at least {} characters"),
    "max_length": (operator.le, "at most {} characters"),
}
WORDS = {"int": "a whole number", "float": "a number", "bool": "true or false", "str": "text", "Path": "a path"}
PLURALS = {"int": "whole numbers", "float": "numbers"}
TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


@dataclass(frozen=True)
class Setting:
    """One field of Config: `default` is its source, `limits` are Field keywords, `reason` a description or comment."""

    name: str
    annotation: ast.expr
    default: str
    reason: str
    limits: dict[str, float] = field(default_factory=dict)

    @property
    def type(self) -> str:
        return ast.unparse(self.annotation)

    @property
    def shown(self) -> str:
        """The default as it would be given to `--set`: 24,48,64 for (24, 48, 64)."""
        try:
            value = ast.literal_eval(self.default)
        except (ValueError, SyntaxError):
            return self.default
        if isinstance(value, tuple | list):
            return ",".join(map(str, value))
        return str(value).lower() if value is None or isinstance(value, bool) else str(value)

    @property
    def allowed(self) -> str:
        """What it takes, in words: "a whole number, 1 or more"."""
        known = {**LIMITS, **(LENGTHS if _items(self.annotation) else CHARACTERS)}
        return ", ".join(
            [_words(self.annotation), *(known[key][1].format(limit) for key, limit in self.limits.items())]
        )


def read(source: str) -> list[Setting]:
    """The fields of `class Config` in the text of a config.py, in order; empty where it has no such class."""
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and node.name == "Config":
            fields = [
                item for item in node.body if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
            ]
            return [_setting(item, lines) for item in fields if not ast.unparse(item.annotation).startswith("ClassVar")]
    return []


def choose(settings: list[Setting], chosen: dict[str, str], template: str) -> dict[str, Any]:
    """The values of `--set` for a project of `template`, as they are written into config.toml.

    Raises:
        DlgenError: for a name that is no setting, or a value that is not allowed.
    """
    known = {setting.name: setting for setting in settings}
    values = {}
    for name, text in chosen.items():
        name = name.replace("-", "_")  # as the option of the project's scripts is written: --learning-rate
        if name not in known:
            raise DlgenError(
                f"there is no setting {name}{did_you_mean(name, known)}\nAll settings: dlgen show {template}"
            )
        values[name] = parse(known[name], text)
    return {name: value for name, value in values.items() if value is not None}


def parse(setting: Setting, text: str) -> Any:
    """`text` as a value of the setting: a bool, number, text or list; None for "none" where that is the default too.

    Raises:
        DlgenError: where it is not allowed.
    """
    try:
        value = _value(setting.annotation, text)
        _check(value, setting.limits)
    except ValueError:
        raise DlgenError(f"{setting.name} cannot be {text!r}: expected {setting.allowed}") from None
    if value is None and setting.default != "None":
        raise DlgenError(
            f"{setting.name} cannot be none in config.toml, which has no word for it\n"
            f"Give it as an option: python train.py --{setting.name.replace('_', '-')} none"
        )
    return value


def _setting(node: ast.AnnAssign, lines: list[str]) -> Setting:
    assert isinstance(node.target, ast.Name)
    annotation, value, keywords = node.annotation, node.value, dict[str, ast.expr]()
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "Annotated":
        inner = annotation.slice
        assert isinstance(inner, ast.Tuple)
        annotation = inner.elts[0]
        for call in inner.elts[1:]:
            keywords |= _keywords(call)
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "Field":
        keywords |= _keywords(value)
        value = value.args[0] if value.args else keywords.get("default", keywords.get("default_factory"))
    limits = {name: _literal(keywords[name]) for name in (*LIMITS, *LENGTHS) if name in keywords}
    reason = _literal(keywords["description"]) if "description" in keywords else _comment(node, lines)
    return Setting(
        node.target.id,
        annotation,
        "" if value is None else ast.unparse(value),
        str(reason or ""),
        {name: limit for name, limit in limits.items() if isinstance(limit, int | float)},
    )


def _keywords(call: ast.expr) -> dict[str, ast.expr]:
    return {word.arg: word.value for word in call.keywords if word.arg} if isinstance(call, ast.Call) else {}


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def _comment(node: ast.AnnAssign, lines: list[str]) -> str:
    end = len(lines[node.end_lineno - 1].encode()[: node.end_col_offset].decode()) if node.end_lineno else 0
    return lines[(node.end_lineno or 1) - 1][end:].partition("#")[2].strip()


def _alternatives(annotation: ast.expr) -> list[ast.expr]:
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return [*_alternatives(annotation.left), *_alternatives(annotation.right)]
    return [annotation]


def _choices(annotation: ast.expr) -> list[Any] | None:
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value).split(".")[-1] == "Literal":
        choices = _literal(annotation.slice)
        return list(choices) if isinstance(choices, tuple) else [choices]
    return None


def _items(annotation: ast.expr) -> tuple[ast.expr, int | None] | None:
    """The type of a sequence's items and how many there must be; None for what is no sequence of one type."""
    if not (isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) in ("tuple", "list")):
        return None
    inner = annotation.slice
    if not isinstance(inner, ast.Tuple):
        return inner, None if ast.unparse(annotation.value) == "list" else 1
    kinds = {ast.unparse(item) for item in inner.elts}
    return (inner.elts[0], None if "..." in kinds else len(inner.elts)) if len(kinds - {"..."}) == 1 else None


def _words(annotation: ast.expr) -> str:
    alternatives = _alternatives(annotation)
    if len(alternatives) > 1:
        return " or ".join("none" if ast.unparse(each) == "None" else _words(each) for each in alternatives)
    if choices := _choices(annotation):
        return "one of: " + ", ".join(map(str, choices))
    if items := _items(annotation):
        plural = PLURALS.get(ast.unparse(items[0]), "values")
        return f"{items[1]} {plural} separated by commas" if items[1] else f"{plural} separated by commas"
    return WORDS.get(ast.unparse(annotation), "a value")


def _value(annotation: ast.expr, text: str) -> Any:
    """`text` as a value of that type; ValueError where it is none."""
    alternatives = _alternatives(annotation)
    if len(alternatives) > 1:
        if text.lower() in ("none", "null") and any(ast.unparse(each) == "None" for each in alternatives):
            return None
        for each in alternatives:
            try:
                return _value(each, text)
            except ValueError:
                continue
        raise ValueError(text)
    if (choices := _choices(annotation)) is not None:
        return {str(choice): choice for choice in choices}[text] if text in map(str, choices) else _refuse(text)
    if items := _items(annotation):
        return _sequence(items[0], items[1], text)
    match ast.unparse(annotation):
        case "int":
            return int(text)
        case "float":
            return float(text) if math.isfinite(float(text)) else _refuse(text)
        case "bool":
            return text.lower() in TRUE if text.lower() in TRUE + FALSE else _refuse(text)
        case "str":
            return text
        case "Path":
            return text or _refuse(text)
        case "None":
            return _refuse(text)
        case _:
            try:
                return tomllib.loads(f"value = {text}")["value"]
            except tomllib.TOMLDecodeError:
                return text


def _sequence(kind: ast.expr, count: int | None, text: str) -> list[Any]:
    """`64, 32` or `[64, 32]` as a list."""
    words = [word.strip().strip("\"'") for word in text.strip().removeprefix("[").removesuffix("]").split(",")]
    values = [_value(kind, word) for word in words if word != ""]
    return values if count in (None, len(values)) else _refuse(text)


def _check(value: Any, limits: dict[str, float]) -> None:
    values = value if isinstance(value, list) else [value]
    numbers = [each for each in values if isinstance(each, int | float) and not isinstance(each, bool)]
    for name, limit in limits.items():
        if name in LIMITS and not all(LIMITS[name][0](number, limit) for number in numbers):
            raise ValueError(name)
        if name in LENGTHS and isinstance(value, str | list) and not LENGTHS[name][0](len(value), limit):
            raise ValueError(name)


def _refuse(text: str) -> Any:
    raise ValueError(text)
