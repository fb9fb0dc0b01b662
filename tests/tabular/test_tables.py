"""Tables in the projects that take them: wrong files, leakage, duplicates, kinds, and random files nobody has seen."""

import csv
import importlib.util
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

if importlib.util.find_spec("tensorflow") is None:
    pytest.skip("the projects need TensorFlow", allow_module_level=True)

DATA = Path(__file__).parents[3] / "shared" / "data"
Rendered = Callable[[str], Path]
GOOD = "area,kind,price\n" + "".join(f"{20 + i},{'ab'[i % 2]},{i % 2}\n" for i in range(40))


def step(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=project, capture_output=True, text=True, encoding="utf-8"
    )


def python(project: Path, code: str) -> object:
    """What `code` leaves in `result`, run inside the project."""
    done = step(project, "-c", f"import json\n{code}\nprint(json.dumps(result))")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


WRONG: dict[str, tuple[bytes, list[str], str]] = {
    "missing target": (GOOD.encode(), ["--target", "prise"], "FILE:1: there is no column prise; did you mean price?"),
    "no target named": (GOOD.encode(), [], "which column of FILE is to be predicted?"),
    "one class": (b"a,y\n" + b"1,no\n2,no\n" * 20, ["--target", "y"], "FILE: y is 'no' in every row"),
    "all gaps": (b"a,y\n" + b"1,\n2,?\n" * 20, ["--target", "y"], "FILE: y has no value in any row, only gaps"),
    "ragged rows": (GOOD.encode() + b"1,2\n", ["--target", "price"], "FILE:42: 2 values, fewer than the 3 columns"),
    "more values": (b"a,b,y\n1,2,3\n1,2,3,4\n", ["--target", "y"], "FILE:3: 4 values, more than the 3 columns"),
    "two encodings": (
        "name,y\nJürgen,1\n".encode() + "René,0\n".encode("latin-1"),
        ["--target", "y"],
        "FILE:3: byte 0xe9 is not UTF-8, but line 2 is: the file mixes two encodings",
    ),
    "duplicate header": (b"a,b,a\n1,2,3\n", ["--target", "b"], "FILE:1: two columns are named a"),
    "empty file": (b"", ["--target", "y"], "FILE is empty"),
    "only a header": (b"a,y\n", ["--target", "y"], "FILE has a header but no rows"),
    "no header": (b"1,2\n3,4\n", ["--target", "y"], "FILE:1: the first line holds numbers"),
    "binary file": (bytes(range(256)) * 9, ["--target", "y"], "FILE:1: this is a binary file, not text"),
    "workbook": (b"PK\x03\x04" + bytes(99), ["--target", "y"], "FILE:1: this is a workbook or a packed file"),
    "wrong ignore": (GOOD.encode(), ["--target", "price", "--ignore", "aera"], "there is no column aera; did you mean"),
    "three answers": (b"a,y\n" + b"1,x\n2,y\n3,z\n" * 9, ["--target", "y"], "has 3 different values"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_table_is_answered_in_a_sentence_with_file_and_line(
    case: str, rendered: Rendered, tmp_path: Path
) -> None:
    content, options, message = WRONG[case]
    path = tmp_path / "my.csv"
    path.write_bytes(content)
    done = step(rendered("student-exam"), "data.py", "--data", str(path), *options)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ") and message.replace("FILE", str(path)) in done.stderr
    assert done.stderr.count("\n") <= 2 and "Traceback" not in done.stderr


def test_fitted_statistics_depend_on_training_rows_alone(rendered: Rendered) -> None:
    assert python(
        rendered("titanic-survival"),
        """
import numpy as np
from config import Config
from data import read_table
from support.data import tabular
config = Config()
prepared = tabular.prepare(read_table(config), config)
train, validation, test = tabular.positions(prepared, config)
before = tabular.splits_at(prepared, train, validation, test).spec
rng = np.random.default_rng(0)
for cells in prepared.table.columns.values():
    for rows in (validation, test):
        cells[rows] = rng.permutation(cells[rows])
        cells[rows] = cells[rows] * 1000 if cells.dtype != object else "something new"
result = before == tabular.splits_at(prepared, train, validation, test).spec
""",
    )


@pytest.mark.parametrize("extra", [[], ["--group", "who"], ["--time", "day"]])
def test_equal_rows_and_rows_of_one_group_are_in_one_split(
    extra: list[str], rendered: Rendered, tmp_path: Path
) -> None:
    rng = random.Random(0)
    rows = [[rng.randint(0, 999), rng.choice("abc"), rng.randint(0, 1)] for _ in range(290)]
    rows += rows[:10]
    with (tmp_path / "my.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [["n", "c", "y", "who", "day"], *([*row, f"p{i % 50}", i // 3] for i, row in enumerate(rows))]
        )
    ignore = ["--ignore", "who,day"] if not extra else ["--ignore", "day"] if extra[0] == "--group" else []
    found = python(
        rendered("student-exam"),
        f"""
import numpy as np
from config import Config
from data import read_table
from support import settings
from support.data import tabular
argv = ["--data", {str(tmp_path / "my.csv")!r}, "--target", "y", "--validation-fraction", "0.2", *{[*extra, *ignore]}]
config = settings.read(Config, argv=argv)
prepared = tabular.prepare(read_table(config), config)
parts = tabular.positions(prepared, config)
splits = tabular.splits_at(prepared, *parts)
keys = [set(map(str, zip(s.x["numbers"].tolist(), s.x["texts"].tolist()))) for s in (splits.train, splits.validation, splits.test)]
who = [set(prepared.table.columns["who"][p]) for p in parts]
day = [prepared.table.columns["day"][p].astype(float) for p in parts]
result = [sum(map(len, parts)), [len(a & b) for a, b in ((keys[0], keys[1]), (keys[0], keys[2]), (keys[1], keys[2]))],
          [len(a & b) for a, b in ((who[0], who[1]), (who[0], who[2]), (who[1], who[2]))],
          [bool(a.max() <= b.min()) for a, b in ((day[0], day[1]), (day[0], day[2]), (day[1], day[2]))], list(map(len, parts))]
""",
    )
    assert isinstance(found, list)
    assert found[0] == 300 and found[1] == [0, 0, 0] and min(found[4]) > 20
    if extra[:1] == ["--group"]:
        assert found[2] == [0, 0, 0]
    if extra[:1] == ["--time"]:
        assert found[3] == [True, True, True]


def test_boat_and_body_are_named_as_leaking_and_not_used(copied: Callable[..., Path]) -> None:
    project = copied("titanic-survival")
    assert "boat, body would give the answer away" in step(project, "data.py").stdout
    used = step(project, "data.py", "--ignore", "embarked").stdout
    assert "warning: possible leakage: where boat is known" in used
    assert "warning: possible leakage: where body is known" in used
    if (DATA / "titanic").is_dir():
        real = step(project, "data.py", "--data", str(DATA / "titanic" / "titanic3.csv")).stdout
        assert "boat, body would give the answer away" in real
        assert "age                      number       20.1%" in real


def write_random_table(path: Path, rows: int, columns: int, task: str, seed: int) -> None:
    """A CSV file with numbers, categories, dates, texts, gaps, an id, and an answer that depends on some of it."""
    rng = random.Random(seed)
    header = ["id"] + [f"{rng.choice(['number', 'kind', 'when', 'gappy', 'same'])}_{i}" for i in range(columns - 2)]
    header.append("answer")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=rng.choice(",;\t"))
        writer.writerow(header)
        for row in range(rows):
            base = rng.gauss(0, 1)
            cells: list[object] = [row + 1]
            for name in header[1:-1]:
                kind = name.split("_")[0]
                value: object = f"{base + rng.gauss(0, 1):.4f}"
                if kind == "kind":
                    value = f"k{int(abs(base) * 3)}" if rng.random() > 0.02 else f"rare{row}"
                elif kind == "when":
                    value = f"20{rng.randint(10, 24)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
                elif kind == "gappy":
                    value = value if rng.random() > 0.4 else rng.choice(["", "NA", "?"])
                elif kind == "same":
                    value = "x"
                cells.append(value)
            score = base + rng.gauss(0, 0.5)
            cells.append(f"{100 * score:.2f}" if task == "regression" else "yes" if score > 0 else "no")
            writer.writerow(cells)


def whole_path(project: Path, tables: list[Path], out: Path) -> None:
    """Every table from data.py to the last export, one after another in one process."""
    code = f"""
import sys, pathlib
sys.path.insert(0, ".")
from support import runs
import data, train, evaluate, predict, export
result = []
for number, table in enumerate({[str(table) for table in tables]!r}):
    runs.FOLDER = pathlib.Path({str(out)!r}) / str(number)
    for step, arguments in (
        (data, ["--data", table, "--target", "answer"]),
        (train, ["--data", table, "--target", "answer", "--epochs", "2"]),
        (evaluate, []), (predict, [table]), (export, [])):
        sys.argv = [step.__name__ + ".py", *arguments]
        step.main()
    report = runs.find(None).exports / "export_report.json"
    result.append([row["ok"] for row in json.loads(report.read_text(encoding="utf-8"))["formats"]])
"""
    assert python(project, code) == [[True] * 5] * len(tables)


PROJECTS = {"regression": "house-prices", "binary": "titanic-survival", "classes": "iris-classifier"}


@pytest.mark.slow
@pytest.mark.parametrize("task", PROJECTS)
def test_tables_that_nobody_has_seen_pass_the_whole_path(
    task: str, copied: Callable[..., Path], tmp_path: Path
) -> None:
    rng = random.Random(task)
    tables = [tmp_path / f"{number}.csv" for number in range(3)]
    for table in tables:
        write_random_table(table, rng.randint(100, 1500), rng.randint(4, 60), task, rng.randint(0, 10**6))
    whole_path(copied(PROJECTS[task]), tables, tmp_path / "runs")


@pytest.mark.slow
def test_long_and_wide_tables_pass_the_whole_path(copied: Callable[..., Path], tmp_path: Path) -> None:
    sizes = [(100, 300), (100_000, 6), (20_000, 100)]
    tables = [tmp_path / f"{rows}x{columns}.csv" for rows, columns in sizes]
    for table, (rows, columns) in zip(tables, sizes, strict=True):
        write_random_table(table, rows, columns, "regression", 1)
    whole_path(copied("house-prices"), tables, tmp_path / "runs")
