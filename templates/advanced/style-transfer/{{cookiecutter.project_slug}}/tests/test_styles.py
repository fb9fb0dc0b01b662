"""Tests of this kind of model and data: losses, both methods, pieces that share no pixel, photos of any kind, files of any size."""

import hashlib
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import data
import evaluate
import export
import losses
import metrics
import model
import predict
import train
from config import Config
from support import runs, settings
from support.data import coco, paintings, photos
from support.errors import ProjectError
from support.exports import exporting, serving
from support.splits import Splits
from support.training import baselines, features

import numpy as np
import pytest
from PIL import Image

QUICK = ["--pieces", "8", "--piece", "64", "--filters", "4", "--blocks", "1"]


def fractions(images: np.ndarray) -> np.ndarray:
    return images.astype(np.float32) / 255


def call(step: Any, *arguments: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [f"{step.__name__}.py", *arguments])
        step.main()


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=QUICK)


@pytest.fixture(scope="module")
def splits(config: Config) -> Splits:
    return data.load(config)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runs.Run]:
    """A short training of a small network, exported to the two formats that paint without TensorFlow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "FOLDER", tmp_path_factory.mktemp("runs"))
        call(train, *QUICK, "--epochs", "3")
        call(export, "--formats", "onnx,litert,litert-int8")
        yield runs.find(None)


@pytest.fixture(scope="module")
def image_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runs.Run]:
    """--method optimize on the sample, small and short, evaluated."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "FOLDER", tmp_path_factory.mktemp("images"))
        call(train, "--method", "optimize", "--longest", "97", "--epochs", "4")
        call(evaluate)
        yield runs.find(None)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo whose sides are not multiples of 4."""
    pixels = np.random.default_rng(0).integers(0, 256, (8, 12, 3), np.uint8)
    path = tmp_path / "photo.png"
    Image.fromarray(pixels).resize((107, 74), Image.Resampling.BICUBIC).save(path)
    return path


# --- losses ---


def test_a_gram_matrix_holds_the_mean_products_of_channels() -> None:
    values = np.random.default_rng(0).normal(size=(2, 3, 5, 4)).astype(np.float32)
    flat = values.reshape(2, 15, 4)
    np.testing.assert_allclose(losses.gram(values), np.einsum("npa,npb->nab", flat, flat) / 15, rtol=1e-5)


def test_a_gram_matrix_is_computed_in_32_bits_whatever_the_features_have() -> None:
    features_of_one = np.full((1, 200, 200, 1), 30, np.float16)
    found = losses.gram(features_of_one)
    assert np.asarray(found).dtype == np.float32 and float(found[0, 0, 0]) == pytest.approx(900)


def test_a_photo_left_alone_loses_no_content_and_the_painting_itself_has_its_style(splits: Splits) -> None:
    painting = paintings.of(splits.spec)
    objective = losses.Objective(splits.spec, painting)
    photo = fractions(splits.test.y[:2])
    of_photo = objective(photo, photo)
    assert np.asarray(of_photo["content"]).tolist() == [0, 0] and min(np.asarray(of_photo["style"])) > 0.1
    of_painting = objective(fractions(painting[None]), fractions(painting[None]))
    assert float(of_painting["style"][0]) == pytest.approx(0, abs=1e-6)


def test_the_style_does_not_depend_on_where_things_are(splits: Splits) -> None:
    objective = losses.Objective(splits.spec, paintings.of(splits.spec))
    image = fractions(paintings.of(splits.spec)[None])
    mirrored, noise = image[:, ::-1, ::-1], np.random.default_rng(0).random(image.shape, np.float32)
    style = [float(objective(image, each)["style"][0]) for each in (image, mirrored, noise)]
    content = float(objective(image, mirrored)["content"][0])
    assert style[0] < 1e-6 and style[1] < style[2] / 4 and content > 0.5


def test_noise_is_rough_and_an_area_is_smooth() -> None:
    noise = np.random.default_rng(0).random((1, 32, 32, 3), np.float32)
    assert float(losses.roughness(np.full_like(noise, 0.3))[0]) == 0 < float(losses.roughness(noise)[0])


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_random_features_are_the_same_in_every_process(hash_seed: str) -> None:
    """A process of its own, in which sets and hashes have another order."""
    code = (
        "import hashlib, keras; keras.utils.set_random_seed(int(__import__('sys').argv[1])); from support.training import features\n"
        "print('digest', hashlib.sha256(b''.join(a.tobytes() for a in features.random_network().get_weights())).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, hash_seed],
        cwd=settings.PROJECT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
    )
    weights = b"".join(array.tobytes() for array in features.random_network().get_weights())
    assert f"digest {hashlib.sha256(weights).hexdigest()}" in done.stdout, done.stderr


def test_structures_see_no_colour() -> None:
    one = features.random_network()
    plain = np.ones((1, 96, 96, 3), np.float32) * np.array([0.9, -0.4, 0.1], np.float32)
    _, content = one(plain)
    assert float(np.abs(content).max()) < 1e-4


# --- both methods ---


def test_one_step_moves_the_network_and_nothing_that_looks_at_images(config: Config, splits: Splits) -> None:
    painter = model.build_model(config, splits)
    before = [array.copy() for array in painter.network.get_weights()]
    looking = [np.asarray(gram).copy() for gram in painter.objective.grams]
    logs = painter.train_on_batch(splits.train.x[:4], splits.train.y[:4], return_dict=True)
    assert set(logs) == {"loss", "content", "style", "variation"} and all(np.isfinite(list(logs.values())))
    assert any((old != new).any() for old, new in zip(before, painter.network.get_weights(), strict=True))
    for old, new in zip(looking, painter.objective.grams, strict=True):
        np.testing.assert_array_equal(old, new)
    assert painter.count_params() == painter.network.count_params()  # checkpoints do not contain the feature network


def test_a_second_model_in_one_process_begins_as_the_first_did(config: Config, splits: Splits) -> None:
    first, second = (model.build_model(config, splits).network.get_weights() for _ in range(2))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_training_measures_is_what_evaluate_measures(config: Config, splits: Splits) -> None:
    painter = model.build_model(config, splits)
    reported = painter.evaluate(splits.validation.x, splits.validation.y, verbose=0, return_dict=True)
    truth, painted = splits.validation.y, painter.predict(splits.validation.x, verbose=0)
    found = metrics.losses_of(fractions(truth), painted, splits.spec)
    for name in ("loss", "content", "style", "variation"):
        assert reported[name] == pytest.approx(found[name], rel=1e-3, abs=1e-5), name


def test_training_brings_the_loss_of_test_photos_down(run: runs.Run) -> None:
    splits = data.load(run.config(Config))
    painted = serving.predict(serving.locate(None, run.name), splits.test.x)
    assert metrics.score(splits.test.y, painted, run.spec)["loss_ratio"] < 0.9


def test_the_one_image_is_nearer_to_the_painting_than_every_baseline(image_run: runs.Run) -> None:
    results = image_run.read("metrics.json")
    reached = results["test"]["loss_ratio"]
    assert results["factor"] == pytest.approx(1 / reached)
    assert all(reached < values["loss_ratio"] for values in results["baselines"].values())
    assert results["baselines"]["the photo as it is"]["loss_ratio"] == 1
    with Image.open(image_run.figures / "painted.png") as painted:
        assert painted.size == (97, 65)
    assert len(list((image_run.folder / "epochs").iterdir())) == 4 and (image_run.figures / "epochs.gif").exists()


def test_an_image_is_no_network_and_export_and_predict_say_where_it_is(image_run: runs.Run, photo: Path) -> None:
    with pytest.raises(
        ProjectError, match=r"makes one image, which .*figures/painted.png of its run.*no network to export\n"
    ):
        call(export, "--run", str(image_run.folder))
    with pytest.raises(ProjectError, match=r"no network that could paint another photo\nTrain one: python train.py"):
        call(predict, str(photo), "--run", str(image_run.folder))


def test_every_result_says_by_what_features_it_came(
    image_run: runs.Run, run: runs.Run, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("report.html", "model_card.md"):
        assert "random features" in (image_run.folder / name).read_text(encoding="utf-8")
    assert image_run.read("metrics.json")["features"] == "random"
    call(predict, str(photo), "--run", str(run.folder))
    assert "learned by random features" in capsys.readouterr().out


# --- exported files ---


@pytest.mark.parametrize("name", ["onnx", "litert", "litert-int8"])
def test_an_exported_file_paints_a_photo_of_another_size_as_keras_does(name: str, run: runs.Run, photo: Path) -> None:
    pixels = photos.read_one(photo)
    keras_model = serving.load(serving.locate(None, str(run.folder)))
    exported = serving.load(serving.locate(str(run.exports / exporting.PATHS[name]), None))
    for shape in ((74, 107), (96, 64), (33, 200)):
        some = np.asarray(Image.fromarray(pixels).resize(shape[::-1]))
        expected, found = (np.float32(photos.painted(answer, some)) for answer in (keras_model, exported))
        assert found.shape == (*shape, 3)
        difference = np.abs(found - expected)  # in 1/255 of a colour
        assert difference.mean() <= 5 if name == "litert-int8" else difference.max() <= 1, shape


@pytest.mark.parametrize("name", ["keras", "onnx", "litert"])
def test_a_photo_is_painted_beside_itself_at_its_own_size_and_nothing_is_overwritten(
    name: str, run: runs.Run, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--run", str(run.folder)] if name == "keras" else ["--model", str(run.exports / exporting.PATHS[name])]
    before = photo.read_bytes()
    capsys.readouterr()
    answers = []
    for _ in range(2):
        call(predict, str(photo), *asked, "--json")
        answers += json.loads(capsys.readouterr().out)
    assert [(answer["width"], answer["height"], answer["features"]) for answer in answers] == [(107, 74, "random")] * 2
    files = sorted(path.name for path in photo.parent.iterdir())
    assert files == ["photo-painted.png", "photo-painted_2.png", "photo.png"] and photo.read_bytes() == before
    one, two = (np.asarray(Image.open(photo.with_name(file))) for file in files[:2])
    assert one.shape == (74, 107, 3)
    np.testing.assert_array_equal(one, two)


# --- data ---


def test_no_pixel_of_a_test_piece_is_in_training_or_validation() -> None:
    where = np.stack([np.arange(60 * 200).reshape(60, 200)] * 3, axis=-1)
    for photo in (where, where.swapaxes(0, 1)):
        parts = photos.cut([photo], 32, 20, 0)
        seen = [set(np.unique(part).tolist()) for part in parts]
        assert not seen[0] & seen[1] and not seen[0] & seen[2] and not seen[1] & seen[2]
        assert [part.shape[1:] for part in parts] == [(32, 32, 3)] * 3 and len(parts[0]) == 20


def test_many_photos_are_divided_as_wholes_and_small_ones_left_out() -> None:
    many = [np.full((40 + number % 3, 50, 3), number, np.uint8) for number in range(20)]
    many[3] = many[3][:10]
    train_pieces, validation, test = (set(np.unique(part).tolist()) for part in photos.cut(many, 32, 40, 0))
    assert train_pieces | validation | test == set(range(20)) - {3}
    assert not train_pieces & validation and not train_pieces & test and not validation & test


def test_folders_of_splits_are_taken_together_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("train", "test"):
        (tmp_path / name).mkdir()
        Image.new("RGB", (50, 40), "red").save(tmp_path / name / "1.png")
    found, _ = data.photographs(settings.read(Config, argv=["--data", str(tmp_path)]))
    assert len(found) == 2
    assert "are taken together: photos are divided anew" in capsys.readouterr().err


def test_the_drawn_painting_is_the_same_each_time() -> None:
    first = paintings.drawn().copy()
    paintings.drawn.cache_clear()
    np.testing.assert_array_equal(first, paintings.drawn())
    assert first.shape == (256, 256, 3) and first.std() > 40


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK", "I;16"])
def test_photos_and_paintings_of_every_colour_mode_are_trained_on_and_painted(
    mode: str, run: runs.Run, tmp_path: Path
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    colour = Image.fromarray(pixels).resize((420, 280))
    if mode == "I;16":
        image = Image.fromarray(np.asarray(colour.convert("L")).astype(np.uint16) * 257)
    else:
        image = colour.convert(mode)
    path = tmp_path / ("own.jpg" if mode == "CMYK" else "own.png")
    image.save(path)
    found = data.load(settings.read(Config, argv=[*QUICK, "--data", str(path), "--style", str(path)]))
    assert found.train.x.shape == (8, 64, 64, 3) and len(found.test) >= 1
    call(predict, str(path), "--run", str(run.folder))
    with Image.open(tmp_path / "own-painted.png") as painted:
        assert painted.size == (420, 280) and painted.mode == "RGB"


def test_a_photo_taken_with_the_camera_on_its_side_is_painted_upright(run: runs.Run, photo: Path) -> None:
    with Image.open(photo) as image:
        exif = Image.Exif()
        exif[0x0112] = 6
        image.save(photo.with_name("turned.jpg"), exif=exif)
    call(predict, str(photo.with_name("turned.jpg")), "--run", str(run.folder))
    with Image.open(photo.with_name("turned-painted.png")) as painted:
        assert painted.size == (74, 107)


def test_longest_makes_the_painted_photo_smaller_and_output_puts_it_elsewhere(run: runs.Run, photo: Path) -> None:
    folder = photo.parent / "new" / "place"
    call(predict, str(photo), "--run", str(run.folder), "--output", str(folder), "--longest", "64")
    with Image.open(folder / "photo-painted.png") as painted:
        assert painted.size == (64, 44)
    with pytest.raises(ProjectError, match="is a file\nGive --output a folder"):
        call(predict, str(photo), "--run", str(run.folder), "--output", str(photo))


def test_a_photo_too_large_for_the_memory_is_answered_with_what_to_do(
    run: runs.Run, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "LARGEST", 74 * 107 - 1)
    with pytest.raises(ProjectError, match=r"a photo of 107×74 pixels is too large\nMake it smaller: --longest"):
        call(predict, str(photo), "--run", str(run.folder))
    call(predict, str(photo), "--run", str(run.folder), "--longest", "106")


def test_photos_that_are_left_out_are_counted_in_what_every_result_says(tmp_path: Path) -> None:
    for number in range(12):
        _image(tmp_path / f"{number}.png", 80, 40 if number == 5 else 80)
    found = data.load(settings.read(Config, argv=[*QUICK, "--data", str(tmp_path)]))
    assert "; 1 of 12 photos are too small and left out" in found.note


def _image(path: Path, width: int, height: int) -> str:
    Image.new("RGB", (width, height), "green").save(path)
    return str(path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--style", "{missing}"], r"there is no painting at .*\nExpected an image, such as --style painting.jpg"),
        (["--style", "{text}"], "is not an image, whatever its name says"),
        (["--style", "{empty}"], "is a folder\nExpected one painting"),
        (["--style", "{small}"], r"is too small: 60×200 pixels\nExpected 64 or more on its shorter side"),
        (["--data", "{missing}"], r"there is no file .*\nExpected a photo, or a folder of photos"),
        (["--data", "{text}"], "is not an image, whatever its name says"),
        (["--data", "{empty}"], r"no images in .*\nExpected files such as"),
        (["--data", "{small}"], r"too small for pieces of 96 pixels\nExpected 480 or more on the longer side"),
        (
            ["--data", "{two}", "--method", "optimize"],
            r"paints one photo, and there are 2 at .*\nGive --data one of them",
        ),
        (["--piece", "50"], "--piece cannot be '50'"),
        (["--features", "vgg16"], "--features cannot be 'vgg16': expected one of: auto, random, vgg19"),
    ],
)
def test_wrong_photos_and_paintings_are_answered_in_a_sentence(
    options: list[str], message: str, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "two").mkdir()
    (tmp_path / "text.jpg").write_text("no image")
    places = {
        "missing": str(tmp_path / "missing.jpg"),
        "text": str(tmp_path / "text.jpg"),
        "empty": str(tmp_path / "empty"),
        "small": _image(tmp_path / "small.png", 60, 200),
        "two": str(tmp_path / "two"),
    }
    for name in ("a", "b"):
        _image(tmp_path / "two" / f"{name}.png", 300, 200)
    with pytest.raises(ProjectError, match=message):
        data.load(settings.read(Config, argv=[option.format(**places) for option in options]))


def test_a_painting_that_changed_or_went_is_noticed(config: Config, tmp_path: Path) -> None:
    path = tmp_path / "art.png"
    _image(path, 80, 80)
    spec = data.load(config.model_copy(update={"style": str(path)})).spec
    Image.new("RGB", (80, 80), "red").save(path)
    with pytest.raises(ProjectError, match="is not the one of this run"):
        paintings.of(spec)
    path.unlink()
    with pytest.raises(ProjectError, match="there is no painting at"):
        paintings.of(spec)


def test_the_baselines_are_what_their_names_say(splits: Splits) -> None:
    found = baselines.predict(splits, 0)
    painting = fractions(paintings.of(splits.spec))
    photo = fractions(splits.test.y)
    np.testing.assert_array_equal(found["the photo as it is"], photo)
    wide = np.random.default_rng(0).uniform(0.3, 0.7, (50, 50, 3)).astype(np.float32)
    coloured = baselines.coloured(wide, np.clip(painting, 0.3, 0.7))
    np.testing.assert_allclose(coloured.mean((0, 1)), np.clip(painting, 0.3, 0.7).mean((0, 1)), atol=0.02)
    assert metrics.score(splits.test.y, photo, splits.spec)["loss_ratio"] == 1


# --- VGG19 ---


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """A local server that replaces the public hosts; the dict holds its responses by path."""
    content: dict[str, bytes] = {}

    class Host(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path in content else 404)
            self.send_header("Content-Length", str(len(content.get(self.path, b""))))
            self.end_headers()
            self.wfile.write(content.get(self.path, b""))

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(features.download, "FOLDER", tmp_path / "data")
    monkeypatch.setattr(features.download, "PAUSE", 0.0)
    monkeypatch.setattr(features.Path, "home", lambda: tmp_path)
    monkeypatch.setattr(features, "VGG19", f"{address}/vgg19.h5")
    monkeypatch.setattr(coco, "URL", f"{address}/val2017.zip")
    yield content
    server.shutdown()
    server.server_close()


def _vgg19_file(path: Path) -> bytes:
    """Weights drawn at random in the form of the published file: a group per layer, its arrays named in attributes."""
    import h5py
    import keras

    vgg = keras.applications.VGG19(include_top=False, weights=None)
    rng = np.random.default_rng(1)
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.name.encode() for layer in vgg.layers]
        for layer in vgg.layers:
            group, names = file.create_group(layer.name), []
            for weight in layer.weights:
                names.append(f"{layer.name}_{'W' if weight.ndim == 4 else 'b'}_1:0")
                size = np.sqrt(2 / np.prod(weight.shape[:-1])) if weight.ndim == 4 else 0
                group[names[-1]] = (rng.standard_normal(weight.shape) * size).astype(np.float32)
            group.attrs["weight_names"] = [name.encode() for name in names]
    return path.read_bytes()


def test_vgg19_is_fetched_checked_and_looked_through(
    host: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host["/vgg19.h5"] = _vgg19_file(tmp_path / "made.h5")
    monkeypatch.setattr(features, "VGG19_MD5", f"md5:{hashlib.md5(host['/vgg19.h5']).hexdigest()}")
    found = data.load(settings.read(Config, argv=[*QUICK, "--features", "vgg19"]))
    assert found.spec["features"] == "vgg19" and found.note.endswith("features of VGG19")
    layers, content = features.load(found.spec).both(fractions(found.test.x[:1]))
    assert [layer.shape[-1] for layer in layers] == [64, 128, 256, 512] and content.shape == (1, 16, 16, 256)
    objective = losses.Objective(found.spec, paintings.of(found.spec))
    photo = fractions(found.test.x[:1])
    assert np.isfinite(float(objective(photo, photo[:, ::-1])["loss"][0]))


def test_vgg19_that_cannot_be_had_is_answered_with_what_to_do(host: dict[str, bytes]) -> None:
    with pytest.raises(ProjectError) as error:
        data.load(settings.read(Config, argv=[*QUICK, "--features", "vgg19"]))
    assert "could not be downloaded" in str(error.value) and "--features random" in str(error.value)


def test_the_full_data_are_downloaded_unpacked_and_measured_with_vgg19(
    host: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "made.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for number in range(12):
            _image(tmp_path / "one.jpg", 200 + number, 150)
            file.write(tmp_path / "one.jpg", f"val2017/{number:012}.jpg")
    host["/val2017.zip"] = archive.read_bytes()
    monkeypatch.setattr(coco, "SHA256", hashlib.sha256(host["/val2017.zip"]).hexdigest())
    monkeypatch.setattr(features, "fetch_vgg19", lambda: tmp_path)
    for _ in range(2):  # the second time nothing is downloaded
        found = data.load(settings.read(Config, argv=[*QUICK, "--data", "full"]))
        host.clear()
    assert found.source == "full" and found.spec["features"] == "vgg19" and "COCO" in found.note
    assert len(list((tmp_path / "data" / "val2017").iterdir())) == 12
    assert (len(found.train), len(found.validation), len(found.test)) == (8, 8, 8)
