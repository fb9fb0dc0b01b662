"""Tests of COCO files: several over the same images, ids of any kind, outlines in place of boxes, sub-folders in names."""

import json
from pathlib import Path
from typing import Any

from support.data import annotated_images
from support.data.annotations import masks
from support.data.annotations.read import read
from support.errors import ProjectError

import numpy as np
import pytest
import written
from written import BOXES, NAMES


def boxes_by_name(place: Path) -> dict[str, int]:
    return {one.path.name: len(one.boxes) for one in read(place).images}


@pytest.mark.parametrize(
    ("image", "file", "name"),
    [
        ("1.jpg", "all.json", "1.jpg"),
        ("images/1.jpg", "annotations/instances.json", "1.jpg"),
        ("images/cam1/1.jpg", "all.json", "cam1/1.jpg"),
        ("images/cam1/1.jpg", "all.json", "images\\cam1\\1.jpg"),
        ("images/1.jpg", "result.json", "./images/1.jpg"),
        ("train/1.jpg", "train/_annotations.coco.json", "1.jpg"),
        ("train2017/1.jpg", "annotations/instances_train2017.json", "1.jpg"),
    ],
)
def test_the_name_of_an_image_may_have_folders(image: str, file: str, name: str, tmp_path: Path) -> None:
    path = written.image(tmp_path / image)
    coco = written.coco(tmp_path / file, {1: name})
    for place in (tmp_path, coco):
        found = read(place)
        assert [one.path.resolve() for one in found.images] == [path.resolve()] and not found.problems


@pytest.mark.parametrize(
    "name", ["C:\\data\\images\\1.jpg", "/home/me/1.jpg", "upload/1/1.jpg", "1.png", "https://x.org/a/1.jpg?key=1"]
)
def test_folders_of_another_computer_and_other_endings_are_named(name: str, tmp_path: Path) -> None:
    path = written.image(tmp_path / "images" / "1.jpg")
    written.coco(tmp_path / "all.json", {1: name})
    found = read(tmp_path)
    assert [one.path for one in found.images] == [path]
    assert [problem.kind for problem in found.problems] == ["other name"]


def test_an_image_in_another_sub_folder_or_split_is_not_the_one_that_is_meant(tmp_path: Path) -> None:
    written.image(tmp_path / "images" / "cam2" / "1.jpg")
    written.image(tmp_path / "val" / "2.jpg")
    written.image(tmp_path / "train" / "3.jpg")
    written.coco(tmp_path / "annotations" / "instances_train.json", {1: "cam1/1.jpg", 2: "2.jpg", 3: "3.jpg"})
    found = read(tmp_path)
    assert [one.path.name for one in found.images] == ["3.jpg"]
    missing = [problem.text for problem in found.problems if problem.kind == "missing image"]
    assert missing == [
        "there is no image cam1/1.jpg of the train split",
        "there is no image 2.jpg of the train split",
    ]


def test_images_of_one_name_in_each_split_go_with_the_file_of_that_split(tmp_path: Path) -> None:
    for split, count in (("train", 2), ("val", 1)):
        written.image(tmp_path / split / "1.jpg")
        boxes = [{"image_id": 1, "category_id": 3, "bbox": [1, 1, 9, 9 + row]} for row in range(count)]
        written.coco(tmp_path / "annotations" / f"instances_{split}.json", {1: "1.jpg"}, boxes)
    found = read(tmp_path)
    assert [(one.path.parent.name, one.split, len(one.boxes)) for one in found.images] == [
        ("train", "train", 2),
        ("val", "validation", 1),
    ]


def test_one_file_for_each_split_over_one_folder_of_images_makes_the_splits(tmp_path: Path) -> None:
    for number, split in enumerate(("train", "valid", "test")):
        written.image(tmp_path / "images" / f"{number}.jpg")
        written.coco(tmp_path / f"{split}.json", {number: f"{number}.jpg"})
    found = read(tmp_path)
    assert [one.split for one in found.images] == ["train", "validation", "test"] and not found.problems


def test_several_files_over_the_same_images_are_put_together_and_each_box_counts_once(tmp_path: Path) -> None:
    written.image(tmp_path / "val" / "1.jpg")
    folder = tmp_path / "annotations"
    written.coco(folder / "instances_val.json", {1: "1.jpg"})
    one = {"image_id": "1", "category_id": 3, "bbox": [10, 20, 50, 70], "keypoints": [1, 1, 2]}
    other = {"image_id": "1", "category_id": 3, "bbox": [90, 80, 10, 10]}
    written.coco(folder / "person_keypoints_val.json", {"1": "1.jpg"}, [one, other])
    captions = [{"image_id": 1, "caption": "a cat"}]
    written.coco(folder / "captions_val.json", {1: "1.jpg"}, captions)
    written.text(folder / "image_info_test.json", json.dumps({"images": [], "categories": []}))
    found = read(tmp_path)
    (image,) = found.images
    assert image.boxes == [*BOXES, (90, 80, 100, 90)] and image.names == [*NAMES, "cat"]
    assert [problem.kind for problem in found.problems] == ["other annotations", "other annotations", "twice"]


