"""config.py is read without being run, and `--set` is checked against it."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from dlgen.catalog import layers, lookup, settings, templates
from dlgen.errors import DlgenError
from hypothesis import given
from hypothesis import strategies as st

SOURCE = """
raise SystemExit("config.py was run")

class Config(Settings):
    epochs: int = Field(15, ge=1, le=1000, description="passes over the data")
    learning_rate: float = Field(default=1e-3, gt=0, lt=1)  # size of a step
    optimizer: Literal["sgd", "adam"] = "adam"
    channels: Literal[1, 3] = 1
    filters: tuple[int, ...] = Field((32, 64), min_length=1)
    crop: tuple[float, float] = (0.5, 1.0)
    names: list[str] = []
    augment: bool = True  # "flips" # and shifts
    folder: Path = Path("data")
    patience: int | None = None
    limit: int | None = 5
    label: str = Field("x", min_length=1)
    share: Annotated[float, Field(ge=0, description="of all")] = 0.5
    other: dict[str, int] = {}
    model_config = 3
    kind: ClassVar[str] = "x"
"""
ABOVE = """
class Options(Settings):
    epochs: int = 5
    target: str = ""  # the column to predict
"""


def read(folder: Path, **sources: str) -> list[settings.Setting]:
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source, encoding="utf-8")
    return settings.read(lambda path: folder / path if (folder / path).exists() else None)


with tempfile.TemporaryDirectory() as place:
    SETTINGS = {setting.name: setting for setting in read(Path(place), config=SOURCE)}


def test_fields_are_read_with_type_default_limits_and_reason() -> None:
    rows = [(each.name, each.type, each.shown, each.allowed, each.reason) for each in SETTINGS.values()]
    assert rows == [
        ("epochs", "int", "15", "a whole number, 1 or more, at most 1000", "passes over the data"),
        ("learning_rate", "float", "0.001", "a number, more than 0, less than 1", "size of a step"),
        ("optimizer", "Literal['sgd', 'adam']", "adam", "one of: sgd, adam", ""),
        ("channels", "Literal[1, 3]", "1", "one of: 1, 3", ""),
        ("filters", "tuple[int, ...]", "32,64", "whole numbers separated by commas, at least 1 of them", ""),
        ("crop", "tuple[float, float]", "0.5,1.0", "2 numbers separated by commas", ""),
        ("names", "list[str]", "", "values separated by commas", ""),
        ("augment", "bool", "true", "true or false", '"flips" # and shifts'),
        ("folder", "Path", "Path('data')", "a path", ""),
        ("patience", "int | None", "none", "a whole number or none", ""),
        ("limit", "int | None", "5", "a whole number or none", ""),
        ("label", "str", "x", "text, 1 or more characters", ""),
        ("share", "float", "0.5", "a number, 0 or more", "of all"),
        ("other", "dict[str, int]", "{}", "a value", ""),
    ]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("epochs", "20", 20),
        ("learning_rate", "3e-4", 0.0003),
        ("optimizer", "sgd", "sgd"),
        ("channels", "3", 3),
        ("filters", "8, 16", [8, 16]),
        ("filters", "[8]", [8]),
        ("crop", "0,1", [0.0, 1.0]),
        ("names", "[\"a\", 'b']", ["a", "b"]),
        ("augment", "no", False),
        ("folder", "/my photos", "/my photos"),
        ("patience", "3", 3),
        ("patience", "none", None),
        ("other", "1.5", 1.5),
        ("other", "2026-01-01", "2026-01-01"),
        ("other", "plain words", "plain words"),
        # a limit itself is allowed where the limit is "or more" or "at most"
        ("epochs", "1", 1),
        ("epochs", "1000", 1000),
        ("share", "0", 0.0),
        ("filters", "8", [8]),
        ("label", "y", "y"),
        ("learning_rate", "0.999999", 0.999999),
    ],
)
def test_a_value_becomes_what_its_type_says(name: str, text: str, value: Any) -> None:
    assert settings.parse(SETTINGS[name], text) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("epochs", "0"),
        ("epochs", "1001"),
        ("epochs", "1.5"),
        ("epochs", ""),
        ("learning_rate", "nan"),
        ("learning_rate", "inf"),
        ("learning_rate", "1"),
        ("learning_rate", "0"),
        ("optimizer", "Adam"),
        ("channels", "2"),
        ("filters", "8,x"),
        ("filters", ""),
        ("crop", "1"),
        ("augment", "maybe"),
        ("folder", ""),
        ("patience", "soon"),
        ("label", ""),
        ("share", "-0.1"),
    ],
)
def test_a_wrong_value_is_refused_in_a_sentence_that_says_what_is_allowed(name: str, text: str) -> None:
    with pytest.raises(DlgenError) as error:
        settings.parse(SETTINGS[name], text)
    assert str(error.value) == f"{name} cannot be {text!r}: expected {SETTINGS[name].allowed}"


def test_none_is_refused_where_toml_has_no_word_for_it() -> None:
    with pytest.raises(DlgenError) as error:
        settings.parse(SETTINGS["limit"], "none")
    assert str(error.value) == (
        "limit cannot be none in config.toml, which cannot express it\n"
        "Give it as an option: python train.py --limit none"
    )


def test_the_option_as_scripts_write_it_is_understood() -> None:
    assert settings.choose(list(SETTINGS.values()), {"learning-rate": "0.1"}, "tiny") == {"learning_rate": 0.1}


@given(st.sampled_from(sorted(SETTINGS)), st.text(max_size=12))
def test_any_text_gives_a_value_or_a_sentence(name: str, text: str) -> None:
    try:
        settings.parse(SETTINGS[name], text)
    except DlgenError as error:
        assert name in str(error)


def test_fields_are_inherited_in_pydantics_order_and_may_be_given_anew(tmp_path: Path) -> None:
    config = "from above import Options as Above\nclass Config(Above):\n    units: int = 1\n    epochs: int = 9\n"
    found = read(tmp_path, config=config, above=ABOVE)
    assert [(each.name, each.shown, each.reason) for each in found] == [
        ("epochs", "9", ""),
        ("target", "", "the column to predict"),
        ("units", "1", ""),
    ]


def test_a_class_of_an_imported_module_and_a_name_for_a_type_are_followed(tmp_path: Path) -> None:
    (tmp_path / "support").mkdir()
    (tmp_path / "config.py").write_text(
        "from support import tables\nfrom support.tables import Sides\nclass Config(tables.Options):\n    side: Sides = 64\n"
    )
    (tmp_path / "support/tables.py").write_text(
        "from typing import Literal\nSides = Literal[64, 96]\nclass Options:\n    data: str = 'sample'\n    other: Sides = 96\n"
    )
    found = settings.read(lambda path: tmp_path / path)
    assert [(each.name, each.allowed) for each in found] == [
        ("data", "text"),
        ("other", "one of: 64, 96"),
        ("side", "one of: 64, 96"),
    ]


def test_a_config_that_is_not_python_is_a_sentence_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(DlgenError, match=r"config\.py:2 is not Python: "):
        read(tmp_path, config="\nclass Config(:\n")


@pytest.mark.parametrize(
    ("keyword", "limit", "allowed", "refused"),
    [
        ("ge", 5, ["5", "6"], ["4"]),
        ("gt", 5, ["6"], ["5", "4"]),
        ("le", 5, ["5", "4"], ["6"]),
        ("lt", 5, ["4"], ["5", "6"]),
    ],
)
def test_a_limit_itself_is_allowed_or_not_as_its_keyword_says(
    tmp_path: Path, keyword: str, limit: int, allowed: list[str], refused: list[str]
) -> None:
    (setting,) = read(tmp_path, config=f"class Config:\n    x: int = Field(0, {keyword}={limit})\n")
    assert [settings.parse(setting, text) for text in allowed] == [int(text) for text in allowed]
    for text in refused:
        with pytest.raises(DlgenError, match=rf"^x cannot be '{text}': expected a whole number, "):
            settings.parse(setting, text)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = '\0'", "is not Python: source code string cannot contain null bytes"),
        (b"# \xff\nclass Config: pass", "is not UTF-8 text"),
        ("class Config(Config):\n    x: int = 1\n", "the class Config inherits from itself"),
        ("class A(Config): pass\nclass Config(A): pass\n", "the class Config inherits from itself"),
        ("class Config:\n    x: int = " + "-" * 20_000 + "1\n", "cannot be read: it is nested too deeply"),
        ("#" * (1 << 20) + "\n", "is larger than 1 MB, which no config.py is"),
    ],
)
def test_a_config_that_cannot_be_read_is_a_sentence(tmp_path: Path, source: str | bytes, message: str) -> None:
    file = tmp_path / "config.py"
    file.write_bytes(source if isinstance(source, bytes) else source.encode())
    with pytest.raises(DlgenError) as raised:
        settings.read(lambda path: file if path == "config.py" else None)
    assert str(file) in str(raised.value) and message in str(raised.value)


@pytest.mark.parametrize(
    "source", ["self.x: int = 1", "x: Annotated[int] = 1", "x: Annotated[()] = 1", "x[0]: int = 1"]
)
def test_fields_that_are_none_are_passed_over(tmp_path: Path, source: str) -> None:
    assert len(read(tmp_path, config=f"class Config:\n    {source}\n    y: int = 2\n")) in (1, 2)


@pytest.mark.parametrize("template", lookup.catalog(), ids=lambda template: template.name)
def test_every_setting_of_the_catalog_is_read_with_a_reason(template: templates.Template) -> None:
    found = settings.read(layers.plan(template).project_file)
    assert {"epochs", "data", "seed"} <= {each.name for each in found}
    assert [each.name for each in found if not each.reason or each.allowed.startswith("a value")] == []
