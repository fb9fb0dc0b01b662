"""What must hold for this kind of model and data: shapes, ranges, learning, and no leak between the splits."""

import data
from config import Config
from model import build_model
from support import settings
from support.data import preprocessing

import numpy as np
import pytest

HEART = ["--learning-rate", "0.05"]


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=[])


def test_two_inputs_sixteen_neurons_one_probability(config: Config) -> None:
    splits = data.load(config)
    model = build_model(config, splits)
    assert model.count_params() == 2 * 16 + 16 + 16 + 1
    probability = model.predict(preprocessing.encode(splits.train.x, splits.spec), verbose=0)
    assert probability.shape == (8, 1) and probability.min() > 0 and probability.max() < 1


def test_the_case_study_both_test_rows_are_right_and_the_new_student_passes(config: Config) -> None:
    splits = data.load(config)
    model = build_model(config, splits)
    losses = model.fit(
        preprocessing.encode(splits.train.x, splits.spec), splits.train.y, epochs=100, batch_size=2, verbose=0
    ).history["loss"]
    said = model.predict(preprocessing.encode(splits.test.x, splits.spec), verbose=0).reshape(-1)
    assert losses[-1] < 0.1 * losses[0] and ((said > 0.5) == splits.test.y).all() and len(said) == 2
    _, student = data.read_inputs(["study_hours=6", "sleep_hours=7"], splits.spec)
    assert model.predict(preprocessing.encode(student, splits.spec), verbose=0)[0, 0] > 0.5


def test_what_is_computed_by_hand_equals_keras() -> None:
    import lessons

    assert lessons.neuron() == pytest.approx((4.4, 4.4))
    by_hand, by_differences, by_keras = lessons.backprop()
    assert by_hand == pytest.approx(by_differences, abs=1e-6) and by_hand == pytest.approx(by_keras, abs=1e-6)


def test_a_handful_of_rows_can_be_learned_by_heart() -> None:
    config = settings.read(Config, argv=HEART)
    splits = data.load(config)
    few = splits.train.take(np.unique(splits.train.y, return_index=True)[1][:4])
    x = preprocessing.encode(few.x, splits.spec)
    model = build_model(config, splits)
    first = model.evaluate(x, few.y, verbose=0, return_dict=True)["loss"]
    model.fit(x, few.y, epochs=150, batch_size=4, verbose=0)
    assert model.evaluate(x, few.y, verbose=0, return_dict=True)["loss"] < 0.1 * first
