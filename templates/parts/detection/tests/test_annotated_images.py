"""Tests of your own annotated images as splits: classes, the data's own splits, and copies that stay together."""

from collections.abc import Callable
from pathlib import Path

from support.data import annotated_images, copies
from support.data.annotations.records import AnnotatedImage
from support.data.letterbox import LetterboxedImages
from support.errors import ProjectError
from support.splits import Splits

import numpy as np
import pytest
import written
from PIL import Image
from written import NAMES

FRACTIONS = (0.3, 0.3)


def data_set(root: Path, count: int = 4) -> Path:
    for number in range(count):
        written.image(root / f"{number}.jpg")
        written.voc(root / f"{number}.xml")
    return root


def sizes(splits: Splits) -> tuple[int, int, int]:
    return len(splits.train), len(splits.validation), len(splits.test)


def test_an_image_of_which_every_box_is_broken_is_not_shown_as_empty(tmp_path: Path) -> None:
    data_set(tmp_path)
    written.voc(tmp_path / "1.xml", [(5, 5, 5, 5)], ["cat"])
    splits, problems = annotated_images.load(tmp_path, 64, FRACTIONS, 0)
    assert sizes(splits) == (1, 1, 1) and [problem.kind for problem in problems] == ["zero area"]


def test_several_classes_are_numbered_or_count_as_one(tmp_path: Path) -> None:
    data_set(tmp_path, 3)
    several, _ = annotated_images.load(tmp_path, 64, FRACTIONS, 0)
    single, _ = annotated_images.load(tmp_path, 64, FRACTIONS, 0, single="animal")
    only, problems = annotated_images.load(tmp_path, 64, FRACTIONS, 0, classes=("dog",), single="animal")
    assert several.spec["labels"] == NAMES and sorted(several.train.y[0, :, 0]) == [0, 1]
    assert single.spec["labels"] == ["animal"] and single.train.y[0, :, 0].tolist() == [0, 0]
    assert only.spec["labels"] == ["dog"] and len(problems) == 3


def test_an_image_of_one_colour_and_one_of_many_bits_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data_set(tmp_path)
    Image.new("RGB", written.SIZE).save(tmp_path / "1.jpg")
    deep = np.random.default_rng(0).integers(0, 4096, written.SIZE[::-1]).astype(np.uint16)
    (tmp_path / "2.jpg").unlink()
    Image.fromarray(deep).save(tmp_path / "2.png")
    flat = f"1 of 4 images of one single colour: nothing can be learned from it: {tmp_path / '1.jpg'}"
    annotated_images.load(tmp_path, 64, FRACTIONS, 0)
    said = capsys.readouterr().err
    assert flat in said and "1 of 4 images of more than 8 bits" in said
    annotated_images.read_inputs([str(tmp_path)], {"shape": [64, 64, 3]})
    assert flat in capsys.readouterr().err


@pytest.mark.parametrize(
    ("boxes", "message"),
    [([], "no box in the 3 images to train on"), ([written.BOXES[0]], "dog has boxes, but none to")],
)
def test_what_is_tested_and_not_trained_is_refused_or_named(boxes: list, message: str, tmp_path: Path) -> None:
    for number in range(3):
        written.image(tmp_path / "train" / f"{number}.jpg")
        written.voc(tmp_path / "train" / f"{number}.xml", boxes, NAMES[: len(boxes)])
    for split in ("val", "test"):
        data_set(tmp_path / split, 1)
    if boxes:
        _, problems = annotated_images.load(tmp_path, 64, FRACTIONS, 0)
        assert message in "; ".join(problem.text for problem in problems)
        return
    with pytest.raises(ProjectError, match=message):
        annotated_images.load(tmp_path, 64, FRACTIONS, 0)


def test_a_class_that_is_asked_for_and_not_there_is_an_error_that_names_those_there(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"no box of the class Dog in .*\nThe classes there: cat, dog\."):
        annotated_images.load(data_set(tmp_path), 64, FRACTIONS, 0, classes=("cat", "Dog"))


def test_many_images_are_read_when_they_are_asked_for_and_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_set(tmp_path)
    read, _ = annotated_images.load(tmp_path, 64, FRACTIONS, 0)
    monkeypatch.setattr(annotated_images, "MEMORY", 1000)
    lazy, _ = annotated_images.load(tmp_path, 64, FRACTIONS, 0)
    assert isinstance(lazy.train.x, LetterboxedImages)
    assert (lazy.train.x[np.arange(2)] == read.train.x).all() and (lazy.train.x[1:2] == read.train.x[1:2]).all()
    assert (lazy.train.y == read.train.y).all()
    before = lazy.fingerprint()
    assert annotated_images.load(tmp_path, 64, FRACTIONS, 0)[0].fingerprint() == before
    Image.new("RGB", written.SIZE, "white").save(lazy.train.x.images[0].path)
    assert lazy.fingerprint() != before


def voc_sets(root: Path) -> None:
    """Images 0 … 5 in splits of three, two and one."""
    data_set(root, 6)
    for name, numbers in (("train", "012"), ("val", "34"), ("test", "5")):
        written.text(root / "ImageSets" / "Main" / f"{name}.txt", "\n".join(numbers))


