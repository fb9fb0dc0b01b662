"""What must hold for this kind of model and data: shapes, ranges, learning, and no leak between the splits."""

import data
from config import Config
from model import build_model
from support import settings
from support.data import preprocessing

import numpy as np
import pytest

HEART = ["--l2", "0", "--learning-rate", "0.05"]


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=[])


def test_probabilities_have_one_column_per_kind_and_sum_to_one(config: Config) -> None:
    splits = data.load(config)
    probabilities = build_model(config, splits).predict(preprocessing.encode(splits.test.x, splits.spec), verbose=0)
    assert probabilities.shape == (len(splits.test), 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_softmax_by_hand_equals_keras() -> None:
    import lessons

    by_hand, by_keras = lessons.softmax()
    assert by_hand == pytest.approx(by_keras, abs=1e-6)


def test_a_handful_of_rows_can_be_learned_by_heart() -> None:
    config = settings.read(Config, argv=HEART)
    splits = data.load(config)
    few = splits.train.take(np.unique(splits.train.y, return_index=True)[1][:4])
    x = preprocessing.encode(few.x, splits.spec)
    model = build_model(config, splits)
    first = model.evaluate(x, few.y, verbose=0, return_dict=True)["loss"]
    model.fit(x, few.y, epochs=150, batch_size=4, verbose=0)
    assert model.evaluate(x, few.y, verbose=0, return_dict=True)["loss"] < 0.1 * first
