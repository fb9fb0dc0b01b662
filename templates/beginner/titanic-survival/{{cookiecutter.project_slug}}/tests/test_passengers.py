"""What must hold for this kind of model and data: shapes, ranges, learning, and no leak between the splits."""

import numpy as np
import pytest

import data
from config import Config
from model import build_model
from support import portable, settings, tabular
from support.errors import ProjectError

HEART = ["--l2", "0", "--dropout", "0", "--learning-rate", "0.02", "--schedule", "constant"]


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=[])


def test_the_sample_holds_the_real_table(config: Config) -> None:
    table = data.read_table(config)
    assert len(table) == 2201 and (table.columns["survived"] == "1").sum() == 711


def test_boat_and_body_are_not_used(config: Config) -> None:
    spec = data.load(config).spec
    assert not {"boat", "body"} & {entry["name"] for entry in [*spec["numbers"], *spec["texts"]]}


def test_a_dear_error_moves_the_threshold() -> None:
    import scores

    rng = np.random.default_rng(0)
    probability = rng.random(500)
    truth = (rng.random(500) < probability).astype(float)
    found = [scores.cheapest_threshold(truth, probability, 1.0, cost) for cost in (0.2, 1.0, 5.0)]
    assert found[0] > found[1] == 0.5 > found[2]


def test_a_handful_of_rows_can_be_learned_by_heart() -> None:
    config = settings.read(Config, argv=HEART)
    splits = data.load(config)
    few = splits.train.take(np.unique(splits.train.y, return_index=True)[1][:4])
    x = portable.encode(few.x, splits.spec)
    model = build_model(config, splits)
    first = model.evaluate(x, few.y, verbose=0, return_dict=True)["loss"]
    model.fit(x, few.y, epochs=150, batch_size=4, verbose=0)
    assert model.evaluate(x, few.y, verbose=0, return_dict=True)["loss"] < 0.1 * first


def test_the_saved_model_takes_raw_rows_with_gaps_and_unknown_values(config: Config) -> None:
    splits = data.load(config)
    model = build_model(config, splits)
    raw = {name: values[:7].copy() for name, values in splits.test.x.items()}
    raw["numbers"][0] = np.nan
    if "texts" in raw:
        raw["texts"][1] = "never seen"
        raw["texts"][2] = ""
    whole = np.asarray(portable.wrap(model, splits.spec)(raw))
    parts = model.predict(portable.encode(raw, splits.spec), verbose=0)
    assert np.isfinite(whole).all()
    np.testing.assert_allclose(whole, parts, rtol=1e-4, atol=1e-5)


def test_what_the_test_rows_say_changes_no_fitted_statistic(config: Config) -> None:
    prepared = tabular.prepare(data.read_table(config), config)
    train, validation, test = tabular.by_unit(prepared, (0.0, 0.2), 0)
    before = tabular.splits_at(prepared, train, validation, test).spec
    for cells in prepared.table.columns.values():
        cells[test] = np.random.default_rng(0).permutation(cells[test])
        cells[test[:3]] = cells[test[:3]] * 1000 if cells.dtype != object else "new"
    assert tabular.splits_at(prepared, train, validation, test).spec == before


def test_a_name_that_is_no_column_is_refused_with_a_suggestion(config: Config) -> None:
    with pytest.raises(ProjectError, match="there is no column age.*; did you mean age"):
        data.read_inputs(["agex=1"], data.load(config).spec)


def test_text_where_a_number_was_is_refused_by_name(config: Config) -> None:
    with pytest.raises(ProjectError, match="age is 'much', but was a number in training"):
        data.read_inputs(["age=much"], data.load(config).spec)
