"""Tests of labelled images: folders, .npz files, wrong inputs, and folders larger than memory."""

from pathlib import Path

from support.data import image_folders, images
from support.data.images import ImageFiles
from support.errors import ProjectError

import numpy as np
import pytest
from PIL import Image


def test_a_folder_per_class_is_split_with_every_class_in_every_split(folder: Path) -> None:
    splits = image_folders.load(folder, (28, 28, 1), (0.2, 0.2), 0)
    assert splits.spec["labels"] == ["bright", "dark"]
    assert [np.bincount(split.y).tolist() for split in (splits.train, splits.validation, splits.test)] == [
        [8, 8],
        [2, 2],
        [2, 2],
    ]


def test_train_and_test_folders_are_kept(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    for part in ("train", "test"):
        for name in ("bright", "dark"):
            (own / part / name).mkdir(parents=True)
            for number in range(0, 12, 2 if part == "train" else 3):
                (own / part / name / f"{number}.png").write_bytes((folder / name / f"{number}.png").read_bytes())
    splits = image_folders.load(own, (28, 28, 1), (0.2, 0.2), 0)
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (10, 2, 8)


def _cut_in_half(folder: Path) -> None:
    path = folder / "dark" / "3.png"
    Image.effect_noise((64, 64), 50).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _text(folder: Path) -> None:
    (folder / "dark" / "3.png").write_text("no image")


def _one_class(folder: Path) -> None:
    for path in (folder / "dark").iterdir():
        path.unlink()
    (folder / "dark").rmdir()


def _empty_class(folder: Path) -> None:
    for path in (folder / "dark").iterdir():
        path.unlink()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_cut_in_half, "3.png is damaged"),
        (_text, "3.png is not an image, whatever its name says"),
        (_one_class, "only one class in"),
        (_empty_class, "no images in"),
    ],
)
def test_wrong_folders_are_answered_in_a_sentence_that_names_the_file(spoil, message: str, folder: Path) -> None:
    spoil(folder)
    with pytest.raises(ProjectError, match=message):
        image_folders.load(folder, (28, 28, 1), (0.2, 0.2), 0)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x_train": np.zeros((4, 8, 8))}, "has no y_train, x_test, y_test"),
        ({"x_train": np.zeros((4, 8)), "y_train": [0, 1, 0, 1]}, "x_train has the shape"),
        ({"x_train": np.zeros((4, 8, 8)), "y_train": [0, 1, 0]}, "x_train has 4 images, y_train 3 classes"),
        ({"x_train": np.zeros((4, 8, 8)), "y_train": [0, 0, 0, 0]}, "only one class in"),
        ({"x_train": np.full((4, 8, 8), 300), "y_train": [0, 1, 0, 1]}, "values outside 0..255"),
    ],
)
def test_wrong_npz_files_are_answered_in_a_sentence(arrays: dict, message: str, tmp_path: Path) -> None:
    if len(arrays) > 1:
        arrays |= {"x_test": np.zeros((2, 8, 8)), "y_test": arrays["y_train"][:2]}
    np.savez(tmp_path / "own.npz", allow_pickle=False, **{name: np.asarray(values) for name, values in arrays.items()})
    with pytest.raises(ProjectError, match=message):
        image_folders.load(tmp_path / "own.npz", (28, 28, 1), (0.2, 0.2), 0)


def test_a_large_folder_stays_on_the_disk_and_gives_the_same_images(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = image_folders.load(folder, (20, 20, 3), (0.2, 0.2), 0)
    monkeypatch.setattr(images, "IN_MEMORY", 0)
    monkeypatch.setattr(images, "MANY", 5)  # several rounds of reading
    files = image_folders.load(folder, (20, 20, 3), (0.2, 0.2), 0)
    for one, other in ((kept.train, files.train), (kept.validation, files.validation), (kept.test, files.test)):
        assert isinstance(one.x, np.ndarray) and isinstance(other.x, ImageFiles)
        np.testing.assert_array_equal(one.x, other.x[:])
        np.testing.assert_array_equal(one.y, other.y)
    np.testing.assert_array_equal(kept.train.x[np.array([7, 2, 2])], files.train.x[np.array([7, 2, 2])])
    assert files.train.x.shape == kept.train.x.shape


@pytest.mark.usefixtures("nothing_kept")
def test_an_image_that_changes_changes_the_fingerprint_of_a_folder_that_stays_on_the_disk(folder: Path) -> None:
    def fingerprint() -> str:
        return image_folders.load(folder, (20, 20, 3), (0.2, 0.2), 0).fingerprint()

    first = fingerprint()
    assert fingerprint() == first
    Image.new("RGB", (20, 20), "red").save(folder / "dark" / "3.png")
    assert fingerprint() != first


@pytest.mark.usefixtures("nothing_kept")
def test_broken_images_of_a_large_folder_are_named_before_anything_is_trained(folder: Path) -> None:
    _cut_in_half(folder)
    with pytest.raises(ProjectError, match="3.png is damaged"):
        image_folders.load(folder, (20, 20, 3), (0.2, 0.2), 0)


@pytest.mark.usefixtures("nothing_kept")
def test_test_images_that_are_also_trained_on_are_counted_in_a_large_folder(folder: Path) -> None:
    assert image_folders.shared_images(image_folders.load(folder, (20, 20, 3), (0.2, 0.2), 0)) == 0
    for number in range(12):
        Image.new("RGB", (20, 20), "white").save(folder / "bright" / f"{number}.png")
    assert image_folders.shared_images(image_folders.load(folder, (20, 20, 3), (0.2, 0.2), 0)) == 2
