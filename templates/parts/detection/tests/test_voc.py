"""Tests of Pascal VOC files: sizes, names, outlines and splits as different tools write them."""

from collections.abc import Callable
from pathlib import Path

from support.data import box_summary
from support.data.annotations.read import read
from support.errors import ProjectError

import numpy as np
import pytest
import written
from written import BOXES, NAMES


def _with_one_more(box: tuple, name: str = "cat") -> Callable[[Path], None]:
    def write(root: Path) -> None:
        written.voc(root / "one.xml", [*BOXES, box], [*NAMES, name])

    return write


def _missing_image(root: Path) -> None:
    written.voc(root / "one.xml")
    written.voc(root / "two.xml")


def _wrong_ending(root: Path) -> None:
    written.voc(root / "one.xml", filename="one.png")


def _other_root(root: Path) -> None:
    written.voc(root / "one.xml")
    written.text(root / "two.xml", "<project/>")


@pytest.mark.parametrize(
    ("write", "message", "left_out", "count"),
    [
        (_with_one_more((30, 30, 30, 60)), "one.xml:11: the box 30 30 30 60 has no area", True, 2),
        (_with_one_more((60, 30, 40, 50)), "one.xml:11: the box 60 30 40 50 has no area", True, 2),
        (_with_one_more((130, 10, 150, 60)), "one.xml:11: the box 130 10 150 60 lies outside the image", True, 2),
        (_with_one_more((100, 10, 150, 60)), "one.xml:11: the box 100 10 150 60 reaches over the edge", False, 3),
        (_with_one_more(("a", 10, 50, 60)), "one.xml:11: expected the four numbers of a box", True, 2),
        (_with_one_more(("nan", 10, 50, 60)), "one.xml:11: expected the four numbers of a box", True, 2),
        (_with_one_more((10, 10, 50, 60), "hat"), "one.xml:11: class 'hat' is not one of cat, dog", True, 2),
        (_missing_image, "two.xml:2: there is no image two.jpg at its place", True, 2),
        (_wrong_ending, "one.xml:2: says one.png, the image is one.jpg", False, 2),
        (_other_root, "two.xml:1: expected <annotation>, found <project>", True, 2),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line_and_the_rest_is_used(
    write: Callable[[Path], None], message: str, left_out: bool, count: int, tmp_path: Path
) -> None:
    written.image(tmp_path / "one.jpg")
    write(tmp_path)
    found = read(tmp_path, ("cat", "dog"))
    (problem,) = found.problems
    assert message in str(problem) and problem.left_out == left_out
    assert len(found.images[0].boxes) == count
    assert message in box_summary.report(found.problems)


@pytest.mark.parametrize(
    ("size", "boxes", "expected", "message"),
    [
        ((120, 100), BOXES, BOXES, None),
        ((240, 200), [[20, 40, 120, 180], [140, 10, 220, 90]], BOXES, "the boxes are scaled to the image"),
        ((60, 50), [[5, 10, 30, 45], [35, 2.5, 55, 22.5]], BOXES, "the boxes are scaled to the image"),
        ((100, 120), BOXES, BOXES, "the boxes are taken as pixels of the image"),
        ((300, 100), [[10, 20, 60, 90], [210, 5, 290, 45]], [], "another shape, in which its boxes do not lie"),
        ((0, 0), BOXES, BOXES, None),
    ],
)
def test_boxes_are_pixels_of_the_size_that_is_written_beside_them(
    size: tuple[int, int], boxes: list, expected: list, message: str | None, tmp_path: Path
) -> None:
    written.image(tmp_path / "one.jpg")
    written.voc(tmp_path / "one.xml", boxes, size=size)
    found = read(tmp_path)
    assert [message in str(problem) for problem in found.problems if message] == [True] * bool(message)
    np.testing.assert_allclose(np.reshape(found.images[0].boxes, (-1, 4)), np.reshape(expected, (-1, 4)))
    assert found.images[0].broken == (0 if expected else 2)


def test_coordinates_may_have_fractions_and_blanks_around_them(tmp_path: Path) -> None:
    written.image(tmp_path / "one.jpg")
    written.voc(tmp_path / "one.xml", [(" 10.5 ", "20.25\n", "60.0", "9e1")], [" cat "])
    (one,) = read(tmp_path).images
    assert one.boxes == [(10.5, 20.25, 60.0, 90.0)] and one.names == ["cat"]


def test_parts_of_an_object_are_no_objects(tmp_path: Path) -> None:
    written.image(tmp_path / "one.jpg")
    part = "<part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox></part>"
    box = "<bndbox><xmin>10</xmin><ymin>20</ymin><xmax>60</xmax><ymax>90</ymax></bndbox>"
    more = f"<object>{part}<name>person</name>{box}</object>"
    written.voc(tmp_path / "one.xml", [], [], more=more)
    (one,) = read(tmp_path).images
    assert (one.boxes, one.names) == ([(10, 20, 60, 90)], ["person"])


@pytest.mark.parametrize(
    "outline",
    [
        "<polygon><x1>10</x1><y1>40</y1><x2>60</x2><y2>20</y2><x3>40</x3><y3>90</y3></polygon>",
        "<polygon><pt><x>10</x><y>40</y></pt><pt><x>60</x><y>20</y></pt><pt><x>40</x><y>90</y></pt></polygon>",
    ],
)
def test_outlines_become_upright_boxes_with_a_warning(outline: str, tmp_path: Path) -> None:
    written.image(tmp_path / "one.jpg")
    written.voc(tmp_path / "one.xml", [], [], more=f"<object><name>cat</name>{outline}</object>\n")
    found = read(tmp_path)
    np.testing.assert_allclose(found.images[0].boxes, [(10, 20, 60, 90)], atol=1e-4)
    assert [(problem.kind, problem.left_out) for problem in found.problems] == [("shape", False)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_xml_in_any_encoding_that_it_declares_is_read(encoding: str, tmp_path: Path) -> None:
    written.image(tmp_path / "one.jpg")
    text = written.voc(tmp_path / "one.xml", BOXES[:1], ["Bär"]).read_text(encoding="utf-8")
    declared = "" if encoding.startswith("utf") else f'<?xml version="1.0" encoding="{encoding}"?>'
    (tmp_path / "one.xml").write_bytes((declared + text).encode(encoding))
    assert read(tmp_path).images[0].names == ["Bär"]


def test_a_file_that_was_renamed_with_its_image_keeps_it_though_it_states_the_old_name(tmp_path: Path) -> None:
    for name, states in (("a", "a.jpg"), ("b", "a.jpg"), ("c", "")):
        written.image(tmp_path / f"{name}.jpg")
        written.voc(tmp_path / f"{name}.xml", filename=states)
    found = read(tmp_path)
    assert [(one.path.name, len(one.boxes)) for one in found.images] == [("a.jpg", 2), ("b.jpg", 2), ("c.jpg", 2)]
    assert [problem.kind for problem in found.problems] == ["other name", "other name"]


def test_a_file_whose_own_name_and_stated_name_are_two_images_is_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        written.image(tmp_path / f"{name}.jpg")
    written.voc(tmp_path / "b.xml", filename="a.jpg")
    with pytest.raises(ProjectError, match="b.xml could belong to .*a.jpg or to .*b.jpg"):
        read(tmp_path)


def test_two_files_about_one_image_are_refused(tmp_path: Path) -> None:
    written.image(tmp_path / "a.jpg")
    written.voc(tmp_path / "a.xml")
    written.voc(tmp_path / "a (copy).xml", filename="a.jpg")
    with pytest.raises(ProjectError, match=r"both .*a \(copy\).xml and .*a.xml describe .*a.jpg"):
        read(tmp_path)


def test_a_stated_folder_tells_images_of_one_name_apart(tmp_path: Path) -> None:
    for folder in ("cam1", "cam2"):
        written.image(tmp_path / "images" / folder / "1.jpg")
    written.voc(tmp_path / "annotations" / "x.xml", filename="cam2/1.jpg")
    (one,) = read(tmp_path).images
    assert one.path.parent.name == "cam2"


def test_image_sets_that_are_no_text_are_refused(tmp_path: Path) -> None:
    written.image(tmp_path / "1.jpg")
    written.voc(tmp_path / "1.xml")
    written.text(tmp_path / "ImageSets" / "Main" / "train.txt", "").write_bytes(b"caf\xe9\n")
    with pytest.raises(ProjectError, match="train.txt:1 is not text in UTF-8: save it as UTF-8"):
        read(tmp_path)


def test_image_sets_are_the_splits(tmp_path: Path) -> None:
    devkit = tmp_path / "VOC2012"
    for name in "abcdefg":
        written.image(devkit / "JPEGImages" / f"{name}.jpg")
        written.voc(devkit / "Annotations" / f"{name}.xml")
    written.image(devkit / "SegmentationClass" / "a.png")
    sets = devkit / "ImageSets" / "Main"
    for name, listed in {"train": "abc", "val": "de", "trainval": "abcde", "test": "f", "cat_train": "g"}.items():
        written.text(sets / f"{name}.txt", "".join(f"{one}  1\n" for one in listed))
    found = read(tmp_path)
    assert {one.path.stem: one.split for one in found.images} == {
        **dict.fromkeys("abc", "train"),
        **dict.fromkeys("de", "validation"),
        "f": "test",
    }
    assert [(problem.kind, Path(problem.where).stem) for problem in found.problems] == [
        ("no annotation", "a"),
        ("no split", "g"),
    ]
    (sets / "test.txt").write_text("f.jpg\n", encoding="utf-8")  # some tools write the extension too
    (sets / "train.txt").unlink()
    splits = {one.path.stem: one.split for one in read(tmp_path).images}
    assert (splits["a"], splits["f"]) == ("train", "test")
