"""What must hold for every project on texts: words found alike everywhere, nothing learned from the test, wrong texts named."""

import json
import random
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest

import data
import predict
import train
from config import Config
from model import build_model
from support import explanation, exporting, portable, runs, settings, text_layers, texts, word_layers
from support.errors import ProjectError

AWKWARD = [
    "",
    " ",
    "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2028\u2029\u202f\u205f\u3000\ufeff",
    "...!?!",
    "isn't Isn’t ISN'T 'tis o'clock rock'n'roll",
    "good.<br /><br />Bad,<BR>worse<br/>5<6 and 7 > 3 <b>bold</b> <br",
    "naïve café ÄRGER Straße ΣΟΦΟΣ ΣΟΦΟΣ, Ёлка İstanbul ISTANBUL ıI",
    "“quoted” ‘single’ «guillemets» — dash – en… ¿qué? ¡no!",
    "a\u0301 e\u0308 combining, ﬁ ligature, ½ × ÷ ² ª º",
    "日本語、テスト。 한국어 עברית العربية",
    "👍🏽 😀😀 :-) <3 ♥ can\u200cnot zero\u200bwidth \u200eleft\u200f",
    "[UNK] \\1 \\ $1 {x} ^caret^ a_b a-b a/b 10/10 #tag @you e.g. U.S.A.",
    "nul\x00inside \x7f \x01",
    "long " * 10_000,
    "x" * 50_000,
]


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=[])


@pytest.fixture(scope="module")
def spec() -> dict:
    """A vocabulary of every word in the awkward texts but one in five."""
    words = sorted({word for text in AWKWARD for word in portable.words(text)})
    return {"vocabulary": [word for number, word in enumerate(words) if number % 5], "length": 40}


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_texts_have_the_same_numbers_in_python_and_in_tensorflow(text: str, spec: dict) -> None:
    layer = np.asarray(text_layers.vectorization(spec)(np.array([text, "a word"], object)))
    np.testing.assert_array_equal(layer, portable.encode([text, "a word"], spec))


def test_random_texts_have_the_same_numbers_in_python_and_in_tensorflow(spec: dict) -> None:
    rng = random.Random(0)
    pieces = [
        *"abcABC019 '’!?.,-<>/\n\t\"\\",
        "<br />",
        "İ",
        "ß",
        "Σ",
        "é",
        "\u200b",
        "—",
        "日",
        "😀",
        "isn't",
        "\x00",
        "\u2c2f",
    ]
    some = np.array(["".join(rng.choices(pieces, k=rng.randint(0, 60))) for _ in range(2_000)], object)
    words = sorted({word for text in some for word in portable.words(text)})
    known = {**spec, "vocabulary": words[::2]}
    np.testing.assert_array_equal(np.asarray(text_layers.vectorization(known)(some)), portable.encode(some, known))


def test_every_letter_of_unicode_becomes_the_same_words_in_python_and_in_tensorflow() -> None:
    letters = [chr(point) for point in range(1, 0x110000) if unicodedata.category(chr(point)) not in ("Cs", "Cn")]
    by_tensorflow = [text.decode().split() for text in word_layers.clean(np.array(letters, object)).numpy()]
    assert [(a, b) for a, b in zip(by_tensorflow, map(portable.words, letters), strict=True) if a != b] == []


def test_finding_words_twice_changes_nothing() -> None:
    for text in AWKWARD:
        words = portable.words(text)
        assert portable.words(" ".join(words)) == words


def test_the_saved_model_takes_raw_texts(config: Config) -> None:
    splits = data.load(config)
    model = build_model(config, splits)
    raw = np.array([*splits.test.x[:5], *AWKWARD], object)
    whole = np.asarray(portable.wrap(model, splits.spec)(raw))
    parts = model.predict(portable.encode(raw, splits.spec), verbose=0)
    assert whole.shape == (len(raw), len(splits.spec["labels"])) and np.isfinite(whole).all()
    np.testing.assert_allclose(whole, parts, rtol=1e-4, atol=1e-5)


