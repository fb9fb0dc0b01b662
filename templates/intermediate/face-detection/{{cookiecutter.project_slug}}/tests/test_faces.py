"""Tests of this kind of model and data: shapes, ranges, learning, and targets on photos."""

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import data
import metrics
import wider_face
from config import Config
from model import build_model
from support import download, settings
from support.splits import Split, Splits
from support.training import baselines

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=[])


@pytest.mark.parametrize(
    "changes",
    [["--grids", "4,8,32"], ["--grids", "16"], ["--optimizer", "sgd", "--schedule", "exponential", "--zoom", "1"]],
)
def test_every_choice_of_settings_trains(changes: list[str]) -> None:
    config = settings.read(Config, argv=changes)
    splits = data.load(config)
    history = build_model(config, splits).fit(splits.train.x[:32], splits.train.y[:32], verbose=0)
    assert np.isfinite(history.history["loss"][0])


def test_several_classes_each_have_a_score_and_a_row_in_the_table(config: Config) -> None:
    splits = data.load(config)
    labels = ["cat", "dog", "hen"]

    def several(split: Split) -> Split:
        y = split.y.copy()
        y[..., 0] = np.where(y[..., 0] < 0, -1, np.arange(y.shape[1]) % 3)
        return replace(split, y=y).take(slice(0, 24))

    train, validation, test = map(several, (splits.train, splits.validation, splits.test))
    splits = Splits(train, validation, test, {**splits.spec, "labels": labels}, "own", "several classes")
    model = build_model(config, splits)
    model.fit(splits.train.x, splits.train.y, epochs=1, batch_size=8, verbose=0)
    outputs = {"network": model.predict(splits.test.x, verbose=0), **baselines.predict(splits, 0)}
    for output in outputs.values():
        assert output.shape[::2] == (24, 4 + 3) and np.isfinite(output).all()
    assert list(metrics.details(splits.test.y, outputs["network"], splits.spec)["classes"]) == labels


def test_wider_face_is_read_from_its_own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The published layout on a small scale; downloading itself is tested in test_download.py."""
    monkeypatch.setattr(download, "FOLDER", tmp_path)
    small = {}
    for part, names in (("train", ["a", "b", "c", "d"]), ("val", ["e"])):
        with zipfile.ZipFile(tmp_path / f"WIDER_{part}.zip", "w") as archive:
            for name in names:
                Image.new("RGB", (200, 100), "white").save(tmp_path / "one.jpg")
                archive.write(tmp_path / "one.jpg", f"WIDER_{part}/images/0--Parade/{name}.jpg")
        lines = [
            f"0--Parade/{name}.jpg\n3\n10 20 30 40 0 0 0 0 0 0 \n0 0 90 90 0 0 0 1 0 0\n5 5 1 2 0 0 0 0 0 0\n"
            for name in names
        ]
        small[part] = "".join(lines) + (f"0--Parade/{names[0]}.jpg\n0\n0 0 0 0 0 0 0 0 0 0\n" if part == "val" else "")
    with zipfile.ZipFile(tmp_path / "wider_face_split.zip", "w") as archive:
        for part, text in small.items():
            archive.writestr(f"wider_face_split/wider_face_{part}_bbx_gt.txt", text)
    hashes = {name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in wider_face.FILES}
    monkeypatch.setattr(wider_face, "FILES", hashes)
    config = settings.read(Config, argv=["--data", "full", "--validation-fraction", "0.25"])
    splits = data.load(config)
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (3, 1, 2)
    np.testing.assert_allclose(splits.train.y[0, :, 1:], [[0.05, 0.35, 0.2, 0.55]], atol=1e-6)
    assert (splits.test.y[..., 0] >= 0).sum(axis=1).tolist() == [1, 0]
    assert (tmp_path / "WIDER_train.zip").exists()
