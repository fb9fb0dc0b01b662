"""Tests of every annotation format: the same boxes, from the image at the same place, and a message for each problem."""

import os
from collections.abc import Callable
from pathlib import Path

from support.data import annotated_images
from support.data.annotations.read import read
from support.errors import ProjectError

import numpy as np
import pytest
import written
from PIL import Image
from written import BOXES, NAMES


def as_voc(root: Path) -> None:
    written.voc(root / "annotations" / "one.xml")


def as_yolo(root: Path) -> None:
    written.yolo(root / "labels" / "one.txt")
    written.text(root / "data.yaml", "train: images\nnames:\n  0: cat\n  1: dog\n")


def as_coco(root: Path) -> None:
    written.coco(root / "instances.json", {7: "one.jpg"})


@pytest.mark.parametrize("write", [as_voc, as_yolo, as_coco])
def test_every_format_gives_the_same_boxes(write: Callable[[Path], None], tmp_path: Path) -> None:
    path = written.image(tmp_path / "images" / "one.jpg")
    write(tmp_path)
    found = read(tmp_path)
    (one,) = found.images
    assert one.path == path and one.size == (120, 100) and one.names == NAMES and found.problems == []
    np.testing.assert_allclose(one.boxes, BOXES, atol=1e-6)


PLACES = [  # an image, its label, and the tool or data set with this layout
    ("one.jpg", "one.txt", "labelImg, side by side"),
    ("images/one.jpg", "labels/one.txt", "YOLO"),
    ("images/train/one.jpg", "labels/train/one.txt", "YOLO with splits below"),
    ("train/images/one.jpg", "train/labels/one.txt", "Roboflow"),
    ("train_images/one.jpg", "train_labels/one.txt", "splits in the names"),
    ("images/train/one.jpg", "train/labels/one.txt", "one of each"),
    ("Images/cam1/One.JPG", "Labels/cam1/One.TXT", "capitals"),
    ("obj_train_data/one.png", "obj_train_data/one.txt", "CVAT for darknet"),
    ("images/one.jpg", "one.txt", "labels above"),
    ("one.jpg", "labels/one.txt", "labels below"),
    ("photos/one.jpg", "boxes/one.txt", "folders of any name, one with images, one with labels"),
    ("a/photos/one.jpg", "a/boxes/one.txt", "the same, below"),
    ("my data/images/a b/ö 1.jpg", "my data/labels/a b/ö 1.txt", "blanks and umlauts"),
    ("images/one.tar.jpg", "labels/one.tar.txt", "points in the name"),
]


@pytest.mark.parametrize("tool", ["xml", "txt", "json"])
@pytest.mark.parametrize(
    ("image", "name"),
    [("caf\u00e9.jpg", "cafe\u0301.jpg"), ("my cat.JPG", "my%20cat.jpg"), ("my%20cat.jpg", "my cat.jpg")],
)
def test_names_that_a_system_or_a_tool_wrote_otherwise_are_the_same(
    image: str, name: str, tool: str, tmp_path: Path
) -> None:
    written.image(tmp_path / "images" / image)
    label = tmp_path / "labels" / Path(name).with_suffix(f".{tool}")
    if tool == "xml":
        written.voc(label, filename=name)
    elif tool == "txt":
        written.yolo(label)
    else:
        written.coco(tmp_path / "all.json", {1: name})
    found = read(tmp_path)
    assert [len(one.boxes) for one in found.images] == [2] and found.problems == []


def test_a_box_that_is_there_twice_counts_once_and_classes_that_hardly_differ_are_named(tmp_path: Path) -> None:
    written.image(tmp_path / "images" / "1.jpg")
    boxes, names = [BOXES[0], BOXES[1], BOXES[0]], ["cat", "Cat", "cat"]
    written.voc(tmp_path / "xml" / "1.xml", boxes, names)
    found = read(tmp_path)
    assert found.images[0].names == ["cat", "Cat"]
    assert sorted(problem.kind for problem in found.problems) == ["alike", "twice"]


