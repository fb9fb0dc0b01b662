"""Tests of photos that EXIF rotates: boxes are on their objects, whichever way they were drawn."""

from pathlib import Path

from support.data.annotations.read import read
from support.data.annotations.records import AnnotatedImage
from support.data.letterbox import Letterbox, letterboxed

import numpy as np
import pytest
import written
from PIL import Image, ImageOps

STORED = (160, 120)
OBJECT = (100, 10, 150, 40)  # white, in the stored pixels


def photo(path: Path, orientation: int) -> tuple[list[int], tuple[int, int]]:
    """A black photo with a white object; returns the object's box in the photo as it is seen, and its size."""
    pixels = np.zeros((STORED[1], STORED[0], 3), np.uint8)
    left, top, right, bottom = OBJECT
    pixels[top:bottom, left:right] = 255
    exif = Image.Exif()
    exif[274] = orientation
    Image.fromarray(pixels).save(path, exif=exif)
    with Image.open(path) as file:
        seen = np.asarray(ImageOps.exif_transpose(file).convert("L"))
    rows, columns = np.nonzero(seen > 127)
    box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    return [int(value) for value in box], (seen.shape[1], seen.shape[0])


def lies_on_the_object(one: AnnotatedImage) -> bool:
    (left, top, right, bottom), *more = (Letterbox(one.size).into(np.array(one.boxes)) * 80).round().astype(int)
    square = letterboxed(one.path, one.size, 80)[0][..., 0].astype(int)
    inside = square[top + 1 : bottom - 1, left + 1 : right - 1].copy()
    square[top - 1 : bottom + 1, left - 1 : right + 1] = 0
    return not more and inside.size > 50 and inside.min() > 150 and square.max() < 150


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("drawn", ["seen", "stored"])
@pytest.mark.parametrize("form", ["voc", "coco", "yolo"])
def test_boxes_lie_on_their_objects_or_a_warning_says_that_nothing_tells(
    orientation: int, drawn: str, form: str, tmp_path: Path
) -> None:
    box, seen = photo(tmp_path / "1.png", orientation)
    box, size = (box, seen) if drawn == "seen" else (list(OBJECT), STORED)
    if form == "voc":
        written.voc(tmp_path / "1.xml", [box], ["thing"], filename="1.png", size=size)
    elif form == "coco":
        left, top, right, bottom = box
        listed = [{"id": 1, "file_name": "1.png", "width": size[0], "height": size[1]}]
        one = {"image_id": 1, "category_id": 3, "bbox": [left, top, right - left, bottom - top]}
        written.coco(tmp_path / "all.json", {}, [one], images=listed)
    else:
        written.yolo(tmp_path / "1.txt", [box], size)
    found = read(tmp_path)
    kinds = [problem.kind for problem in found.problems]
    quarter = orientation >= 5
    told = orientation == 1 or (quarter and form != "yolo")
    assert kinds == ([] if told else ["turned"])
    if told or drawn == "seen":
        assert lies_on_the_object(found.images[0])


def test_photos_whose_size_tells_decide_for_those_that_are_upside_down(tmp_path: Path) -> None:
    for number, orientation in enumerate((6, 3, 8)):
        photo(tmp_path / f"{number}.png", orientation)
        written.voc(tmp_path / f"{number}.xml", [OBJECT], ["thing"], filename=f"{number}.png", size=STORED)
    found = read(tmp_path)
    assert found.problems == [] and all(map(lies_on_the_object, found.images))


def test_without_a_size_the_edges_tell(tmp_path: Path) -> None:
    photo(tmp_path / "1.png", 6)  # seen, it is 120 pixels wide, and the object would reach to 150
    written.voc(tmp_path / "1.xml", [OBJECT], ["thing"], filename="1.png")
    found = read(tmp_path)
    assert found.problems == [] and lies_on_the_object(found.images[0])


def test_a_photo_that_was_made_smaller_after_it_was_annotated_is_both_turned_and_scaled(tmp_path: Path) -> None:
    photo(tmp_path / "1.png", 6)
    written.voc(tmp_path / "1.xml", [[10 * value for value in OBJECT]], ["thing"], filename="1.png", size=(1600, 1200))
    found = read(tmp_path)
    assert lies_on_the_object(found.images[0]) and [problem.kind for problem in found.problems] == ["other size"]
