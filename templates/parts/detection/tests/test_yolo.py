"""Tests of YOLO's labels: lines of every form, names of classes, and splits in data.yaml and similar files."""

from pathlib import Path

from support.data.annotations import yolo_lines
from support.data.annotations.read import read
from support.errors import ProjectError

import numpy as np
import pytest
import written
from written import BOXES

LEFT, TOP, RIGHT, BOTTOM = 0.1, 0.2, 0.5, 0.9  # as BOXES[0] on an image of 120×100, about


def data_set(root: Path, lines: str, names: str = "cat\ndog\n") -> Path:
    written.image(root / "images" / "1.jpg")
    if names:
        written.text(root / "classes.txt", names)
    return written.text(root / "labels" / "1.txt", lines)


@pytest.mark.parametrize(
    ("line", "outline"),
    [
        ("0 0.3 0.55 0.4 0.7", False),
        ("0\t0.3   0.55 0.4 7e-1 ", False),
        ("0.0 0.3 0.55 0.4 0.7", False),
        ("0 0.1 0.2 0.5 0.2 0.5 0.9 0.1 0.9", True),  # a rotated box that is upright, or a polygon
        ("0 0.3 0.2 0.5 0.55 0.3 0.9 0.1 0.55", True),  # a rotated box
        ("0 0.1 0.2 0.5 0.4 0.4 0.9", True),  # a triangle
        ("0 0.3 0.2 0.5 0.5 0.4 0.9 0.2 0.8 0.1 0.4", True),  # five corners
        ("0 0.3 0.55 0.4 0.7 0.2 0.3 2 0.4 0.8 1 0 0 0", True),  # a box with three keypoints, the last not seen
        ("0 0.3 0.55 0.4 0.7 0.2 0.3 0.4 0.8 0.3 0.5", True),  # a box with three keypoints of two numbers
    ],
)
def test_every_form_of_a_line_becomes_a_box(line: str, outline: bool, tmp_path: Path) -> None:
    data_set(tmp_path, line + "\n\n")
    found = read(tmp_path)
    np.testing.assert_allclose(found.images[0].boxes, [(12, 20, 60, 90)], atol=1e-6)
    assert [problem.kind for problem in found.problems] == ["shape"] * outline
    assert not any(problem.left_out for problem in found.problems)


def test_boxes_and_polygons_may_be_mixed_and_a_whole_data_set_tells_keypoints_from_corners(tmp_path: Path) -> None:
    data_set(tmp_path, "0 0.3 0.55 0.4 0.7\n1 0.1 0.2 0.5 0.4 0.4 0.9\n")
    assert read(tmp_path).images[0].names == ["cat", "dog"]
    pose, corners = "0 0.3 0.55 0.4 0.7 0.2 0.3 0.4 0.8", "0 0.6 0.1 0.8 0.1 0.8 0.4 0.6 0.4"
    assert yolo_lines.poses([pose]) == {8}
    assert yolo_lines.poses([pose + "\n" + corners]) == yolo_lines.poses([corners, pose]) == set()


