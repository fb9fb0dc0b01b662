"""What must hold for this kind of model and data: shapes, ranges, learning, and no leak between the splits."""

import numpy as np
import pytest

import data
from config import Config
from model import build_model
from support import portable, settings, tabular
from support.errors import ProjectError

HEART = ["--dropout", "0", "--learning-rate", "0.003", "--schedule", "constant"]


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=[])


def test_estimates_are_in_the_unit_of_the_answers(config: Config) -> None:
    splits = data.load(config)
    estimate = build_model(config, splits).predict(portable.encode(splits.test.x, splits.spec), verbose=0)
    assert estimate.shape == (len(splits.test), 1)
    assert abs(estimate.mean() - splits.train.y.mean()) < splits.train.y.std()


def test_learned_effects_are_within_a_tenth_of_the_true_ones(config: Config) -> None:
    import lessons

    for name, (learned, true) in lessons.effects(config).items():
        assert abs(learned / true - 1) < 0.1, name


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
    with pytest.raises(ProjectError, match="there is no column area.*; did you mean area"):
        data.read_inputs(["areax=1"], data.load(config).spec)


def test_text_where_a_number_was_is_refused_by_name(config: Config) -> None:
    with pytest.raises(ProjectError, match="area is 'much', but was a number in training"):
        data.read_inputs(["area=much"], data.load(config).spec)
