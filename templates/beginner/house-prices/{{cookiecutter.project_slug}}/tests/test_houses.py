"""What must hold for this kind of model and data: shapes, ranges, learning, and no leak between the splits."""

import data
from config import Config
from model import build_model
from support import settings
from support.data import preprocessing

import numpy as np
import pytest

HEART = ["--dropout", "0", "--learning-rate", "0.003", "--schedule", "constant"]


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=[])


def test_estimates_are_in_the_unit_of_the_answers(config: Config) -> None:
    splits = data.load(config)
    estimate = build_model(config, splits).predict(preprocessing.encode(splits.test.x, splits.spec), verbose=0)
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
    x = preprocessing.encode(few.x, splits.spec)
    model = build_model(config, splits)
    first = model.evaluate(x, few.y, verbose=0, return_dict=True)["loss"]
    model.fit(x, few.y, epochs=150, batch_size=4, verbose=0)
    assert model.evaluate(x, few.y, verbose=0, return_dict=True)["loss"] < 0.1 * first
