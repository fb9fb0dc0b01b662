"""Tables that people have: each value asserted as it stands in the file."""

import csv
import io
import re
from collections import Counter
from pathlib import Path
from typing import Any

from ask import FOLDER, Case, ask, refused

# What the projects on tables make of a file: columns by name, as JSON has them, and how they are described.
LOOK = """
from config import Config
import data
from support import settings
from support.data import tabular
config = settings.read(Config, argv=["--data", path, *options])
table = data.read_table(config)
prepared = tabular.prepare(table, config)
result = {
    "rows": len(table),
    "columns": {name: ["" if cell != cell else cell for cell in cells.tolist()] for name, cells in table.columns.items()},
    "kinds": {column["name"]: column for column in prepared.columns},
    "y": prepared.y.tolist(),
    "question": prepared.question,
    "formats": {name: form.text() for name, form in table.formats.items()},
    "notes": list(prepared.notes),
    "train": tabular.load(table, config).spec,
}
"""
DATES = """
from support.data import dates, table
cells = table.read(__import__("pathlib").Path(path)).columns[name]
form = dates.detect(cells)
result = [form.text(), dates.parse(cells, form).astype(str).tolist()]
"""


def path_of(name: str, file: str) -> str:
    return str(next(FOLDER.glob(f"{name}*")) / "input" / file)


def cells(path: str, column: str, separator: str = ",") -> list[str]:
    """The texts of a column, by Python's own csv module."""
    text = Path(path).read_text(encoding="utf-8-sig")
    return [row[column] for row in csv.DictReader(io.StringIO(text), delimiter=separator)]


def look(template: str, path: str, *options: str) -> Any:
    answer = ask(template, LOOK, path=path, options=list(options))
    return refused(answer.refused) if answer.refused else answer.result


def plain(text: str) -> float:
    """1,234.50, $5 and 86% as numbers, by hand."""
    return float(text.strip().strip("$%").replace(",", ""))


def numbers(name: str, file: str, template: str, target: str, words: dict[str, str]) -> Case:
    """Columns that must be read as these numbers, described in these words."""

    def read() -> tuple[str, bool]:
        path = path_of(name, file)
        found = look(template, path, "--target", target)
        if isinstance(found, str):
            return found, False
        right = all(found["columns"][column] == [plain(cell) for cell in cells(path, column)] for column in words)
        used = [column for column in words if column != target]
        right &= all(found["kinds"][column]["kind"] == "number" for column in used)
        said = {column: text for column, text in words.items() if text}
        right &= all(text in found["formats"].get(column, "") for column, text in said.items())
        if target in words:
            right &= found["y"] == [plain(cell) for cell in cells(path, target)]
        return "; ".join(f"{column}: {found['formats'].get(column, 'plain')}" for column in words), bool(right)

    return Case(name, file, read)


def dated(file: str, column: str, pattern: str, order: str) -> Case:
    """A column of dates, day first or month first as all rows say."""

    def read() -> tuple[str, bool]:
        path = path_of("04", file)
        found = look("titanic-survival", path, "--target", "late")
        answer = ask("titanic-survival", DATES, path=path, name=column)
        if isinstance(found, str) or answer.refused:
            return f"{found} {answer.refused}", False
        text, when = answer.result
        by_hand = []
        for cell in cells(path, column):
            match = re.fullmatch(pattern, cell)
            assert match
            part = {name: int(value) for name, value in match.groupdict().items()}
            by_hand.append(
                f"{part['y']:04}-{part['m']:02}-{part['d']:02}T{part.get('H', 0):02}:{part.get('M', 0):02}:{part.get('S', 0):02}"
            )
        return text, when == by_hand and order in text and found["kinds"][column]["kind"] == "date"

    return Case("04-dayfirst-dates", file, read)


def classes(name: str, file: str, template: str, target: str, labels: list[str], note: str) -> Case:
    """A target with these classes, as often as they stand in the file, and a sentence about it."""

    def read() -> tuple[str, bool]:
        path = path_of(name, file)
        found = look(template, path, "--target", target)
        if isinstance(found, str):
            return found, False
        stand = Counter(cell.strip() for cell in next(csv_columns(path, target)))
        got = Counter(found["question"]["labels"][int(number)] for number in found["y"])
        right = found["question"]["labels"] == labels and got == stand and any(note in each for each in found["notes"])
        return f"{dict(got)} {' '.join(found['notes'])}", right

    return Case(name, file, read)


def csv_columns(path: str, target: str) -> Any:
    """The texts of the column whose name is `target`, blanks around it aside."""
    rows = list(csv.reader(io.StringIO(Path(path).read_text(encoding="utf-8-sig"))))
    place = [cell.strip() for cell in rows[0]].index(target)
    yield [row[place] for row in rows[1:]]


def no_header(file: str) -> Case:
    def read() -> tuple[str, bool]:
        path = path_of("32", file)
        answer = ask(
            "iris-classifier",
            "from pathlib import Path\nfrom support.data import table\ntable.read(Path(path))",
            path=path,
        )
        right = (
            answer.refused.startswith(f"{path}:1: the first line looks like data") and "--no-header" in answer.refused
        )
        return refused(answer.refused), right

    return Case("32-no-header", file, read)


