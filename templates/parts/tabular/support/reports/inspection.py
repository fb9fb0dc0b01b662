"""Step 1 for tables: what is there, what is missing, what repeats, and what gives the answer away."""

from typing import Any

from support import runs
from support.data import columns, kinds, tabular, targets
from support.data.dates import DateFormat
from support.data.kinds import Column
from support.data.numbers import NumberFormat
from support.data.table import Table
from support.data.tabular import Prepared, TableOptions
from support.errors import ProjectError

import numpy as np

SUSPICIOUS = 0.98  # a single column that predicts this well (AUC, or R²) is rarely an honest one
PURE = 0.97  # a column that is only known where one answer is true
ROWS = 5_000  # looked at for that; more change nothing
SHOWN = 40  # columns listed


def report(table: Table, config: TableOptions) -> None:
    """Print what is known about the table before any training, and draw the distributions into runs/data.png.

    Raises:
        ProjectError: where the table cannot answer what is asked.
    """
    prepared = tabular.prepare(table, config)
    parts = tabular.positions(prepared, config)
    splits = tabular.splits_at(prepared, *parts)
    found = splits.spec["columns"]
    print(f"Data: {table.note}")
    print(
        f"{len(table):,} rows, {len(table.columns)} columns; {len(parts[0]):,} rows for training, {len(parts[1]):,} validation, {len(parts[2]):,} test"
    )
    if without := len(table) - len(prepared.y):
        print(f"{without:,} rows have no answer and are left out")
    print(_list(found, prepared.table))
    print(_answers(prepared))
    leaks = leaking(prepared)
    for line in [*_readings(found, prepared), *_oddities(found, prepared), *leaks.values()]:
        print(line)
    ignored = _ignored_leaks(prepared, config)
    if ignored:
        print(f"left out, and rightly: {', '.join(ignored)} would give the answer away")
    path = draw(found, prepared)
    print(f"Distributions: {runs.shown(path)}\nNext: python model.py")


def leaking(prepared: Prepared, names: list[str] | None = None) -> dict[str, str]:
    """The columns that nearly give the answer by themselves, each with a sentence that says so.

    Two signs: a small tree on that column alone, tested on other rows than it was trained on, is nearly perfect; or the answer
    is (nearly) always the same where the column is known at all, as with something that is only written down afterwards.
    """
    found: dict[str, str] = {}
    rows = np.random.default_rng(0).permutation(len(prepared.y))[:ROWS]
    y = prepared.y[rows]
    whole = targets.TEXT
    classes, shares = np.unique(y, return_counts=True)
    for column in prepared.columns:
        name = column["name"]
        if (
            column["kind"] == "target"
            or (names is None and column["kind"] == "left out")
            or (names is not None and name not in names)
        ):
            continue
        cells = prepared.table.columns[name][rows]
        known = cells != "" if cells.dtype == object else ~np.isnan(cells)
        if whole and 30 <= known.sum() < len(known):
            there = np.array([(y[known] == one).mean() for one in classes])
            most = there.argmax()
            if there[most] > PURE and (shares[most] / len(y)) ** int(known.sum()) < 1e-6:
                found[name] = (
                    f"warning: possible leakage: where {name} is known, {there[most]:.0%} of the answers are the same: "
                    f"was it written down afterwards? Then --ignore {name}"
                )
                continue
        value = _alone(column, cells, y)
        if value > SUSPICIOUS:
            measure = "AUC" if whole else "R²"
            found[name] = (
                f"warning: possible leakage: {name} alone gives the answer ({measure} {value:.3f}); if it is only known afterwards: --ignore {name}"
            )
    return found


def _ignored_leaks(prepared: Prepared, config: TableOptions) -> list[str]:
    names = [name for name in config.ignore if name in prepared.table.columns]
    again = [
        {**column, **kinds.kind_of(column["name"], prepared.table.columns[column["name"]], prepared.table)}
        if column["name"] in names
        else column
        for column in prepared.columns
    ]
    return (
        list(leaking(Prepared(prepared.table, again, prepared.y, prepared.units, None, prepared.question), names))
        if names
        else []
    )


def _alone(column: Column, cells: np.ndarray, y: np.ndarray) -> float:
    """How well a small tree predicts the answer from this column alone: AUC (of the worst told class) or R², on rows it never saw."""
    from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    if cells.dtype == object:
        numbers = (
            columns.read(cells, column, "days" if column["kind"] == "date" else "value")
            if column["kind"] in ("number", "date")
            else None
        )
        if numbers is None:
            values, numbers, counts = np.unique(cells.astype(str), return_inverse=True, return_counts=True)
            numbers = np.where(counts[numbers] > 1, numbers, -1.0).astype(
                float
            )  # a value that occurs once can tell nothing
    else:
        numbers = cells
    if len(y) < 40:
        return 0.0  # among so few rows something fits by chance
    x = np.stack([np.nan_to_num(numbers, nan=-1e30), np.isnan(numbers)], axis=1).astype(np.float64)
    if not targets.TEXT:
        said = cross_val_predict(
            DecisionTreeRegressor(max_leaf_nodes=256, min_samples_leaf=5),
            x,
            y,
            cv=KFold(3, shuffle=True, random_state=0),
        )
        return 1 - float(np.square(said - y).sum() / np.square(y - y.mean()).sum())
    classes, counts = np.unique(y, return_counts=True)
    if counts.min() < 3:
        return 0.0
    model = DecisionTreeClassifier(max_leaf_nodes=256, min_samples_leaf=3, random_state=0)
    said = cross_val_predict(
        model, x, y.astype(int), cv=StratifiedKFold(3, shuffle=True, random_state=0), method="predict_proba"
    )
    from sklearn.metrics import roc_auc_score

    return min(float(roc_auc_score(y == one, said[:, position])) for position, one in enumerate(classes))


