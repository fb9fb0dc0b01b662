"""Texts in tables and folders of many kinds: read correctly, or refused with a message; nothing disappears uncounted."""

import contextlib
import json
import os
import random
from pathlib import Path

import data
from config import Config
from support import settings
from support.data import texts
from support.data.text_sources import Found, examples
from support.errors import ProjectError
from support.splits import Splits

import numpy as np
import pandas as pd
import pytest

ROWS = [(f"a {word} film, number {n}", label) for n in range(12) for word, label in (("good", "pos"), ("bad", "neg"), ("odd", "so-so"))]  # fmt: skip
CHINESE = [(f"这部电影很{word}第{n}次", label) for n in range(12) for word, label in (("好", "正"), ("差", "负"))]


def load(path: Path, *options: str) -> Splits:
    return data.load(settings.read(Config, argv=["--data", str(path), *options]))


def everything(splits: Splits) -> set[tuple[str, str]]:
    """All texts with their labels, whatever their split."""
    parts = (splits.train, splits.validation, splits.test)
    return {(text, splits.spec["labels"][y]) for part in parts for text, y in zip(part.x, part.y, strict=True)}


def table(
    rows: list[tuple[str, str]], separator: str = ",", header: str | None = "text{0}label", quote: str = '"'
) -> str:
    lines = [] if header is None else [header.format(separator)]
    return "\n".join([*lines, *(f"{quote}{text}{quote}{separator}{label}" for text, label in rows)]) + "\n"


def objects(rows: list[tuple[str, str]]) -> str:
    return "".join(json.dumps({"id": n, "review": text, "label": label}) + "\n" for n, (text, label) in enumerate(rows))


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("my.csv", table(ROWS).encode(), []),
        ("my.csv", table(ROWS).replace("\n", "\r\n").encode("utf-8-sig"), []),
        ("my.csv", table(ROWS, ";").encode("utf-16"), []),
        ("my.tsv", table(ROWS, "\t", quote="").encode(), []),
        ("my.csv", table(ROWS, "~").encode(), ["--separator", "~"]),
        ("my.csv", table(ROWS, header="Review{0}Sentiment").encode(), []),
        ("my.csv", table(ROWS, header="what{0}said").encode(), []),
        ("my.csv", table(ROWS, header=None).encode(), ["--no-header"]),
        ("my.csv", ("Reviews of May\n\n" + table(ROWS)).encode(), ["--skip-lines", "2"]),
        ("my.csv", ("sep=;\n" + table(ROWS, ";")).encode(), []),
        ("my.csv", table(ROWS, header="tweet{0}label").encode(), ["--text-column", "tweet", "--label-column", "label"]),
        ("my.jsonl", objects(ROWS).encode(), []),
        ("my.NDJSON", objects(ROWS).replace("\n", "\r\n\r\n").encode("utf-8-sig"), []),
        ("my.json", json.dumps([{"text": text, "label": label} for text, label in ROWS]).encode(), []),
    ],
)
def test_a_table_is_read_whatever_its_separator_its_encoding_and_its_line_ends(
    name: str, content: bytes, options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(content)
    splits = load(tmp_path / name, *options)
    assert everything(splits) == set(ROWS)
    assert sum(map(len, (splits.train, splits.validation, splits.test))) == len(ROWS)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("0", "1", "2"), ["0", "1", "2"]),
        (("1.0", "2.0", "3"), ["1", "2", "3"]),
        (("01", "1", "10"), ["01", "1", "10"]),
        (("None", "pos", "neg"), ["None", "neg", "pos"]),
        (("NA", "EU", "AS"), ["AS", "EU", "NA"]),
        (("true", "false", "null"), ["false", "null", "true"]),
        (("yes", "no", "?"), ["?", "no", "yes"]),
        (("★", "★★", "★★★"), ["★", "★★", "★★★"]),
    ],
)
def test_a_label_is_the_text_that_stands_there(labels: tuple[str, ...], expected: list[str], tmp_path: Path) -> None:
    rows = [(text, labels[n % 3]) for n, (text, _) in enumerate(ROWS)]
    (tmp_path / "my.csv").write_text(table(rows), encoding="utf-8")
    (tmp_path / "my.jsonl").write_text(objects(rows), encoding="utf-8")
    for name in ("my.csv", "my.jsonl"):
        assert load(tmp_path / name).spec["labels"] == expected


