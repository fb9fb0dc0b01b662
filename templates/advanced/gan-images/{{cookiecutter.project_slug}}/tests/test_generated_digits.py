"""Tests of this kind of model and data: shapes, training steps, distances, seeds, walks and images of any kind."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import data
import metrics
import predict
import train
from config import Config
from losses import losses
from model import build_model
from support import runs, settings
from support.data import latents
from support.errors import ProjectError
from support.splits import Splits
from support.training import baselines, distances, feature_classifier

import numpy as np
import pytest
from PIL import Image

pytest_plugins = ["sample_run"]
LOSSES = ["relativistic", "non-saturating", "hinge"]


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=[])


@pytest.fixture(scope="module")
def splits(config: Config) -> Splits:
    found = data.load(config)
    feature_classifier.prepare(found.spec, lambda: data.labelled(config).train)
    return found


@pytest.fixture(scope="module")
def run(sample_run: runs.Run) -> Iterator[runs.Run]:
    """A training on the sample, as the only one that the steps know of."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "FOLDER", sample_run.folder.parent)
        yield sample_run


@pytest.fixture
def draw(run: runs.Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """predict.py with JSON output."""

    def ask(*arguments: str) -> list[dict[str, Any]]:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["predict.py", *arguments, "--run", str(run.folder), "--json"])
        predict.main()
        answers: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
        return answers

    return ask


def as_fractions(images: np.ndarray) -> np.ndarray:
    return images.astype(np.float32) / 255


@pytest.mark.parametrize(
    "options",
    [["--image-size", "28"], ["--image-size", "16", "--latent", "8"], ["--image-size", "48", "--channels", "3"]],
)
def test_a_latent_vector_becomes_an_image_of_the_size_asked_for(
    options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feature_classifier, "STEPS", 1)
    monkeypatch.setattr(feature_classifier.download, "FOLDER", tmp_path)
    config = settings.read(Config, argv=[*options, "--filters", "8"])
    splits = data.load(config)
    images = build_model(config, splits).predict(splits.test.x[:3], verbose=0)
    assert images.shape == (3, config.image_size, config.image_size, config.channels) == (3, *splits.test.y.shape[1:])
    assert images.min() >= 0 and images.max() <= 1


@pytest.mark.parametrize("name", LOSSES)
def test_each_loss_is_low_for_the_player_who_wins(name: str) -> None:
    high, low = np.full((4, 1), 3.0, np.float32), np.full((4, 1), -3.0, np.float32)
    discriminator_wins, generator_loses = (float(value) for value in losses(name, high, low))
    discriminator_loses, generator_wins = (float(value) for value in losses(name, low, high))
    assert discriminator_wins < discriminator_loses and generator_wins < generator_loses


@pytest.mark.parametrize("name", LOSSES)
def test_one_step_moves_both_networks_and_the_average_a_little(name: str, splits: Splits) -> None:
    model = build_model(settings.read(Config, argv=["--loss", name]), splits)
    kernels = [network.get_layer(index=1 if network is not model.discriminator else 2).kernel for network in
               (model.generator, model.discriminator, model.average)]  # fmt: skip
    before = [np.asarray(kernel).copy() for kernel in kernels]
    logs = model.train_on_batch(splits.train.x[:64], splits.train.y[:64], return_dict=True)
    moved = [float(np.abs(np.asarray(kernel).copy() - old).mean()) for kernel, old in zip(kernels, before, strict=True)]
    assert set(logs) == {"loss", "generator", "discriminator", "told_apart"}
    assert all(np.isfinite(value) for value in logs.values())
    assert moved[0] > 0 and moved[1] > 0 and 0 < moved[2] < moved[0]


def test_the_latent_vectors_of_the_data_do_not_matter_in_training(config: Config, splits: Splits) -> None:
    weights = []
    for x in (splits.train.x[:64], np.zeros_like(splits.train.x[:64])):
        model = build_model(config, splits)
        model.train_on_batch(x, splits.train.y[:64])
        weights.append(model.generator.get_weights())
    for one, other in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_training_measures_is_what_evaluate_measures(config: Config, splits: Splits) -> None:
    model = build_model(config, splits)
    reported = model.evaluate(splits.validation.x, splits.validation.y, verbose=0, return_dict=True)["distance"]
    images = model.predict(splits.validation.x, verbose=0)
    assert reported == pytest.approx(metrics.score(splits.validation.y, images, splits.spec)["frechet"], rel=1e-3)


def test_the_frechet_distance_of_two_normal_distributions_is_the_formula() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.normal(0, 1, (200_000, 2)), rng.normal((3, 4), (2, 1), (200_000, 2))
    assert distances.frechet(one, other) == pytest.approx(3**2 + 4**2 + (2 - 1) ** 2, rel=0.01)
    assert distances.frechet(one, one) == pytest.approx(0, abs=1e-9)


def test_the_kernel_distance_of_equal_sets_is_around_zero_and_grows_with_their_difference() -> None:
    rng = np.random.default_rng(0)
    one, same, other = (rng.normal(mean, 0.3, (3_000, 8)) for mean in (0, 0, 0.3))
    assert abs(distances.kernel(one, same)) < 0.05 < distances.kernel(one, other)


def test_the_nearest_row_and_its_distance_are_those_of_trying_all() -> None:
    rng = np.random.default_rng(0)
    x, among = rng.normal(size=(600, 5)), rng.normal(size=(70, 5))
    every = np.linalg.norm(x[:, None] - among[None], axis=2)
    positions, away = distances.nearest(x, among)
    np.testing.assert_array_equal(positions, every.argmin(axis=1))
    np.testing.assert_allclose(away, every.min(axis=1), atol=1e-9)


