"""Tests of this kind of model and data: augmentation, residual network, presets, the sample, CIFAR-10's own archive."""

import functools
import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import data
import metrics
from augmentation import augmentation
from config import PRESETS, Config
from model import build_model
from support import download, runs, settings
from support.data import cifar, drawings, patterns, preprocessing
from support.errors import ProjectError
from support.exports import serving
from support.splits import Split
from support.training import baselines

import keras
import numpy as np
import pytest


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=[])


def test_probabilities_have_one_column_per_kind_and_sum_to_one(config: Config) -> None:
    splits = data.load(config)
    probabilities = build_model(config, splits).predict(splits.test.x[:7], verbose=0)
    assert probabilities.shape == (7, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_a_handful_of_images_can_be_overfitted() -> None:
    config = settings.read(
        Config, argv=["--no-flip", "--shift", "0", "--schedule", "constant", "--learning-rate", "0.01"]
    )
    splits = data.load(config)
    few = splits.train.take(slice(0, 20))
    model = build_model(config, splits)
    model.fit(few.x, few.y, epochs=30, batch_size=20, verbose=0)
    assert model.evaluate(few.x, few.y, verbose=0, return_dict=True)["accuracy"] == 1.0


@pytest.mark.parametrize(
    "changes",
    [
        ["--no-residual", "--blocks", "2", "--dropout", "0.2"],
        ["--optimizer", "adam", "--learning-rate", "0.003", "--cutout", "0.3"],
        ["--stem-strides", "1", "--filters", "8,16", "--schedule", "exponential"],
        ["--image-size", "24", "--no-flip", "--shift", "0"],
        ["--precision", "mixed_bfloat16"],
        ["--preset", "gpu", "--filters", "8,16", "--batch-size", "64"],
    ],
)
def test_every_choice_of_settings_trains(changes: list[str]) -> None:
    config = settings.read(Config, argv=changes)
    splits = data.load(config)
    history = build_model(config, splits).fit(splits.train.x[:128], splits.train.y[:128], verbose=0)
    assert np.isfinite(history.history["loss"][0])
    assert keras.config.dtype_policy().name == "float32"  # for the next model


@pytest.mark.parametrize("precision", ["float32", "mixed_float16"])
def test_what_is_saved_has_no_random_layer_and_computes_in_32_bits(precision: str, tmp_path: Path) -> None:
    config = settings.read(Config, argv=["--precision", precision, "--cutout", "0.2", "--dropout", "0.1"])
    splits = data.load(config)
    model = build_model(config, splits)
    few = splits.test.take(slice(0, 16))
    model.fit(few.x, few.y, verbose=0)
    saved = preprocessing.with_preprocessing(model, splits.spec)
    saved.save(tmp_path / "model.keras")
    loaded = runs.load_model(tmp_path / "model.keras")
    assert [layer.name for layer in loaded.layers if layer.name.startswith("random") or "augment" in layer.name] == []
    assert {layer.compute_dtype for layer in loaded.layers} == {"float32"}
    expected = model.predict(few.x, verbose=0)
    np.testing.assert_allclose(
        loaded.predict(few.x, verbose=0), expected, atol=1e-5 if precision == "float32" else 0.02
    )
    loaded.export(str(tmp_path / "model.onnx"), format="onnx", verbose=False)
    answer = serving.load(serving.SavedModel(tmp_path / "model.onnx", splits.spec))
    np.testing.assert_allclose(answer(few.x), loaded.predict(few.x, verbose=0), atol=1e-4)


def test_augmentation_changes_images_in_training_only_and_differently_each_time() -> None:
    changes = augmentation(settings.read(Config, argv=["--cutout", "0.2"]))
    x = data.sample()[0][:32].astype(np.float32)
    first, second = (np.asarray(changes(x, training=True)) for _ in range(2))
    assert first.shape == x.shape and first.min() >= 0 and first.max() <= 255
    assert all((one != image).any() for one, image in zip(first, x, strict=True))
    assert (first != second).any()
    np.testing.assert_array_equal(np.asarray(changes(x, training=False)), x)


def test_mirroring_turns_about_half_of_the_images_round_and_changes_nothing_else() -> None:
    changes = augmentation(settings.read(Config, argv=["--shift", "0"]))
    x = data.sample()[0][:200].astype(np.float32)
    changed = np.asarray(changes(x, training=True))
    same, turned = ((changed == other).all(axis=(1, 2, 3)) for other in (x, x[:, :, ::-1]))
    assert (same ^ turned).all() and 60 < turned.sum() < 140


def test_a_preset_fills_in_what_is_not_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = settings.read(Config, argv=["--preset", "gpu", "--epochs", "7"])
    chosen = config.model_dump()
    assert {name: chosen[name] for name in PRESETS["gpu"]} == {**PRESETS["gpu"], "epochs": 7}
    assert settings.check(Config, config.model_dump(mode="json")) == config
    assert settings.read(Config, argv=["--preset", "cpu"]) == settings.read(Config, argv=[])
    (tmp_path / "own.toml").write_text('preset = "gpu"\nbatch_size = 8\n', encoding="utf-8")
    from_file = settings.read(Config, argv=["--config", str(tmp_path / "own.toml")])
    assert (from_file.batch_size, from_file.precision) == (8, "mixed_float16")


def test_the_first_filters_answer_to_patches_equally_often_and_independently() -> None:
    split = Split(*data.sample())
    filters = patterns.first_filters(split, 5, 24, seed=0)
    assert filters.shape == (5, 5, 3, 24)
    np.testing.assert_array_equal(filters[..., :12], -filters[..., 12:])
    rng = np.random.default_rng(1)
    top, left = rng.integers(0, 28, (2, 3_000))
    x = split.x / 127.5 - 1
    patches = np.stack([x[row, top[row] : top[row] + 5, left[row] : left[row] + 5].ravel() for row in range(3_000)])
    products = np.corrcoef((patches @ filters[..., :12].reshape(75, 12)).T)
    assert np.abs(products - np.eye(12)).max() < 0.2
    assert patterns.first_filters(Split(split.x[..., :1], split.y), 5, 64, seed=0).shape == (5, 5, 1, 50)


def test_the_sample_is_the_same_each_time_with_as_many_images_of_each_kind() -> None:
    x, y = data.sample()
    assert x.shape == (data.SAMPLE_IMAGES, 32, 32, 3) and x.dtype == np.uint8
    assert np.bincount(y).tolist() == [data.SAMPLE_IMAGES // 10] * 10
    few, kinds = drawings.images(20, seed=5)
    again, same_kinds = drawings.images(20, seed=5)
    np.testing.assert_array_equal(few, again)
    np.testing.assert_array_equal(kinds, same_kinds)


def test_pixels_alone_do_not_tell_the_kinds_of_the_sample_apart(config: Config) -> None:
    splits = data.load(config)
    (prediction,) = baselines.predict(splits, config.seed).values()
    assert metrics.score(splits.test.y, prediction, splits.spec)["accuracy"] < 0.4


# --- CIFAR-10's archive ---


def archive(path: Path, *, records: int = 30, leave_out: str = "") -> tuple[np.ndarray, np.ndarray]:
    """A small archive in the format of CIFAR-10; returns the images and classes of its first part."""
    rng = np.random.default_rng(0)
    names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    kept = []
    with tarfile.open(path, "w:gz") as file:
        for name in [*cifar.PARTS, "test_batch.bin", "batches.meta.txt", "../outside.txt"]:
            y = np.resize(np.arange(10, dtype=np.uint8), records)
            x = rng.integers(0, 256, (records, 32, 32, 3), np.uint8)
            kept.append((x, y))
            content = np.concatenate([y[:, None], x.transpose(0, 3, 1, 2).reshape(records, -1)], axis=1).tobytes()
            if name.endswith(".txt"):
                content = ("\n".join(names) + "\n\n").encode()
            if name != leave_out:
                info = tarfile.TarInfo(f"{cifar.FOLDER}/{name}")
                info.size = len(content)
                file.addfile(info, io.BytesIO(content))
    return kept[0]


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a local server that replaces the public one."""
    folder = tmp_path / "public"
    folder.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(cifar, "URL", f"http://127.0.0.1:{server.server_port}/{cifar.NAME}")
    monkeypatch.setattr(download, "FOLDER", tmp_path / "data")
    yield folder
    server.shutdown()
    server.server_close()


def test_cifar10_is_downloaded_checked_and_read_without_unpacking_it(
    host: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, y = archive(host / cifar.NAME)
    monkeypatch.setattr(cifar, "MD5", "md5:" + hashlib.md5((host / cifar.NAME).read_bytes()).hexdigest())
    splits = data.load(settings.read(Config, argv=["--data", "full"]))
    assert splits.spec["labels"][:2] == ["airplane", "automobile"] and splits.source == "full"
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (130, 20, 30)
    everything = {image.tobytes(): answer for image, answer in zip(splits.train.x, splits.train.y, strict=True)}
    found = [everything.get(image.tobytes(), answer) == answer for image, answer in zip(x, y, strict=True)]
    assert all(found) and sum(image.tobytes() in everything for image in x) > 20
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [cifar.NAME] * 2


def test_another_file_in_its_place_is_refused_by_its_hash(host: Path) -> None:
    archive(host / cifar.NAME)
    with pytest.raises(ProjectError, match="what came is not the published file"):
        data.load(settings.read(Config, argv=["--data", "full"]))


@pytest.mark.parametrize("spoil", ["no archive", "cut off", "a part missing", "bytes missing"])
def test_an_archive_that_is_no_cifar10_is_answered_in_a_sentence(spoil: str, tmp_path: Path) -> None:
    path = tmp_path / cifar.NAME
    archive(path, leave_out="data_batch_3.bin" if spoil == "a part missing" else "")
    if spoil == "no archive":
        path.write_bytes(b"something else")
    elif spoil == "cut off":
        path.write_bytes(path.read_bytes()[:5_000])
    elif spoil == "bytes missing":
        with tarfile.open(path, "w:gz") as file:
            info = tarfile.TarInfo(f"{cifar.FOLDER}/data_batch_1.bin")
            info.size = 5_000
            file.addfile(info, io.BytesIO(bytes(5_000)))
    with pytest.raises(ProjectError, match="cannot be read as CIFAR-10"):
        cifar.read(path)
