"""What must hold for this kind of model and data: shapes, ranges, learning, and answers on photos."""

import hashlib
import http.server
import io
import json
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import data
import drawn_shapes
import metrics
import voc
from config import Config
from model import build_model
from support import download, runs, settings
from support.data import annotated_images, box_augmentation, boxes
from support.errors import ProjectError
from support.exports import serving
from support.training import average_precision, baselines, grids

import numpy as np
import pytest
from PIL import Image

pytest_plugins = ["sample_run"]


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=[])


def test_every_cell_gives_a_box_and_a_score_for_each_class_between_0_and_1(config: Config) -> None:
    splits = data.load(config)
    output = build_model(config, splits).predict(splits.test.x[:5], verbose=0)
    assert output.shape == (5, len(grids.cells(config.image_size, config.grids)), 4 + 4)
    assert output.min() >= 0 and output.max() <= 1
    assert (output[..., 2:4] >= output[..., :2]).all()


def test_every_box_of_the_sample_is_the_task_of_some_cell(config: Config) -> None:
    y = data.load(config).train.y
    loss = grids.ClassBoxLoss(config.image_size, config.grids)
    wanted, _, has_box = (np.asarray(part) for part in loss.assign(y))
    for answer, row, some in zip(y, wanted, has_box, strict=True):
        true_boxes, _ = boxes.truth(answer)
        given = {tuple(box) for box in row[some > 0]}
        assert given == {tuple(box) for box in true_boxes}


def test_the_loss_is_near_zero_for_perfect_answers_and_grows_with_wrong_boxes_or_classes(config: Config) -> None:
    y = data.load(config).test.y
    loss = grids.ClassBoxLoss(config.image_size, config.grids)
    wanted, classes, has_box = (np.asarray(part) for part in loss.assign(y))
    right = np.eye(4)[classes.astype(int)] * has_box[..., None] * (1 - 1e-6)

    def of(corners: np.ndarray, said: np.ndarray) -> float:
        return float(loss(y, np.concatenate([corners, said], axis=-1).astype("float32")))

    losses = [of(wanted + moved, right) for moved in (0.0, 0.02, 0.1)]
    assert losses[0] < 1e-3 < losses[1] < losses[2]
    assert of(wanted, np.roll(right, 1, axis=-1)) > 1  # the boxes are right, the classes are not


def test_a_handful_of_pictures_can_be_learned_by_heart() -> None:
    config = settings.read(Config, argv=["--schedule", "constant", "--learning-rate", "0.002"])
    splits = data.load(config)
    few = splits.train.take(slice(0, 8))
    model = build_model(config, splits)
    x, y = (np.concatenate([part] * 80) for part in (few.x, few.y))  # one long epoch costs less than 80 short ones
    model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
    found = [boxes.find(output) for output in model(few.x, training=True).numpy()]  # batch statistics: the averages lag
    assert np.nanmean(average_precision.per_class(few.y, found, 4)[:, 0]) >= 0.9


@pytest.mark.parametrize(
    "changes",
    [
        ["--filters", "8,16,32,32,32", "--grids", "4,8,16,32"],
        ["--mosaic", "0.7", "--depth", "0"],
        ["--optimizer", "sgd", "--schedule", "exponential", "--zoom", "1"],
    ],
)
def test_every_choice_of_settings_trains(changes: list[str]) -> None:
    config = settings.read(Config, argv=changes)
    splits = data.load(config)
    assert splits.train.augment is not None
    x, y = splits.train.augment(splits.train.x[:32], splits.train.y[:32], np.random.default_rng(0))
    history = build_model(config, splits).fit(x, y, verbose=0)
    assert np.isfinite(history.history["loss"][0])


def test_each_class_has_a_score_and_a_row_and_background_has_a_row_and_a_column(config: Config) -> None:
    splits = data.load(config)
    splits = replace(splits, train=splits.train.take(slice(0, 40)), test=splits.test.take(slice(0, 10)))
    for output in baselines.predict(splits, 0).values():
        assert output.shape[::2] == (10, 4 + 4) and np.isfinite(output).all()
        found = metrics.details(splits.test.y, output, splits.spec)
        assert list(found["classes"]) == drawn_shapes.LABELS
        counts = np.array(found["confusion"])
        true = splits.test.y[..., 0].astype(int)
        assert counts.shape == (5, 5) and counts[4, 4] == 0
        assert counts[:4].sum(axis=1).tolist() == np.bincount(true[true >= 0], minlength=4).tolist()