def test_a_number_or_a_truth_of_json_is_a_label_like_any_other(tmp_path: Path) -> None:
    for values, expected in (((1, 0), ["0", "1"]), ((True, False), ["false", "true"]), ((1.0, 2), ["1", "2"])):
        lines = [json.dumps({"text": text, "label": values[n % 2], "other": [n]}) for n, (text, _) in enumerate(ROWS)]
        (tmp_path / "my.jsonl").write_text("\n".join(lines), encoding="utf-8")
        assert load(tmp_path / "my.jsonl").spec["labels"] == expected


@pytest.mark.parametrize(
    ("extra", "warning"),
    [
        ([('', "pos"), (" ... ", "neg")], "left out of training, as the text has no words: 2 of 38 ({0}:38, {0}:39)"),
        ([("a text", "")], "left out of training, as the label is missing: 1 of 37 ({0}:38)"),
        ([("...", "hm")] * 3, "left out, as none of its texts has a word: class hm"),
        ([(f"unclear {n}", "None") for n in range(4)], "None is taken for a class of 4 texts"),
        ([(f"unclear {n}", "n.a.") for n in range(4)], "n.a. is taken for a class of 4 texts"),
        ([(f"fine {n}", "Pos") for n in range(4)], "'pos' (12 texts) and 'Pos' (4 texts) are different classes"),
        ([(f"fine {n}", "Pos") for n in range(2)], "'pos' (12 texts) and 'Pos' (2 texts) are different classes"),
        ([("A good film,  NUMBER 3", "neg")], "texts with more than one label: 1, such as 'a good film, number 3'"),
    ],
)  # fmt: skip
def test_what_looks_wrong_is_counted_and_said(
    extra: list[tuple[str, str]], warning: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "my.csv"
    path.write_text(table([*ROWS, *extra]), encoding="utf-8")
    with contextlib.suppress(ProjectError):  # too few texts of Pos: the warning says why
        load(path)
    assert f"warning: {warning.format(path)}" in capsys.readouterr().out


def test_labels_that_differ_in_their_sign_are_classes_without_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "my.csv").write_text(
        table([(f"some text {n}", f"{n % 2 * 2 - 1}") for n in range(40)]), encoding="utf-8"
    )
    assert load(tmp_path / "my.csv").spec["labels"] == ["-1", "1"]
    assert not capsys.readouterr().out