@pytest.mark.parametrize(
    ("image_id", "of"), [(7, "7"), ("7", 7), (7.0, 7), ("a/7.jpg", "a/7.jpg"), (0, 0), (-1, -1), (2**70, 2**70)]
)
def test_ids_may_be_numbers_or_texts(image_id: Any, of: Any, tmp_path: Path) -> None:
    written.image(tmp_path / "1.jpg")
    boxes = [{"image_id": of, "category_id": "90", "bbox": [10, 20, 50, 70]}]
    categories = [{"id": 90, "name": "toothbrush"}, {"id": 13, "name": "stop sign", "supercategory": "outdoor"}]
    written.coco(tmp_path / "all.json", {image_id: "1.jpg"}, boxes, categories=categories)
    (one,) = read(tmp_path).images
    assert (one.boxes, one.names) == ([(10, 20, 60, 90)], ["toothbrush"])


RLE = {"size": [100, 120], "counts": [1020, 70] + [30, 70] * 49 + [100 * 120 - 1020 - 70 - 49 * 100]}


@pytest.mark.parametrize(
    "segmentation",
    [
        [[10, 20, 60, 20, 60, 90, 10, 90]],
        [[10, 20, 30, 20, 30, 40], [50, 60, 60, 60, 60, 90]],
        [10, 20, 60, 20, 60, 90],
        RLE,
    ],
)
def test_boxes_around_polygons_and_masks_are_used_where_there_is_no_box(segmentation: Any, tmp_path: Path) -> None:
    written.image(tmp_path / "1.jpg")
    boxes = [{"image_id": 1, "category_id": 3, "segmentation": segmentation}]
    written.coco(tmp_path / "all.json", {1: "1.jpg"}, boxes)
    found = read(tmp_path)
    assert found.images[0].boxes == [(10, 20, 60, 90)]
    assert [problem.kind for problem in found.problems] == ["shape"]


@pytest.mark.parametrize(
    ("packed", "counts"),
    [("", []), ("0", [0]), ("15", [1, 5]), ("`1", [48]), ("`1N", [48, -2]), ("oo", None), ("!", None)],
)
def test_packed_masks_are_unpacked(packed: str, counts: list[int] | None) -> None:
    assert masks.unpacked(packed) == counts


def test_a_run_of_a_mask_that_goes_on_in_the_next_column_is_as_high_as_the_image() -> None:
    assert masks.box({"size": [10, 12], "counts": [15, 10, 95]}) == [1, 0, 3, 10]
    assert masks.box({"size": [10, 12], "counts": [120]}) is None


def test_broken_annotations_are_named(tmp_path: Path) -> None:
    written.image(tmp_path / "one.jpg")
    right = [
        {"image_id": 7, "category_id": category, "bbox": [a, b, c - a, d - b]}
        for category, (a, b, c, d) in zip((3, 5), BOXES, strict=True)
    ]
    wrong: list[Any] = [
        {"id": 20, "image_id": 7, "category_id": 9, "bbox": [1, 1, 5, 5]},
        {"id": 21, "image_id": 99, "category_id": 3, "bbox": [1, 1, 5, 5]},
        {"id": 22, "image_id": 7, "category_id": 3, "bbox": [1, 1, 5]},
        {"id": 23, "image_id": 7, "category_id": 3, "bbox": [1, 1, 5, 5], "iscrowd": 1},
        {"id": 24, "image_id": 7, "category_id": 3, "bbox": [1, 1, 0, 5]},
        {"id": 25, "image_id": 7, "category_id": 3, "bbox": [1, 1, None, 5]},
        {"id": 26, "image_id": 7, "category_id": 3, "bbox": [130, 1, 5, 5]},
        {"id": 27, "image_id": 7, "category_id": 3, "bbox": [110, 1, 50, 5]},
        {"id": 28, "image_id": [7], "category_id": 3, "bbox": [1, 1, 5, 5]},
        {"id": 29, "image_id": 7, "category_id": None, "bbox": [1, 1, 5, 5]},
    ]
    file = written.coco(tmp_path / "instances.json", {7: "one.jpg", 8: "two.jpg"}, [*right, *wrong])
    found = read(file)
    texts = sorted(str(problem).removeprefix(f"{file}: ") for problem in found.problems)
    assert texts == [
        "annotation 20: there is no name for category 9",
        "annotation 21: there is no image with the id 99",
        "annotation 22: expected the four numbers of a box, found: [1, 1, 5]",
        "annotation 23: a box around a crowd is not one object",
        "annotation 24: the box 1 1 1 6 has no area",
        "annotation 25: expected the four numbers of a box, found: [1, 1, None, 5]",
        "annotation 26: the box 130 1 135 6 lies outside the image of 120×100",
        "annotation 27: the box 110 1 160 6 reaches over the edge of the image of 120×100",
        "annotation 28: there is no image with the id [7]",
        "annotation 29: there is no name for category None",
        "there is no image two.jpg",
    ]
    assert [len(one.boxes) for one in found.images] == [3]