def test_equal_texts_never_stand_in_two_splits_and_the_test_teaches_no_word(config: Config) -> None:
    rng = random.Random(1)
    some = [" ".join(rng.choices("abcdefgh", k=3)) for _ in range(300)]
    examples = texts.Examples(some, [rng.choice(["one", "two"]) for _ in some], [str(row) for row in range(300)])
    splits = texts.load(examples, None, config, "", "")
    seen = [{texts.key(text) for text in split.x} for split in (splits.train, splits.validation, splits.test)]
    assert seen[0].isdisjoint(seen[1]) and seen[0].isdisjoint(seen[2]) and seen[1].isdisjoint(seen[2])
    assert sum(map(len, (splits.train, splits.validation, splits.test))) == 300
    given = texts.Examples([*some[:3], "zebra zebra"], ["one", "two", "one", "two"], ["test"] * 4)
    with_test = texts.load(examples, given, config, "", "")
    assert {texts.key(text) for text in with_test.train.x}.isdisjoint(map(texts.key, given.texts))
    assert "zebra" not in with_test.spec["vocabulary"] and with_test.test.x.tolist() == list(given.texts)


def write_csv(path: Path, rows: list[str], header: str = "text,label") -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


GOOD_ROWS = [f'"{word} film, number {number}",{label}' for number in range(12) for word, label in (("good", "pos"), ("bad", "neg"), ("odd", "so-so"))]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "order"), [("text,label", "{0},{1}"), ("Sentiment;id;Review", "{1};7;{0}"), ("what,said", "{1},{0}")]
)
def test_the_columns_of_a_csv_file_are_found_where_they_are_obvious(header: str, order: str, tmp_path: Path) -> None:
    rows = [
        order.format(*(cell.strip('"') if ";" in order else cell for cell in row.rsplit(",", 1))) for row in GOOD_ROWS
    ]
    config = settings.read(Config, argv=["--data", str(write_csv(tmp_path / "my.csv", rows, header))])
    splits = data.load(config)
    assert splits.spec["labels"] == ["neg", "pos", "so-so"]
    assert len(splits.train) + len(splits.validation) + len(splits.test) == 36
    assert "film" in splits.test.x[0] and "number" in splits.spec["vocabulary"]


@pytest.mark.parametrize("parted", [False, True])
def test_a_folder_per_class_is_read_with_and_without_train_and_test(parted: bool, tmp_path: Path) -> None:
    for part in ("train", "test") if parted else ("",):
        for name in ("dull", "fine"):
            (tmp_path / part / name).mkdir(parents=True)
            for number in range(10):
                (tmp_path / part / name / f"{number}.txt").write_text(f"{part} {name} {number} é", encoding="utf-8")
    splits = data.load(settings.read(Config, argv=["--data", str(tmp_path)]))
    assert splits.spec["labels"] == ["dull", "fine"]
    assert [len(split) for split in (splits.train, splits.validation, splits.test)] == (
        [18, 2, 20] if parted else [14, 2, 4]
    )


