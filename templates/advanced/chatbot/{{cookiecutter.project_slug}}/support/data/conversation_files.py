"""Where questions with answers come from: CSV, JSON lines and YAML files, and folders of those."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from support.data import text_files, text_tables
from support.data.text_tables import TABLES
from support.errors import ProjectError

import pandas as pd

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


def read(config: Any) -> tuple[list[Row], list[str]]:
    """The questions and answers at `config.data`, and what was left out.

    Raises:
        ProjectError: naming file and line, if the data are missing, damaged or not as expected.
    """
    path = text_tables.existing(config.data)
    if path is None:
        raise ProjectError(f"there is no data at {config.data!r}\nExpected sample, full, {EXPECTED}.")
    every = text_tables.files(path) if path.is_dir() else [path]
    files = [file for file in every if file.suffix.lower() in (*YAML, *TABLES)]
    rest = text_tables.counted(file for file in every if file not in files)
    if not files:
        what = (
            f"no .yml, .csv or .jsonl files in {path}/"
            if path.is_dir()
            else f"{path} is no file of questions and answers"
        )
        raise ProjectError(f"{what}\nExpected {EXPECTED}.")
    left_out = [f"{path}/: not read: {rest}"] * bool(rest)
    rows: list[Row] = []
    for file in files:
        rows += read_yaml(file, left_out) if file.suffix.lower() in YAML else read_table(file, config, left_out)
    return rows, left_out


def read_table(path: Path, config: Any, left_out: list[str]) -> Iterator[Row]:
    """The two columns of a CSV or JSON lines file."""
    frame, remarks = text_tables.read(path, config.reading())
    left_out += remarks
    found: list[pd.Series] = []
    for option, given, usual in (
        ("--question-column", config.question_column, QUESTION_NAMES),
        ("--answer-column", config.answer_column, ANSWER_NAMES),
    ):
        found.append(text_tables.texts(frame, text_tables.column(frame, given, usual, option), option))
    if found[0].name == found[1].name:
        raise ProjectError(
            f"{frame.attrs['header']}: {found[0].name} cannot be both\nSee --question-column and --answer-column."
        )
    return zip(*found, frame.index, strict=True)


def read_yaml(path: Path, left_out: list[str]) -> Iterator[Row]:
    """The conversations of a file, as chatterbot-corpus writes them: each line is the answer to the one before it.

    The file is read as a tree of texts, not as values: there "yes" and 1963 are what was typed, and each knows its line.
    """
    import yaml

    found = False
    for root in _documents(path, left_out):
        for key, conversations in root.value if isinstance(root, yaml.MappingNode) else []:
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
        place = f"{path}:{conversation.start_mark.line + 1}"
        left_out.append(f"{place}: a conversation of one line, which nobody answers{dash}")
    for one, other in zip(lines, lines[1:], strict=False):
        yield one.value, other.value, f"{path}:{one.start_mark.line + 1}"


def _documents(path: Path, left_out: list[str]) -> list[Any]:
    """The trees of texts in a YAML file, one per document.

    Raises:
        ProjectError: naming the line, if it is not YAML, nested too deeply, or refers to another part of itself.
    """
    import yaml

    text = text_files.read(path, LARGEST_YAML)
    lines, depth = text.split("\n"), 0
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C is ten times as fast
    try:
        for event in yaml.parse(text, Loader=loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            place, scalar = f"{path}:{event.start_mark.line + 1}", isinstance(event, yaml.ScalarEvent)
            if depth > DEEPEST:
                raise ProjectError(f"{place}: lists within lists, too deep to be read\nExpected {SHAPE}.")
            if isinstance(event, yaml.AliasEvent):  # a few lines of them can stand for billions
                raise ProjectError(
                    f"{place}: *{event.anchor} refers to another line\nPut it in quotes, or write it out."
                )
            if scalar and (event.tag or event.anchor):
                sign = event.tag or f"&{event.anchor}"
                raise ProjectError(
                    f"{place}: {sign} at the beginning of a text is not read as one\nPut the text in quotes."
                )
            end = event.end_mark
            if (
                scalar
                and not event.style
                and "".join(lines[end.line : end.line + 1])[end.column :].lstrip().startswith("#")
            ):
                left_out.append(f"{place}: what follows # is a comment; if it belongs to the text, put that in quotes")
        return list(yaml.compose_all(text, Loader=loader))
    except yaml.YAMLError as error:
        mark, position = getattr(error, "problem_mark", None), getattr(error, "position", 0)
        line = mark.line + 1 if mark else text.count("\n", 0, position) + 1
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise ProjectError(f"{path}:{line}: this is not YAML: {reason}\nExpected {SHAPE}.") from None