def folders(root: Path) -> None:
    for name, numbers in (("Train", "012"), ("VALID", "34"), ("test", "5")):
        for number in numbers:
            written.image(root / name / f"{number}.jpg")
            written.voc(root / name / f"{number}.xml")


@pytest.mark.parametrize("write", [voc_sets, folders])
def test_splits_that_the_data_set_brings_are_used(write: Callable[[Path], None], tmp_path: Path) -> None:
    write(tmp_path)
    splits, problems = annotated_images.load(tmp_path, 64, FRACTIONS, 0)
    assert sizes(splits) == (3, 2, 1) and problems == []
    assert "train and validation and test as the data set has them" in splits.note


@pytest.mark.parametrize(
    ("split", "count", "expected"),
    [("val", 2, (3, 2, 1)), ("dev", 2, (3, 2, 1)), ("test", 1, (3, 1, 1)), ("Testing", 1, (3, 1, 1))],
)
def test_what_the_data_set_does_not_bring_is_drawn_from_its_training_images(
    split: str, count: int, expected: tuple[int, int, int], tmp_path: Path
) -> None:
    data_set(tmp_path / "train", 4)
    data_set(tmp_path / split, count)
    splits, _ = annotated_images.load(tmp_path, 64, (0.2, 0.2), 0)
    assert sizes(splits) == expected


def test_copies_of_one_photo_that_roboflow_made_stay_in_one_split(tmp_path: Path) -> None:
    for photo in range(12):
        for copy in ("0a1", "1b2", "2c3"):
            written.image(tmp_path / f"photo_{photo}_jpg.rf.{copy}{photo}.jpg")
            written.yolo(tmp_path / f"photo_{photo}_jpg.rf.{copy}{photo}.txt")
    # Which photo an image is of can be told from its boxes: each photo gets its own.
    for photo in range(12):
        for path in tmp_path.glob(f"photo_{photo}_jpg.*.txt"):
            written.yolo(path, [(photo, photo, photo + 30, photo + 30)])
    splits, problems = annotated_images.load(tmp_path, 64, FRACTIONS, 0)
    photos = [{float(row[0, 1]) for row in part.y} for part in (splits.train, splits.validation, splits.test)]
    assert sum(map(len, photos)) == 12 and all(photos) and not problems
    assert sizes(splits) == (12, 12, 12)


def photo(seed: int) -> Image.Image:
    """Soft patches of light and dark, as in a photo."""
    rng = np.random.default_rng(seed)
    return Image.fromarray(rng.integers(0, 256, (9, 12, 3), np.uint8)).resize((240, 180), Image.Resampling.BICUBIC)


CHANGES: dict[str, Callable[[Image.Image, Path], None]] = {
    "another format": lambda image, path: image.save(path.with_suffix(".jpg"), quality=50),
    "half as large": lambda image, path: image.resize((120, 90)).save(path),
    "brighter": lambda image, path: image.point(lambda value: 20 + value * 0.9).save(path),
    "grey": lambda image, path: image.convert("L").save(path),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_copy_is_known_although_it_was_changed(change: str, tmp_path: Path) -> None:
    photo(0).save(tmp_path / "a.png")
    photo(1).save(tmp_path / "b.png")
    CHANGES[change](photo(0), tmp_path / "c.png")
    images = [AnnotatedImage(path, (240, 180)) for path in sorted(tmp_path.iterdir())]
    assert copies.group(images, LetterboxedImages(images, 96)).tolist() == [0, 1, 0]


def test_photos_from_one_place_with_another_object_are_no_copies(tmp_path: Path) -> None:
    for name, left in (("a", 30), ("b", 150)):
        image = photo(0)
        image.paste((255, 255, 255), (left, 60, left + 50, 110))
        image.save(tmp_path / f"{name}.png")
    for name in ("c", "d"):  # an even background has nothing to compare
        pixels = 90 + np.random.default_rng(ord(name)).integers(0, 5, (180, 240, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    images = [AnnotatedImage(path, (240, 180)) for path in sorted(tmp_path.iterdir())]
    assert copies.group(images, LetterboxedImages(images, 96)).tolist() == [0, 1, 2, 3]


def test_a_copy_in_another_split_of_the_data_set_is_warned_of(tmp_path: Path) -> None:
    for folder, number in (("train", 0), ("train", 1), ("valid", 2), ("test", 0)):
        path = tmp_path / folder / f"{folder}{number}.png"
        path.parent.mkdir(exist_ok=True)
        photo(number).save(path)
        written.yolo(path.with_suffix(".txt"))
    splits, problems = annotated_images.load(tmp_path, 64, FRACTIONS, 0)
    assert sizes(splits) == (2, 1, 1)
    assert [str(problem) for problem in problems] == [
        f"{tmp_path / 'test' / 'test0.png'}: is in test, and {tmp_path / 'train' / 'train0.png'}, of the same photo, in train: "
        "the score will be too good"
    ]


def test_too_few_photos_are_refused_though_each_has_copies(tmp_path: Path) -> None:
    for copy in range(8):
        written.image(tmp_path / f"one.rf.{copy}.jpg")
        written.yolo(tmp_path / f"one.rf.{copy}.txt")
    with pytest.raises(ProjectError, match="too few images in .*: found 8, of 1 photos, and"):
        annotated_images.load(tmp_path, 64, FRACTIONS, 0)
