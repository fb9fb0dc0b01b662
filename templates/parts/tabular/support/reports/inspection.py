"""Step 1 for tables: what is there, what is missing, what repeats, and which columns leak the target; and rows drawn as a table."""

from pathlib import Path
from typing import Any

from support import runs
from support.data import columns, kinds, tabular, targets
from support.data.dates import DateFormat
from support.data.kinds import Column
from support.data.numbers import NumberFormat
from support.data.table import Table
from support.data.tabular import Prepared, TableOptions
from support.errors import ProjectError
from support.splits import Split

import numpy as np
import pandas as pd

SUSPICIOUS = 0.98  # a single column that predicts this well (AUC, or R²) is probably leakage
PURE = 0.97  # a column that is only known where one target is true
ROWS = 5_000  # looked at for that; more change nothing
SHOWN = 40  # columns listed


def report(table: Table, config: TableOptions) -> None:
    """Print what is known about the table before any training, and draw the distributions into runs/data.png.

    Raises:
        ProjectError: where the table lacks a column or values that the options name.
    """
    prepared = tabular.prepare(table, config)
    parts = tabular.positions(prepared, config)
    found = tabular.splits_at(prepared, *parts).spec["columns"]
    train, validation, test = (f"{len(part):,}" for part in parts)
    print(f"Data: {table.note}")
    print(
        f"{len(table):,} rows, {len(table.columns)} columns; {train} rows for training, {validation} validation, {test} test"
    )
    if without := len(table) - len(prepared.y):
        print(f"{without:,} rows have no target and are left out")
    print(
        "\n".join(
            [_list(found, prepared.table), _targets(prepared), *_readings(found, prepared), *_repeats(found, prepared)]
        )
    )
    print("".join(f"{warning}\n" for warning in leaking(prepared).values()), end="")
    if ignored := leaking(prepared, [name for name in config.ignore if name in prepared.table.columns]):
        print(f"left out, and rightly: {', '.join(ignored)} would give the answer away")
    path = draw(found, prepared)
    print(f"Distributions: {runs.shown(path)}\nNext: python model.py")


def leaking(prepared: Prepared, names: list[str] | None = None) -> dict[str, str]:
    """The columns (all that are used by default) that nearly give the target by themselves, each with a sentence that says so.

    Two signs: a small tree on that column alone, tested on other rows than it was trained on, is nearly perfect; or the target
    is (nearly) always the same where the column is known at all, as with something that is only written down afterwards.
    """
    found: dict[str, str] = {}
    rows = np.random.default_rng(0).permutation(len(prepared.y))[:ROWS]
    y = prepared.y[rows]
    shares = {one: float((y == one).mean()) for one in np.unique(y)} if targets.TEXT else {}
    for column in prepared.columns:
        name, cells = column["name"], prepared.table.columns[column["name"]]
        if column["kind"] == "target" or (column["kind"] == "left out" if names is None else name not in names):
            continue
        if names is not None:
            column = {"name": name, **kinds.kind_of(name, cells, prepared.table)}
        cells = cells[rows]
        known = cells != "" if cells.dtype == object else ~np.isnan(cells)
        if shares and 30 <= known.sum() < len(known):
            one, there = max(((one, (y[known] == one).mean()) for one in shares), key=lambda pair: pair[1])
            if there > PURE and shares[one] ** int(known.sum()) < 1e-6:
                found[name] = (
                    f"warning: possible leakage: where {name} is known, {there:.0%} of the answers are the same: "
                    f"was it written down afterwards? Then --ignore {name}"
                )
                continue
        if (value := _alone(column, cells, y)) > SUSPICIOUS:
            measure = f"{'AUC' if targets.TEXT else 'R²'} {value:.3f}"
            advice = f"if it is only known afterwards: --ignore {name}"
            found[name] = f"warning: possible leakage: {name} alone gives the answer ({measure}); {advice}"
    return found


def _alone(column: Column, cells: np.ndarray, y: np.ndarray) -> float:
    """How well a small tree predicts the target from this column alone: AUC (of the class that is predicted worst) or R², on rows that it never saw."""
    from sklearn.metrics import r2_score, roc_auc_score
    from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    if column["kind"] in ("number", "date") or cells.dtype != object:
        x = columns.read(cells, column)[:, None]
    else:
        codes, values = pd.factorize(cells)
        counts = np.bincount(codes, minlength=len(values))[codes]
        x = np.where(counts > 1, codes, -1.0)[:, None]  # a value that occurs once can tell nothing
    if len(y) < 40 or (targets.TEXT and np.unique(y, return_counts=True)[1].min() < 3):
        return 0.0  # among so few rows something fits by chance
    if not targets.TEXT:
        tree = DecisionTreeRegressor(max_leaf_nodes=256, min_samples_leaf=5)
        return float(r2_score(y, cross_val_predict(tree, x, y, cv=KFold(3, shuffle=True, random_state=0))))
    model = DecisionTreeClassifier(max_leaf_nodes=256, min_samples_leaf=3, random_state=0)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    said = cross_val_predict(model, x, y.astype(int), cv=folds, method="predict_proba")
    return min(float(roc_auc_score(y == one, said[:, position])) for position, one in enumerate(np.unique(y)))


