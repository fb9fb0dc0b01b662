"""Conversations in files of many kinds: read correctly, or refused with a message; nothing disappears uncounted."""

import json
import zipfile
from pathlib import Path

import data
from config import Config
from support import settings
from support.errors import ProjectError
from support.splits import Splits

import pytest

GOOD = [(f"question {number}", f"answer {number}!") for number in range(20)]
LINES = "".join(f"- - {question}\n  - {answer}\n" for question, answer in GOOD)


def load(path: Path, *options: str) -> Splits:
    return data.load(settings.read(Config, argv=["--data", str(path), *options]))


def everything(splits: Splits) -> set[tuple[str, str]]:
    parts = (splits.train, splits.validation, splits.test)
    return {pair for part in parts for pair in zip(part.x["question"], part.x["answer"], strict=True)}


def table(separator: str = ",", header: str = "question{0}answer") -> str:
    return (
        "\n".join([header.format(separator), *(f"{question}{separator}{answer}" for question, answer in GOOD)]) + "\n"
    )


def objects(question: str = "question", answer: str = "answer") -> list[str]:
    return [json.dumps({"id": [1], question: one, answer: other}) for one, other in GOOD]


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("my.csv", table().encode(), []),
        ("my.csv", table(";", "Prompt{0}Response").replace("\n", "\r\n").encode("utf-8-sig"), []),
        ("my.csv", table(";", "was{0}wozu").encode(), ["--question-column", "was", "--answer-column", "wozu"]),
        ("my.tsv", table("\t").encode("utf-16"), []),
        ("my.csv", table("~").encode(), ["--separator", "~"]),
        ("my.jsonl", "\n".join(objects("instruction", "output")).encode(), []),
        ("my.json", f"[{', '.join(objects())}]".encode("utf-8-sig"), []),
        ("my.ndjson", "\r\n".join(objects("prompt", "completion")).encode(), []),
        ("my.yml", f"categories:\n- talk\nconversations:\n{LINES}".encode(), []),
        ("my.YAML", f"conversations:\n{LINES}".replace("\n", "\r\n").encode("utf-8-sig"), []),
        ("my.yml", f"conversations:\n{LINES[: len(LINES) // 2]}---\nconversations:\n{LINES}".encode(), []),
        ("my.yml", f"conversations:\n{LINES}conversations:\n{LINES}".encode(), []),
    ],
)  # fmt: skip
def test_files_are_read_whatever_their_form_and_their_encoding(
    name: str, content: bytes, options: list[str], tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    assert everything(load(tmp_path / name, *options)) == set(GOOD)


@pytest.mark.parametrize(
    "word",
    [
        "yes",
        "no",
        "on",
        "off",
        "true",
        "null",
        "None",
        "NA",
        "~",
        "1963",
        "010",
        "1.0",
        "1e3",
        "2001-01-01",
        "12:30",
        "0x1F",
        "=",
    ],
)
def test_yaml_and_json_keep_words_as_they_were_typed(word: str, tmp_path: Path) -> None:
    (tmp_path / "my.yml").write_text(f"conversations:\n{LINES}- - Really?\n  - {word}\n", encoding="utf-8")
    (tmp_path / "my.jsonl").write_text(
        "\n".join([*objects(), json.dumps({"question": "Really?", "answer": word})]), encoding="utf-8"
    )
    expected = {*GOOD, ("Really?", word)} if word != "~" else set(GOOD)  # which is no word
    for name in ("my.yml", "my.jsonl"):
        assert everything(load(tmp_path / name)) == expected


def test_a_folder_is_read_with_all_its_files_and_what_nobody_answers_is_named(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.yml").write_text(f"conversations:\n{LINES}", encoding="utf-8")
    (tmp_path / "c.csv").write_text("question,answer\nwhat?,that\n", encoding="utf-8")
    (tmp_path / "readme.md").write_text("about", encoding="utf-8")
    (tmp_path / ".git" / "b.yml").write_text("no: conversations", encoding="utf-8")
    where = tmp_path / "sub" / "b.yaml"
    where.write_text(
        "conversations:\n- - Really?\n  - yes\n  - 1963\n- - alone\n- dashless\n- - C # and F\n  - fine\n",
        encoding="utf-8",
    )
    config = settings.read(Config, argv=["--data", str(tmp_path)])
    added = {("Really?", "yes"), ("yes", "1963"), ("C", "fine"), ("what?", "that")}
    assert everything(data.load(config)) == {*GOOD, *added}
    assert data.read(config)[1] == [
        f"{tmp_path}/: not read: 1 .md",
        f"{where}:7: what follows # is a comment; if it belongs to the text, put that in quotes",
        f"{where}:5: a conversation of one line, which nobody answers",
        f"{where}:6: a conversation of one line, which nobody answers; is a dash missing before it?",
    ]


def test_what_cannot_be_learned_from_is_left_out_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "my.csv"
    rows = ["who?,", ",me", "?!,hm", "Question 0,ANSWER 0", f"x,{'y ' * 40}", "。,hm"]
    path.write_text(table() + "\n".join(rows), encoding="utf-8")
    found, left_out = data.read(settings.read(Config, argv=["--data", str(path)]))
    assert len(found) == 20 and left_out == [
        f"{path}:22: the answer has no words",
        f"{path}:23: the question has no words",
        f"{path}:24: the question has no words",
        f"{path}:25: the same as {path}:2",
        f"{path}:26: the answer has 40 words, more than --answer-length",
        f"{path}:27: the question has no words",
    ]
    load(path)
    assert capsys.readouterr().out == f"warning: left out or doubtful: 6; python data.py --data {path} names them\n"


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{one}: &{one} [{', '.join([f'*{before}'] * 9)}]\n" for before, one in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("name", "content", "options", "message"),
    [
        ("my.csv", b"one,two\na,b\n", [], "my.csv:1: which column holds the questions?\nName it with --question-column. There are: one, two"),
        ("my.csv", b"question,two\na,b\n", ["--answer-column", "x"], "my.csv:1: there is no column x\n--answer-column can be"),
        ("my.csv", b"question,answer\na,b\n", ["--answer-column", "question"], "question cannot be both"),
        ("my.csv", b"question,answer\na,b\nc\n", [], "my.csv:3: 1 values, fewer than the 2 columns"),
        ("my.csv", b"question,answer\na,b\n", [], "only 1 different questions in"),
        ("my.csv", b"", [], "my.csv is empty"),
        ("my.jsonl", b"", [], "my.jsonl is empty"),
        ("my.csv", b"instruction,input,output\na,b,c\n", [], "instruction or input: which column is meant?\nName it with --question-column"),
        ("my.jsonl", b'{"question": "a", "question": "b"}', [], "my.jsonl:1: question has two values"),
        ("my.json", b"[" * 100_000, [], "my.json: brackets within brackets, too deep"),
        ("my.json", b'{"a":' * 100_000, [], "my.json:1: brackets within brackets, too deep"),
        ("my.json", b'{\n "question": "a"\n}', [], "my.json:1: an object over several lines"),
        ("my.jsonl", b'{"messages": [{"role": "user", "content": "a"}]}', [], "my.jsonl:1: which column holds the questions?"),
        ("my.yml", f"conversations:\n{LINES}- - !wow what a day\n  - yes\n".encode(), [], "my.yml:42: !wow at the beginning of a text is not read as one"),
        ("my.yml", f"conversations:\n{LINES}- - hi\n  - &you too\n".encode(), [], "my.yml:43: &you at the beginning of a text is not read as one"),
        ("my.yml", BOMB.encode() + f"conversations:\n{LINES}".encode(), [], "my.yml:2: *a refers to another line"),
        ("my.yml", b"conversations: " + b"[" * 100_000, [], "my.yml:1: "),
        ("my.yml", b"conversations: " + b"[" * 40, [], "my.yml:1: lists within lists, too deep"),
        ("my.yml", b"conversations:\n" + b"- " * 100_000, [], "my.yml:2: lists within lists, too deep"),
        ("my.yml", b"conversations:\n- - *waves*\n  - b\n", [], "my.yml:2"),
        ("my.yml", b"conversations:\n- - Note: this\n  - b\n", [], "my.yml:2: a conversation is a list of texts\nA text with a colon"),
        ("my.yml", b"conversations: none\n", [], "my.yml:1: conversations: is no list"),
        ("my.yml", b"conversations:\n- - a\x07b\n  - b\n", [], "my.yml:2: this is not YAML"),
        ("my.yml", b"conversations:\n- - a\n\t- b\n", [], "my.yml:3: this is not YAML"),
        ("my.yml", b"", [], "my.yml:1: there are no conversations"),
        ("my.jsonl", b'{"question": "a", "answer": "b"}\n{"question"\n', [], "my.jsonl:2: this is not JSON"),
        ("my.jsonl", b'{"question": "a", "answer": ["b"]}\n', [], "my.jsonl:1: answer is no text\nExpected a text in quotes."),
        ("my.jsonl", b'{"q": "a"}\n', [], "my.jsonl:1: which column holds the questions?"),
        ("my.jsonl", b"[1]", [], "my.jsonl, item 1: expected an object"),
        ("my.yml", b"conversations:\n- - a\n  - b\n - c\n", [], "my.yml:4: this is not YAML"),
        ("my.yml", b"categories:\n- talk\n", [], "my.yml:1: there are no conversations"),
        ("my.yml", b"conversations:\n- - a: 1\n  - b\n", [], "my.yml:2: a conversation is a list of texts"),
        ("my.yml", b"conversations:\n- - caf\xe9 na\xefve\n", [], "my.yml:2: byte 0xe9 is not UTF-8"),
        ("my.yml", b"\x00\x01", [], "my.yml is a binary file"),
        ("my.txt", b"hello\nhi\n", [], "my.txt is no file of questions and answers"),
        ("readme.md", b"folder", [], "no .yml, .csv or .jsonl files in"),
    ],
)  # fmt: skip
def test_wrong_files_are_answered_in_a_sentence_with_file_and_line(
    name: str, content: bytes, options: list[str], message: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ProjectError) as error:
        load(tmp_path if name == "readme.md" else tmp_path / name, *options)
    assert message in str(error.value)


@pytest.mark.parametrize("given", ["", " ", "no-such.yml", "/dev/zero"])
def test_what_is_no_file_is_no_data(given: str) -> None:
    with pytest.raises(ProjectError, match="there is no data at|is no file|--data is empty"):
        load(Path(given) if given.strip() else given)  # type: ignore[arg-type]


def archive(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, content.encode("cp1252"))
    return path


def test_the_archive_of_film_conversations_is_read_without_unpacking_it(tmp_path: Path) -> None:
    folder = "cornell movie-dialogs corpus/"
    lines = "\n".join(f"L{n} +++$+++ u0 +++$+++ m0 +++$+++ ANNA +++$+++ line {n} é" for n in (1, 2, 3, 5))
    order = "u0 +++$+++ u2 +++$+++ m0 +++$+++ ['L1', 'L2', 'L3']\nu0 +++$+++ u2 +++$+++ m0 +++$+++ ['L4', 'L5']\n"
    members = {
        f"{folder}movie_lines.txt": lines,
        f"{folder}movie_conversations.txt": order,
        "__MACOSX/cornell movie-dialogs corpus/movie_lines.txt": "rubbish",
    }
    found = list(data.read_archive(archive(tmp_path / "films.zip", members)))
    assert [row[:2] for row in found] == [("line 1 é", "line 2 é"), ("line 2 é", "line 3 é")]
    assert [path.name for path in tmp_path.iterdir()] == ["films.zip"]


@pytest.mark.parametrize("damage", ["cut", "other"])
def test_a_damaged_archive_is_answered_in_a_sentence(damage: str, tmp_path: Path) -> None:
    path = archive(tmp_path / "films.zip", {"something/else.txt": "x" * 1000})
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ProjectError, match="cannot be read"):
        list(data.read_archive(path))


# --- asking ---


@pytest.mark.parametrize("text", ["", "?!", "\t", "。？", "no-such.txt", "no-such.csv"])
def test_what_has_no_words_or_is_not_there_is_no_question(text: str) -> None:
    with pytest.raises(ProjectError, match="has no words in it|there is no file|no-such.csv"):
        data.read_inputs([text], {})


def test_a_file_of_questions_is_asked_line_by_line_and_read_as_in_training(tmp_path: Path) -> None:
    path, lines = tmp_path / "my.csv", tmp_path / "my.txt"
    path.write_text(table("~", "was{0}wozu"), encoding="utf-8")
    lines.write_text("one?\r\n\r\ntwo?\r\n", encoding="utf-8-sig")
    spec = load(path, "--separator", "~", "--question-column", "was", "--answer-column", "wozu").spec
    names, x = data.read_inputs(["a question", str(path), str(lines)], json.loads(json.dumps(spec)))
    assert list(x["question"]) == ["a question", *(question for question, _ in GOOD), "one?", "two?"]
    assert names[1] == f"{path}:2" and names[-1] == f"{lines}:3" and len(names) == len(x["answer"])
