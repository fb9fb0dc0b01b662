"""What must hold for every project on tables: raw rows go in, the test rows teach nothing, and wrong rows are named."""

import json
from pathlib import Path

import data
from config import Config
from model import build_model
from support import settings
from support.data import preprocessing, tabular
from support.errors import ProjectError

import numpy as np
import pytest


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=[])


@pytest.fixture(scope="module")
def number(config: Config) -> str:
    """A column that was a number in training."""
    return str(next(entry["name"] for entry in data.load(config).spec["numbers"] if entry["part"] == "value"))


def test_the_saved_model_takes_raw_rows_with_gaps_and_unknown_values(config: Config) -> None:
    splits = data.load(config)
    model = build_model(config, splits)
    raw = {name: values[:7].copy() for name, values in splits.test.x.items()}
    raw["numbers"][0] = np.nan
    if "texts" in raw:
        raw["texts"][1] = "never seen"
        raw["texts"][2] = ""
    whole = np.asarray(preprocessing.with_preprocessing(model, splits.spec)(raw))
    parts = model.predict(preprocessing.encode(raw, splits.spec), verbose=0)
    assert np.isfinite(whole).all()
    np.testing.assert_allclose(whole, parts, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("part", ["validation", "test"])
def test_only_training_rows_are_learned_from(config: Config, part: str) -> None:
    """Medians, scales, bins and vocabularies stay the same, whatever the rows of another split hold."""
    prepared = tabular.prepare(data.read_table(config), config)
    train, validation, test = tabular.by_unit(prepared, (0.2, 0.2), 0)
    before = tabular.splits_at(prepared, train, validation, test).spec
    rows = validation if part == "validation" else test
    assert len(rows)
    for cells in prepared.table.columns.values():
        cells[rows] = cells[rows] * 1000 + 7 if cells.dtype != object else "new"
    assert tabular.splits_at(prepared, train, validation, test).spec == before


def test_a_name_that_is_no_column_is_refused_with_a_suggestion(config: Config, number: str) -> None:
    with pytest.raises(ProjectError, match=f"there is no column {number}x; did you mean {number}"):
        data.read_inputs([f"{number}x=1"], data.load(config).spec)


def test_text_where_a_number_was_is_refused_by_name(config: Config, number: str) -> None:
    with pytest.raises(ProjectError, match=f"{number} is 'much', but was a number in training"):
        data.read_inputs([f"{number}=much"], data.load(config).spec)


def test_rows_of_json_are_read_from_lines_and_lists_whatever_the_encoding(
    config: Config, number: str, tmp_path: Path
) -> None:
    spec = data.load(config).spec
    _, expected = data.read_inputs([f"{number}=2"], spec)
    row = json.dumps({number: 2})
    for content in (row.encode(), b"\xef\xbb\xbf" + row.encode(), row.encode("utf-16"), f"[{row}]".encode()):
        path = tmp_path / "my.JSON"
        path.write_bytes(content)
        _, found = data.read_inputs([str(path)], spec)
        np.testing.assert_array_equal(found["numbers"], expected["numbers"])


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (["NUMBER=1", "NUMBER=2"], "NUMBER is given twice"),
        (["nowhere.csv"], "there is no file nowhere.csv"),
        (['{"NUMBER": [1]}'], "FILE:1: NUMBER is a list or an object"),
        (['{"NUMBER": true}'], "FILE:1: NUMBER is 'True', but was a number in training"),
        (['{"NUMBER": 1e999}'], "FILE:1: NUMBER is 'inf', but was a number in training"),
        (['{"NUMBER": 1, "NUMBER": 2}'], "FILE:1: NUMBER has two values"),
        (['{"NUMBER": ' + "[" * 100_000 + "}"], "FILE:1: brackets within brackets, too deep"),
    ],
)
def test_an_input_that_is_no_row_is_refused(
    inputs: list[str], message: str, config: Config, number: str, tmp_path: Path
) -> None:
    path = tmp_path / "my.jsonl"
    texts = [text.replace("NUMBER", number) for text in inputs]
    if texts[0].startswith("{"):
        path.write_text(texts[0], encoding="utf-8")
        texts = [str(path)]
    with pytest.raises(ProjectError) as error:
        data.read_inputs(texts, data.load(config).spec)
    assert str(error.value).startswith(message.replace("NUMBER", number).replace("FILE", str(path)))


def test_a_file_with_another_separator_than_in_training_is_read(config: Config, number: str, tmp_path: Path) -> None:
    spec = data.load(config).spec
    other = next(entry["name"] for entry in [*spec["numbers"], *spec["texts"]] if entry["name"] != number)
    spec["reading"] = {**spec.get("reading", {}), "separator": ";"}
    _, expected = data.read_inputs([f"{number}=2"], spec)
    for separator in ",;|":
        path = tmp_path / "my.csv"
        path.write_text(f"{number}{separator}{other}\n2{separator}\n", encoding="utf-8")
        _, found = data.read_inputs([str(path)], spec)
        np.testing.assert_array_equal(found["numbers"], expected["numbers"])