def test_distances_see_what_is_wrong_with_images(splits: Splits) -> None:
    real = as_fractions(splits.train.y[: len(splits.test)])
    cases = {
        "real": as_fractions(splits.validation.y),
        "one image": np.repeat(real[:1], len(real), axis=0),
        "noise": np.random.default_rng(0).random(real.shape, np.float32),
        "upside down": real[:, ::-1],
    }
    found = {name: metrics.score(splits.test.y, images, splits.spec) for name, images in cases.items()}
    for measure in ("frechet", "kernel"):
        assert all(found["real"][measure] < found[name][measure] for name in cases if name != "real"), measure
    assert found["real"]["classes"] == 10 and found["one image"]["classes"] == 1


def test_copies_of_training_images_are_found_out(splits: Splits) -> None:
    copies, new = as_fractions(splits.train.y[: len(splits.test)]), as_fractions(splits.test.y)
    assert metrics.score(splits.test.y, copies, splits.spec)["novelty"] < 0.01
    assert metrics.score(splits.test.y, new, splits.spec)["novelty"] == pytest.approx(1, abs=0.01)


def test_the_feature_classifier_knows_the_classes_of_images_that_it_has_not_seen(
    config: Config, splits: Splits
) -> None:
    test = data.labelled(config).test
    _, probabilities = feature_classifier.load(splits.spec).features(test.x)
    assert (probabilities.argmax(axis=1) == test.y).mean() >= 0.93


def test_every_baseline_draws_as_many_images_as_the_test_has(splits: Splits) -> None:
    found = baselines.predict(splits, 0)
    assert [name for name in found if len(found[name]) != len(splits.test)] == ["real images (validation)"]
    assert all(images.shape[1:] == splits.test.y.shape[1:] for images in found.values())


def test_a_walk_keeps_its_ends_and_the_length_of_latent_vectors() -> None:
    begin, end = latents.from_seed(3, 64), latents.from_seed(7, 64)
    way = latents.walk(begin, end)
    np.testing.assert_allclose(way[[0, -1]], [begin, end], atol=1e-5)
    assert np.linalg.norm(way, axis=1).min() > 0.9 * min(np.linalg.norm(begin), np.linalg.norm(end))


def test_the_same_seed_gives_the_same_image_and_no_file_is_overwritten(draw: Any) -> None:
    answers = [*draw("1", "2", "--scale", "1"), *draw("1", "--scale", "1")]
    files = [Path(answer["files"][0]) for answer in answers]
    assert [file.name for file in files] == ["seed-1.png", "seed-2.png", "seed-1_2.png"]
    one, two, one_again = (np.asarray(Image.open(file)) for file in files)
    assert one.shape == (28, 28) and (one == one_again).all() and (one != two).any()


def test_a_walk_is_a_strip_and_an_animation(draw: Any) -> None:
    strip, animation = (Image.open(file) for file in draw("3..7", "--scale", "2")[0]["files"])
    assert strip.size == (2 * 28 * latents.STEPS, 2 * 28)
    assert animation.format == "GIF" and animation.size == (56, 56)


@pytest.mark.parametrize("text", ["x", "-1", "1.5", "3..", "3..x", "99999999999", "²"])
def test_what_is_no_seed_is_answered_in_a_sentence(text: str) -> None:
    with pytest.raises(ProjectError, match="is no seed\nExpected a whole number"):
        data.read_inputs([text], {"latent": 8})


def test_each_epoch_leaves_an_image_of_the_same_latent_vectors(run: runs.Run) -> None:
    files = sorted((run.folder / "epochs").iterdir())
    epochs = run.read("training.json")["epochs"]
    assert epochs >= 3 and [file.name for file in files] == [f"{epoch:04}.png" for epoch in range(1, epochs + 1)]
    assert all(Image.open(file).size == (8 * 28, 8 * 28) for file in files)


def test_images_without_classes_and_of_any_size_can_be_learned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import evaluate

    rng = np.random.default_rng(0)
    (tmp_path / "photos").mkdir()
    for number in range(40):
        pixels = rng.integers(0, 256, (30 + number, 40, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "photos" / f"{number}.png")
    monkeypatch.setattr(runs, "FOLDER", tmp_path / "runs")
    monkeypatch.setattr(feature_classifier.download, "FOLDER", tmp_path / "data")
    options = ["--data", str(tmp_path / "photos"), "--image-size", "16", "--channels", "3", "--epochs", "1"]
    for step, arguments in ((train, [*options, "--batch-size", "8"]), (evaluate, [])):
        monkeypatch.setattr(sys, "argv", ["step.py", *arguments])
        step.main()
    results = runs.find(None).read("metrics.json")
    assert results["classes"] == {} and set(results["test"]) == {"frechet", "kernel", "sureness", "novelty"}


def test_a_folder_with_too_few_images_says_what_was_expected(config: Config, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"no images in .*\nExpected 12 or more"):
        data.load(config.model_copy(update={"data": str(tmp_path)}))


def test_a_missing_feature_classifier_and_a_damaged_one_are_named(
    splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feature_classifier.download, "FOLDER", tmp_path)
    with pytest.raises(ProjectError, match="Train it: python feature_classifier.py"):
        feature_classifier.load(splits.spec)
    feature_classifier.path(splits.spec).write_bytes(b"no classifier")
    with pytest.raises(ProjectError, match="is damaged"):
        feature_classifier.load(splits.spec)
