"""Texts that people have: each text and each label asserted as it stands in the file."""

import tempfile
from pathlib import Path
from typing import Any

from ask import FOLDER, Case, ask, refused

# What sentiment-analysis makes of a file: every text with its label, by split, and what is printed of it.
LOOK = """
from config import Config
import data
from support import settings
from support.data import preprocessing
splits = data.load(settings.read(Config, argv=["--data", path, *options]))
result = {
    name: [[text, splits.spec["labels"][y]] for text, y in zip(split.x, split.y)]
    for name, split in (("train", splits.train), ("validation", splits.validation), ("test", splits.test))
}
result["vocabulary"] = splits.spec["vocabulary"]
result["words"] = {text: preprocessing.words(text) for split in (splits.train, splits.test) for text in split.x}
"""

Found = dict[str, Any]


def path_of(name: str, file: str) -> Path:
    return next(FOLDER.glob(f"{name}*")) / "input" / file


def look(path: Path, *options: str) -> Found | str:
    answer = ask("sentiment-analysis", LOOK, path=str(path), options=list(options))
    if answer.refused:
        return refused(answer.refused)
    assert isinstance(answer.result, dict)
    return {**answer.result, "printed": answer.printed}


def rows(found: Found) -> list[tuple[str, str]]:
    return sorted((text, label) for name in ("train", "validation", "test") for text, label in found[name])


def plain_rows(file: str, separator: str, text: int, label: int) -> Case:
    """A file in which a quote is a plain character: every line is a row."""

    def read() -> tuple[str, bool]:
        path = path_of("30", file)
        lines = [line.split(separator) for line in path.read_text(encoding="utf-8").splitlines()[1:] if line.strip()]
        found = look(path)
        if isinstance(found, str):
            return found, False
        expected = sorted((cells[text].strip(), cells[label].strip()) for cells in lines)
        return f"{len(rows(found))} texts of {len(lines)} lines", rows(found) == expected

    return Case("30-tsv-stray-quotes", file, read)


def chinese() -> tuple[str, bool]:
    path = path_of("31", "reviews.csv")
    lines = [line.split(",") for line in path.read_text(encoding="utf-8-sig").splitlines()[1:]]
    found = look(path)
    if isinstance(found, str):
        return found, False
    right = rows(found) == sorted((text, label) for text, label in lines)
    right &= all(words == list(text) for text, words in found["words"].items())
    return f"{len(rows(found))} texts, each character a word, {len(found['vocabulary'])} known", right


def headerless(file: str, options: tuple[str, ...], text: int, label: int) -> list[Case]:
    """A file without names of its columns: refused, and read rightly where --no-header says so."""

    def asked() -> tuple[str, bool]:
        found = look(path_of("32", file))
        return str(found), isinstance(found, str) and ":1: the first line looks like data" in found

    def told() -> tuple[str, bool]:
        path = path_of("32", file)
        lines = [line.replace('"', "").split(",") for line in path.read_text(encoding="utf-8").splitlines()]
        found = look(path, "--no-header", *options)
        if isinstance(found, str):
            return found, False
        expected = sorted((cells[text], cells[label]) for cells in lines)
        return f"{len(rows(found))} texts with --no-header", rows(found) == expected

    return [Case("32-no-header", file, asked), Case("32-no-header", file, told)]


def splits_of(tree: str) -> Case:
    """The folders of a set of images, with a text in the place of each image."""

    def read() -> tuple[str, bool]:
        source = path_of("11", tree)
        with tempfile.TemporaryDirectory() as folder:
            for image in source.rglob("*.*"):
                place = (Path(folder) / image.relative_to(source)).with_suffix(".txt")
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(f"a text of {place.relative_to(folder).as_posix()}", encoding="utf-8")
            found = look(Path(folder))
            names = sorted(path.name for path in Path(folder).iterdir())
        if isinstance(found, str):
            return found, False
        right = {label for _, label in rows(found)} == {"cats", "dogs"}
        for name in names:
            split = {"v": "validation", "t": "test"}[name.lower()[0]] if name.lower() != "train" else "train"
            texts = {text for text, _ in found[split]}
            every = {text for text, _ in rows(found) if f" {name}/" in text}
            right &= bool(texts) and (texts == every or split == "train")
        return f"classes cats and dogs, splits {', '.join(names)}", right

    return Case("11-train-validation", f"{tree} as texts", read)


CASES = [
    plain_rows("reviews.tsv", "\t", 0, 1),
    plain_rows("semicolon.csv", ";", 1, 2),
    plain_rows("lead_inch.csv", ";", 0, 1),
    Case("31-chinese", "reviews.csv", chinese),
    *headerless("sentiment140.csv", ("--text-column", "column_6", "--label-column", "column_1"), 5, 0),
    *headerless("two_columns.csv", (), 0, 1),
    *(splits_of(tree) for tree in ("pets", "pets3", "petsCaps")),
]
