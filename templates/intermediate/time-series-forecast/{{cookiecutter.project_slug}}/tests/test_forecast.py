"""Tests of this kind of model and data: units, learning, levels never seen, and the three architectures."""

import data
from config import Config
from model import build_model
from support import settings

import numpy as np
import pytest

ARCHITECTURES = ("linear", "lstm", "tcn")


def config(*arguments: str) -> Config:
    return settings.read(Config, argv=["--history", "13", "--horizon", "4", "--steps", "8", "--units", "8", *arguments])


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_an_untrained_model_says_that_all_stays_as_it_is(architecture: str) -> None:
    splits = data.load(config("--architecture", architecture))
    forecast = np.asarray(build_model(config("--architecture", architecture), splits)(np.array(splits.test.x)))
    np.testing.assert_allclose(forecast, np.repeat(splits.test.x[:, -1:, 0], 4, axis=1), rtol=1e-5)


@pytest.mark.parametrize("count", [1, 3, 4, 5])  # the horizon is 4
def test_a_forecast_is_the_same_among_how_many_others_it_is_asked_for(count: int) -> None:
    splits = data.load(config())
    model, few = build_model(config(), splits), np.array(splits.test.x[:5])
    together = np.concatenate([np.asarray(model(part)) for part in (few[:count], few[count:]) if len(part)])
    np.testing.assert_allclose(together, model.predict(few, verbose=0), rtol=1e-5)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_handful_of_windows_can_be_memorised(architecture: str) -> None:
    chosen = config("--architecture", architecture, "--dropout", "0", "--l2", "0", "--schedule", "constant")
    splits = data.load(chosen)
    few = splits.train.take(np.array([0, 20, 40]))
    model = build_model(chosen, splits)
    first = model.evaluate(few.x, few.y, verbose=0, return_dict=True)["loss"]
    model.fit(few.x, few.y, epochs=150, batch_size=3, verbose=0)
    assert model.evaluate(few.x, few.y, verbose=0, return_dict=True)["loss"] < 0.1 * first


def test_a_series_twice_as_large_has_forecasts_twice_as_large() -> None:
    splits = data.load(config())
    assert splits.spec["relative"]
    model = build_model(config(), splits)
    model.fit(np.array(splits.train.x), splits.train.y, epochs=3, verbose=0)
    x = np.array(splits.test.x)
    np.testing.assert_allclose(model(2 * x), 2 * np.asarray(model(x)), rtol=1e-5)


@pytest.mark.parametrize("loss", ["squared", "absolute"])
@pytest.mark.parametrize("relative", ["yes", "no"])
def test_targets_that_are_unknown_count_nothing(loss: str, relative: str) -> None:
    chosen = config("--loss", loss, "--relative", relative)
    splits = data.load(chosen)
    model = build_model(chosen, splits)
    x, y = np.array(splits.test.x[:6]), np.array(splits.test.y[:6])
    y[1, 1:] = y[3, 0] = y[4, 2] = np.nan
    found = model.evaluate(x, y, batch_size=6, verbose=0, return_dict=True)

    forecast = np.asarray(model(x))
    losses, errors = [], []
    for truth, said in zip(y, forecast, strict=True):  # by hand: each window's mean over the steps that are known
        known = ~np.isnan(truth)
        error = np.abs(truth[known] - said[known])
        scaled = error / splits.spec["spread"][0] / (truth[known] if relative == "yes" else 1)
        losses.append((scaled if loss == "absolute" else scaled**2).mean())
        errors.append(error.mean())
    assert found["loss"] == pytest.approx(np.mean(losses), rel=1e-5)
    assert found["mean_absolute_error"] == pytest.approx(np.mean(errors), rel=1e-5)


def test_the_sample_is_the_published_series() -> None:
    table = data.sample()
    assert len(table) == 144 and int(table.columns["passengers"].sum()) == 40_363
    assert table.columns["month"][[0, -1]].tolist() == ["1949-01", "1960-12"]