def test_labels_that_are_amounts_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [(f"some text {n}", f"{n % 4 / 2}") for n in range(40)]
    (tmp_path / "my.csv").write_text(table(rows), encoding="utf-8")
    assert load(tmp_path / "my.csv").spec["labels"] == ["0.0", "0.5", "1.0", "1.5"]
    assert "warning: the labels are amounts, such as 0.0, and each of the 4 becomes a class" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "options", "message"),
    [
        ("my.csv", table(ROWS), ["--text-column", "review"], "my.csv:1: there is no column review\n--text-column can be: text, label"),
        ("my.csv", table(ROWS), ["--text-column", "label"], "label cannot hold both texts and labels"),
        ("my.csv", table([(text, f"{label},{text},{label}") for text, label in ROWS], header="a,b,c,d").replace(", ", " "), [], "which column holds the texts?"),
        ("my.csv", table(ROWS, header="text,label,sentiment").replace(",pos", ",pos,1").replace(",neg", ",neg,0").replace("so-so", "so-so,2"), [], None),
        ("my.csv", table(ROWS, header="text,rating,sentiment").replace(",pos", ",pos,1").replace(",neg", ",neg,0").replace("so-so", "so-so,2"), [], "rating or sentiment: which column is meant?\nName it with --label-column"),
        ("my.csv", table([("", label) for _, label in ROWS]), [], "in 36 of 36 rows the text has no words"),
        ("my.csv", table(ROWS) + "a text, with a comma,pos\n", [], "my.csv:38"),
        ("my.csv", table([row for row in ROWS if row[1] == "pos"]), [], "only one class in the data: pos"),
        ("my.csv", table([*ROWS, ("rare one", "rare")]), [], "too few texts in"),
        ("my.csv", table([(f"text number {n}", f"label {n}") for n in range(30)]), [], "These are no classes: is --label-column right?"),
        ("my.csv", table([(str(n), "ab"[n % 2]) for n in range(30)]), [], "text holds numbers, not texts"),
        ("my.csv", table(ROWS).replace(",", "~"), [], "my.csv:1"),
        ("my.csv", table(ROWS, header=None), [], "my.csv:1: the first line looks like data"),
        ("my.csv", "Reviews of May\n\n" + table(ROWS), [], "my.csv:1: only one column: 'Reviews of May'"),
        ("my.csv", "", [], "my.csv is empty"),
        ("my.jsonl", "", [], "my.jsonl is empty"),
        ("my.jsonl", objects(ROWS) + '{"review": "x"', [], "my.jsonl:37: this is not JSON"),
        ("my.jsonl", '{"text": "a", "text": "b"}', [], "my.jsonl:1: text has two values"),
        ("my.jsonl", '{\n  "text": "a"\n}', [], "my.jsonl:1: an object over several lines"),
        ("my.jsonl", '{"text": ["a"], "label": "b"}', [], "my.jsonl:1: text is no text"),
        ("my.json", "[" * 100_000, [], "my.json: brackets within brackets, too deep"),
        ("my.json", '{"data": [1]}', [], "my.json:1: which column holds the texts?"),
        ("my.json", "[1, 2]", [], "my.json, item 1: expected an object"),
        ("my.txt", "some text", [], "my.txt is no table of texts"),
    ],
)  # fmt: skip
def test_a_wrong_table_is_answered_in_a_sentence(
    name: str, content: str, options: list[str], message: str | None, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    if message is None:
        assert everything(load(tmp_path / name, *options)) == set(ROWS)
        return
    with pytest.raises(ProjectError) as error:
        load(tmp_path / name, *options)
    assert message in str(error.value)


@pytest.mark.parametrize("given", ["", " ", "no-such.csv", "/dev/zero", "no\0name"])
def test_what_is_no_file_is_no_data(given: str) -> None:
    if given == "/dev/zero" and not os.path.exists(given):
        pytest.skip("no such device on this system")
    with pytest.raises(ProjectError, match="there is no data at|is no file|--data is empty"):
        load(Path(given) if given.strip() else given)  # type: ignore[arg-type]


def write(folder: Path, rows: list[tuple[str, str]], name: str = "{n}.txt") -> None:
    for n, (text, label) in enumerate(rows):
        path = folder / label / name.format(n=n)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_a_folder_per_class_is_read_without_copies_and_what_is_not_read_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, ROWS[:18])
    write(tmp_path, ROWS[18:], "deeper/{n}.TXT")
    write(tmp_path / "pos", [("copy", ".ipynb_checkpoints")])
    (tmp_path / "pos" / "._0.txt").write_bytes(b"\0\xff")
    (tmp_path / "pos" / "a.doc").write_bytes(b"\0\xff")
    (tmp_path / "loose.txt").write_text("of no class", encoding="utf-8")
    write(tmp_path, [("no class", "unsup")])
    (tmp_path / ".git").mkdir()
    assert everything(load(tmp_path)) == set(ROWS)
    assert capsys.readouterr().out.splitlines() == [
        f"warning: not read, as it is no class: {tmp_path / 'unsup'}/",
        f"warning: not read in {tmp_path}/, as only the .txt files of a class are: 1 .txt, 1 .doc",
    ]


