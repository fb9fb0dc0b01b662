"""Tests of this kind of model and data: masks, words, equal decoding in every format, and the sample."""

import csv
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attention
import chat
import conversations
import data
import metrics
import predict
from config import Config
from model import build_model
from support import runs, settings
from support.data import preprocessing, qa_pairs, word_layers
from support.data.words import FIRST, PAD, UNKNOWN, numbered
from support.errors import ProjectError
from support.exports import exporting, serving
from support.reports import attention_map
from support.splits import Splits
from support.training import baselines, decoding
from support.training.decoding import DecodingOptions, Reply

import keras
import numpy as np
import pytest

pytest_plugins = ["sample_run"]
FORMATS = {"keras": "model.keras", "savedmodel": "saved_model", "onnx": "model.onnx", "litert": "model.tflite"}


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=[])


@pytest.fixture(scope="module")
def splits(config: Config) -> Splits:
    return data.load(config)


@pytest.fixture(scope="module")
def run(sample_run: runs.Run, sample_exports: Path) -> Iterator[runs.Run]:
    """A training on the sample, evaluated and exported, as the only one that the steps know of."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "FOLDER", sample_run.folder.parent)
        yield sample_run


def texts(*found: str) -> np.ndarray:
    return np.array([*found, None], object)[:-1]


# --- words ---

AWKWARD = [
    "",
    " \t\n\r\x0b\x1f\x85\xa0\u2028\u3000\ufeff",
    "...!?! a.. b., c,.d e.' 'f.' '.' x'.'y ''' ''a'''b'' 'tis dogs' it'",
    "isn't Isn’t ISN'T 'quoted' \"quoted\" o'clock rock'n'roll l'été 'é",
    "2.54, 1,000.5. 3.14? e.g. U.S.A. 10/10 50% a-b a - b +1 = 1",
    "naïve café ÄRGER Straße ΣΟΦΟΣ, Ёлка İstanbul ISTANBUL ıI",
    "“quoted” ‘single’ «guillemets» — dash – en… ¿qué? ¡no!",
    "你好，我是机器人。你呢？ 人々 これはテストです！ สวัสดีครับ कैसे हो। كيف حالك؟ بخير، شكراً great😀😀👍🏽",
    "a\u0301 ﬁ ½ × ÷ ² 日本語、テスト。 한국어 עברית العربية 👍🏽 :-) <3 can\u200cnot zero\u200bwidth",
    "[start] [end] [UNK] \\1 \\ $1 {x} ^ _ #tag @you nul\x00inside \x7f \x01",
    "long " * 3_000,
]


def random_texts() -> list[str]:
    rng = np.random.default_rng(0)
    pieces = [
        *"abcABC019 '’!?.,-<>/\n\t\"\\",
        "İ",
        "ß",
        "Σ",
        "é",
        "\u200b",
        "—",
        *"日々กิ。，？！؟।",
        "😀",
        "isn't",
        "\x00",
        "\u2c2f",
    ]
    return ["".join(rng.choice(pieces, rng.integers(0, 60))) for _ in range(2_000)]


def test_texts_have_the_same_numbers_in_python_and_in_tensorflow() -> None:
    some = [*AWKWARD, *random_texts()]
    words = sorted({word for text in some for word in preprocessing.words(text)})
    vocabulary = [*preprocessing.MARKS, *words[::2]]
    layer = word_layers.vectorization(vocabulary, 40, "words")
    np.testing.assert_array_equal(
        np.asarray(layer(texts(*some))), numbered([preprocessing.words(text) for text in some], 40, vocabulary)
    )


def test_finding_words_twice_changes_nothing_and_no_word_is_a_mark() -> None:
    for text in (*AWKWARD, *random_texts()):
        words = preprocessing.words(text)
        assert preprocessing.words(" ".join(words)) == words
        assert set(words).isdisjoint(preprocessing.MARKS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Isn’t it 2.54?", ["isn't", "it", "2.54", "?"]),
        ("What is 'dropout', please...", ["what", "is", "dropout", ",", "please", "..."]),
        ("你好，Keras吗？", ["你", "好", "，", "keras", "吗", "？"]),
        ("ดีมาก", ["ดี", "ม", "า", "ก"]),
    ],
)
def test_words_are_what_a_reader_would_call_so(text: str, words: list[str]) -> None:
    assert preprocessing.words(text) == words


def test_an_answer_is_written_with_capitals_and_without_spaces_before_full_stops() -> None:
    words = preprocessing.words("No, I mean Keras. It's fine! ok")
    assert preprocessing.join(words, {"i": "I", "keras": "Keras"}) == "No, I mean Keras. It's fine! Ok"


@pytest.mark.parametrize(
    "text",
    ["你好，我是机器人。你呢？", "これはテストです！", "สวัสดีครับ", "कैसे हो। अच्छा", "كيف حالك؟ بخير، شكراً", "Hi 😀 you"],
)
def test_an_answer_in_another_script_is_written_as_it_was_learned(text: str) -> None:
    assert preprocessing.join(preprocessing.words(text), {}) == text


def test_names_are_spelled_as_within_the_sentences_of_training(config: Config) -> None:
    spec = qa_pairs.learned(texts("who?"), texts("Big is what Keras and the GPU are. Really big"), config)
    assert spec["spelling"] == {"i": "I", "keras": "Keras", "gpu": "GPU"}


# --- what the network sees ---


def test_the_targets_are_the_answer_one_position_to_the_left() -> None:
    spec = {"vocabulary": [*preprocessing.MARKS, "a", "b"], "question_length": 3, "answer_length": 4}
    x = preprocessing.encode({"question": texts("b new a a"), "answer": texts("a b")}, spec)
    assert x["question"].tolist() == [[5, UNKNOWN, 4]]
    assert x["answer"].tolist() == [[preprocessing.START, 4, 5, PAD]]
    assert preprocessing.targets(texts("a b", "a new b"), spec).tolist() == [
        [4, 5, preprocessing.END, PAD],
        [4, PAD, 5, preprocessing.END],
    ]


def test_no_position_of_an_answer_sees_a_later_word_or_padding(config: Config, splits: Splits) -> None:
    model = build_model(config, splits)
    x = {name: values[:4].copy() for name, values in preprocessing.encode(splits.test.x, splits.spec).items()}
    before = model.predict(x, verbose=0)
    later = {**x, "answer": x["answer"].copy()}
    later["answer"][:, 5:] = 7
    after = model.predict(later, verbose=0)
    np.testing.assert_allclose(after[:, :5], before[:, :5], atol=1e-6)
    assert np.abs(after[:, 5:] - before[:, 5:]).max() > 1e-4


def test_what_padding_looks_like_changes_no_answer(config: Config, splits: Splits) -> None:
    model = build_model(config, splits)
    x = preprocessing.encode(splits.test.x, splits.spec)
    assert (x["question"] == PAD).any(axis=1).mean() > 0.9

    def first_words() -> np.ndarray:
        found = model.predict(x, verbose=0)[:, 0, FIRST:]  # without padding, which has a vector too
        return found / found.sum(axis=1, keepdims=True)

    before = first_words()
    layer = model.get_layer("embedding")
    vectors = layer.get_weights()[0]
    vectors[PAD] += 1
    layer.set_weights([vectors])
    np.testing.assert_allclose(first_words(), before, atol=1e-6)


def test_attention_is_the_formula() -> None:
    rng = np.random.default_rng(0)
    x, allowed = rng.normal(size=(2, 5, 8)).astype(np.float32), np.tril(np.ones((1, 5, 5), np.float32))
    layer = attention.Attention(2)
    result, weights = (np.asarray(part) for part in layer(x, x, np.repeat(allowed, 2, axis=0)))
    q, k, v = (x @ np.asarray(dense.kernel) for dense in (layer.query, layer.key, layer.value))
    heads = []
    for head in (slice(0, 4), slice(4, 8)):
        fits = np.exp(q[..., head] @ k[..., head].swapaxes(1, 2) / 2) * allowed
        heads.append(fits / fits.sum(axis=2, keepdims=True))
    np.testing.assert_allclose(weights, np.stack(heads, axis=1), atol=1e-5)
    taken = np.concatenate([heads[0] @ v[..., :4], heads[1] @ v[..., 4:]], axis=2)
    np.testing.assert_allclose(result, taken @ np.asarray(layer.out.kernel), atol=1e-5)


def test_every_position_has_numbers_of_its_own_whose_distance_depends_on_how_far_apart_positions_are() -> None:
    places = attention.positional_encoding(40, 16)
    assert len(np.unique(places.round(4), axis=0)) == 40
    likeness = places @ places.T
    np.testing.assert_allclose(np.diag(likeness, 3), likeness[0, 3], atol=1e-4)
    np.testing.assert_allclose(places[1, :2], [np.sin(1), np.cos(1)], atol=1e-6)


def test_without_positions_a_question_is_a_bag_of_words(splits: Splits) -> None:
    found = {}
    for option in ("--positions", "--no-positions"):
        model = build_model(settings.read(Config, argv=[option]), splits)
        asked = {
            "question": texts("is a cat bigger than a dog?", "is a dog bigger than a cat?"),
            "answer": texts("", ""),
        }
        one, other = model.predict(preprocessing.encode(asked, splits.spec), verbose=0)[:, 0]
        found[option] = float(np.abs(one - other).max())
    assert found["--no-positions"] < 1e-6 < found["--positions"]


def test_padding_counts_neither_in_the_loss_nor_in_the_token_accuracy(config: Config, splits: Splits) -> None:
    model = build_model(config, splits)
    x, y = preprocessing.encode(splits.test.x, splits.spec), splits.test.y
    found = model.evaluate(x, y, batch_size=len(y), verbose=0, return_dict=True)
    prediction = model.predict(x, verbose=0)
    asked = y != PAD
    likelihood = np.take_along_axis(prediction, y[..., None], axis=2)[..., 0]
    assert found["loss"] == pytest.approx(-np.log(likelihood[asked]).mean(), rel=1e-4)
    right = ((prediction.argmax(axis=2) == y) & asked).sum(axis=1) / asked.sum(axis=1)
    assert found["token_accuracy"] == pytest.approx(right.mean(), abs=1e-5)


def test_a_handful_of_answers_can_be_memorised(splits: Splits) -> None:
    argv = ["--dropout", "0", "--schedule", "constant", "--layers", "1"]
    few = splits.train.take(np.arange(0, 160, 10))
    x, model = preprocessing.encode(few.x, splits.spec), build_model(settings.read(Config, argv=argv), splits)
    model.fit(x, few.y, epochs=60, batch_size=16, verbose=0)
    assert model.evaluate(x, few.y, verbose=0, return_dict=True)["token_accuracy"] > 0.97


def test_heads_must_share_the_width_evenly(splits: Splits) -> None:
    with pytest.raises(ProjectError, match="--width 64 cannot be shared among 5 heads"):
        build_model(settings.read(Config, argv=["--heads", "5"]), splits)


# --- decoding ---

SPEC: dict[str, Any] = {"vocabulary": [*preprocessing.MARKS, "a", "b", "c"], "answer_length": 4, "spelling": {}}
A, B, C = range(preprocessing.END + 1, preprocessing.END + 4)


def told(table: dict[str, dict[int, float]]) -> decoding.Step:
    """A model that knows one table: from the answer so far to the probabilities of what comes next."""

    def step(x: dict[str, np.ndarray]) -> np.ndarray:
        found = np.zeros((len(x["answer"]), SPEC["answer_length"], FIRST + len(SPEC["vocabulary"])))
        for row, text in enumerate(x["answer"]):
            for number, probability in table[text].items():
                found[row, len(text.split()), number] = probability
        return found

    return step


GARDEN = told(
    {
        "": {A: 0.6, B: 0.4},
        "a": {A: 0.3, B: 0.3, C: 0.4},
        "b": {C: 0.99, preprocessing.END: 0.01},
        "a c": {preprocessing.END: 0.5, A: 0.5},
        "b c": {preprocessing.END: 1.0},
        **{f"a {word}": {preprocessing.END: 1.0} for word in "ab"},
        "a c a": {preprocessing.END: 1.0},
    }
)


def test_greedy_takes_the_likeliest_word_and_beam_finds_the_likelier_answer() -> None:
    def beam(width: int) -> Reply:
        options = DecodingOptions(decoding="beam", beam_width=width)
        return decoding.answer(GARDEN, ["?"], SPEC, options, np.random.default_rng(0))[0]

    greedy, wide = decoding.greedy(GARDEN, ["?"], SPEC)[0], beam(3)
    assert (greedy.words, greedy.ended) == (("a", "c"), True)
    assert (wide.words, wide.ended) == (("b", "c"), True) and wide.score > greedy.score
    assert beam(1) == greedy
    assert greedy.probabilities == pytest.approx((0.6, 0.4, 0.5))


def test_marks_and_unknown_words_are_never_said_and_an_answer_without_end_is_cut() -> None:
    forever = {" ".join("a" * n): {UNKNOWN: 0.5, preprocessing.START: 0.2, PAD: 0.1, A: 0.2} for n in range(9)}
    reply = decoding.greedy(told(forever), ["?"], SPEC)[0]
    assert set(reply.words) == {"a"} and not reply.ended
    assert reply.probabilities == pytest.approx((1.0,) * len(reply.words))
    short = decoding.answer(told(forever), ["?"], SPEC, DecodingOptions(longest=2), np.random.default_rng(0))[0]
    assert short.words == ("a", "a")


def test_top_p_draws_among_the_likeliest_words_by_their_probability() -> None:
    rng, p = np.random.default_rng(0), np.repeat([[0.0, 0.5, 0.3, 0.15, 0.05]], 20_000, axis=0)

    def shares(temperature: float, top_p: float) -> np.ndarray:
        return np.bincount(decoding.drawn(p, temperature, top_p, rng), minlength=5) / len(p)

    np.testing.assert_allclose(shares(1, 1), p[0], atol=0.02)
    np.testing.assert_allclose(shares(1, 0.8), [0, 0.625, 0.375, 0, 0], atol=0.02)
    np.testing.assert_allclose(shares(1, 0.01), [0, 1, 0, 0, 0])
    squared = p[0] ** 2 / (p[0] ** 2).sum()
    np.testing.assert_allclose(shares(0.5, 1), squared, atol=0.02)


def test_the_same_seed_gives_the_same_answers(run: runs.Run, splits: Splits) -> None:
    step = serving.load(serving.locate(None, str(run.folder)))
    options = DecodingOptions(decoding="top-p", temperature=2.0, top_p=1.0)
    questions = list(splits.test.x["question"][:8])
    one, again, other = (
        [reply.words for reply in decoding.answer(step, questions, run.spec, options, np.random.default_rng(seed))]
        for seed in (1, 1, 2)
    )
    assert one == again != other


@pytest.mark.parametrize("strategy", ["greedy", "beam"])
def test_whole_answers_through_every_exported_model_have_the_words_that_keras_says(
    strategy: str, run: runs.Run, splits: Splits
) -> None:
    questions = list(dict.fromkeys(splits.test.x["question"]))[: 100 if strategy == "greedy" else 10]
    options = DecodingOptions(decoding=strategy, beam_width=3)  # type: ignore[arg-type]

    def answers(path: Path) -> list[Reply]:
        step = serving.load(serving.SavedModel(path, run.spec))
        return decoding.answer(step, questions, run.spec, options, np.random.default_rng(0))

    expected = answers(run.model)
    assert sum(len(reply.words) for reply in expected) > 3 * len(questions)
    for name in ("keras", "savedmodel", "onnx", "litert"):
        found = answers(run.exports / exporting.PATHS[name])
        assert [(reply.words, reply.ended) for reply in found] == [(reply.words, reply.ended) for reply in expected]


def test_a_question_gets_the_same_answer_alone_and_among_others(run: runs.Run, splits: Splits) -> None:
    step = serving.load(serving.locate(None, str(run.folder)))
    questions = list(splits.test.x["question"][:6])
    together = decoding.greedy(step, questions, run.spec)
    assert [decoding.greedy(step, [question], run.spec)[0].words for question in questions] == [
        r.words for r in together
    ]


# --- scores ---


def test_scores_count_what_they_say(splits: Splits) -> None:
    truth = np.array([[4, 3, 0], [5, 0, 0]])
    prediction = np.full((2, 3, 6), 0.1)
    prediction[0, 0] = prediction[0, 1] = prediction[1, 0] = [0, 0, 0, 0.25, 0.5, 0.25]
    found = metrics.score(truth, prediction, {})
    assert found["token_accuracy"] == pytest.approx(1 / 3)
    assert found["perplexity"] == pytest.approx((2 * 4 * 4) ** (1 / 3))
    perfect = list(dict.fromkeys(splits.test.x["question"]))
    right = dict(zip(splits.test.x["question"], splits.test.x["answer"], strict=True))
    assert metrics.of_answers(perfect, [right[question] for question in perfect], splits)["exact_match"] == 1
    silent = metrics.of_answers(perfect, ["hm hm"] * len(perfect), splits)
    assert silent == {
        "exact_match": 0,
        "distinct_1": 1 / (2 * len(perfect)),
        "distinct_2": 1 / len(perfect),
        "copied": 0,
    }


def test_every_baseline_answers_every_test_pair(splits: Splits) -> None:
    found = baselines.predict(splits, 0)
    assert [len(answers) for answers in found.values()] == [len(splits.test)] * 3
    np.testing.assert_allclose(baselines.by_frequency(splits).sum(axis=2), 1)


def test_the_map_of_attention_has_a_share_for_each_word(run: runs.Run) -> None:
    model = runs.load_model(run.model)
    found = attention_map.weights(model, "what is dropout?", ["dropout", "hides"], run.spec)
    assert found.shape == (1, 4, 3, 4)
    np.testing.assert_allclose(found.sum(axis=3), 1, atol=1e-4)
    assert (run.figures / "attention.png").stat().st_size > 5_000


# --- the sample ---


def test_the_sample_asks_no_question_twice_and_each_intent_in_all_splits(config: Config, splits: Splits) -> None:
    written = conversations.write()
    assert written == conversations.write()
    intents: dict[str, set[str]] = {}
    for one in written:
        intents.setdefault(qa_pairs.key(one.question), set()).add(one.intent)
    assert all(len(found) == 1 for found in intents.values())
    parts = [
        {qa_pairs.key(text) for text in part.x["question"]} for part in (splits.train, splits.validation, splits.test)
    ]
    assert parts[0].isdisjoint(parts[1]) and parts[0].isdisjoint(parts[2]) and parts[1].isdisjoint(parts[2])
    every = {intent for found in intents.values() for intent in found}
    assert [{next(iter(intents[question])) for question in part} for part in parts] == [every] * 3
    assert data.read(config)[1] == []


def test_validation_and_test_teach_no_word(config: Config) -> None:
    rows = [(f"question {number}", f"answer {number}", str(number)) for number in range(60)]
    splits = qa_pairs.load(qa_pairs.checked(rows, config, []), config, "", "")
    for split in (splits.validation, splits.test):
        asked = {preprocessing.words(text)[1] for text in split.x["question"]}
        assert asked and asked.isdisjoint(splits.spec["vocabulary"])


# --- asking ---


def answers_of(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict]:
    capsys.readouterr()
    monkeypatch.setattr(sys, "argv", ["predict.py", *arguments, "--json"])
    predict.main()
    found: list[dict] = json.loads(capsys.readouterr().out)
    return found


def test_predict_says_how_probable_an_answer_is(
    run: runs.Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    greedy = answers_of(monkeypatch, capsys, "Hello!", "what is a token", "--run", str(run.folder))
    beam = answers_of(monkeypatch, capsys, "Hello!", "--run", str(run.folder), "--decoding", "beam")
    assert [set(answer) for answer in greedy] == [{"input", "answer", "probability", "least_sure", "complete"}] * 2
    assert all(0 < answer["probability"] <= answer["least_sure"]["probability"] <= 1 for answer in (*greedy, *beam))


def talk(said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    capsys.readouterr()
    monkeypatch.setattr(sys, "argv", ["chat.py", *arguments])
    monkeypatch.setattr(sys, "stdin", io.StringIO(said))
    chat.main()
    return capsys.readouterr().out.splitlines()


def test_a_piped_chat_has_one_line_per_question_and_ends_with_quit_or_the_input(
    run: runs.Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = [
        answer["answer"]
        for answer in answers_of(monkeypatch, capsys, "hello", "what is a token?", "--run", str(run.folder))
    ]
    options = ["--model", str(run.exports / "model.onnx")]
    assert talk("hello\n\nwhat is a token?", monkeypatch, capsys, *options) == expected
    assert talk("hello\nQUIT\nwhat is a token?\n", monkeypatch, capsys, *options) == expected[:1]
    assert talk("???\n", monkeypatch, capsys, *options) == ["(there is no word in that)"]
    assert talk("hello\n", monkeypatch, capsys, *options, "--probability")[0].startswith(expected[0])


def test_evaluation_leaves_every_test_question_with_both_answers(run: runs.Run, splits: Splits) -> None:
    with (run.folder / "answers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["question"] for row in rows] == list(splits.test.x["question"])
    results = run.read("metrics.json")
    assert set(results["test"]) == {"exact_match", "distinct_1", "distinct_2", "copied", "token_accuracy", "perplexity"}
    assert results["baselines"]["words by how often they are said"]["perplexity"] > results["test"]["perplexity"]
    shown = (run.folder / "report.html").read_text(encoding="utf-8")
    assert "answer to the nearest question (TF-IDF)" in shown


def test_the_saved_model_needs_no_code_but_what_is_registered(run: runs.Run) -> None:
    loaded = keras.saving.load_model(run.model, safe_mode=True)
    assert {tensor.name for tensor in loaded.inputs} == {"question", "answer"}
