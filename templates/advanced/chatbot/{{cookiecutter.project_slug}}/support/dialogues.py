"""Questions with answers: read from CSV, JSONL and YAML files, checked, split without leaking, and what is learned from the training part."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from support import portable, table
from support.errors import ProjectError
from support.settings import Settings
from support.splits import Split, Splits, split_positions

QUESTION_NAMES = ("question", "input", "prompt", "context", "message", "user", "instruction", "statement")
ANSWER_NAMES = ("answer", "output", "response", "reply", "completion", "bot", "target")
YAML = (".yml", ".yaml")
JSONL = (".jsonl", ".ndjson", ".json")
EXPECTED = (
    "a .csv or .jsonl file with questions and answers, a .yml file with lists of lines below conversations:, "
    "or a folder of .yml files"
)
LEAST = 12  # pairs: for all three splits to say anything at all
MOST_TESTED = (
    500  # pairs of validation and of test: a probability of every word at every place stands in memory at once
)


class DialogueOptions(Settings):
    """What is asked of questions and answers: the same options in every project on dialogues."""

    data: str = Field("sample", description="sample, full, or the path of your own file or folder")
    question_column: str | None = Field(None, description="of your CSV or JSONL file; found out where it is obvious")
    answer_column: str | None = Field(None, description="of your CSV or JSONL file; found out where it is obvious")
    separator: str | None = Field(None, description="between the values of your CSV file; found out where not given")
    validation_fraction: float = Field(
        0.1, gt=0, lt=0.5, description="share of the questions that chooses the best epoch"
    )
    test_fraction: float = Field(0.2, gt=0, lt=0.5, description="share of the questions kept for the test")
    seed: int = Field(
        42, ge=0, description="of the splits, the first weights and the order; the same seed repeats the run"
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


Row = tuple[str, str, str]  # question, answer, place


def read_own(config: DialogueOptions) -> Pairs:
    """The questions and answers at `config.data`.

    Raises:
        ProjectError: naming file and line, where the data are missing, damaged or not as expected.
    """
    path = Path(config.data)
    if not path.exists():
        raise ProjectError(f"there is no data at {path}\nExpected sample, full, {EXPECTED}.")
    files = sorted(file for file in path.rglob("*") if file.suffix.lower() in YAML) if path.is_dir() else [path]
    if not files:
        raise ProjectError(f"no .yml files in {path}/\nExpected {EXPECTED}.")
    left_out: list[str] = []
    rows: list[Row] = []
    for file in files:
        suffix = file.suffix.lower()
        if suffix in YAML:
            rows += read_yaml(file, left_out)
        elif suffix in JSONL:
            rows += read_jsonl(file, config)
        elif suffix in (".csv", ".tsv"):
            rows += read_csv(file, config)
        else:
            raise ProjectError(f"{file} is no file of questions and answers\nExpected {EXPECTED}.")
    return checked(rows, config, left_out)


def read_csv(path: Path, config: DialogueOptions) -> list[Row]:
    """The two columns of a CSV file."""
    given = [name for name in (config.question_column, config.answer_column) if name]
    usual = [wanted for name in (*QUESTION_NAMES, *ANSWER_NAMES) for wanted in (name, name.upper(), name.capitalize())]
    found = table.read(path, config.separator, as_text=[*given, *usual])
    question, answer = columns(list(found.columns), f"{path}:1", config)
    for name in (question, answer):
        if found.columns[name].dtype != object:
            raise ProjectError(f"{found.at(0)}: {name} holds numbers, not texts\nName another column: --answer-column.")
    places = (found.at(row) for row in range(len(found)))
    return list(zip(found.columns[question].tolist(), found.columns[answer].tolist(), places, strict=True))


def read_jsonl(path: Path, config: DialogueOptions) -> list[Row]:
    """A JSON object per line, or a list of them."""
    text = read_text(path)
    if text.lstrip().startswith("["):
        items = [(f"{path}, item {number}", item) for number, item in enumerate(_parsed(text, f"{path}"), start=1)]
    else:
        lines = enumerate(text.splitlines(), start=1)
        items = [(f"{path}:{number}", _parsed(line, f"{path}:{number}")) for number, line in lines if line.strip()]
    rows: list[Row] = []
    for place, item in items:
        if not isinstance(item, dict):
            raise ProjectError(f'{place}: expected an object such as {{"question": "…", "answer": "…"}}')
        names = columns(list(item), place, config)
        for name in names:
            if not isinstance(item[name], str | int | float | None):
                raise ProjectError(f"{place}: {name} is no text\nExpected a text in quotes.")
        question, answer = ("" if item[name] is None else str(item[name]) for name in names)
        rows.append((question, answer, place))
    return rows


def columns(names: list[str], place: str, config: DialogueOptions) -> tuple[str, str]:
    """Which of the names is that of the questions, and which that of the answers."""
    by_name = {name.lower(): name for name in reversed(names)}
    chosen = []
    for option, given, usual in (
        ("--question-column", config.question_column, QUESTION_NAMES),
        ("--answer-column", config.answer_column, ANSWER_NAMES),
    ):
        name = given or next((by_name[name] for name in usual if name in by_name), None)
        if name is None or name not in names:
            what = f"there is no {name}" if name else f"which of these is the {usual[0]}?"
            raise ProjectError(f"{place}: {what}\n{option} can be: {', '.join(names) or '(nothing is there)'}")
        chosen.append(name)
    if chosen[0] == chosen[1]:
        raise ProjectError(f"{place}: {chosen[0]} cannot be both\nSee --question-column and --answer-column.")
    return chosen[0], chosen[1]


def read_yaml(path: Path, left_out: list[str]) -> Iterator[Row]:
    """The conversations of a file, as chatterbot-corpus writes them: each line is the answer to the one before it.

    The file is read as a tree of texts, not as values: there "yes" and 1963 are what was typed, and each knows its line.
    """
    import yaml

    try:
        root = yaml.compose(read_text(path), Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise ProjectError(f"{where}: this is not YAML: {reason}\nExpected {SHAPE}.") from None
    entries = {key.value: value for key, value in root.value} if isinstance(root, yaml.MappingNode) else {}
    conversations = entries.get("conversations")
    if not isinstance(conversations, yaml.SequenceNode):
        raise ProjectError(f"{path}:1: there are no conversations\nExpected {SHAPE}.")
    for conversation in conversations.value:
        place = f"{path}:{conversation.start_mark.line + 1}"
        lines = conversation.value if isinstance(conversation, yaml.SequenceNode) else [conversation]
        if not all(isinstance(line, yaml.ScalarNode) for line in lines):
            raise ProjectError(f"{place}: a conversation is a list of texts\nExpected {SHAPE}.")
        if len(lines) < 2:
            dash = "" if lines is conversation.value else "; is a dash missing before it?"
            left_out.append(f"{place}: a conversation of one line, which nobody answers{dash}")
        for one, other in zip(lines, lines[1:], strict=False):
            yield one.value, other.value, f"{path}:{one.start_mark.line + 1}"


SHAPE = "conversations: and below it lists of lines, such as - - Hello\\n  - Hi there"


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        ProjectError: where it is no UTF-8.
    """
    raw = path.read_bytes()
    if b"\0" in raw:
        raise ProjectError(f"{path} is a binary file, not text\nExpected {EXPECTED}.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ProjectError(
            f"{path}:{line}: byte 0x{raw[error.start]:02x} is not UTF-8\nSave the file as UTF-8."
        ) from None


