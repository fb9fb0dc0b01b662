"""Rows as predict.py takes them, read as training read its file; and rows drawn as a table."""

import difflib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.data import columns, numbers, text_files
from support.data.numbers import NumberFormat
from support.data.table import Cells, read
from support.errors import ProjectError
from support.splits import Split

import numpy as np


def read_inputs(texts: list[str], spec: dict[str, Any]) -> tuple[list[str], dict[str, np.ndarray]]:
    """Rows as `predict.py` takes them: `name=value …` is one row, and each .csv or .jsonl file its rows.

    Raises:
        ProjectError: for a name that is no column of the model, or a value of the wrong kind.
    """
    row: dict[str, Any] = {}
    tables: list[tuple[list[str], dict[str, Cells]]] = []
    described = {column["name"]: column for column in spec["columns"]}
    as_text = [name for name, column in described.items() if column["kind"] not in ("number", "left out", "target")]
    formats = {
        name: NumberFormat.from_record(column["format"]) if column.get("format") else NumberFormat()
        for name, column in described.items()
        if column["kind"] == "number"
    }
    for text in texts:
        if not text.strip():
            raise ProjectError(f"an input is empty\nExpected for example: {_example(spec)}, or a .csv or .jsonl file")
        name, equals, value = text.partition("=")
        if equals and not Path(text).exists():
            if name.strip() in row:
                raise ProjectError(
                    f"{name.strip()} is given twice\nExpected one value for each name; more rows: a .csv or .jsonl file."
                )
            row[name.strip()] = value.strip()
        elif Path(text).suffix.lower() in text_files.JSON:
            items = text_files.read_objects(Path(text))
            tables.append(([place for place, _ in items], _as_columns(items, formats)))
        elif Path(text).suffix and not Path(text).exists():
            raise ProjectError(f"there is no file {text}\nExpected name=value, or a .csv or .jsonl file.")
        elif Path(text).exists():
            table = read(Path(text), as_text=as_text, formats=formats, **_reading(Path(text), spec))
            for note in table.notes:
                print(note, file=sys.stderr)
            tables.append(([table.at(position) for position in range(len(table))], table.columns))
        else:
            raise ProjectError(
                f"{text!r} is neither a file nor name=value\nExpected for example: {_example(spec)}, or a .csv or .jsonl file"
            )
    if row:
        tables.insert(
            0, ([" ".join(f"{name}={value}" for name, value in row.items())], _as_columns([("", row)], formats))
        )
    names: list[str] = []
    found = []
    for places, cells in tables:
        _check_names(list(cells), spec)
        found.append(columns.raw(cells, spec, len(places), places.__getitem__))
        names += places
    return names, {key: np.concatenate([x[key] for x in found]) for key in found[0]}


def _reading(path: Path, spec: dict[str, Any]) -> dict[str, Any]:
    """How a file is read: as in training, but for a separator that its first line does not have."""
    reading = dict(spec.get("reading", {}))
    separator: str | None = reading.get("separator")
    if separator and path.is_file():
        sign = "\t" if separator in ("tab", "\\t") else separator
        with path.open("rb") as file:
            reading["separator"] = separator if sign.encode() in file.readline() else None
    return reading


def draw_examples(split: Split, titles: list[str], path: Path, caption: str) -> tuple[Path, str]:
    """Draw rows as a table, each after its title."""
    from support.reports import figures
    from support.reports.figures import plt

    cells = [[title.replace("\n", ", "), *_cells(split, row)] for row, title in enumerate(titles)]
    figure, axis = plt.subplots(figsize=(min(20, 2 + 1.1 * len(cells[0])), 0.6 + 0.28 * len(cells)))
    axis.axis("off")
    drawn = axis.table(cellText=cells, loc="center", cellLoc="left")
    drawn.auto_set_font_size(False)
    drawn.set_fontsize(7)
    drawn.auto_set_column_width(list(range(len(cells[0]))))
    return figures.save(figure, path, caption)


def _cells(split: Split, row: int, most: int = 12) -> list[str]:
    numbers = [f"{value:.4g}" for value in split.x.get("numbers", np.zeros((len(split), 0)))[row]]
    texts = [str(value)[:20] for value in split.x.get("texts", np.zeros((len(split), 0)))[row]]
    return (numbers + texts)[:most]


def _as_columns(items: list[text_files.Item], formats: Mapping[str, NumberFormat]) -> dict[str, Cells]:
    """Rows of names and values as columns of texts; a number of JSON stays one where training had numbers.

    Raises:
        ProjectError: where a value is a list or an object.
    """
    for place, row in items:
        if wrong := [name for name, value in row.items() if isinstance(value, list | dict)]:
            raise ProjectError(f"{place}: {wrong[0]} is a list or an object\nExpected a number or a text.")
    names = list(dict.fromkeys(name for _, row in items for name in row))
    return {
        name: np.array([_cell(row.get(name), name in formats) for _, row in items] + [None], object)[:-1]
        for name in names
    }


def _cell(value: Any, is_number: bool) -> Any:
    if is_number and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if abs(value) < 1e300 else str(value)
    return "" if value is None else numbers.canonical(str(value)) if isinstance(value, float) else str(value).strip()


def _check_names(names: list[str], spec: dict[str, Any]) -> None:
    known = [column["name"] for column in spec["columns"]]
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            raise ProjectError(
                f"there is no column {name}"
                + (f"; did you mean {close[0]}?" if close else "")
                + f"\nThe model knows: {', '.join(known[:20])}"
            )
    used = list(dict.fromkeys(entry["name"] for entry in [*spec["numbers"], *spec["texts"]]))
    missing = [name for name in used if name not in names]
    if missing:
        more = f" and {len(missing) - 8} more" if len(missing) > 8 else ""
        print(f"note: not given, so taken as not known: {', '.join(missing[:8])}{more}", file=sys.stderr)


def _example(spec: dict[str, Any]) -> str:
    numbers = [f"{entry['name']}={entry['median']:.4g}" for entry in spec["numbers"] if entry["part"] == "value"]
    return " ".join([*numbers, *(f"{entry['name']}={entry['vocabulary'][-1]}" for entry in spec["texts"])][:3])
