"""Questions with answers: checked, split without leaking, and what is learned from the training part.

They are pandas tables with the columns question, answer, key (of the question) and intent ("" if it is unknown). Some
wordings of each intent are kept for the test. The index says where each row comes from (file:line).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from support.data import preprocessing, text_tables
from support.data.conversation_files import Row
from support.data.words import PAD, UNKNOWN, vocabulary
from support.errors import ProjectError
from support.splits import Split, Splits, split_positions

import numpy as np
import pandas as pd
from pydantic import Field

LEAST = 12  # pairs; with fewer, the splits say nothing
MOST_TESTED = 500  # pairs of validation and of test: a probability of every word at every position is in memory at once


class PairOptions(text_tables.TextOptions):
    """Options of questions and answers, besides those of all texts."""

    question_column: str | None = Field(
        None, description="column of the questions in your table; detected if its name is usual"
    )
    answer_column: str | None = Field(
        None, description="column of the answers in your table; detected if its name is usual"
    )
    vocabulary: int = Field(
        8_000, ge=10, description="size of the vocabulary: the most frequent words, which the network knows"
    )
    question_length: int = Field(
        30, ge=2, le=500, description="most words of a question that the network reads; the rest is ignored"
    )
    answer_length: int = Field(
        30, ge=2, le=500, description="most words of an answer; pairs with longer answers are left out"
    )


def checked(rows: Iterable[Row], config: PairOptions, left_out: list[str], intents: Sequence[str] = ()) -> pd.DataFrame:
    """The pairs that can be used; each pair that is left out gets a line in the notes."""
    seen: dict[tuple[str, str], str] = {}
    kept, intent = [], []
    for number, (question, answer, place) in enumerate(rows):
        pair, length = (key(question), key(answer)), len(preprocessing.words(answer))
        if not pair[0] or not length:
            left_out.append(f"{place}: the {'answer' if pair[0] else 'question'} has no words")
        elif length > config.answer_length:
            left_out.append(f"{place}: the answer has {length} words, more than --answer-length")
        elif pair in seen:
            left_out.append(f"{place}: the same as {seen[pair]}")
        else:
            seen[pair] = place
            kept.append((place, question, answer, pair[0]))
            intent.append(intents[number] if intents else "")
    frame = pd.DataFrame(kept, columns=["place", "question", "answer", "key"], dtype=object).set_index("place")
    return frame.assign(intent=intent)


def key(text: str) -> str:
    """Equal for texts of the same words, whatever their capitals and spaces; the question mark counts no more than they do."""
    return " ".join(word for word in preprocessing.words(text) if preprocessing.is_word(word))


def load(frame: pd.DataFrame, config: PairOptions, source: str, note: str) -> Splits:
    """Splits of x {"question", "answer"} (pairs,) str and y (pairs, answer_length + 1) indices of the target words.

    All answers to a question are in one split. Vocabulary and lengths are those of the training pairs.

    Raises:
        ProjectError: if there are too few pairs.
    """
    units = frame.key.unique()
    if len(units) < LEAST:
        raise ProjectError(f"only {len(units)} different questions in {source}\nExpected {LEAST} or more.")
    groups = frame.assign(group=pd.factorize(frame.intent)[0]).groupby("key").group.last()[units].to_numpy()
    most = MOST_TESTED / len(units)
    fractions = (min(config.validation_fraction, most), min(config.test_fraction, most))
    cuts = split_positions(groups, fractions, config.seed)
    parts = [frame[frame.key.isin(units[rows])] for rows in cuts]
    columns = {"question": config.question_column, "answer": config.answer_column, "reading": config.reading()}
    spec = learned(parts[0].question, parts[0].answer, config) | {"columns": columns}
    splits = [
        Split(
            {"question": part.question.to_numpy(object), "answer": part.answer.to_numpy(object)},
            preprocessing.targets(part.answer, spec),
        )
        for part in parts
    ]
    train = Split(splits[0].x, splits[0].y, unknown_words(config))
    return Splits(train, splits[1], splits[2], spec, source, note)


def learned(questions: Iterable[str], answers: Iterable[str], config: PairOptions) -> dict[str, Any]:
    """What is computed from the training pairs: the vocabulary, the lengths, and how words are spelled within a sentence."""
    asked, said = ([preprocessing.words(text) for text in texts] for texts in (questions, answers))
    counts = Counter(pair for text in answers for pair in within_sentences(text))
    usual: dict[str, str] = {}
    for (word, spelled), _ in counts.most_common():
        usual.setdefault(word, spelled)
    return {
        "kind": "conversation",
        "question_length": min(config.question_length, max(map(len, asked))),
        "answer_length": 1 + max(map(len, said)),  # and the end token
        "vocabulary": [*preprocessing.MARKS, *vocabulary([*asked, *said], config.vocabulary)],
        "spelling": {"i": "I"} | {word: spelled for word, spelled in sorted(usual.items()) if spelled != word},
    }


def within_sentences(text: str) -> Iterator[tuple[str, str]]:
    """The words of a text that do not begin a sentence, each as in `preprocessing.words` and as in the text."""
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
    """Makes some words of training questions unknown (word dropout), so that the network copes with new words."""

    def augment(x: dict[str, np.ndarray], y: np.ndarray, rng: np.random.Generator) -> tuple[dict[str, np.ndarray], Any]:
        ids = x["question"]
        hidden = (rng.random(ids.shape) < config.word_dropout) & (ids != PAD)
        return {**x, "question": np.where(hidden, UNKNOWN, ids)}, y

    return augment
