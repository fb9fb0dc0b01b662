"""What a type annotation of a setting allows: in words, and as a check of text that a user has typed."""

import ast
import math
import operator
import tomllib
from typing import Any

LIMITS = {
    "ge": (operator.ge, "{} or more"),
    "gt": (operator.gt, "more than {}"),
    "le": (operator.le, "at most {}"),
    "lt": (operator.lt, "less than {}"),
}
LENGTHS = {"min_length": (operator.ge, "at least {} of them"), "max_length": (operator.le, "at most {} of them")}
CHARACTERS = {
    "min_length": (operator.ge, "{} or more characters"),
    "max_length": (operator.le, "{} characters or fewer"),
}
WORDS = {"int": "a whole number", "float": "a number", "bool": "true or false", "str": "text", "Path": "a path"}
PLURALS = {"int": "whole numbers", "float": "numbers"}
TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def literal(node: ast.expr) -> Any:
    """The value of a number, text, tuple or list in source; None for anything that would have to be run."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return None


def _alternatives(annotation: ast.expr) -> list[ast.expr]:
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return [*_alternatives(annotation.left), *_alternatives(annotation.right)]
    return [annotation]


def _choices(annotation: ast.expr) -> list[Any] | None:
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value).split(".")[-1] == "Literal":
        choices = literal(annotation.slice)
        return list(choices) if isinstance(choices, tuple) else [choices]
    return None


def item_type(annotation: ast.expr) -> tuple[ast.expr, int | None] | None:
    """The type of a sequence's items and how many there must be; None for anything but a sequence of one type."""
    if not (isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) in ("tuple", "list")):
        return None
    inner = annotation.slice
    if not isinstance(inner, ast.Tuple):
        return inner, None if ast.unparse(annotation.value) == "list" else 1
    kinds = {ast.unparse(item) for item in inner.elts}
    return (inner.elts[0], None if "..." in kinds else len(inner.elts)) if len(kinds - {"..."}) == 1 else None


def words(annotation: ast.expr, limits: dict[str, float]) -> str:
    """What is allowed, in words: "a whole number, 1 or more"."""
    known = {**LIMITS, **(LENGTHS if item_type(annotation) else CHARACTERS)}
    return ", ".join([_type(annotation), *(known[key][1].format(limit) for key, limit in limits.items())])


def _type(annotation: ast.expr) -> str:
    alternatives = _alternatives(annotation)
    if len(alternatives) > 1:
        return " or ".join("none" if ast.unparse(each) == "None" else _type(each) for each in alternatives)
    if choices := _choices(annotation):
        return "one of: " + ", ".join(map(str, choices))
    if items := item_type(annotation):
        plural = PLURALS.get(ast.unparse(items[0]), "values")
        return f"{items[1]} {plural} separated by commas" if items[1] else f"{plural} separated by commas"
    return WORDS.get(ast.unparse(annotation), "a value")


def value(annotation: ast.expr, text: str) -> Any:
    """`text` as a value of that type; ValueError where it is none."""
    alternatives = _alternatives(annotation)
    if len(alternatives) > 1:
        if text.lower() in ("none", "null") and any(ast.unparse(each) == "None" for each in alternatives):
            return None
        for each in alternatives:
            try:
                return value(each, text)
            except ValueError:
                continue
        raise ValueError(text)
    if (choices := _choices(annotation)) is not None:
        return {str(choice): choice for choice in choices}[text] if text in map(str, choices) else _refuse(text)
    if items := item_type(annotation):
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
            return _toml(text)


def _sequence(kind: ast.expr, count: int | None, text: str) -> list[Any]:
    """`64, 32` or `[64, 32]` as a list."""
    words = [word.strip().strip("\"'") for word in text.strip().removeprefix("[").removesuffix("]").split(",")]
    values = [value(kind, word) for word in words if word != ""]
    return values if count in (None, len(values)) else _refuse(text)


def _toml(text: str) -> Any:
    """`text` as a value of TOML where it is one that JSON writes alike, else as text."""
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
    finite = not isinstance(value, float) or math.isfinite(value)
    return value if isinstance(value, bool | int | float | str) and finite else text


def check(value: Any, limits: dict[str, float]) -> None:
    """Raises ValueError where a value, or an item of a list, is outside the limits."""
    values = value if isinstance(value, list) else [value]
    numbers = [each for each in values if isinstance(each, int | float) and not isinstance(each, bool)]
    for name, limit in limits.items():
        if name in LIMITS and not all(LIMITS[name][0](number, limit) for number in numbers):
            raise ValueError(name)
        if name in LENGTHS and isinstance(value, str | list) and not LENGTHS[name][0](len(value), limit):
            raise ValueError(name)


def _refuse(text: str) -> Any:
    raise ValueError(text)
