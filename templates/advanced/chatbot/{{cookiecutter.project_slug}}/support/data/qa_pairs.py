"""Questions with answers: checked, split without leaking, and what is learned from the training part."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from support.data import conversation_files, preprocessing
from support.data.conversation_files import Columns, Row
from support.data.csv_file import CsvOptions
from support.errors import ProjectError
from support.splits import Split, Splits, split_positions

import numpy as np
from pydantic import Field

LEAST = 12  # pairs: for all three splits to say anything at all
MOST_TESTED = (
    500  # pairs of validation and of test: a probability of every word at every place stands in memory at once
)


class PairOptions(CsvOptions):
    """What is asked of questions and answers: the same options in every project on conversations."""

    data: str = Field("sample", description="sample, full, or the path of your own file or folder")
    question_column: str | None = Field(None, description="of your table; found out where it is obvious")
    answer_column: str | None = Field(None, description="of your table; found out where it is obvious")
    validation_fraction: float = Field(
        0.1, gt=0, lt=0.5, description="share of the questions that chooses the best epoch"
    )
    test_fraction: float = Field(0.2, gt=0, lt=0.5, description="share of the questions kept for the test")
    seed: int = Field(
        42,
        ge=0,
        description="random seed for splits, weight initialisation and shuffling; the same seed repeats the run",
    )
    vocabulary: int = Field(
        8_000, ge=10, description="words that the network knows, the most frequent ones; each has a share in every step"
    )
    question_length: int = Field(
        30, ge=2, le=500, description="words of a question that the network reads; what follows is not looked at"
    )
    answer_length: int = Field(
        30, ge=2, le=500, description="words of an answer at most; pairs with longer ones are left out, not cut in half"
    )


@dataclass(frozen=True)
class Pairs:
    """Questions with an answer each, where each stands (file:line), and what was found wrong and left out.

    `intents`, where it is known, says what is asked for: of each intent some ways of asking are kept for the test.
    """

    questions: Sequence[str]
    answers: Sequence[str]
    places: Sequence[str]
    left_out: Sequence[str] = ()
    intents: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.questions)


def read_own(config: PairOptions) -> Pairs:
    """The questions and answers at `config.data`; `conversation_files` says what is understood, and which errors there are."""
    rows, left_out = conversation_files.read(config.data, columns(config))
    return checked(rows, config, left_out)


def columns(config: PairOptions) -> Columns:
    return Columns(config.question_column, config.answer_column, config.reading())


def checked(rows: list[Row], config: PairOptions, left_out: list[str], intents: Sequence[str] = ()) -> Pairs:
    """The rows that can be learned from; what is left out is noted in a line each."""
    seen: dict[tuple[str, str], str] = {}
    kept: list[int] = []
    for number, (question, answer, place) in enumerate(rows):
        said = preprocessing.words(answer)
        pair = (key(question), key(answer))
        if not pair[0] or not said:
            left_out.append(f"{place}: the {'answer' if pair[0] else 'question'} has no words")
        elif len(said) > config.answer_length:
            left_out.append(f"{place}: the answer has {len(said)} words, more than --answer-length")
        elif pair in seen:
            left_out.append(f"{place}: the same as {seen[pair]}")
        else:
            seen[pair] = place
            kept.append(number)
    questions, answers, places = ([rows[number][part] for number in kept] for part in range(3))
    return Pairs(questions, answers, places, left_out, [intents[number] for number in kept] if intents else ())


def key(text: str) -> str:
    """Equal for texts of the same words, whatever their capitals and spaces; the question mark counts no more than they do."""
    return " ".join(word for word in preprocessing.words(text) if preprocessing.is_word(word))


def load(pairs: Pairs, config: PairOptions, source: str, note: str) -> Splits:
    """Splits of x {"question", "answer"} (pairs,) str and y (pairs, answer_length + 1) numbers of the words to be said.

    All answers to a question are in one split. Vocabulary and lengths are those of the training pairs.

    Raises:
        ProjectError: where there are too few pairs.
    """
    number: dict[str, int] = {}
    unit = np.array([number.setdefault(key(question), len(number)) for question in pairs.questions])  # of each pair
    if len(number) < LEAST:
        raise ProjectError(f"only {len(number)} different questions in {source}\nExpected {LEAST} or more.")
    groups = np.zeros(len(number), int)
    if pairs.intents:
        names = {intent: row for row, intent in enumerate(dict.fromkeys(pairs.intents))}
        groups[unit] = [names[intent] for intent in pairs.intents]
    most = MOST_TESTED / len(number)
    fractions = (min(config.validation_fraction, most), min(config.test_fraction, most))
    parts = [np.flatnonzero(np.isin(unit, part)) for part in split_positions(groups, fractions, config.seed)]
    questions, answers = (np.array([*texts, None], object)[:-1] for texts in (pairs.questions, pairs.answers))
    spec = learned(questions[parts[0]], answers[parts[0]], config) | {"columns": vars(columns(config))}
    splits = [
        Split({"question": questions[part], "answer": answers[part]}, preprocessing.targets(answers[part], spec))
        for part in parts
    ]
    return Splits(Split(splits[0].x, splits[0].y, unknown_words(config)), splits[1], splits[2], spec, source, note)


def learned(questions: np.ndarray, answers: np.ndarray, config: PairOptions) -> dict[str, Any]:
    """What the training pairs teach before any training: the vocabulary, the lengths, and how words are spelled within a sentence."""
    counts = Counter(word for text in (*questions, *answers) for word in preprocessing.words(text))
    known = sorted(counts, key=lambda word: (-counts[word], word))[: config.vocabulary]
    spellings: dict[str, Counter[str]] = {}
    for text in answers:
        for word, spelled in within_sentences(text):
            spellings.setdefault(word, Counter())[spelled] += 1
    usual = {word: found.most_common(1)[0][0] for word, found in spellings.items()}
    return {
        "kind": "conversation",
        "question_length": min(config.question_length, max(len(preprocessing.words(text)) for text in questions)),
        "answer_length": 1 + max(len(preprocessing.words(text)) for text in answers),  # and the mark at its end
        "vocabulary": [*preprocessing.MARKS, *known],
        "spelling": {"i": "I"}
        | {word: usual[word] for word in sorted(usual) if usual[word] != word and word in counts},
    }


def within_sentences(text: str) -> Iterator[tuple[str, str]]:
    """The words of a text that begin no sentence, each as `preprocessing.words` has it and as it stands there."""
    small, at, begins = text.lower(), 0, True
    if len(small) != len(text):  # a letter whose small form is two letters
        return
    for word in preprocessing.words(text):
        place = small.find(word, at)
        if place < 0:
            return
        at = place + len(word)
        if not begins:
            yield word, text[place:at]
        begins = word[0] in ".!?" + preprocessing.ENDS


def unknown_words(config: Any) -> Callable[..., Any]:
    """Makes some words of training questions unknown, so that a word that was never seen does not upset an answer."""
    share = getattr(config, "word_dropout", 0.0)

    def augment(x: dict[str, np.ndarray], y: np.ndarray, rng: np.random.Generator) -> tuple[dict[str, np.ndarray], Any]:
        ids = x["question"]
        hidden = (rng.random(ids.shape) < share) & (ids != preprocessing.PAD)
        return {**x, "question": np.where(hidden, preprocessing.UNKNOWN, ids)}, y

    return augment