def test_the_shape_of_keypoints_in_data_yaml_counts(tmp_path: Path) -> None:
    data_set(tmp_path, "0 0.3 0.55 0.4 0.7 0.9 0.9 0.1 0.1\n", "")  # keypoints outside of the box
    written.text(tmp_path / "data.yaml", "kpt_shape: [2, 2]\nnames: [cat]\n")
    np.testing.assert_allclose(read(tmp_path).images[0].boxes, [(12, 20, 60, 90)], atol=1e-6)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "0 0.5 0.5 0.1",
            "expected a class number and four numbers of a box, or the corners of an outline; found: 0 0",
        ),
        ("0.5 0.5 0.5 0.1 0.1", "expected a class number and four numbers"),
        ("cat 0.5 0.5 0.1 0.1", "expected a class number and four numbers"),
        ("0,0.5,0.5,0.1,0.1", "expected a class number and four numbers"),
        ("0 nan 0.5 0.1 0.1", "expected a class number and four numbers"),
        ("0 0.5 0.5 0.1 0.1 0.93", "a sixth number is what a model adds to its predictions"),
        ("0 0.1 0.1 0.5 0.1 0.5 0.5 0.1", "expected a class number and four numbers"),
        ("0 60 50 20 10", "expected fractions of the image, 0 to 1, not pixels"),
        ("2 0.5 0.5 0.1 0.1", "there is no name for class 2"),
        ("-1 0.5 0.5 0.1 0.1", "there is no name for class -1"),
        ("0 1.5 0.5 0.1 0.1", "the box 174 45 186 55 lies outside"),
        ("0 0.5 0.5 0 0.1", "the box 60 45 60 55 has no area"),
    ],
)
def test_broken_lines_are_named_and_the_rest_is_used(line: str, message: str, tmp_path: Path) -> None:
    label = data_set(tmp_path, f"0 0.3 0.55 0.4 0.7\n1 0.75 0.25 0.3 0.4\n{line}\n")
    found = read(tmp_path)
    (problem,) = found.problems
    assert str(problem).startswith(f"{label}:3: ") and message in str(problem) and problem.left_out
    assert len(found.images[0].boxes) == 2


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("1 0.5 0.5 0.1 0.1\n2 0.5 0.5 0.2 0.1\n", r"the class numbers in .* are 1 to 2, and its 2 names count from 0"),
        (
            "0 0.6 0.6 0.9 0.9\n1 0.5 0.6 0.9 1\n0 0.7 0.1 0.8 0.9\n",
            "3 of 3 boxes reach over the edge of their image as centre, width and height, none as corners",
        ),
    ],
)
def test_labels_in_another_form_that_could_be_read_wrongly_are_refused(
    lines: str, message: str, tmp_path: Path
) -> None:
    data_set(tmp_path, lines)
    with pytest.raises(ProjectError, match=message):
        read(tmp_path)


def test_a_text_beside_an_image_that_has_a_label_is_named_and_not_mixed_up_with_it(tmp_path: Path) -> None:
    data_set(tmp_path, "0 0.3 0.55 0.4 0.7\n")
    written.text(tmp_path / "images" / "1.txt", "a cat on a mat\n")
    found = read(tmp_path)
    assert found.images[0].names == ["cat"] and [one.kind for one in found.problems] == ["other annotations"]


def test_a_label_may_keep_the_ending_of_its_image(tmp_path: Path) -> None:
    data_set(tmp_path, "0 0.3 0.55 0.4 0.7\n").rename(tmp_path / "labels" / "1.jpg.txt")
    assert [one.names for one in read(tmp_path).images] == [["cat"]]


def test_a_label_that_is_no_text_leaves_its_image_out(tmp_path: Path) -> None:
    label = data_set(tmp_path, "")
    label.write_bytes(b"0 0.5 0.5 0.1 0.1\n\xff\xff\xff\xff")
    written.image(tmp_path / "images" / "2.jpg")
    written.yolo(tmp_path / "labels" / "2.txt")
    found = read(tmp_path)
    assert [one.path.name for one in found.images] == ["2.jpg"]
    assert [str(problem) for problem in found.problems] == [f"{label}:2: is not text in UTF-8: save it as UTF-8"]


def test_images_without_a_label_or_with_an_empty_one_show_nothing(tmp_path: Path) -> None:
    data_set(tmp_path, "0 0.3 0.55 0.4 0.7\n")
    for name in ("2", "3"):
        written.image(tmp_path / "images" / f"{name}.jpg")
    written.text(tmp_path / "labels" / "3.txt", "")
    lost = written.text(tmp_path / "labels" / "lost.txt", "0 0.5 0.5 0.1 0.1\n")
    found = read(tmp_path)
    assert {one.path.stem: len(one.boxes) for one in found.images} == {"1": 1, "2": 0, "3": 0}
    assert [str(problem) for problem in found.problems] == [f"{lost}: there is no image named lost at its place"]


