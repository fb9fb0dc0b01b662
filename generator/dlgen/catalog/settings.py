"""A project's settings, read from its config.py without importing it.

config.py needs pydantic, which dlgen does not, and reading a template must not run it. So the fields of `class Config`
are read from the syntax tree: `epochs: int = Field(15, ge=1, description="passes over the training data")`.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dlgen.catalog import annotations
from dlgen.errors import DlgenError, did_you_mean

LARGEST = 1 << 20  # bytes of a config.py


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
        return annotations.words(self.annotation, self.limits)


def read(find: Callable[[str], Path | None], file: str = "config.py", name: str = "Config") -> list[Setting]:
    """The fields of a project's `class Config`, those of the classes that it inherits from first.

    Args:
        find: where a file of the project is, by its path from the root; None where the project has no such file.

    Raises:
        DlgenError: where a file is not Python, or a class inherits from itself.
    """
    try:
        return list(_read(find, file, name, ()).values())
    except (RecursionError, MemoryError):
        raise DlgenError(f"{find(file)} cannot be read: it is nested too deeply") from None


def _read(
    find: Callable[[str], Path | None], file: str, name: str, below: tuple[tuple[str, str], ...]
) -> dict[str, Setting]:
    path = find(file)
    if path is None:
        return {}
    if (file, name) in below:
        raise DlgenError(f"{path}: the class {name} inherits from itself")
    source = _source(path)
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        raise DlgenError(f"{path}:{error.lineno or 1} is not Python: {error.msg}") from None
    except ValueError as error:  # a null byte
        raise DlgenError(f"{path} is not Python: {error}") from None
    classes = {node.name: node for node in body if isinstance(node, ast.ClassDef)}
    if name not in classes:
        return {}
    imported = {
        alias.asname or alias.name: (f"{node.module.replace('.', '/')}.py", alias.name)
        for node in body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    fields: dict[str, Setting] = {}
    for base in reversed(classes[name].bases):  # where two have a field, the first one's counts
        above = ast.unparse(base)
        where = (file, above) if above in classes else imported.get(above)
        module, _, attribute = above.rpartition(".")
        if module in imported:  # from support.data import tables; class Config(tables.Options)
            folder, stem = imported[module]
            where = (f"{folder.removesuffix('.py')}/{stem}.py", attribute)
        fields |= _read(find, *where, (*below, (file, name))) if where else {}
    lines = source.splitlines()
    for item in classes[name].body:
        if (
            isinstance(item, ast.AnnAssign)
            and isinstance(item.target, ast.Name)
            and not ast.unparse(item.annotation).startswith("ClassVar")
        ):
            item.annotation = _alias(find, item.annotation, body, imported)
            setting = _setting(item, item.target.id, lines)
            fields[setting.name] = setting
    return fields


def _alias(
    find: Callable[[str], Path | None], annotation: ast.expr, body: list[ast.stmt], imported: dict[str, tuple[str, str]]
) -> ast.expr:
    """What a name for a type stands for, where it is a name of this file or of one that it imports from."""
    if not isinstance(annotation, ast.Name):
        return annotation
    name = annotation.id
    if name in imported:
        file, name = imported[name]
        path = find(file)
        try:
            body = ast.parse(_source(path)).body if path else []
        except (SyntaxError, ValueError):
            return annotation
    for node in body:
        if isinstance(node, ast.Assign) and any(ast.unparse(target) == name for target in node.targets):
            return node.value
    return annotation


def _source(path: Path) -> str:
    if path.stat().st_size > LARGEST:
        raise DlgenError(f"{path} is larger than {LARGEST >> 20} MB, which no config.py is")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise DlgenError(f"{path} is not UTF-8 text") from None


def choose(settings: list[Setting], chosen: dict[str, str], template: str) -> dict[str, Any]:
    """The values of `--set` for a project of `template`, as they are written into config.toml.

    Raises:
        DlgenError: for a name that is not a setting, or a value that is not allowed.
    """
    known = {setting.name: setting for setting in settings}
    values = {}
    for name, text in chosen.items():
        name = name.replace("-", "_")  # as the option of the project's scripts is written: --learning-rate
        if name not in known:
            close = did_you_mean(name, known)
            raise DlgenError(f"there is no setting {name}{close}\nAll settings: dlgen show {template}")
        values[name] = parse(known[name], text)
    return {name: value for name, value in values.items() if value is not None}


def parse(setting: Setting, text: str) -> Any:
    """`text` as a value of the setting: a bool, number, text or list; None for "none" where that is the default too.

    Raises:
        DlgenError: where it is not allowed.
    """
    try:
        value = annotations.value(setting.annotation, text)
        annotations.check(value, setting.limits)
    except ValueError:
        raise DlgenError(f"{setting.name} cannot be {text!r}: expected {setting.allowed}") from None
    if value is None and setting.default != "None":
        raise DlgenError(
            f"{setting.name} cannot be none in config.toml, which cannot express it\n"
            f"Give it as an option: python train.py --{setting.name.replace('_', '-')} none"
        )
    return value


def _setting(node: ast.AnnAssign, name: str, lines: list[str]) -> Setting:
    annotation, value, keywords = node.annotation, node.value, dict[str, ast.expr]()
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "Annotated":
        inner = annotation.slice
        types = inner.elts if isinstance(inner, ast.Tuple) and inner.elts else [inner]
        annotation = types[0]
        for call in types[1:]:
            keywords |= _keywords(call)
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "Field":
        keywords |= _keywords(value)
        value = value.args[0] if value.args else keywords.get("default", keywords.get("default_factory"))
    limited = [name for name in (*annotations.LIMITS, *annotations.LENGTHS) if name in keywords]
    limits = {name: annotations.literal(keywords[name]) for name in limited}
    reason = annotations.literal(keywords["description"]) if "description" in keywords else _comment(node, lines)
    return Setting(
        name,
        annotation,
        "" if value is None else ast.unparse(value),
        str(reason or ""),
        {name: limit for name, limit in limits.items() if isinstance(limit, int | float)},
    )


def _keywords(call: ast.expr) -> dict[str, ast.expr]:
    return {word.arg: word.value for word in call.keywords if word.arg} if isinstance(call, ast.Call) else {}


def _comment(node: ast.AnnAssign, lines: list[str]) -> str:
    end = len(lines[node.end_lineno - 1].encode()[: node.end_col_offset].decode()) if node.end_lineno else 0
    return lines[(node.end_lineno or 1) - 1][end:].partition("#")[2].strip()
