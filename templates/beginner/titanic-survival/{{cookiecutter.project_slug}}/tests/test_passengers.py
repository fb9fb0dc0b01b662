"""What must hold for this kind of model and data: shapes, ranges, learning, and no leak between the splits."""

from pathlib import Path

import data
from config import Config
from model import build_model
from support import settings
from support.data import preprocessing

import numpy as np
import pytest

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
    import metrics

    rng = np.random.default_rng(0)
    probability = rng.random(500)
    truth = (rng.random(500) < probability).astype(float)
    found = [metrics.cheapest_threshold(truth, probability, 1.0, cost) for cost in (0.2, 1.0, 5.0)]
    assert found[0] > found[1] == 0.5 > found[2]


def test_the_threshold_is_chosen_by_the_validation_rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import metrics
    import train
    from support import records, runs

    config = settings.read(Config, argv=["--epochs", "1"])
    splits = data.load(config)
    seen: list[np.ndarray] = []

    def decide(truth: np.ndarray, prediction: np.ndarray, config: Config) -> dict[str, float]:
        seen.append(truth)
        return {"threshold": 0.25}

    monkeypatch.setattr(metrics, "choose_threshold", decide)
    run = runs.Run(tmp_path)
    records.write_spec(run.folder / "spec.json", splits.spec)
    train.fit(build_model(config, splits), splits, config, run)
    assert run.spec["threshold"] == 0.25
    (truth,) = seen
    np.testing.assert_array_equal(truth, splits.validation.y)


def test_a_handful_of_rows_can_be_learned_by_heart() -> None:
    config = settings.read(Config, argv=HEART)
    splits = data.load(config)
    few = splits.train.take(np.unique(splits.train.y, return_index=True)[1][:4])
    x = preprocessing.encode(few.x, splits.spec)
    model = build_model(config, splits)
    first = model.evaluate(x, few.y, verbose=0, return_dict=True)["loss"]
    model.fit(x, few.y, epochs=150, batch_size=4, verbose=0)
    assert model.evaluate(x, few.y, verbose=0, return_dict=True)["loss"] < 0.1 * first
