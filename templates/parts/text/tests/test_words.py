"""Tests of every project on texts: the same words everywhere, and the same predictions in every format."""

import json
import random
import sys
import unicodedata
from pathlib import Path
from typing import Any

import data
import predict
import train
from config import Config
from model import build_model
from support import runs, settings
from support.data import preprocessing, word_layers
from support.exports import exporting
from support.reports import explanation

import numpy as np
import pytest

pytest_plugins = ["sample_run"]
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
    "我很喜欢这部电影！它不差。你呢？ 人々〇 これはとても良い映画です。カタカナ ﾊﾝｶｸ ガギ がぎ 　全角，ＡＢＣ１２３",
    "ภาพยนตร์เรื่องนี้ดีมาก ไม่เลวเลย ການທົດສອບ ဒီရုပ်ရှင်က ကောင်းတယ်။ ខ្សែភាពយន្តល្អ។ བཀྲ་ཤིས་བདེ་ལེགས།",
    "هل هذا فيلم جيد؟ نعم، جداً؛ שלום־עולם׃ यह फिल्म अच्छी है। 영화가 정말 좋았어요! یہ فلم اچھی ہے۔ καλό; ቆንጆ፡ፊልም።",
    "great😀😀👍🏽film ❤️ ★★★☆☆ 👩‍💻 🇩🇪 1️⃣ ♥",
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
    """A vocabulary of all words in the awkward texts except one in five."""
    words = sorted({word for text in AWKWARD for word in preprocessing.words(text)})
    return {"vocabulary": [word for number, word in enumerate(words) if number % 5], "length": 40}


def layer(spec: dict) -> Any:
    return word_layers.vectorization(spec["vocabulary"], spec["length"])


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_texts_have_the_same_numbers_in_python_and_in_tensorflow(text: str, spec: dict) -> None:
    found = np.asarray(layer(spec)(np.array([text, "a word"], object)))
    np.testing.assert_array_equal(found, preprocessing.encode([text, "a word"], spec))


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
        *"日々のกิน很。，？！；،؟।",
        "😀",
        "👍🏽",
        "isn't",
        "\x00",
        "\u2c2f",
    ]
    some = np.array(["".join(rng.choices(pieces, k=rng.randint(0, 60))) for _ in range(2_000)], object)
    words = sorted({word for text in some for word in preprocessing.words(text)})
    known = {**spec, "vocabulary": words[::2]}
    np.testing.assert_array_equal(np.asarray(layer(known)(some)), preprocessing.encode(some, known))


def test_every_letter_of_unicode_becomes_the_same_words_in_python_and_in_tensorflow() -> None:
    letters = [chr(point) for point in range(1, 0x110000) if unicodedata.category(chr(point)) not in ("Cs", "Cn")]
    by_tensorflow = [text.decode().split() for text in word_layers.clean(np.array(letters, object)).numpy()]
    assert [(a, b) for a, b in zip(by_tensorflow, map(preprocessing.words, letters), strict=True) if a != b] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("我很喜欢，真的！", "我 很 喜 欢 真 的 !"),
        ("这是2023年的Keras吗？", "这 是 2023 年 的 keras 吗 ?"),
        ("人々〇", "人 々 〇"),
        ("これはガ", "こ れ は ガ"),
        ("ดีมาก", "ดี ม า ก"),
        ("영화가 좋았어요", "영화가 좋았어요"),
        ("فيلم جيد؟ نعم، جداً", "فيلم جيد ? نعم جداً"),
        ("अच्छी है। शब्द", "अच्छी है शब्द"),
        ("שלום־עולם", "שלום עולם"),
        ("great😀👍🏽film❤️", "great 😀 👍🏽 film ❤️"),
        ("★★☆", "★ ★ ☆"),
    ],
)
def test_scripts_without_spaces_and_emoji_are_cut_character_by_character_and_others_at_their_signs(
    text: str, words: str
) -> None:
    assert preprocessing.words(text) == words.split()


def test_finding_words_twice_changes_nothing() -> None:
    for text in AWKWARD:
        words = preprocessing.words(text)
        assert preprocessing.words(" ".join(words)) == words


def test_the_saved_model_takes_raw_texts(config: Config) -> None:
    splits = data.load(config)
    model = build_model(config, splits)
    raw = np.array([*splits.test.x[:5], *AWKWARD], object)
    whole = np.asarray(preprocessing.with_preprocessing(model, splits.spec)(raw))
    parts = model.predict(preprocessing.encode(raw, splits.spec), verbose=0)
    assert whole.shape == (len(raw), len(splits.spec["labels"])) and np.isfinite(whole).all()
    np.testing.assert_allclose(whole, parts, rtol=1e-4, atol=1e-5)


def test_the_word_that_an_answer_hangs_on_is_found() -> None:
    def answer(x: np.ndarray) -> np.ndarray:
        """A model that knows one word."""
        good = np.array([0.9 if "superb" in text else 0.2 for text in x])
        return np.stack([1 - good, good], axis=1)

    moved = explanation.moved_by(answer, "Superb! A superb film.", {"length": 10})
    assert moved == [{"word": "superb", "effect": 0.7}]
    assert explanation.moved_by(answer, "A film.", {"length": 10}) == []


def chinese(path: Path) -> Path:
    """Opinions without spaces, half of them negated: no single character decides."""
    rng = random.Random(0)
    rows = {}
    for _ in range(400):
        negated, good = rng.random() < 0.5, rng.random() < 0.5
        words = [
            rng.choice(("这部电影", "这个故事", "音乐", "演员", "画面")),
            "不" if negated else "很",
            rng.choice("好棒美" if good else "差烂糟"),
        ]
        tail = "".join(rng.choices("的了吧呢啊看过昨天今晚在家", k=4))
        rows["".join(words) + f"，{tail}。"] = "正" if good != negated else "负"
    path.write_text("review,label\n" + "".join(f"{text},{label}\n" for text, label in rows.items()), encoding="utf-8")
    return path


def test_chinese_is_learned_and_answered_alike_by_every_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import export

    path = chinese(tmp_path / "my.csv")
    monkeypatch.setattr(runs, "FOLDER", tmp_path / "runs")
    training = ["--data", str(path), "--epochs", "15", "--learning-rate", "0.01"]
    for step, arguments in ((train, training), (export, ["--formats", "onnx,litert,savedmodel"])):
        monkeypatch.setattr(sys, "argv", ["step.py", *arguments])
        step.main()
    run = runs.find(None)
    asked = data.load(settings.read(Config, argv=["--data", str(path)])).test
    answers = []
    for file in (None, *(run.exports / exporting.PATHS[name] for name in ("onnx", "litert", "savedmodel"))):
        capsys.readouterr()
        options = [] if file is None else ["--model", str(file)]
        monkeypatch.setattr(sys, "argv", ["predict.py", *asked.x, "--json", "--no-words", *options])
        predict.main()
        answers.append([answer["label"] for answer in json.loads(capsys.readouterr().out)])
    assert answers == [answers[0]] * 4
    right = np.mean([label == run.spec["labels"][y] for label, y in zip(answers[0], asked.y, strict=True)])
    assert len(asked) > 50 and right > 0.95


def test_an_exported_file_names_the_same_words_as_the_model(
    sample_run: runs.Run, sample_exports: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runs, "FOLDER", sample_run.folder.parent)
    answers = []
    for file in (None, *(sample_exports / exporting.PATHS[name] for name in ("onnx", "litert", "savedmodel"))):
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