@pytest.mark.parametrize("tool", ["xml", "txt", "json"])
@pytest.mark.parametrize("line", ["images/{}.jpg", "/home/me/x/{}.jpg", "{}", "{} 1 1 1", "C:\\x\\{}.jpg"])
def test_lists_beside_the_images_are_their_splits_where_nothing_else_says_them(
    line: str, tool: str, tmp_path: Path
) -> None:
    for name in ("0", "1", "a b", "e", "test"):
        written.image(tmp_path / "images" / f"{name}.jpg")
        if tool == "xml":
            written.voc(tmp_path / "xml" / f"{name}.xml")
        elif tool == "txt":
            written.yolo(tmp_path / "labels" / f"{name}.txt")
    if tool == "json":
        written.coco(tmp_path / "all.json", {name: f"{name}.jpg" for name in ("0", "1", "a b", "e", "test")})
    written.text(tmp_path / "lists" / "trainval.txt", "".join(line.format(name) + "\n" for name in ("0", "1", "test")))
    written.text(tmp_path / "lists" / "test.txt", "a b.jpg\r\n" + line.format("e") + "\n\n")
    written.text(tmp_path / "lists" / "val.txt", "bring milk\ncall home\ne\n")
    found = read(tmp_path)
    assert [one.split for one in found.images] == ["train", "train", "test", "test", "train"]
    assert found.problems == []


def test_a_listed_image_that_is_not_there_is_named(tmp_path: Path) -> None:
    for name in "abc":
        written.image(tmp_path / "images" / f"{name}.jpg")
        written.yolo(tmp_path / "labels" / f"{name}.txt")
    written.text(tmp_path / "train.txt", "a\nb\nz\n")
    written.text(tmp_path / "test.txt", "c\n")
    found = read(tmp_path)
    assert [one.split for one in found.images] == ["train", "train", "test"]
    assert [problem.text for problem in found.problems] == ["z is the name of no images; it counts for none"]


def test_images_beside_a_list_to_train_on_are_named_as_left_out(tmp_path: Path) -> None:
    for name in "ab":
        written.image(tmp_path / "images" / f"{name}.jpg")
        written.yolo(tmp_path / "labels" / f"{name}.txt")
    written.text(tmp_path / "train.txt", "a\n")
    found = read(tmp_path)
    assert [one.path.stem for one in found.images] == ["a"]
    assert [problem.text for problem in found.problems] == ["is in none of the splits (train) of the data set"]


def test_images_of_a_format_that_is_not_read_are_counted(tmp_path: Path) -> None:
    written.image(tmp_path / "1.jpg")
    written.voc(tmp_path / "1.xml")
    (tmp_path / "2.HEIC").write_bytes(b"x")
    (problem,) = read(tmp_path).problems
    assert problem.left_out and problem.text.startswith("has images that are not read: 1 .heic (an iPhone's format")


@pytest.mark.parametrize(("image", "label", "tool"), PLACES)
def test_a_label_belongs_to_the_image_at_the_same_place(image: str, label: str, tool: str, tmp_path: Path) -> None:
    path = written.image(tmp_path / image)
    written.yolo(tmp_path / label)
    found = read(tmp_path)
    assert [(one.path, len(one.boxes)) for one in found.images] == [(path, 2)] and found.problems == []
    written.voc(tmp_path / label.replace(".txt", ".xml").replace(".TXT", ".XML"), filename=path.name)
    found = read(tmp_path)
    assert [(one.path, len(one.boxes)) for one in found.images] == [(path, 2)]


def test_a_label_never_goes_to_an_image_of_the_same_name_elsewhere(tmp_path: Path) -> None:
    for camera in ("cam1", "cam2"):
        written.image(tmp_path / "images" / camera / "1.jpg")
    written.yolo(tmp_path / "labels" / "cam2" / "1.txt")
    found = read(tmp_path)
    assert {one.path.parent.name: len(one.boxes) for one in found.images} == {"cam1": 0, "cam2": 2}
    (tmp_path / "images" / "cam2" / "1.jpg").unlink()
    written.image(tmp_path / "images" / "cam3" / "2.jpg")
    written.yolo(tmp_path / "labels" / "cam3" / "2.txt")
    found = read(tmp_path)
    label = tmp_path / "labels" / "cam2" / "1.txt"
    assert [(one.path.parent.name, len(one.boxes)) for one in found.images] == [("cam3", 2)]
    assert [str(problem) for problem in found.problems] == [
        f"{label}: there is no image named 1 at its place",
        f"{tmp_path / 'images' / 'cam1' / '1.jpg'}: has no label at its place; {label} has its name, but lies elsewhere",
    ]


