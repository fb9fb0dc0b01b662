"""Tests of this kind of model and data: shapes, ranges, learning, and targets on photos."""

import hashlib
import http.server
import io
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
from support import download, settings
from support.data import annotated_images, box_augmentation, boxes
from support.errors import ProjectError
from support.training import baselines

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=[])


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
    """White rectangles on black: every box of a mosaic contains a rectangle, and no white pixel is outside the boxes."""
    x = np.zeros((12, 64, 64, 3), np.uint8)
    x[:, 16:40, 20:44] = 255
    y = np.tile(np.array([[2, 20 / 64, 16 / 64, 44 / 64, 40 / 64], [-1, 0, 0, 0, 0]], np.float32), (12, 1, 1))
    augment = box_augmentation.augmenter(zoom=1, shift=0, light=0, flip=False, mosaic=1)
    mixed_x, mixed_y = augment(x, y, np.random.default_rng(0))
    assert mixed_x.shape == x.shape and mixed_y.shape == (12, 8, 5)
    assert (mixed_y[..., 0] >= 0).sum() > 36
    for image, target in zip(mixed_x, mixed_y, strict=True):
        inside = np.zeros((64, 64), bool)
        for left, top, right, bottom in np.round(boxes.truth(target)[0] * 64).astype(int):
            assert image[top + 1 : bottom - 1, left + 1 : right - 1].min() > 200
            inside[max(0, top - 1) : bottom + 1, max(0, left - 1) : right + 1] = True
        if (target[:, 0] >= 0).sum() == 4:  # none was cut off so far that its box was dropped
            assert image[~inside].max() <= 184


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


@pytest.fixture
def voc_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """VOC's two archives on a small scale, on a local server; returns the folder into which the project downloads."""
    served = tmp_path / "served"
    served.mkdir()
    image = io.BytesIO()
    Image.new("RGB", (200, 100), "white").save(image, "JPEG")
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
                    ("JPEGImages", "jpg", image.getvalue()),
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
    monkeypatch.setattr(voc, "HOST", "http://127.0.0.1:9")  # no server listens there
    again = data.load(settings.read(Config, argv=["--data", "full", "--classes", "dog"]))
    assert again.spec["labels"] == ["dog"]


def test_an_archive_that_is_not_the_published_one_is_refused(voc_host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, _ = voc.FILES["trainval"]
    monkeypatch.setattr(voc, "FILES", {**voc.FILES, "trainval": (name, "md5:" + "0" * 32)})
    with pytest.raises(ProjectError, match="its hash differs") as error:
        data.load(settings.read(Config, argv=["--data", "full"]))
    assert f"Put the file from {voc.HOST}/{name} at {voc_host / name}" in str(error.value)