def test_boxes_that_are_corners_are_refused_not_cut_off_at_the_edges(tmp_path: Path) -> None:
    written.image(tmp_path / "1.jpg")
    corners = [(60, 50, 110, 90), (70, 10, 110, 60), (20, 60, 90, 95), (1, 1, 20, 30)]
    boxes = [{"image_id": 1, "category_id": 3, "bbox": box} for box in corners]
    written.coco(tmp_path / "all.json", {1: "1.jpg"}, boxes)
    with pytest.raises(ProjectError, match="3 of 4 boxes reach over the edge .* none as corners\nWrite the width"):
        read(tmp_path)


def test_two_images_of_one_id_and_two_names_of_one_image_are_refused(tmp_path: Path) -> None:
    written.image(tmp_path / "1.jpg")
    twice = [{"id": 1, "file_name": "1.jpg"}, {"id": 1, "file_name": "2.jpg"}]
    written.coco(tmp_path / "all.json", {}, [], images=twice)
    with pytest.raises(ProjectError, match="two images have this id"):
        read(tmp_path)
    written.coco(tmp_path / "all.json", {1: "1.jpg", 2: "cam2/1.jpg"})
    with pytest.raises(ProjectError, match="1.jpg and cam2/1.jpg are both"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("categories", "message"),
    [
        ([{"id": 3, "name": "cat"}, {"id": "3", "name": "dog"}], "the categories cat and dog have one id"),
        ([{"id": 3, "name": None}, {"id": 5}], "no usable box .*: 2 boxes of an unknown class"),
    ],
)
def test_categories_without_a_name_or_with_one_id_are_refused(categories: list, message: str, tmp_path: Path) -> None:
    written.image(tmp_path / "1.jpg")
    written.coco(tmp_path / "all.json", {1: "1.jpg"}, categories=categories)
    with pytest.raises(ProjectError, match=message):
        annotated_images.usable(read(tmp_path))


@pytest.mark.parametrize("value", [True, "1_0", "1,5", None])
def test_what_only_python_takes_for_a_number_is_none(value: Any, tmp_path: Path) -> None:
    written.image(tmp_path / "1.jpg")
    boxes = [{"image_id": 1, "category_id": 3, "bbox": [value, 1, 50, 50]}]
    written.coco(tmp_path / "all.json", {1: "1.jpg"}, boxes)
    assert [problem.kind for problem in read(tmp_path).problems] == ["not numbers"]


def test_boxes_in_fractions_of_the_image_are_not_taken_for_pixels(tmp_path: Path) -> None:
    written.image(tmp_path / "1.jpg")
    boxes = [{"image_id": 1, "category_id": 3, "bbox": [0.1, 0.1, 0.2, side]} for side in (0.3, 0.4, 0.9)]
    written.coco(tmp_path / "all.json", {1: "1.jpg"}, boxes)
    with pytest.raises(ProjectError, match="the boxes of all images are numbers up to 1, as fractions of the image"):
        read(tmp_path)


def test_boxes_follow_images_that_were_made_smaller(tmp_path: Path) -> None:
    written.image(tmp_path / "1.jpg", (60, 50))
    written.coco(tmp_path / "all.json", {1: "1.jpg"})
    found = read(tmp_path)
    np.testing.assert_allclose(found.images[0].boxes, np.array(BOXES) / 2)
    assert [problem.kind for problem in found.problems] == ["other size"]


@pytest.mark.parametrize(
    "content", [{}, {"images": {}}, {"images": [1, None, {}, {"id": 1}, {"id": 1, "file_name": 3}]}]
)
def test_lists_that_hold_something_else_are_refused_in_a_sentence(content: dict, tmp_path: Path) -> None:
    written.image(tmp_path / "1.jpg")
    file = written.coco(tmp_path / "all.json", {}, [{"image_id": 1, "category_id": 3, "bbox": [1, 1, 2, 2]}])
    file.write_text(
        json.dumps({**json.loads(file.read_text()), "annotations": [None, 3], "categories": [5], **content})
    )
    if isinstance(content.get("images", []), list):
        assert read(tmp_path).images == []
    else:
        with pytest.raises(ProjectError, match="no annotations in"):
            read(tmp_path)
