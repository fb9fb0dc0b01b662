"""Where questions with answers come from: CSV, JSON lines and YAML files, and folders of those."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.data import folders, text_files, text_tables
from support.data.text_tables import TABLES, TextTable
from support.errors import ProjectError

QUESTION_NAMES = ("question", "input", "prompt", "context", "message", "user", "instruction", "statement")
ANSWER_NAMES = ("answer", "output", "response", "reply", "completion", "bot", "target")
YAML = (".yml", ".yaml")
LARGEST_YAML = 50_000_000  # bytes; YAML is read slowly
DEEPEST = 20  # lists within lists; conversations need two
EXPECTED = (
    "a .csv or .jsonl file with questions and answers, a .yml file with lists of lines below conversations:, "
    "or a folder of such files"
)
SHAPE = "conversations: and below it lists of lines, such as - - Hello\\n  - Hi there"

Row = tuple[str, str, str]  # question, answer, place


@dataclass(frozen=True)
class Columns:
    """How a table is read: the options, each None where it shall be found out."""

    question: str | None = None
    answer: str | None = None
    reading: Mapping[str, Any] = field(default_factory=dict)  # of a CSV file, as `CsvOptions.reading` gives it


def read(data: str, options: Columns) -> tuple[list[Row], list[str]]:
    """The questions and answers at `data`, and what was left out.

    Raises:
        ProjectError: naming file and line, where the data are missing, damaged or not as expected.
    """
    path = Path(data)
    if not data.strip() or not path.exists():
        raise ProjectError(f"there is no data at {data!r}\nExpected sample, full, {EXPECTED}.")
    left_out: list[str] = []
    files = _files(path, left_out) if path.is_dir() else [path]
    rows: list[Row] = []
    for file in files:
        suffix = file.suffix.lower()
        if suffix in YAML:
            rows += read_yaml(file, left_out)
        elif suffix in TABLES:
            rows += read_table(file, options, left_out)
        else:
            raise ProjectError(f"{file} is no file of questions and answers\nExpected {EXPECTED}.")
    return rows, left_out


def read_table(path: Path, options: Columns, left_out: list[str]) -> list[Row]:
    """The two columns of a CSV or JSON lines file."""
    found = text_tables.read(path, options.reading)
    left_out += found.remarks
    question = _column(found, options.question, QUESTION_NAMES, "--question-column")
    answer = _column(found, options.answer, ANSWER_NAMES, "--answer-column")
    if question == answer:
        raise ProjectError(f"{found.beginning}: {question} cannot be both\nSee --question-column and --answer-column.")
    return list(zip(found.texts(question), found.texts(answer), found.places, strict=True))


def is_file(text: str) -> bool:
    """Whether a question is the name of a file of questions instead; one that is missing too, so that it is named."""
    ending = "" if " " in text else Path(text[-10:]).suffix.lower()
    return ending in (".txt", *TABLES)


def read_questions(path: Path, spec: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The questions in a table, read as in training, or in a .txt file with one per line; and where each stands."""
    if path.suffix.lower() not in TABLES:
        lines = [(number, line.strip()) for number, line in enumerate(text_files.read(path).split("\n"), start=1)]
        return [f"{path}:{number}" for number, line in lines if line], [line for _, line in lines if line]
    how = spec.get("columns", {})
    found = text_tables.read(path, how.get("reading", {}))
    known = how.get("question") if how.get("question") in found.columns else None
    return found.places, found.texts(_column(found, known, QUESTION_NAMES, "the column"))


def read_yaml(path: Path, left_out: list[str]) -> Iterator[Row]:
    """The conversations of a file, as chatterbot-corpus writes them: each line is the answer to the one before it.

    The file is read as a tree of texts, not as values: there "yes" and 1963 are what was typed, and each knows its line.
    """
    import yaml

    found = False
    for root in _documents(path, left_out):
        entries = root.value if isinstance(root, yaml.MappingNode) else []
        for key, conversations in entries:
            if str(key.value).lower() != "conversations":
                continue
            found = True
            if not isinstance(conversations, yaml.SequenceNode):
                raise ProjectError(f"{path}:{key.start_mark.line + 1}: conversations: is no list\nExpected {SHAPE}.")
            for conversation in conversations.value:
                yield from _pairs(conversation, path, left_out)
    if not found:
        raise ProjectError(f"{path}:1: there are no conversations\nExpected {SHAPE}.")