def checked(rows: list[Row], config: DialogueOptions, left_out: list[str], intents: Sequence[str] = ()) -> Pairs:
    """The rows that can be learned from; what is left out is noted in a line each."""
    seen: dict[tuple[str, str], str] = {}
    kept: list[int] = []
    for number, (question, answer, place) in enumerate(rows):
        said = portable.words(answer)
        pair = (key(question), key(answer))
        if not portable.words(question) or not said:
            left_out.append(f"{place}: the {'answer' if portable.words(question) else 'question'} is empty")
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
    return " ".join(word for word in portable.words(text) if portable.is_word(word))


def load(pairs: Pairs, config: DialogueOptions, source: str, note: str) -> Splits:
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
    spec = learned(questions[parts[0]], answers[parts[0]], config)
    splits = [
        Split({"question": questions[part], "answer": answers[part]}, portable.targets(answers[part], spec))
        for part in parts
    ]
    return Splits(Split(splits[0].x, splits[0].y, unknown_words(config)), splits[1], splits[2], spec, source, note)


def learned(questions: np.ndarray, answers: np.ndarray, config: DialogueOptions) -> dict[str, Any]:
    """What the training pairs teach before any training: the vocabulary, the lengths, and how words are spelled within a sentence."""
    counts = Counter(word for text in (*questions, *answers) for word in portable.words(text))
    known = sorted(counts, key=lambda word: (-counts[word], word))[: config.vocabulary]
    spellings: dict[str, Counter[str]] = {}
    for text in answers:
        for word, spelled in within_sentences(text):
            spellings.setdefault(word, Counter())[spelled] += 1
    usual = {word: found.most_common(1)[0][0] for word, found in spellings.items()}
    return {
        "kind": "dialogue",
        "question_length": min(config.question_length, max(len(portable.words(text)) for text in questions)),
        "answer_length": 1 + max(len(portable.words(text)) for text in answers),  # and the mark at its end
        "vocabulary": [*portable.MARKS, *known],
        "spelling": {"i": "I"}
        | {word: usual[word] for word in sorted(usual) if usual[word] != word and word in counts},
    }


def within_sentences(text: str) -> Iterator[tuple[str, str]]:
    """The words of a text that begin no sentence, each as `portable.words` has it and as it stands there."""
    small, at, begins = text.lower(), 0, True
    if len(small) != len(text):  # a letter whose small form is two letters
        return
    for word in portable.words(text):
        place = small.find(word, at)
        if place < 0:
            return
        at = place + len(word)
        if not begins:
            yield word, text[place:at]
        begins = word[0] in ".!?" + portable.ENDS


def unknown_words(config: Any) -> Callable[..., Any]:
    """Makes some words of training questions unknown, so that a word that was never seen does not upset an answer."""
    share = getattr(config, "word_dropout", 0.0)

    def augment(x: dict[str, np.ndarray], y: np.ndarray, rng: np.random.Generator) -> tuple[dict[str, np.ndarray], Any]:
        ids = x["question"]
        hidden = (rng.random(ids.shape) < share) & (ids != portable.PAD)
        return {**x, "question": np.where(hidden, portable.UNKNOWN, ids)}, y

    return augment


def _parsed(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ProjectError(f"{place}: this is not JSON: {error}\nExpected {EXPECTED}.") from None