@pytest.mark.parametrize(
    ("file", "content", "names"),
    [
        ("classes.txt", "no\nyes\n", ["no", "yes"]),
        ("labels.txt", "no\nyes\n", ["no", "yes"]),
        ("labels/classes.txt", "no\n\nyes", ["no"]),  # class 1 has an empty line, and so no name
        ("data.yaml", "nc: 2\nnames: [no, yes]\n", ["no", "yes"]),
        ("data.yaml", "names:\n  0: on\n  1: off\n", ["on", "off"]),
        ("data.yaml", "names:\n- 1\n- 1.0\n", ["1", "1.0"]),
        ("data.yaml", "names: [null, ~]\n", ["null", "~"]),
        ("coco8.yaml", "path: ../datasets\nnames: {'0': 2001-01-01, '1': 'true'}\n", ["2001-01-01", "true"]),
        ("obj.names", "cat\ndog\n", ["cat", "dog"]),
        ("train/_darknet.labels", "cat\ndog\n", ["cat", "dog"]),
        ("README.md", "", ["0", "1"]),
    ],
)
def test_names_of_classes_are_words_whatever_yaml_makes_of_them(
    file: str, content: str, names: list[str], tmp_path: Path
) -> None:
    data_set(tmp_path, "0 0.3 0.55 0.4 0.7\n1 0.3 0.55 0.4 0.7\n", "")
    written.text(tmp_path / file, content)
    assert read(tmp_path).images[0].names == names


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("names: 3\n", "names no classes"),
        ("names: [[a, b], c]\n", "names no classes"),
        ("names: {a: b}\n", "names no classes"),
        ("nc: 3\nnames: [a, b]\n", "says nc: 3, but names 2 classes"),
        ("names: [a, b, a]\n", "names a class twice: a, b, a"),
        ("names: [a\n", "is no YAML that can be read"),
        ("names: " + "[" * 900, "is no YAML that can be read|too deep"),
        ("a: &a [x]\nb: &b [*a,*a]\nnames: [*b,*b]\n", "names no classes"),
    ],
    ids=["number", "lists", "no numbers", "count", "twice", "cut off", "deep", "aliases"],
)
def test_names_that_cannot_be_read_are_refused(content: str, message: str, tmp_path: Path) -> None:
    data_set(tmp_path, "0 0.3 0.55 0.4 0.7\n", "")
    written.text(tmp_path / "data.yaml", content)
    with pytest.raises(ProjectError, match=message):
        read(tmp_path)


def test_names_that_do_not_agree_are_refused_unless_each_folder_of_labels_has_its_own(tmp_path: Path) -> None:
    data_set(tmp_path, "0 0.3 0.55 0.4 0.7\n")
    written.text(tmp_path / "data.yaml", "names: [dog, cat]\n")
    with pytest.raises(ProjectError, match="classes.txt and .*data.yaml name different classes"):
        read(tmp_path)
    beside = tmp_path / "beside"
    for folder, names in (("a", "cat\ndog\n"), ("b", "dog\ncat\n")):
        written.image(beside / folder / "1.jpg")
        written.yolo(beside / folder / "1.txt", BOXES[:1])
        written.text(beside / folder / "classes.txt", names)
    assert [one.names for one in read(beside).images] == [["cat"], ["dog"]]


def test_names_may_count_from_1_where_their_file_does(tmp_path: Path) -> None:
    data_set(tmp_path, "1 0.5 0.5 0.1 0.1\n2 0.5 0.5 0.2 0.1\n", "")
    written.text(tmp_path / "data.yaml", "names:\n  1: cat\n  2: dog\n")
    assert read(tmp_path).images[0].names == ["cat", "dog"]


def test_a_split_without_a_single_label_is_left_out_not_taken_for_images_that_show_nothing(tmp_path: Path) -> None:
    for split in ("train", "val", "test"):
        written.image(tmp_path / split / "images" / "1.jpg")
    written.yolo(tmp_path / "train" / "labels" / "1.txt")
    written.text(tmp_path / "val" / "labels" / "1.txt", "")  # no objects: the label is empty
    found = read(tmp_path)
    assert [one.split for one in found.images] == ["train", "validation"]
    (problem,) = found.problems
    assert problem.left_out and problem.text.startswith("none of the 1 images of the test split has a label")