@pytest.mark.parametrize(
    ("images", "label"),
    [
        (("1.jpg", "1.png"), "1.txt"),
        (("images/1.jpg", "images/1.png"), "labels/1.txt"),
        (("images/1.jpg", "photos/1.jpg"), "labels/1.txt"),
        (("images/1.jpg", "images/1.png"), "labels/1.xml"),
        (("a/1.jpg", "b/1.jpg"), "all.json"),
    ],
)
def test_where_an_annotation_could_belong_to_two_images_both_are_named(
    images: tuple[str, str], label: str, tmp_path: Path
) -> None:
    for one in images:
        written.image(tmp_path / one)
    if label.endswith(".txt"):
        written.yolo(tmp_path / label)
    elif label.endswith(".xml"):
        written.voc(tmp_path / label, filename="1.jpeg")
    else:
        written.coco(tmp_path / label, {1: "1.jpg"})
    with pytest.raises(ProjectError) as error:
        read(tmp_path)
    assert all(str(tmp_path / one) in str(error.value) for one in images) and label in str(error.value)


def test_two_different_labels_of_one_image_are_refused_and_two_equal_ones_are_not(tmp_path: Path) -> None:
    written.image(tmp_path / "images" / "1.jpg")
    labels = [written.yolo(tmp_path / "images" / "1.txt"), written.yolo(tmp_path / "labels" / "1.txt")]
    assert [len(one.boxes) for one in read(tmp_path).images] == [2]
    written.yolo(labels[0], BOXES[:1])
    with pytest.raises(ProjectError, match="are labels of") as error:
        read(tmp_path)
    assert all(str(label) in str(error.value) for label in labels)


def test_what_systems_and_tools_leave_behind_is_not_looked_at(tmp_path: Path) -> None:
    written.image(tmp_path / "images" / "1.jpg")
    written.yolo(tmp_path / "labels" / "1.txt")
    for folder in (".ipynb_checkpoints", "__MACOSX", ".git/images"):
        written.image(tmp_path / folder / "1.jpg")
        written.yolo(tmp_path / folder / "2.txt")
    for name in ("README.roboflow.txt", "requirements.txt", "notes.txt"):
        written.text(tmp_path / name, "anything\n")
    written.text(tmp_path / "labels" / "._1.txt", "0 1 1 1 1")
    written.image(tmp_path / "masks" / "1.png")
    found = read(tmp_path)
    assert [(one.path.name, len(one.boxes)) for one in found.images] == [("1.jpg", 2)]
    assert [problem.kind for problem in found.problems] == ["no annotation"]


def test_annotations_in_a_second_format_are_named_and_not_mixed_in(tmp_path: Path) -> None:
    written.image(tmp_path / "1.jpg")
    written.voc(tmp_path / "1.xml")
    written.yolo(tmp_path / "1.txt", BOXES[:1])
    found = read(tmp_path)
    assert found.format == "Pascal VOC" and [len(one.boxes) for one in found.images] == [2]
    assert [str(problem) for problem in found.problems] == [
        f"{tmp_path / '1.txt'}: is one of 1 files in the form of YOLO, which are not used: those of Pascal VOC are"
    ]


@pytest.mark.parametrize(
    ("names", "there"),
    [
        (["one.jpg"], "1 images and no annotation"),
        (["one.jpg", "notes.md"], "1 images and 1 .md"),
        (["one.jpg", "_annotations.csv"], "1 images and 1 .csv"),
        (["1.psd"], "no images and 1 .psd (export them as PNG)"),
        ([], "no images and no annotation"),
    ],
)
def test_a_folder_without_annotations_says_what_was_expected(names: list[str], there: str, tmp_path: Path) -> None:
    for name in names:
        written.image(tmp_path / name) if name == "one.jpg" else (tmp_path / name).write_text("{}")
    with pytest.raises(ProjectError) as error:
        read(tmp_path)
    assert str(error.value) == (
        f"no annotations in {tmp_path}/\nExpected Pascal VOC .xml, YOLO .txt or COCO .json files, with the images beside them or in "
        f"a folder images/. Found: {there}."
    )