@pytest.mark.parametrize(
    ("names", "sizes"),
    [
        (("train", None, "test"), (18, 3, 36)),
        (("Train", "VALIDATION", None), (24, 36, 6)),
        (("training", "dev", "Testing"), (36, 36, 36)),
    ],
)
def test_folders_and_tables_of_splits_are_used_as_such(
    names: tuple[str, ...], sizes: tuple[int, ...], tmp_path: Path
) -> None:
    parts = [[(f"{part} {text}", label) for text, label in ROWS] for part in "abc"]
    (tmp_path / "tables").mkdir()
    for name, rows in zip(names, parts, strict=True):
        if name:
            write(tmp_path / "folders" / name, rows)
            (tmp_path / "tables" / f"{name}.csv").write_text(table(rows), encoding="utf-8")
    for kind in ("folders", "tables"):
        splits = load(tmp_path / kind)
        for name, rows, split in zip(names, parts, (splits.train, splits.validation, splits.test), strict=True):
            if name and name.lower() not in ("train", "training"):
                assert set(split.x) == {text for text, _ in rows}
        assert sum(map(len, (splits.train, splits.validation, splits.test))) == 36 * sum(map(bool, names))


@pytest.mark.parametrize(
    ("folders", "message"),
    [
        ([], "no texts by class in"),
        (["train", "val", "valid"], "has val/ and valid/"),
        (["test", "val"], "but nothing to train on"),
        (["a", "b"], "no .txt files in"),
        (["data/a", "data/b"], "Did you mean"),
        (["a/train", "a/test", "b"], "is a split inside a class\nSplits stand above classes"),
    ],
)
def test_a_wrong_folder_is_answered_in_a_sentence(folders: list[str], message: str, tmp_path: Path) -> None:
    for name in folders:
        (tmp_path / name).mkdir(parents=True)
    with pytest.raises(ProjectError) as error:
        load(tmp_path)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"caf\xe9 na\xefve", "1.txt:1: byte 0xe9 is not UTF-8"),
        (b"\x00\x01", "1.txt is a binary file, not text"),
    ],
)
def test_a_file_that_is_no_text_is_named(content: bytes, message: str, tmp_path: Path) -> None:
    write(tmp_path, ROWS)
    (tmp_path / "pos" / "1.txt").write_bytes(content)
    with pytest.raises(ProjectError) as error:
        load(tmp_path)
    assert message in str(error.value)


def test_a_class_called_like_a_split_and_a_class_that_was_never_trained_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "a", [(text, {"pos": "train"}.get(label, label)) for text, label in ROWS])
    assert load(tmp_path / "a").spec["labels"] == ["neg", "so-so", "train"]
    assert "is taken for a class, although it is called like a split" in capsys.readouterr().out
    write(tmp_path / "b" / "train", ROWS)
    write(tmp_path / "b" / "test", [(f"new {text}", f"{label}!") for text, label in ROWS])
    with pytest.raises(ProjectError, match="the class neg! is not in training"):
        load(tmp_path / "b")


def test_the_only_table_in_a_folder_is_suggested(tmp_path: Path) -> None:
    (tmp_path / "my.csv").write_text(table(ROWS), encoding="utf-8")
    with pytest.raises(ProjectError, match=r"Did you mean .*my.csv\?"):
        load(tmp_path)