def test_yaml_of_another_program_is_not_looked_at(tmp_path: Path) -> None:
    data_set(tmp_path, "0 0.3 0.55 0.4 0.7\n")
    written.text(tmp_path / "docker-compose.yml", "services: [a\n")
    written.text(tmp_path / "notes.yaml", "").write_bytes(b"caf\xe9: 1\n")
    found = read(tmp_path)
    assert found.images[0].names == ["cat"] and found.problems == []


LISTS = {  # the files that assign images to splits
    "folders": {},
    "Roboflow": {
        "data.yaml": "train: ../train/images\nval: ../valid/images\ntest: ../test/images\nnames: [cat, dog]\n"
    },
    "only some in data.yaml": {"data.yaml": "train: ../train/images\nval: ../valid/images\nnames: [cat, dog]\n"},
    "YOLOv5": {
        "data.yaml": "path: ../datasets/x\ntrain: train\nval: [valid]\ntest: test # optional\nnames: [cat, dog]\n"
    },
    "another computer": {
        "x.yaml": "train: /content/x/train/images\nval: C:\\x\\valid\\images\ntest: test\nnames: [a, b]"
    },
    "lists": {
        "data.yaml": "train: train.txt\nval: lists/val.txt\ntest: test.txt\nnames: [cat, dog]\n",
        "train.txt": "./train/images/0.jpg\n./train/images/1.jpg\n",
        "lists/val.txt": "/home/me/valid/images/2.jpg\n",
        "test.txt": "test\\images\\3.jpg\n",
    },
    "darknet": {
        "obj.data": "classes = 2\ntrain = data/train.txt\nvalid = data/valid.txt\ntest = data/test.txt\nnames = data/obj.names\n",
        "obj.names": "cat\ndog\n",
        "train.txt": "data/train/images/0.jpg\ndata/train/images/1.jpg\n",
        "valid.txt": "data/valid/images/2.jpg\n",
        "test.txt": "data/test/images/3.jpg\n",
    },
}


@pytest.mark.parametrize("tool", LISTS)
def test_splits_that_the_data_set_brings_are_kept(tool: str, tmp_path: Path) -> None:
    for split, numbers in (("train", "01"), ("valid", "2"), ("test", "3")):
        for number in numbers:
            written.image(tmp_path / split / "images" / f"{number}.jpg")
            written.yolo(tmp_path / split / "labels" / f"{number}.txt")
    for file, content in LISTS[tool].items():
        written.text(tmp_path / file, content)
    found = read(tmp_path)
    assert [one.split for one in found.images] == ["test", "train", "train", "validation"]
    assert found.problems == []


def test_validation_images_that_are_those_to_train_on_are_no_split(tmp_path: Path) -> None:
    data_set(tmp_path, "0 0.3 0.55 0.4 0.7\n", "")
    written.text(tmp_path / "data.yaml", "train: images\nval: images\nnames: [cat]\n")
    found = read(tmp_path)
    assert [one.split for one in found.images] == ["train"] and [one.kind for one in found.problems] == ["two splits"]


def test_an_image_that_two_lists_name_is_not_trained_on(tmp_path: Path) -> None:
    for name in "abc":
        written.image(tmp_path / "images" / f"{name}.jpg")
        written.yolo(tmp_path / "labels" / f"{name}.txt")
    for split, names in (("train", "ab"), ("test", "bc")):
        written.text(tmp_path / f"{split}.txt", "".join(f"images/{name}.jpg\n" for name in names))
    written.text(tmp_path / "data.yaml", "train: train.txt\ntest: test.txt\nval: nowhere\nnames: [cat, dog]\n")
    found = read(tmp_path)
    assert [one.split for one in found.images] == ["train", "test", "test"]
    assert sorted(problem.kind for problem in found.problems) == ["no split", "two splits"]