def _list(described: list[Column], table: Table) -> str:
    lines = [f"{'column':24} {'kind':10} {'missing':>7} {'different':>10}"]
    for column in described[:SHOWN]:
        cells = pd.Series(table.columns[column["name"]]).replace("", np.nan)
        gaps = f"{cells.isna().mean():.1%}" if cells.isna().any() else ""
        note = column.get("why") or column.get("slips") or ""
        if not note and cells.dtype.kind == "f" and cells.notna().any():
            note = f"{cells.min():g} to {cells.max():g}, median {cells.median():g}"
        elif not note:
            note = ", ".join(str(value)[:20] for value in cells.value_counts().index[:4])
        lines.append(f"{column['name'][:24]:24} {column['kind']:10} {gaps:>7} {cells.nunique():10,}  {note}")
    return "\n".join(lines + [f"… and {len(described) - SHOWN} more"] * (len(described) > SHOWN))


def _targets(prepared: Prepared) -> str:
    y = prepared.y
    if "labels" not in prepared.question:
        return f"Targets: {y.min():,.6g} to {y.max():,.6g}, mean {y.mean():,.6g}, standard deviation {y.std():,.6g}"
    counts = np.bincount(y.astype(int), minlength=len(prepared.question["labels"]))
    named = zip(prepared.question["labels"][:12], counts, strict=False)
    shares = ", ".join(f"{label} {count:,} ({count / len(y):.0%})" for label, count in named)
    rare = "\nwarning: one target is rare: accuracy says little here, look at F1" * bool(counts.min() < 0.05 * len(y))
    return f"Targets: {shares}{rare}"


def _readings(described: list[Column], prepared: Prepared) -> list[str]:
    """How numbers and dates are written, where there is something to say, and which texts were taken as missing."""
    lines = []
    for column in described:
        name, record = column["name"], column.get("format")
        form = prepared.table.formats.get(name) or (
            NumberFormat(**record) if record and column["kind"] == "number" else None
        )
        if column["kind"] == "date":
            lines.append(f"{name}: {DateFormat.from_record(column['format']).text()}")
        elif form and not form.plain:
            lines.append(f"{name}: {form.text()}")
            lines += [f"warning: {name}: {form.doubt}"] * bool(form.doubt and name not in prepared.table.formats)
    for name, words in prepared.table.missing.items():
        shown = ", ".join(f"{word!r} ({count:,} rows)" for word, count in words.items())
        lines.append(f"taken as missing: {name} {shown}")
    return lines + list(prepared.notes)


def _repeats(described: list[Column], prepared: Prepared) -> list[str]:
    """Columns and rows that repeat."""
    constant = [column["name"] for column in described if column.get("why", "").startswith("the same value")]
    lines = [f"constant columns, left out: {', '.join(constant)}"] * bool(constant)
    first: dict[bytes, str] = {}
    for name, cells in prepared.table.columns.items():
        key = pd.util.hash_array(cells).tobytes()
        if (other := first.setdefault(key, name)) != name:
            lines.append(f"column {name} repeats column {other}")
    if repeated := len(prepared.units) - len(np.unique(prepared.units)):
        rows = "1 row repeats" if repeated == 1 else f"{repeated:,} rows repeat"
        lines.append(f"{rows} another row (or its group): equal rows are kept in one split")
    return lines


def draw(described: list[Column], prepared: Prepared) -> Path:
    """Draw how the values of each column are distributed, by target where there are few."""
    from support.reports import figures
    from support.reports.figures import plt

    used = [column for column in described if column["kind"] in ("number", "category", "date", "text")][:24]
    if not used:
        raise ProjectError("no column is left to draw")
    y, labels = prepared.y, prepared.question.get("labels", [])
    groups = [y == number for number in range(len(labels))] if 0 < len(labels) <= 6 else [np.ones(len(y), bool)]
    wide = min(4, len(used))
    high = -(-len(used) // wide)
    figure, axes = plt.subplots(high, wide, figsize=(3.2 * wide, 2.4 * high), squeeze=False)
    for axis in axes.flat[len(used) :]:
        axis.axis("off")
    for axis, column in zip(axes.flat, used, strict=False):
        cells = prepared.table.columns[column["name"]]
        axis.set_title(column["name"][:30], fontsize=9)
        axis.tick_params(labelsize=7)
        if column["kind"] in ("number", "date"):
            values = columns.read(cells, column)
            values = values.clip(*np.nanquantile(values, (0.005, 0.995)))
            axis.hist([values[group & ~np.isnan(values)] for group in groups], 24, stacked=True)
        else:
            names = pd.Series(cells).value_counts().index[:8]
            heights = np.array([[np.sum(cells[group] == name) for name in names] for group in groups])
            for bar, below in zip(heights, heights.cumsum(axis=0) - heights, strict=True):
                axis.bar(range(len(names)), bar, bottom=below)
            shown = [str(name)[:10] or "(missing)" for name in names]
            axis.set_xticks(range(len(names)), shown, rotation=60, ha="right", fontsize=6)
    if len(groups) > 1:
        figure.legend(labels, loc="upper right")
    figure.tight_layout()
    return figures.save(figure, runs.FOLDER / "data.png", "How the values of the columns are distributed.")[0]


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


def _cells(split: Split, row: int, most: int = 12) -> list[Any]:
    values = [f"{value:.4g}" for value in split.x["numbers"][row]] if "numbers" in split.x else []
    return (
        [*values, *(str(value)[:20] for value in split.x["texts"][row])][:most] if "texts" in split.x else values[:most]
    )