def _list(described: list[Column], table: Table) -> str:
    lines = [f"{'column':24} {'kind':10} {'gaps':>7} {'different':>10}"]
    for column in described[:SHOWN]:
        cells = table.columns[column["name"]]
        gaps = int((cells == "").sum() if cells.dtype == object else np.isnan(cells).sum())
        known = cells[cells != ""] if cells.dtype == object else cells[~np.isnan(cells)]
        note = column.get("why") or column.get("slips") or ""
        if not note and len(known) and cells.dtype != object:
            note = f"{known.min():g} to {known.max():g}, median {np.median(known):g}"
        elif not note and len(known):
            values, counts = np.unique(known.astype(str), return_counts=True)
            note = ", ".join(value[:20] for value in values[np.argsort(-counts, kind="stable")][:4])
        lines.append(
            f"{column['name'][:24]:24} {column['kind']:10} {f'{gaps / len(cells):.1%}' if gaps else '':>7} {len(set(known.tolist())):10,}  {note}"
        )
    if len(described) > SHOWN:
        lines.append(f"… and {len(described) - SHOWN} more")
    return "\n".join(lines)


def _answers(prepared: Prepared) -> str:
    if "labels" not in prepared.question:
        y = prepared.y
        return f"Answers: {y.min():,.6g} to {y.max():,.6g}, mean {y.mean():,.6g}, spread {y.std():,.6g}"
    counts = np.bincount(prepared.y.astype(int), minlength=len(prepared.question["labels"]))
    shares = ", ".join(
        f"{label} {count:,} ({count / len(prepared.y):.0%})"
        for label, count in zip(prepared.question["labels"][:12], counts, strict=False)
    )
    warning = (
        "\nwarning: one answer is rare: accuracy says little here, look at F1"
        if counts.min() < 0.05 * len(prepared.y)
        else ""
    )
    return f"Answers: {shares}{warning}"


def _readings(described: list[Column], prepared: Prepared) -> list[str]:
    """How numbers and dates are written, where there is something to say, and which texts were taken as not known."""
    lines = []
    for column in described:
        form = prepared.table.formats.get(column["name"])
        record = column.get("format")
        if column["kind"] == "date":
            lines.append(f"{column['name']}: {DateFormat.from_record(column['format']).text()}")
        elif form := form or (NumberFormat.from_record(record) if record else None):
            lines += [] if form.plain else [f"{column['name']}: {form.text()}"]
            if form.doubt and column["name"] not in prepared.table.formats:
                lines.append(f"warning: {column['name']}: {form.doubt}")
    for name, words in prepared.table.missing.items():
        shown = ", ".join(f"{word!r} ({count:,} rows)" for word, count in words.items())
        lines.append(f"taken as not known: {name} {shown}")
    return lines + list(prepared.notes)


def _oddities(described: list[Column], prepared: Prepared) -> list[str]:
    """Columns and rows that repeat."""
    lines = []
    constant = [column["name"] for column in described if column.get("why", "").startswith("the same value")]
    if constant:
        lines.append(f"constant columns, left out: {', '.join(constant)}")
    first: dict[bytes, str] = {}
    for name, cells in prepared.table.columns.items():
        key = "\0".join(cells.tolist()).encode() if cells.dtype == object else cells.tobytes()
        if key in first:
            lines.append(f"column {name} repeats column {first[key]}")
        first.setdefault(key, name)
    repeated = len(prepared.units) - len(np.unique(prepared.units))
    if repeated:
        rows = "1 row repeats" if repeated == 1 else f"{repeated:,} rows repeat"
        lines.append(f"{rows} another row (or its group): equal rows are kept in one split")
    return lines


def draw(described: list[Column], prepared: Prepared) -> Any:
    """Draw how the values of each column are distributed, by answer where there are few."""
    from support.reports import figures
    from support.reports.figures import plt

    used = [column for column in described if column["kind"] in ("number", "category", "date", "text")][:24]
    if not used:
        raise ProjectError("no column is left to draw")
    y = prepared.y
    few = "labels" in prepared.question and len(prepared.question["labels"]) <= 6
    groups = (
        [(label, y == number) for number, label in enumerate(prepared.question["labels"])]
        if few
        else [("", np.ones(len(y), bool))]
    )
    rows = -(-len(used) // 4)
    figure, axes = plt.subplots(rows, min(4, len(used)), figsize=(3.2 * min(4, len(used)), 2.4 * rows), squeeze=False)
    for axis in axes.flat[len(used) :]:
        axis.axis("off")
    for axis, column in zip(axes.flat, used, strict=False):
        cells = prepared.table.columns[column["name"]]
        axis.set_title(column["name"][:30], fontsize=9)
        axis.tick_params(labelsize=7)
        if column["kind"] in ("number", "date"):
            values = columns.read(cells, column, "days" if column["kind"] == "date" else "value")
            low, high = np.nanquantile(values, (0.005, 0.995))
            axis.hist([values[part & ~np.isnan(values)].clip(low, high) for _, part in groups], 24, stacked=True)
        else:
            names, counts = np.unique(cells.astype(str), return_counts=True)
            names = names[np.argsort(-counts, kind="stable")][:8]
            below = np.zeros(len(names))
            for _, part in groups:
                heights = np.array([(cells[part] == name).sum() for name in names])
                axis.bar(range(len(names)), heights, bottom=below)
                below += heights
            axis.set_xticks(
                range(len(names)), [name[:10] or "(gap)" for name in names], rotation=60, ha="right", fontsize=6
            )
    if few:
        figure.legend([label for label, _ in groups], loc="upper right")
    figure.tight_layout()
    return figures.save(figure, runs.FOLDER / "data.png", "How the values of the columns are distributed.")[0]
