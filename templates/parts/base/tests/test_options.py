"""Options: made from the fields of a class, read from files and the command line, and a sentence for what is not allowed."""

import json
from pathlib import Path
from typing import ClassVar, Literal

from support import settings
from support.errors import ProjectError
from support.settings import Settings

import pytest
from pydantic import Field


class Options(Settings):
    """Some options."""

    batch_size: int = Field(32, ge=1, le=512, description="examples per step; 100 % of them is plain gradient descent")
    units: tuple[int, ...] = Field((16, 8), max_length=3, description="of each layer")
    columns: tuple[str, ...] = Field((), description="names")
    channels: Literal[1, 3] = Field(3, description="of an image")
    target: str | None = Field(None, description="a name")
    header: bool | None = Field(None, description="a switch")
    as_text: bool = Field(False, alias="text", description="a switch by another name")

    renamed: ClassVar[dict[str, str]] = {"batch": "batch_size"}


def read(*argv: str) -> Options:
    return settings.read(Options, toml=False, argv=list(argv))


@pytest.mark.parametrize(
    ("argv", "values"),
    [
        ([], {}),
        (["--batch-size", "8"], {"batch_size": 8}),
        (["--batch_size=8"], {"batch_size": 8}),
        (["--units", "4, 2", "--channels", "1"], {"units": (4, 2), "channels": 1}),
        (["--units="], {"units": ()}),
        (["--columns", 'a,"b, c",d e'], {"columns": ("a", "b, c", "d e")}),
        (["--target", "x_y"], {"target": "x_y"}),
        (["--target=--x_y"], {"target": "--x_y"}),
        (["--target", "none"], {"target": None}),
        (["--header"], {"header": True}),
        (["--no-header", "--text"], {"header": False, "as_text": True}),
        (["--batch-size", "8", "--batch-size", "9"], {"batch_size": 9}),
    ],
)
def test_an_option_is_read_as_its_field_says(argv: list[str], values: dict[str, object]) -> None:
    found = read(*argv)
    assert found == settings.check(Options, {}).model_copy(update=values) and found.model_fields_set == values.keys()


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--batch-size", "0"], "--batch-size cannot be '0': expected a whole number, 1 or more, at most 512"),
        (["--units", "3,x"], "--units cannot be '3,x': expected whole numbers separated by commas, at most 3 of them"),
        (["--units", "1,2,3,4"], "--units cannot be '1,2,3,4': expected whole numbers separated by commas, at most 3"),
        (["--channels", "2"], "--channels cannot be '2': expected one of: 1, 3"),
        (["--target", " "], "--target is empty\nExpected: a name."),
        (["--target"], "--target needs a value\nAll options: python "),
        (["--header=3"], "--header/--no-header is a switch and takes no value\nAll options: python "),
        (["--batchsize", "3"], "there is no option --batchsize; did you mean --batch-size?\nAll options: python "),
        (["--nothing=3"], "there is no option --nothing\nAll options: python "),
        (["--batch", "3"], "--batch is now --batch-size"),
        (["loose"], "there is no use for 'loose'\nAll options: python "),
        (["--config", "nowhere.toml"], "there is no file nowhere.toml\n"),
    ],
)
def test_what_is_not_allowed_is_said_in_a_sentence(argv: list[str], message: str) -> None:
    with pytest.raises(ProjectError) as error:
        read(*argv)
    assert str(error.value).startswith(message)


def test_a_file_counts_more_than_defaults_and_less_than_what_is_typed(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("batch_size = 8\nunits = [4]\n")
    found = read("--config", str(tmp_path / "own.toml"), "--units", "5")
    assert (found.batch_size, found.units, found.channels) == (8, (5,), 3)
    (tmp_path / "config.json").write_text(json.dumps(found.model_dump(mode="json")))  # as a run keeps its own
    assert read(f"--config={tmp_path / 'config.json'}") == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("batch_size = 0", "own.toml: batch_size cannot be 0: expected a whole number, 1 or more, at most 512"),
        ("batchsize = 8", "own.toml: there is no setting batchsize; did you mean batch_size?"),
        ("batch_size = ", "own.toml cannot be read as settings: "),
        ("target = ''", "own.toml: target is empty"),
    ],
)
def test_a_wrong_file_is_named(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(ProjectError) as error:
        read("--config", str(tmp_path / "own.toml"))
    assert str(error.value).startswith(message)


def test_a_file_may_use_the_old_name_of_a_setting(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("batch = 8\n")
    assert read("--config", str(tmp_path / "own.toml")).batch_size == 8


class Lesson(Settings):
    lesson: Literal["one", "two"] = Field(description="which experiment")


class Inputs(Settings):
    inputs: list[str] = Field(description="texts")
    run: str | None = Field(None, description="a name")


def test_a_field_without_a_default_is_typed_without_its_name() -> None:
    assert settings.read(Lesson, toml=False, argv=["two"]).lesson == "two"
    for argv, message in (
        ([], "LESSON is missing\nExpected: which experiment."),
        (["three"], "LESSON cannot be 'three': expected one of: one, two"),
        (["one", "two"], "there is no use for 'two'"),
    ):
        with pytest.raises(ProjectError) as error:
            settings.read(Lesson, toml=False, argv=argv)
        assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("argv", "inputs"),
    [
        (["a", "--run", "r", "b"], ["a", "b"]),
        (["--run", "r", "--", "--run", "-x", "--", "--a_b"], ["--run", "-x", "--", "--a_b"]),
        (["-5 degrees", "--run=r", "-1", "- a"], ["-5 degrees", "-1", "- a"]),
        (["--run", "r", "--what_is this", "a\n--b_c=d"], ["--what_is this", "a\n--b_c=d"]),
    ],
)
def test_texts_arrive_unchanged_wherever_they_stand(argv: list[str], inputs: list[str]) -> None:
    found = settings.read(Inputs, toml=False, argv=argv)
    assert (found.inputs, found.run) == (inputs, "r")


def test_help_says_of_each_option_why_what_and_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read("--help")
    said = " ".join(capsys.readouterr().out.split())
    assert ended.value.code == 0
    whole = "--batch-size VALUE examples per step; 100 % of them is plain gradient descent; a whole number, 1 or more, at most 512 (default: 32)"
    assert whole in said and "--units VALUE of each layer; whole numbers separated by commas" in said
    assert "(default: 16,8)" in said and "--header, --no-header a switch; true or false" in said
    assert "--text, --no-text a switch by another name; true or false (default: False)" in said
    with pytest.raises(SystemExit):
        settings.read(Inputs, toml=False, argv=["-h"])
    said = capsys.readouterr().out
    assert "[options] INPUTS ..." in said and "INPUTS: texts; one or more" in said