def test_a_class_that_is_taken_for_another_is_in_the_confusion_and_one_nobody_sees_is_background() -> None:
    near, far = [0.1, 0.1, 0.4, 0.4], [0.6, 0.6, 0.9, 0.9]
    true = boxes.pad([np.array([[0, *near], [1, *far]])])
    output = np.array([[[*near, 0.1, 0.9], [0.1, 0.6, 0.3, 0.9, 0.8, 0.0]]])
    spec = {"labels": ["cat", "dog"], "threshold": 0.5}
    assert metrics.details(true, output, spec)["confusion"] == [[0, 1, 0], [0, 0, 1], [1, 0, 0]]


def test_a_mosaic_shows_boxes_where_their_objects_are() -> None:
    """White rectangles on black: wherever a mosaic says a box, there is a rectangle, and nothing white is outside of all boxes."""
    x = np.zeros((12, 64, 64, 3), np.uint8)
    x[:, 16:40, 20:44] = 255
    y = np.tile(np.array([[2, 20 / 64, 16 / 64, 44 / 64, 40 / 64], [-1, 0, 0, 0, 0]], np.float32), (12, 1, 1))
    augment = box_augmentation.augmenter(zoom=1, shift=0, light=0, flip=False, mosaic=1)
    mixed_x, mixed_y = augment(x, y, np.random.default_rng(0))
    assert mixed_x.shape == x.shape and mixed_y.shape == (12, 8, 5)
    assert (mixed_y[..., 0] >= 0).sum() > 36
    for picture, answer in zip(mixed_x, mixed_y, strict=True):
        inside = np.zeros((64, 64), bool)
        for left, top, right, bottom in np.round(boxes.truth(answer)[0] * 64).astype(int):
            assert picture[top + 1 : bottom - 1, left + 1 : right - 1].min() > 200
            inside[max(0, top - 1) : bottom + 1, max(0, left - 1) : right + 1] = True
        if (answer[:, 0] >= 0).sum() == 4:  # none was cut off so far that it is no longer told
            assert picture[~inside].max() <= 184


def test_where_the_boxes_of_four_have_no_room_a_picture_stays_alone() -> None:
    x = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), np.uint8)
    y = np.tile(np.array([0, 0.2, 0.2, 0.8, 0.8], np.float32), (4, annotated_images.MOST_BOXES, 1))
    same_x, same_y = box_augmentation.augmenter(1, 0, 0, flip=False, mosaic=1)(x, y, np.random.default_rng(0))
    assert (same_x == x).all() and np.allclose(same_y, y)


def test_every_split_of_your_own_pictures_has_its_share_of_a_rare_class(tmp_path: Path) -> None:
    """Custom classes come from the annotations, in the order of the alphabet, without an edit of the code."""
    (tmp_path / "labels").mkdir()
    (tmp_path / "classes.txt").write_text("zebra\nant\n")
    for number in range(60):
        Image.new("RGB", (32, 32), (number, 0, 0)).save(tmp_path / f"{number}.png")
        rare = "1 0.2 0.2 0.2 0.2\n" if number % 10 == 0 else ""
        (tmp_path / "labels" / f"{number}.txt").write_text(f"0 0.5 0.5 0.5 0.5\n{rare}")
    splits = data.load(settings.read(Config, argv=["--data", str(tmp_path)]))
    assert splits.spec["labels"] == ["ant", "zebra"]
    counts = [int((split.y[..., 0] == 0).sum()) for split in (splits.train, splits.validation, splits.test)]
    assert counts == [4, 1, 1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (["--grids", "16,8"], "--grids cannot be 16,8: expected some of 4, 8, 16, the finest first"),
        (["--grids", "5"], "--grids cannot be 5"),
        (["--filters", "8,8,8,8,8,8,8"], "--image-size 64 cannot be halved 7 times"),
        (["--image-size", "100"], "--image-size cannot be '100': expected one of: 64, 96"),
    ],
)
def test_settings_that_do_not_fit_are_answered_in_a_sentence(changes: list[str], message: str) -> None:
    with pytest.raises(ProjectError, match=message):
        settings.read(Config, argv=changes)


