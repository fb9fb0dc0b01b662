"""What must hold for this kind of model and data: shapes, ranges, learning. test_image_classifier.py has what all image classifiers share."""

import data
from config import Config
from model import build_model
from support import settings

import numpy as np
import pytest


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=[])


def test_probabilities_have_one_column_per_digit_and_sum_to_one(config: Config) -> None:
    splits = data.load(config)
    probabilities = build_model(config, splits).predict(splits.test.x[:7], verbose=0)
    assert probabilities.shape == (7, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_a_handful_of_images_can_be_overfitted() -> None:
    config = settings.read(Config, argv=["--dropout", "0", "--schedule", "constant", "--learning-rate", "0.001"])
    splits = data.load(config)
    few = splits.train.take(slice(0, 20))
    model = build_model(config, splits)
    model.fit(few.x, few.y, epochs=40, batch_size=20, verbose=0)
    assert model.evaluate(few.x, few.y, verbose=0, return_dict=True)["accuracy"] == 1.0


@pytest.mark.parametrize(
    "changes",
    [
        ["--no-batch-normalization"],
        ["--optimizer", "sgd", "--l2", "0.01"],
        ["--schedule", "exponential", "--channels", "3"],
    ],
)
def test_every_choice_of_settings_trains(changes: list[str]) -> None:
    config = settings.read(Config, argv=changes)
    splits = data.load(config)
    history = build_model(config, splits).fit(splits.train.x[:128], splits.train.y[:128], verbose=0)
    assert np.isfinite(history.history["loss"][0])