def test_equal_texts_are_never_in_two_splits_and_the_test_teaches_no_word(
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = settings.read(Config, argv=[])
    rng = random.Random(1)
    some = [" ".join(rng.choices("abcdefgh", k=3)) for _ in range(300)]
    every = examples(some, [rng.choice(["one", "two"]) for _ in some], [str(row) for row in range(300)])
    splits = texts.load(Found(every), config, "", "")
    seen = [{texts.key(text) for text in split.x} for split in (splits.train, splits.validation, splits.test)]
    assert seen[0].isdisjoint(seen[1]) and seen[0].isdisjoint(seen[2]) and seen[1].isdisjoint(seen[2])
    assert sum(map(len, (splits.train, splits.validation, splits.test))) == 300
    capsys.readouterr()
    given = examples([*some[:3], "zebra zebra"], ["one", "two", "one", "two"], ["test"] * 4)
    choosing = examples([some[0], *some[3:6], "yak yak"], ["one", "two", "one", "two", "two"], ["validation"] * 5)
    splits = texts.load(Found(every, choosing, given), config, "", "")
    seen = [{texts.key(text) for text in split.x} for split in (splits.train, splits.validation, splits.test)]
    assert seen[0].isdisjoint(seen[1]) and seen[0].isdisjoint(seen[2]) and seen[1].isdisjoint(seen[2])
    assert {"zebra", "yak"}.isdisjoint(splits.spec["vocabulary"]) and splits.test.x.tolist() == list(given.text)
    said = capsys.readouterr().out
    assert "warning: left out of training, as the test has the same text" in said
    assert "warning: left out of validation, as the test has the same text: 1 of 5" in said


def test_only_the_training_texts_teach_words() -> None:
    config = settings.read(Config, argv=[])
    some = [f"word{number} word{number}" for number in range(60)]  # twice: often enough to be learned
    splits = texts.load(Found(examples(some, ["one", "two"] * 30, some)), config, "", "")
    assert set(splits.spec["vocabulary"]) == {text.split()[0] for text in splits.train.x}


def test_texts_without_spaces_are_learned_as_characters(tmp_path: Path) -> None:
    (tmp_path / "my.csv").write_text(table(CHINESE, header="review,label"), encoding="utf-8")
    spec = load(tmp_path / "my.csv").spec
    assert (
        spec["labels"] == ["正", "负"] and {"好", "差", "电", "影"} <= set(spec["vocabulary"]) and spec["length"] >= 8
    )


# --- asking ---


@pytest.mark.parametrize("given", ["…", "", " ", ".", "no-such.txt", "no-such.csv"])
def test_what_has_no_words_or_is_not_there_is_named(
    given: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        ProjectError, match="has no words in it|there is no file no-such.txt|no-such.csv|no .txt files in"
    ):
        data.read_inputs([given], {})


def test_texts_files_and_folders_are_asked_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("from a file", encoding="utf-8-sig")
    (tmp_path / ".hidden.txt").write_text("not this", encoding="utf-8")
    given = ["?!…", str(tmp_path / "letter.txt"), str(tmp_path), "a\udce9b", "long " * 2_000, "é" * 300]
    names, x = data.read_inputs(given, {})
    assert x.tolist() == ["?!…", "from a file", "from a file", "a?b", "long " * 2_000, "é" * 300]
    assert names[:3] == ["?!…", str(tmp_path / "letter.txt"), str(tmp_path / "letter.txt")]


def test_a_table_is_asked_row_by_row_and_read_as_in_training(tmp_path: Path) -> None:
    path = tmp_path / "my.csv"
    path.write_text(table(ROWS, "~", header="said{0}what"), encoding="utf-8")
    spec = load(path, "--separator", "~", "--text-column", "said", "--label-column", "what").spec
    names, x = data.read_inputs([str(path)], json.loads(json.dumps(spec)))
    assert x.tolist() == [text for text, _ in ROWS] and names[0] == f"{path}:2"
    assert isinstance(x, np.ndarray)
    other = tmp_path / "other.jsonl"
    other.write_text('{"text": "new"}\n', encoding="utf-8")
    assert data.read_inputs([str(other)], spec)[1].tolist() == ["new"]
    other.write_text('{"nothing": "new"}\n', encoding="utf-8")
    with pytest.raises(ProjectError, match="other.jsonl:1: there is no column said"):
        data.read_inputs([str(other)], spec)


def test_only_training_texts_teach_words() -> None:
    def about(word: str) -> pd.DataFrame:
        written = [f"{word} {mood} text number {number}" for number in range(20) for mood in ("good", "bad")]
        return examples(written, ["yes", "no"] * 20, [f"{word}:{row}" for row in range(40)])

    found = Found(about("learned"), about("validated"), about("tested"))
    spec = texts.load(found, settings.read(Config, argv=[]), "own", "own").spec
    assert "learned" in spec["vocabulary"]
    assert {"validated", "tested"} & {*spec["vocabulary"]} == set()