def test_an_exported_file_finds_the_same_boxes_and_classes_without_tensorflow(
    sample_run: runs.Run, sample_exports: Path
) -> None:
    run = sample_run
    few = data.load(run.config(Config)).test.take(slice(0, 20))
    output = serving.predict(serving.locate(None, str(run.folder)), few.x)
    code = f"""
import sys
from config import Config
from data import load
from support import settings
from support.data import boxes
from support.exports import serving
few = load(settings.read(Config, argv=[])).test.take(slice(0, 20))
output = serving.predict(serving.locate({str(sample_exports / "model.onnx")!r}, None), few.x)
import json
print(json.dumps([[one.boxes.tolist(), one.classes.tolist()] for one in (boxes.find(row, 0.05) for row in output)]))
print("tensorflow" in sys.modules, "keras" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.PROJECT, capture_output=True, text=True, check=True
    )
    answers, modules = done.stdout.splitlines()
    assert modules == "False False"
    expected = [boxes.find(row, 0.05) for row in output]
    assert sum(map(len, expected)) > 20
    for one, (corners, classes) in zip(expected, json.loads(answers), strict=True):
        assert one.classes.tolist() == classes
        np.testing.assert_allclose(one.boxes, np.array(corners).reshape(-1, 4), atol=1e-4)


@pytest.fixture
def voc_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """VOC's two archives in small, behind an address of this computer; gives the folder into which the project downloads."""
    served = tmp_path / "served"
    served.mkdir()
    picture = io.BytesIO()
    Image.new("RGB", (200, 100), "white").save(picture, "JPEG")
    xml = "<annotation><filename>{0}.jpg</filename>{1}</annotation>"
    thing = "<object><name>{0}</name><difficult>1</difficult><bndbox><xmin>20</xmin><ymin>10</ymin><xmax>60</xmax><ymax>50</ymax></bndbox></object>"
    files = {}
    for part, numbers in (("trainval", range(8)), ("test", range(8, 11))):
        name = voc.FILES[part][0]
        with tarfile.open(served / name, "w") as archive:
            for number in numbers:
                text = xml.format(number, thing.format("dog" if number % 2 else "cat"))
                for folder, ending, content in (
                    ("Annotations", "xml", text.encode()),
                    ("JPEGImages", "jpg", picture.getvalue()),
                    ("SegmentationClass", "png", b"not looked at"),
                ):
                    info = tarfile.TarInfo(f"VOCdevkit/VOC2007/{folder}/{number}.{ending}")
                    info.size = len(content)
                    archive.addfile(info, io.BytesIO(content))
        files[part] = (name, "md5:" + hashlib.md5((served / name).read_bytes()).hexdigest())

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *rest, **named) -> None:
            super().__init__(*rest, directory=str(served), **named)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(voc, "HOST", f"http://127.0.0.1:{server.server_address[1]}")
    monkeypatch.setattr(voc, "FILES", files)
    monkeypatch.setattr(download, "PAUSE", 0.0)
    monkeypatch.setattr(download, "FOLDER", tmp_path / "data")
    yield tmp_path / "data"
    server.shutdown()
    server.server_close()


def test_pascal_voc_is_downloaded_unpacked_and_read_once(voc_host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = settings.read(Config, argv=["--data", "full", "--validation-fraction", "0.25"])
    splits = data.load(config)
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (6, 2, 3)
    assert splits.spec["labels"] == ["cat", "dog"] and splits.source == "full"
    assert splits.validation.y[..., 0].ravel().tolist() == [0, 1]
    np.testing.assert_allclose(splits.train.y[0, 0, 1:], [0.1, 0.3, 0.3, 0.5], atol=1e-6)
    assert sorted(path.name for path in (voc_host / "voc2007" / "test").iterdir()) == ["Annotations", "JPEGImages"]
    monkeypatch.setattr(voc, "HOST", "http://127.0.0.1:9")  # nobody answers there
    again = data.load(settings.read(Config, argv=["--data", "full", "--classes", "dog"]))
    assert again.spec["labels"] == ["dog"]


def test_an_archive_that_is_not_the_published_one_is_refused(voc_host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, _ = voc.FILES["trainval"]
    monkeypatch.setattr(voc, "FILES", {**voc.FILES, "trainval": (name, "md5:" + "0" * 32)})
    with pytest.raises(ProjectError, match="its hash differs") as error:
        data.load(settings.read(Config, argv=["--data", "full"]))
    assert f"Put the file from {voc.HOST}/{name} at {voc_host / name}" in str(error.value)