def rows(file: str, separator: str, column: str, quote: int) -> Case:
    """A file with stray quotes: as many rows as lines, each text as it stands on its line, and a note about the quote."""

    def read() -> tuple[str, bool]:
        path = path_of("30", file)
        code = "from pathlib import Path\nfrom support.data import table\nfound = table.read(Path(path))\n"
        code += "result = [found.columns[name].tolist(), found.lines.tolist(), list(found.notes)]"
        answer = ask("iris-classifier", code, path=path, name=column)
        if answer.refused:
            return refused(answer.refused), False
        texts, lines, notes = answer.result
        content = Path(path).read_text(encoding="utf-8").splitlines()
        place = content[0].split(separator).index(column)
        by_hand = [line.split(separator)[place] for line in content[1:]]
        right = texts == by_hand and lines == list(range(2, len(content) + 1))
        right &= not quote or any(f"{path}:{quote}: " in note for note in notes)
        return f"{len(texts)} rows; {' '.join(notes)}", right

    return Case("30-tsv-stray-quotes", file, read)


def stock(file: str, column: str) -> Case:
    def read() -> tuple[str, bool]:
        path = path_of("24", file)
        found = look("house-prices", path, "--target", column)
        if isinstance(found, str):
            return found, False
        when = found["kinds"]["Date"]
        right = found["columns"][column] == [plain(cell) for cell in cells(path, column)]
        right &= when["kind"] == "date" and when["format"]["forms"] == ["%m/%d/%Y"]
        if file == "index.csv":
            right &= found["columns"]["Vol."] == [float(cell[:-1]) * 1e6 for cell in cells(path, "Vol.")]
            right &= found["columns"]["Change %"] == [plain(cell) for cell in cells(path, "Change %")]
        return f"{found['formats']}", bool(right)

    return Case("24-stock-export", file, read)


def years(file: str) -> Case:
    """To a table, year and month are two numbers; the series project combines them."""

    def read() -> tuple[str, bool]:
        path = path_of("25", file)
        names = Path(path).read_text().splitlines()[0].split(",")
        found = look("house-prices", path, "--target", names[-1])
        if isinstance(found, str):
            return found, False
        right = all(found["columns"][name] == [float(cell) for cell in cells(path, name)] for name in names)
        right &= all(found["kinds"][name]["kind"] == "number" for name in names[:-1])
        return f"{found['rows']} rows, {', '.join(names)} as numbers", right

    return Case("25-year-month-columns", file, read)


def spelling() -> tuple[str, bool]:
    code = LOOK + "names, x = data.read_inputs([new], result['train'])\nresult = x['texts'].tolist()"
    new = path_of("37", "new.csv")
    options = ["--target", "survived"]
    answer = ask("titanic-survival", code, path=path_of("37", "ship.csv"), new=new, options=options)
    said = [line for line in answer.printed.splitlines() if line.startswith("note: ")]
    wrong = [(3, "Female"), (4, "FEMALE"), (5, "f")]
    expected = [
        f"note: {new}:{line}: sex is {text!r}, which training did not show; did you mean female?"
        for line, text in wrong
    ]
    return " ".join(said) + answer.refused, said == expected


def codes() -> tuple[str, bool]:
    path = path_of("42", "runs.csv")
    found = look("titanic-survival", path, "--target", "ok")
    if isinstance(found, str):
        return found, False
    right = found["columns"]["batch"] == cells(path, "batch") and found["kinds"]["batch"]["kind"] in (
        "category",
        "text",
    )
    return f"batch: {found['kinds']['batch']['kind']}, {len(set(found['columns']['batch']))} different", right


DATE = r"(?P<d>\d+)/(?P<m>\d+)/(?P<y>\d+)"
US = r"(?P<m>\d+)/(?P<d>\d+)/(?P<y>\d+)"
CLOCK = r" (?P<H>\d+):(?P<M>\d+)"
CASES = [
    numbers("01-thousands-comma", "cities.csv", "house-prices", "price", {"population": "comma for thousands"}),
    numbers("01-thousands-comma", "cities_under_million.csv", "house-prices", "price", {"population": "comma for thousands"}),
    numbers("01-thousands-comma", "income.csv", "house-prices", "price", {"income": "comma for thousands"}),
    numbers("02-currency-percent", "listings.csv", "house-prices", "yearly", {"nightly": "unit $", "response_rate": "unit %"}),
    numbers("02-currency-percent", "target_currency.csv", "house-prices", "price", {"price": "unit $", "area": ""}),
    dated("payments.csv", "paid_on", DATE, "day/month/year"),
    dated("with_time.csv", "opened", DATE + CLOCK, "day/month/year"),
    dated("with_seconds.csv", "opened", US + CLOCK + r":(?P<S>\d+)", "month/day/year"),
    classes("05-none-is-a-class", "sleep.csv", "iris-classifier", "disorder", ["Insomnia", "None", "Sleep Apnea"], "'None' (102 rows) is taken as a class"),
    classes("05-none-is-a-class", "binary.csv", "titanic-survival", "disorder", ["Insomnia", "None"], "'None' "),
    classes("06-blanks-and-capitals", "iris.csv", "iris-classifier", "species", ["Setosa", "Versicolor", "Virginica", "setosa", "versicolor", "virginica"], "Setosa and setosa"),
    stock("index.csv", "Price"),
    stock("nasdaq.csv", "Close/Last"),
    years("co2.csv"),
    years("rain.csv"),
    rows("reviews.tsv", "\t", "sentence", 9),
    rows("lead_inch.csv", ";", "text", 42),
    rows("semicolon.csv", ";", "size", 0),
    no_header("numbers.csv"),
    no_header("sentiment140.csv"),
    no_header("two_columns.csv"),
    Case("37-category-spelling", "new.csv", spelling),
    Case("42-underscore-codes", "runs.csv", codes),
]  # fmt: skip