@pytest.mark.parametrize(
    ("rows", "header", "arguments", "message"),
    [
        (GOOD_ROWS, "text,label", ["--text-column", "review"], "my.csv:1: there is no column review"),
        (GOOD_ROWS, "text,label", ["--text-column", "label"], "label cannot hold both texts and labels"),
        ([f"{row},{row}" for row in GOOD_ROWS], "a,b,c,d", [], "my.csv:1: which column holds the texts?"),
        ([*GOOD_ROWS, '"",pos', '"...",neg'], "text,label", [], "my.csv:38 (and 1 more): the text is empty"),
        ([*GOOD_ROWS, "a text,"], "text,label", [], "my.csv:38: the label is missing"),
        ([*GOOD_ROWS, "a text, with a comma,pos"], "text,label", [], "my.csv:38: 3 values, more than the 2 columns"),
        ([row for row in GOOD_ROWS if row.endswith("pos")], "text,label", [], "only one class in the data: pos"),
        ([*GOOD_ROWS, "rare one,rare"], "text,label", [], "too few texts in"),
        ([f"text number {n},label {n}" for n in range(30)], "text,label", [], "These are no classes: is --label-column"),
        (["1,a", "2,b", "3,a"], "text,label", [], "my.csv:2: text holds numbers, not texts"),
        ([row.replace(",", "~") for row in GOOD_ROWS], "text~label", [], "my.csv:1: only one column"),
    ],
)  # fmt: skip
def test_wrong_tables_are_answered_in_a_sentence_with_file_and_line(
    rows: list[str], header: str, arguments: list[str], message: str, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "my.csv", rows, header)
    with pytest.raises(ProjectError) as error:
        data.load(settings.read(Config, argv=["--data", str(path), *arguments]))
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a/1.txt", b"caf\xe9 na\xefve", "1.txt:1: byte 0xe9 is not UTF-8"),
        ("a/1.txt", b"\x00\x01", "1.txt is a binary file, not text"),
        ("a/1.txt", b" \n", "1.txt: the text is empty"),
        ("a/1.doc", b"x", "no .txt files in"),
        ("1.txt", b"x", "no texts by class in"),
    ],
)
def test_wrong_folders_are_answered_in_a_sentence_that_names_the_file(
    name: str, content: bytes, message: str, tmp_path: Path
) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(content)
    if "/" in name:
        (tmp_path / "b").mkdir()
        (tmp_path / "b" / "1.txt").write_text("fine", encoding="utf-8")
    with pytest.raises(ProjectError) as error:
        data.load(settings.read(Config, argv=["--data", str(tmp_path)]))
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("given", "message"), [("no-such.txt", "there is no file no-such.txt"), ("?!…", None), ("…", "has no words in it")]
)
def test_predict_takes_texts_and_files(given: str, message: str | None, config: Config, tmp_path: Path) -> None:
    if message is None:
        (tmp_path / "letter.txt").write_text("from a file", encoding="utf-8")
        names, x = data.read_inputs([given, str(tmp_path / "letter.txt"), str(tmp_path), "a\udce9b"], {})
        assert x.tolist() == [given, "from a file", "from a file", "a?b"] and len(names) == 4
        return
    with pytest.raises(ProjectError, match=message):
        data.read_inputs([given], {})


def test_the_word_that_an_answer_hangs_on_is_found() -> None:
    def answer(x: np.ndarray) -> np.ndarray:
        """A model that knows one word."""
        good = np.array([0.9 if "superb" in text else 0.2 for text in x])
        return np.stack([1 - good, good], axis=1)

    moved = explanation.moved_by(answer, "Superb! A superb film.", {"length": 10})
    assert moved == [{"word": "superb", "effect": 0.7}]
    assert explanation.moved_by(answer, "A film.", {"length": 10}) == []


def test_an_exported_file_names_the_same_words_as_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import export

    monkeypatch.setattr(runs, "FOLDER", tmp_path / "runs")
    for step, arguments in ((train, ["--epochs", "3"]), (export, ["--formats", "onnx,litert,savedmodel"])):
        monkeypatch.setattr(sys, "argv", ["step.py", *arguments])
        step.main()
    answers = []
    exports = runs.find(None).exports
    for file in (None, *(exports / exporting.PATHS[name] for name in ("onnx", "litert", "savedmodel"))):
        capsys.readouterr()
        options = [] if file is None else ["--model", str(file)]
        monkeypatch.setattr(sys, "argv", ["predict.py", "This is not a good film!", "--json", *options])
        predict.main()
        answers.append(json.loads(capsys.readouterr().out)[0])
    for other in answers[1:]:
        assert other["label"] == answers[0]["label"]
        assert other["probability"] == pytest.approx(answers[0]["probability"], abs=1e-4)
        effects = [{word["word"]: word["effect"] for word in answer["words"]} for answer in (answers[0], other)]
        assert effects[0] == pytest.approx(effects[1], abs=3e-4)
