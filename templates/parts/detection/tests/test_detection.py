"""What must hold for every detector: its sample, its threshold, its scores class by class, and what it answers on photos."""

import json
import sys
from pathlib import Path
from typing import Any

import data
import metrics
import predict
from config import Config
from support import runs, settings
from support.data import boxes, pasting
from support.errors import ProjectError

import numpy as np
import pytest
from PIL import Image

pytest_plugins = ["sample_run"]
LEFT, RIGHT = [0.1, 0.1, 0.4, 0.4], [0.6, 0.6, 0.9, 0.9]


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
    answer: dict[str, Any] = {"objects": [{"label": label, "score": 0.9, "box": box}]}
    monkeypatch.setattr(metrics, "describe", lambda row, spec: answer)
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
