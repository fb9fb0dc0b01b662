"""Tests of every detector: its network and loss, its sample, its threshold, its scores, exports and predictions for photos."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import data
import metrics
import predict
from config import Config
from model import build_model
from support import runs, settings
from support.data import boxes, pasting
from support.errors import ProjectError
from support.exports import serving
from support.splits import Splits
from support.training import average_precision, grids

import numpy as np
import pytest
from PIL import Image

pytest_plugins = ["sample_run"]
LEFT, RIGHT = [0.1, 0.1, 0.4, 0.4], [0.6, 0.6, 0.9, 0.9]


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=[])


@pytest.fixture(scope="module")
def splits(config: Config) -> Splits:
    return data.load(config)


def test_every_cell_gives_a_box_and_a_score_for_each_class_between_0_and_1(config: Config, splits: Splits) -> None:
    output = build_model(config, splits).predict(splits.test.x[:5], verbose=0)
    cells = grids.cells(config.image_size, config.grids)
    assert output.shape == (5, len(cells), 4 + len(splits.spec["labels"]))
    assert output.min() >= 0 and output.max() <= 1
    assert (output[..., 2:4] >= output[..., :2]).all()


def test_every_box_of_the_sample_is_the_task_of_some_cell(config: Config, splits: Splits) -> None:
    y = splits.train.y
    wanted, _, has_box = (np.asarray(part) for part in build_model(config, splits).loss.assign(y))
    for target, row, some in zip(y, wanted, has_box, strict=True):
        assert {tuple(box) for box in row[some > 0]} == {tuple(box) for box in boxes.truth(target)[0]}


def test_the_loss_is_near_zero_for_perfect_predictions_and_grows_with_wrong_boxes_or_classes(
    config: Config, splits: Splits
) -> None:
    y, classes = splits.test.y, len(splits.spec["labels"])
    loss = build_model(config, splits).loss
    wanted, numbers, has_box = (np.asarray(part) for part in loss.assign(y))
    right = np.eye(classes)[np.maximum(numbers, 0).astype(int)] * has_box[..., None] * (1 - 1e-6)

    def of(corners: np.ndarray, scores: np.ndarray) -> float:
        return float(loss(y, np.concatenate([corners, scores], axis=-1).astype("float32")))

    losses = [of(wanted + moved, right) for moved in (0.0, 0.02, 0.1)]
    assert losses[0] < 1e-3 < losses[1] < losses[2]
    assert of(wanted, np.roll(right, 1, axis=-1 if classes > 1 else 1)) > 1  # right boxes, wrong scores


def test_a_handful_of_images_can_be_memorised() -> None:
    config = settings.read(Config, argv=["--schedule", "constant", "--learning-rate", "0.002"])
    splits = data.load(config)
    few = splits.train.take(slice(0, 8))
    model = build_model(config, splits)
    x, y = (np.concatenate([part] * 80) for part in (few.x, few.y))  # one long epoch costs less than 80 short ones
    model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
    found = [boxes.find(output) for output in model(few.x, training=True).numpy()]  # batch statistics: the averages lag
    assert np.nanmean(average_precision.per_class(few.y, found, len(splits.spec["labels"]))[:, 0]) >= 0.9


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (["--grids", "16,8"], "--grids cannot be 16,8: expected some of 4, 8, 16.*, the finest first"),
        (["--grids", "5"], "--grids cannot be 5"),
        (["--image-size", "96", "--filters", "8,8,8,8,8,8,8"], "--image-size 96 cannot be halved 7 times"),
        (["--image-size", "100"], "--image-size cannot be '100': expected one of: 64, 96"),
    ],
)
def test_settings_that_do_not_fit_are_refused_in_a_sentence(changes: list[str], message: str) -> None:
    with pytest.raises(ProjectError, match=message):
        settings.read(Config, argv=changes)


def test_no_piece_of_background_is_in_two_splits(monkeypatch: pytest.MonkeyPatch) -> None:
    """On photos whose brightness says the column, nothing drawn on them, the splits have no brightness in common."""
    columns = (np.arange(400) // 2).astype(np.uint8)  # each split begins at an even column
    photo = Image.fromarray(np.tile(columns[None, :, None], (300, 1, 3)))
    monkeypatch.setattr(pasting, "photos", lambda: [photo])
    monkeypatch.setattr(pasting, "paste", lambda *_: None)
    splits = data.sample.__wrapped__(32, 0)  # the function behind its cache
    seen = [set(np.unique(part.x).tolist()) for part in (splits.train, splits.validation, splits.test)]
    assert min(map(len, seen)) > 20 and len(set.union(*seen)) == sum(map(len, seen))


def test_each_class_has_its_own_average_precision() -> None:
    """The cat is found; of two dogs one is found, after a wrong one; the hen is taken for a dog."""
    low = [0.1, 0.6, 0.3, 0.9]
    true = boxes.pad([np.array([[0, *LEFT], [1, *RIGHT]]), np.array([[1, *LEFT], [2, *RIGHT]])])
    output = np.array(
        [
            [[*LEFT, 0.9, 0, 0], [*RIGHT, 0, 0.7, 0], [*low, 0, 0.8, 0]],
            [[*RIGHT, 0, 0.6, 0], [*low, 0, 0, 0], [*low, 0, 0, 0]],
        ]
    )
    spec = {"labels": ["cat", "dog", "hen"], "threshold": 0.5}
    found = metrics.details(true, output, spec)["classes"]
    dog = 0.5 * 51 / 101  # half of the dogs are found, at a precision of a half
    assert [one["ap50"] for one in found.values()] == pytest.approx([1.0, dog, 0.0])
    assert [one["precision"] for one in found.values()] == pytest.approx([1, 1 / 3, 0])
    assert [one["recall"] for one in found.values()] == pytest.approx([1, 1 / 2, 0])
    assert metrics.score(true, output, spec)["ap50"] == pytest.approx((1 + dog) / 3)


def test_the_threshold_is_where_precision_and_recall_are_balanced_best() -> None:
    true = boxes.pad([np.array([[0, *LEFT]])] * 10)
    output = np.tile(np.array([[*LEFT, 0.8], [*RIGHT, 0.4]]), (10, 1, 1))
    assert 0.4 < metrics.choose_threshold(true, output, None)["threshold"] <= 0.8


def test_predicting_writes_the_boxes_in_pixels_of_the_photo_and_replaces_nothing(
    sample_run: runs.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The photo is stored on its side: boxes are pixels of the photo as it is seen."""
    monkeypatch.setattr(runs, "FOLDER", sample_run.folder.parent)
    photo, exif = tmp_path / "photo.jpg", Image.Exif()
    exif[274] = 6
    Image.fromarray(np.full((300, 100, 3), 90, np.uint8)).save(photo, exif=exif)
    before = photo.read_bytes()

    label = data.load(settings.read(Config, argv=[])).spec["labels"][0]
    box = [0.5, 0.5, 0.75, 0.6]  # of the square, in which the photo lies from 1/3 to 2/3
    record: dict[str, Any] = {"objects": [{"label": label, "score": 0.9, "box": box}]}
    monkeypatch.setattr(metrics, "to_record", lambda row, spec: record)
    for _ in range(2):
        monkeypatch.setattr(sys, "argv", ["predict.py", str(photo), "--output", str(tmp_path / "out")])
        predict.main()
    assert f"{label} 90% at 150 50 225 80" in capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "photo.json",
        "photo.png",
        "photo_2.json",
        "photo_2.png",
    ]
    assert photo.read_bytes() == before
    written = json.loads((tmp_path / "out" / "photo.json").read_text(encoding="utf-8"))
    assert (written["width"], written["height"]) == (300, 100)
    assert written["objects"] == [{"label": label, "score": 0.9, "box": [150.0, 50.0, 225.0, 80.0]}]
    with Image.open(tmp_path / "out" / "photo.png") as drawn:
        assert drawn.size == (300, 100) and drawn.getpixel((150, 65)) != (90, 90, 90)


@pytest.mark.parametrize("name", ["missing.jpg", "text.jpg", "empty"])
def test_inputs_that_are_no_images_are_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("no image")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ProjectError, match=name):
        data.read_inputs([str(tmp_path / name)], {"shape": [96, 96, 3]})


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
    found, modules = done.stdout.splitlines()
    assert modules == "False False"
    expected = [boxes.find(row, 0.05) for row in output]
    assert sum(map(len, expected)) > 20
    for one, (corners, classes) in zip(expected, json.loads(found), strict=True):
        assert one.classes.tolist() == classes
        np.testing.assert_allclose(one.boxes, np.array(corners).reshape(-1, 4), atol=1e-4)