def _pairs(conversation: Any, path: Path, left_out: list[str]) -> Iterator[Row]:
    """Each line of a conversation with the next one."""
    import yaml

    lines = conversation.value if isinstance(conversation, yaml.SequenceNode) else [conversation]
    for line in lines:
        if not isinstance(line, yaml.ScalarNode):
            raise ProjectError(
                f"{path}:{line.start_mark.line + 1}: a conversation is a list of texts\n"
                f"A text with a colon and a space, or with a bracket at its beginning, needs quotes. Expected {SHAPE}."
            )
    if len(lines) < 2:
        dash = "" if lines is conversation.value else "; is a dash missing before it?"
        left_out.append(
            f"{path}:{conversation.start_mark.line + 1}: a conversation of one line, which nobody answers{dash}"
        )
    for one, other in zip(lines, lines[1:], strict=False):
        yield one.value, other.value, f"{path}:{one.start_mark.line + 1}"


def _documents(path: Path, left_out: list[str]) -> list[Any]:
    """The trees of texts in a YAML file, one per document.

    Raises:
        ProjectError: naming the line, where it is not YAML, nested too deeply, or refers to another part of itself.
    """
    import yaml

    text = text_files.read(path, LARGEST_YAML)
    lines = text.split("\n")
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C is ten times as fast
    try:
        depth = 0
        for event in yaml.parse(text, Loader=loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            place = f"{path}:{event.start_mark.line + 1}"
            if depth > DEEPEST:
                raise ProjectError(f"{place}: lists within lists, too deep to be read\nExpected {SHAPE}.")
            if isinstance(event, yaml.ScalarEvent) and not event.style and _hash_behind(lines, event.end_mark):
                left_out.append(f"{place}: what follows # is a comment; if it belongs to the text, put that in quotes")
            if isinstance(event, yaml.ScalarEvent) and (event.tag or event.anchor):
                sign = event.tag or f"&{event.anchor}"
                raise ProjectError(
                    f"{place}: {sign} at the beginning of a text is not read as one\nPut the text in quotes."
                )
            if isinstance(event, yaml.AliasEvent):  # a few lines of them can stand for billions
                raise ProjectError(
                    f"{place}: *{event.anchor} refers to another line\nWrite the text out, or put it in quotes."
                )
        return list(yaml.compose_all(text, Loader=loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        position = getattr(error, "position", None)
        line = mark.line + 1 if mark else text.count("\n", 0, position) + 1 if position is not None else 1
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise ProjectError(f"{path}:{line}: this is not YAML: {reason}\nExpected {SHAPE}.") from None


def _hash_behind(lines: list[str], mark: Any) -> bool:
    """Whether a comment follows a text on its line."""
    return mark.line < len(lines) and lines[mark.line][mark.column :].lstrip().startswith("#")


def _files(folder: Path, left_out: list[str]) -> list[Path]:
    """The files of a folder that hold conversations; others are counted."""
    every = [
        file
        for file in sorted(folder.rglob("*"))
        if file.is_file()
        and not any(part.startswith((".", *folders.LEFT_BEHIND)) for part in file.relative_to(folder).parts)
    ]
    files = [file for file in every if file.suffix.lower() in (*YAML, *TABLES)]
    if not files:
        raise ProjectError(f"no .yml, .csv or .jsonl files in {folder}/\nExpected {EXPECTED}.")
    others = Counter(file.suffix or file.name for file in every if file not in set(files))
    left_out += [f"{folder}/: {count} files, {ending}, that are not read" for ending, count in others.items()]
    return files


def _column(found: TextTable, given: str | None, usual: tuple[str, ...], option: str) -> str:
    name = text_tables.column(found, given, usual, option)
    if name is None:
        raise ProjectError(
            f"{found.beginning}: which of these is the {usual[0]}?\n{option} can be: {', '.join(found.columns)}"
        )
    return name