@pytest.mark.parametrize(
    ("name", "content", "tool"),
    [
        ("1.json", '{"version": "5.0", "shapes": [], "imagePath": "1.jpg"}', "LabelMe"),
        ("all.json", '[{"imagefilename": "1.jpg", "annotation": []}]', "CreateML"),
        ("annotations.xml", "<?xml version='1.0'?><annotations><image name='1.jpg'/></annotations>", "CVAT"),
    ],
)
def test_other_forms_are_named(name: str, content: str, tool: str, tmp_path: Path) -> None:
    written.image(tmp_path / "1.jpg")
    written.text(tmp_path / name, content)
    with pytest.raises(ProjectError, match=f"in the form of {tool}, which is not read\nExport or convert"):
        read(tmp_path)


DEEP = 200_000


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("2.xml", "<annotation>" + "<a>" * DEEP, "elements within elements"),
        (
            "2.xml",
            '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]>\n<annotation>&c;</annotation>',
            "defines entities",
        ),
        ("2.xml", "<annotation>\n<object>\n", "2.xml:3: is no XML that can be read"),
        ("2.xml", '<?xml version="1.0" encoding="no-such"?><annotation/>', "is no XML that can be read"),
        ("2.xml", "<annotation>" + " " * (17 * 2**20), "is larger than 16 MB"),
    ],
    ids=["deep", "entities", "cut off", "encoding", "large"],
)
def test_files_that_would_never_end_are_refused_in_a_sentence(
    name: str, content: str, message: str, tmp_path: Path
) -> None:
    written.image(tmp_path / "1.jpg")
    written.voc(tmp_path / "1.xml")
    written.text(tmp_path / name, content)
    found = read(tmp_path)
    (problem,) = found.problems
    assert message in str(problem) and len(found.images) == 1 and len(str(problem)) < 300


@pytest.mark.parametrize(
    "content",
    ["[" * DEEP, '{"images": ' * DEEP, "{", "", "\0" * 99],
    ids=["lists", "objects", "cut off", "empty", "zeros"],
)
def test_json_that_cannot_be_read_is_refused_in_a_sentence(content: str, tmp_path: Path) -> None:
    written.image(tmp_path / "1.jpg")
    file = written.text(tmp_path / "all.json", content)
    for place in (tmp_path, file):
        with pytest.raises(ProjectError, match="all.json") as error:
            read(place)
        assert len(str(error.value)) < 400


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device on this system")
def test_a_link_to_a_device_is_not_read(tmp_path: Path) -> None:
    written.image(tmp_path / "1.jpg")
    written.yolo(tmp_path / "1.txt")
    for name in ("2.txt", "2.xml", "all.json", "data.yaml", "2.jpg"):
        os.symlink("/dev/zero", tmp_path / name)
    assert [one.path.name for one in read(tmp_path).images] == ["1.jpg"]
    with pytest.raises(ProjectError, match="is no annotation file"):
        read(tmp_path / "all.json")


def test_where_no_box_is_left_it_is_refused_with_the_reasons(tmp_path: Path) -> None:
    written.image(tmp_path / "one.jpg")
    written.voc(tmp_path / "one.xml", [(5, 5, 5, 5)], ["cat"])
    with pytest.raises(
        ProjectError, match=r"no usable box in .* \(Pascal VOC\): 1 boxes without area\nThe first: .*one.xml:3"
    ):
        annotated_images.load(tmp_path, 64, (0.3, 0.3), 0)


def test_a_damaged_image_is_left_out_and_named(tmp_path: Path) -> None:
    for name in ("1", "2"):
        written.image(tmp_path / f"{name}.png")
        written.yolo(tmp_path / f"{name}.txt")
    (tmp_path / "2.png").write_bytes(b"no image")
    found = read(tmp_path)
    assert [one.path.name for one in found.images] == ["1.png"]
    assert [problem.kind for problem in found.problems] == ["damaged image"]


def test_the_content_of_an_image_counts_not_its_ending(tmp_path: Path) -> None:
    Image.new("RGB", (120, 100), "white").save(tmp_path / "1.png", "JPEG")
    written.yolo(tmp_path / "1.txt")
    found = read(tmp_path)
    assert [problem.text for problem in found.problems] == ["1.png holds JPEG, whatever its ending says"]
    assert len(found.images[0].boxes) == 2
