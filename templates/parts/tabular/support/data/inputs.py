"""Rows as predict.py takes them, read as training read its file."""

import difflib
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from support.data import columns, numbers, text_files
from support.data.numbers import NumberFormat
from support.data.table import Cells, read
from support.errors import ProjectError

import numpy as np


def read_inputs(texts: list[str], spec: dict[str, Any]) -> tuple[list[str], dict[str, np.ndarray]]:
    """Rows as `predict.py` takes them: `name=value …` is one row, and each .csv or .jsonl file its rows.

    Raises:
        ProjectError: for a name that is no column of the model, or a value of the wrong kind.
    """
    expected = f"Expected for example: {_example(spec)}, or a .csv or .jsonl file"
    numeric = [column for column in spec["columns"] if column["kind"] == "number"]
    formats = {column["name"]: NumberFormat(**column.get("format") or {}) for column in numeric}
    row: dict[str, str] = {}
    tables: list[tuple[list[str], dict[str, Cells]]] = []
    for text in texts:
        name, equals, value = map(str.strip, text.partition("="))
        if not text.strip():
            raise ProjectError(f"an input is empty\n{expected}")
        if equals and not Path(text).exists():
            if name in row:
                more = "Expected one value for each name; more rows: a .csv or .jsonl file."
                raise ProjectError(f"{name} is given twice\n{more}")
            row[name] = value
        elif Path(text).suffix or Path(text).exists():
            tables.append(_file(Path(text), spec, formats))
        else:
            raise ProjectError(f"{text!r} is neither a file nor name=value\n{expected}")
    if row:
        place = " ".join(f"{name}={value}" for name, value in row.items())
        tables.insert(0, ([place], _as_columns([("", row)], formats)))
    for _, cells in tables:
        _check_names(list(cells), spec)
    found = [columns.raw(cells, spec, len(places), places.__getitem__) for places, cells in tables]
    return [place for places, _ in tables for place in places], {
        key: np.concatenate([x[key] for x in found]) for key in found[0]
    }


def _file(path: Path, spec: dict[str, Any], formats: Mapping[str, NumberFormat]) -> tuple[list[str], dict[str, Cells]]:
    """The position of each row of a file, and its columns."""
    if not path.exists():
        raise ProjectError(f"there is no file {path}\nExpected name=value, or a .csv or .jsonl file.")
    if path.suffix.lower() in text_files.JSON:
        items = text_files.read_objects(path)
        return [place for place, _ in items], _as_columns(items, formats)
    reading = dict(spec.get("reading", {}))
    if reading.get("separator") and path.is_file():  # as in training, unless the first line does not contain it
        sign = str(reading["separator"]).replace("tab", "\t").replace("\\t", "\t")
        with path.open("rb") as file:
            reading["separator"] = sign if sign.encode() in file.readline() else None
    as_text = [column["name"] for column in spec["columns"] if column["kind"] not in ("number", "left out", "target")]
    table = read(path, as_text=as_text, formats=formats, **reading)
    for note in table.notes:
        print(note, file=sys.stderr)
    return [table.at(position) for position in range(len(table))], table.columns


def _as_columns(items: Iterable[text_files.Item], formats: Mapping[str, NumberFormat]) -> dict[str, Cells]:
    """Rows of names and values as columns of texts; a number of JSON stays one where training had numbers.

    Raises:
        ProjectError: where a value is a list or an object.
    """
    cells: dict[str, list[Any]] = {name: [] for _, row in items for name in row}
    for place, row in items:
        for name, column in cells.items():
            value: Any = row.get(name)
            if isinstance(value, list | dict):
                raise ProjectError(f"{place}: {name} is a list or an object\nExpected a number or a text.")
            if (
                name in formats
                and isinstance(value, int | float)
                and not isinstance(value, bool)
                and abs(value) < 1e300
            ):
                column.append(float(value))
            else:
                text = "" if value is None else str(value).strip()
                column.append(numbers.canonical(text) if isinstance(value, float) else text)
    return {name: np.array([*column, None], object)[:-1] for name, column in cells.items()}


def _check_names(names: list[str], spec: dict[str, Any]) -> None:
    known = [column["name"] for column in spec["columns"]]
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise ProjectError(f"there is no column {name}{hint}\nThe model knows: {', '.join(known[:20])}")
    used = dict.fromkeys(entry["name"] for entry in [*spec["numbers"], *spec["texts"]])
    if missing := [name for name in used if name not in names]:
        more = f" and {len(missing) - 8} more" * (len(missing) > 8)
        print(f"note: not given, so taken as missing: {', '.join(missing[:8])}{more}", file=sys.stderr)


def _example(spec: dict[str, Any]) -> str:
    values = [f"{entry['name']}={entry['median']:.4g}" for entry in spec["numbers"] if entry["part"] == "value"]
    return " ".join([*values, *(f"{entry['name']}={entry['vocabulary'][-1]}" for entry in spec["texts"])][:3])
