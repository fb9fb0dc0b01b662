"""What must hold for this kind of model and data: shapes, ranges, learning, and no leak between the splits."""

import numpy as np
import pytest

import data
from config import Config
from model import build_model
from support import portable, settings, tabular
from support.errors import ProjectError

HEART = ["--learning-rate", "0.05"]


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=[])


def test_two_inputs_sixteen_neurons_one_probability(config: Config) -> None:
    splits = data.load(config)
    model = build_model(config, splits)
    assert model.count_params() == 2 * 16 + 16 + 16 + 1
    probability = model.predict(portable.encode(splits.train.x, splits.spec), verbose=0)
    assert probability.shape == (8, 1) and probability.min() > 0 and probability.max() < 1


def test_the_case_study_both_test_rows_are_right_and_the_new_student_passes(config: Config) -> None:
    splits = data.load(config)
    model = build_model(config, splits)
    losses = model.fit(
        portable.encode(splits.train.x, splits.spec), splits.train.y, epochs=100, batch_size=2, verbose=0
    ).history["loss"]
    said = model.predict(portable.encode(splits.test.x, splits.spec), verbose=0).reshape(-1)
    assert losses[-1] < 0.1 * losses[0] and ((said > 0.5) == splits.test.y).all() and len(said) == 2
    _, student = data.read_inputs(["study_hours=6", "sleep_hours=7"], splits.spec)
    assert model.predict(portable.encode(student, splits.spec), verbose=0)[0, 0] > 0.5


def test_what_is_computed_by_hand_equals_keras() -> None:
    import lessons

    assert lessons.neuron() == pytest.approx((4.4, 4.4))
    by_hand, by_differences, by_keras = lessons.backprop()
    assert by_hand == pytest.approx(by_differences, abs=1e-6) and by_hand == pytest.approx(by_keras, abs=1e-6)


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
    with pytest.raises(ProjectError, match="there is no column study_hours.*; did you mean study_hours"):
        data.read_inputs(["study_hoursx=1"], data.load(config).spec)


def test_text_where_a_number_was_is_refused_by_name(config: Config) -> None:
    with pytest.raises(ProjectError, match="study_hours is 'much', but was a number in training"):
        data.read_inputs(["study_hours=much"], data.load(config).spec)
