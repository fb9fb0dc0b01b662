"""What must hold for boxes: overlap, suppression, average precision, reading three formats, and augmentation that keeps them in place."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from support import average_precision, box_augmentation, boxed_pictures, boxes
from support.annotations import Reader
from support.boxed_pictures import Letterbox
from support.boxes import Found
from support.errors import ProjectError

BOXES = [(10, 20, 60, 90), (70, 5, 110, 45)]  # in pixels of a picture of 120×100
NAMES = ["cat", "dog"]


def some_boxes(count: int, rng: np.random.Generator) -> np.ndarray:
    corner = rng.random((count, 2)) * 0.7
    return np.concatenate([corner, corner + 0.05 + 0.25 * rng.random((count, 2))], axis=1)


def test_overlap_is_the_shared_area_over_the_joint_one() -> None:
    one = np.array([[0, 0, 2, 2], [0, 0, 1, 1]])
    other = np.array([[1, 1, 3, 3], [0, 0, 2, 2], [5, 5, 6, 6]])
    np.testing.assert_allclose(boxes.iou(one, other), [[1 / 7, 1, 0], [0, 1 / 4, 0]], atol=1e-9)


def test_suppression_keeps_what_tensorflow_keeps() -> None:
    import tensorflow as tf

    for seed in range(20):
        rng = np.random.default_rng(seed)
        some, scores = some_boxes(60, rng), rng.permutation(60) / 60
        kept = boxes.suppress(some, scores, 0.4)
        wanted = tf.image.non_max_suppression(some.astype("float32"), scores.astype("float32"), 60, 0.4)
        assert kept.tolist() == wanted.numpy().tolist()


def test_suppression_leaves_overlapping_boxes_of_different_classes() -> None:
    box = [0.1, 0.1, 0.5, 0.5]
    output = np.array([[*box, 0.9, 0.1], [*box, 0.2, 0.8], [*box, 0.7, 0.0]])
    found = boxes.find(output, minimum=0.15)
    assert (found.scores.tolist(), found.classes.tolist()) == ([0.9, 0.8], [0, 1])


def test_average_precision_of_cases_that_can_be_counted_by_hand() -> None:
    true = boxes.pad([np.array([[0, 0.1, 0.1, 0.3, 0.3], [0, 0.5, 0.5, 0.8, 0.8]])])
    right, wrong = [0.1, 0.1, 0.3, 0.3], [0.6, 0.1, 0.7, 0.2]

    def ap50(some: list[list[float]], scores: list[float]) -> float:
        found = Found(np.array(some).reshape(-1, 4), np.array(scores), np.zeros(len(scores), int))
        return float(average_precision.per_class(true, [found], 1)[0, 0])

    assert ap50([], []) == 0
    assert ap50([right, [0.5, 0.5, 0.8, 0.8]], [0.9, 0.8]) == 1
    assert ap50([right], [0.9]) == pytest.approx(51 / 101)  # recalls 0 … 0.5 are reached, with precision 1
    assert ap50([wrong, right], [0.9, 0.8]) == pytest.approx(0.5 * 51 / 101)
    assert ap50([right, right], [0.9, 0.8]) == pytest.approx(51 / 101)  # the second finds nothing new


def test_a_box_goes_into_the_square_and_back() -> None:
    letterbox = Letterbox((400, 200))
    np.testing.assert_allclose(letterbox.into(np.array([[0, 0, 400, 200]])), [[0, 0.25, 1, 0.75]])
    box = np.array([[37.0, 12.0, 380.0, 199.0]])
    np.testing.assert_allclose(letterbox.back(letterbox.into(box)), box)


def test_boxes_follow_their_picture_when_it_is_changed() -> None:
    x = np.zeros((60, 64, 64, 3), np.uint8)
    x[:, 20:40, 12:32] = 255
    y = np.tile(np.array([[0, 12 / 64, 20 / 64, 32 / 64, 40 / 64], [-1, 0, 0, 0, 0]], np.float32), (60, 1, 1))
    augment = box_augmentation.augmenter(zoom=1.5, shift=0.3, light=0.0)
    changed_x, changed_y = augment(x, y, np.random.default_rng(0))
    kept = changed_y[:, 0, 0] >= 0
    assert kept.sum() > 30 and (changed_y[:, 1] == [-1, 0, 0, 0, 0]).all()
    for picture, box in zip(changed_x[kept], changed_y[kept, 0, 1:], strict=True):
        rows, columns = np.nonzero(picture[..., 0] > 184)  # half way between the grey around and white
        edges = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
        assert np.abs(edges - box * 64).max() <= 1.6
    again_x, again_y = augment(x, y, np.random.default_rng(0))
    assert (again_x == changed_x).all() and (again_y == changed_y).all()


# --- annotation files ---


def picture(path: Path, size: tuple[int, int] = (120, 100)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(len(path.stem)).integers(0, 256, (size[1], size[0], 3), np.uint8)).save(path)


def voc(folder: Path, stem: str, some: list, names: list[str], filename: str | None = None) -> Path:
    objects = "".join(
        f"<object>\n<name>{name}</name>\n<bndbox><xmin>{a}</xmin><ymin>{b}</ymin><xmax>{c}</xmax><ymax>{d}</ymax></bndbox>\n</object>\n"
        for name, (a, b, c, d) in zip(names, some, strict=True)
    )
    path = folder / f"{stem}.xml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"<annotation>\n<filename>{filename or stem + '.jpg'}</filename>\n{objects}</annotation>\n")
    return path


def as_voc(root: Path) -> None:
    voc(root / "annotations", "one", BOXES, NAMES)


def as_yolo(root: Path) -> None:
    (root / "labels").mkdir(parents=True)
    rows = [
        f"{NAMES.index(name)} {(a + c) / 240} {(b + d) / 200} {(c - a) / 120} {(d - b) / 100}\n"
        for name, (a, b, c, d) in zip(NAMES, BOXES, strict=True)
    ]
    (root / "labels" / "one.txt").write_text("".join(rows))
    (root / "data.yaml").write_text("train: images\nnames:\n  0: cat\n  1: dog\n")


def as_coco(root: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    content = {
        "images": [{"id": 7, "file_name": "one.jpg", "width": 120, "height": 100}],
        "categories": [{"id": 3, "name": "cat"}, {"id": 5, "name": "dog"}],
        "annotations": [
            {"id": row, "image_id": 7, "category_id": number, "bbox": [a, b, c - a, d - b]}
            for row, (number, (a, b, c, d)) in enumerate(zip((3, 5), BOXES, strict=True))
        ],
    }
    (root / "instances.json").write_text(json.dumps(content))


@pytest.mark.parametrize("write", [as_voc, as_yolo, as_coco])
def test_every_format_gives_the_same_boxes(write: Callable[[Path], None], tmp_path: Path) -> None:
    picture(tmp_path / "images" / "one.jpg")
    write(tmp_path)
    (one,) = Reader(tmp_path).pictures
    assert one.path == tmp_path / "images" / "one.jpg" and one.size == (120, 100) and one.names == NAMES
    np.testing.assert_allclose(one.boxes, BOXES, atol=1e-6)


def test_yolo_pictures_without_a_label_file_show_nothing_and_a_label_file_without_a_picture_is_named(
    tmp_path: Path,
) -> None:
    picture(tmp_path / "images" / "one.jpg")
    picture(tmp_path / "images" / "empty.jpg")
    as_yolo(tmp_path)
    (tmp_path / "labels" / "lost.txt").write_text("0 0.5 0.5 0.1 0.1\n")
    reader = Reader(tmp_path)
    assert {one.path.stem: len(one.boxes) for one in reader.pictures} == {"one": 2, "empty": 0}
    lost = tmp_path / "labels" / "lost.txt"
    assert [str(problem) for problem in reader.problems] == [f"{lost}: there is no picture named lost"]


def _zero(root: Path) -> None:
    voc(root, "one", [*BOXES, (30, 30, 30, 60)], [*NAMES, "cat"])


def _outside(root: Path) -> None:
    voc(root, "one", [*BOXES, (130, 10, 150, 60)], [*NAMES, "cat"])


def _over_the_edge(root: Path) -> None:
    voc(root, "one", [*BOXES, (100, 10, 150, 60)], [*NAMES, "cat"])


def _not_numbers(root: Path) -> None:
    voc(root, "one", [*BOXES, ("a", 10, 50, 60)], [*NAMES, "cat"])


def _unknown_class(root: Path) -> None:
    voc(root, "one", [*BOXES, (10, 10, 50, 60)], [*NAMES, "hat"])


def _missing_picture(root: Path) -> None:
    voc(root, "one", BOXES, NAMES)
    voc(root, "two", BOXES, NAMES)


def _wrong_ending(root: Path) -> None:
    voc(root, "one", BOXES, NAMES, filename="one.png")


def _other_size(root: Path) -> None:
    path = voc(root, "one", BOXES, NAMES)
    size = "<size><width>240</width><height>200</height></size>\n"
    path.write_text(path.read_text().replace("<object>", size + "<object>", 1))


def _cut_off(root: Path) -> None:
    voc(root, "one", BOXES, NAMES)
    voc(root, "two", BOXES, NAMES).write_text("<annotation>\n<object>\n")


@pytest.mark.parametrize(
    ("write", "message", "left_out", "count"),
    [
        (_zero, "one.xml:11: the box 30 30 30 60 has no area", True, 2),
        (_outside, "one.xml:11: the box 130 10 150 60 lies outside the picture of 120×100", True, 2),
        (_over_the_edge, "one.xml:11: the box 100 10 150 60 reaches over the edge", False, 3),
        (_not_numbers, "one.xml:11: expected the four numbers of a box", True, 2),
        (_unknown_class, "one.xml:11: class 'hat' is not one of cat, dog", True, 2),
        (_missing_picture, "two.xml:2: there is no picture two.jpg", True, 2),
        (_wrong_ending, "one.xml:2: says one.png, the picture is one.jpg", False, 2),
        (_other_size, "one.xml:3: says 240×200 pixels, one.jpg has 120×100", False, 2),
        (_cut_off, "two.xml:3: is no XML that can be read", True, 2),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line_and_the_rest_is_used(
    write: Callable[[Path], None], message: str, left_out: bool, count: int, tmp_path: Path
) -> None:
    picture(tmp_path / "one.jpg")
    write(tmp_path)
    reader = Reader(tmp_path, ("cat", "dog"))
    (problem,) = reader.problems
    assert message in str(problem) and problem.left_out == left_out
    assert len(reader.pictures[0].boxes) == count
    assert message in boxed_pictures.report(reader.problems)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("0 0.5 0.5 0.1", "one.txt:3: expected a class number and four numbers"),
        ("0.5 0.5 0.5 0.1 0.1", "one.txt:3: expected a class number and four numbers"),
        ("2 0.5 0.5 0.1 0.1", "one.txt:3: there is no name for class 2"),
        ("0 1.5 0.5 0.1 0.1", "one.txt:3: the box 174 45 186 55 lies outside"),
        ("0 0.5 0.5 0 0.1", "one.txt:3: the box 60 45 60 55 has no area"),
    ],
)
def test_broken_lines_of_yolo_files_are_named(line: str, message: str, tmp_path: Path) -> None:
    picture(tmp_path / "images" / "one.jpg")
    as_yolo(tmp_path)
    with (tmp_path / "labels" / "one.txt").open("a") as file:
        file.write(line + "\n")
    reader = Reader(tmp_path)
    assert message in str(reader.problems[0]) and len(reader.pictures[0].boxes) == 2


def test_broken_annotations_of_a_coco_file_are_named(tmp_path: Path) -> None:
    picture(tmp_path / "one.jpg")
    as_coco(tmp_path)
    file = tmp_path / "instances.json"
    content = json.loads(file.read_text())
    content["images"].append({"id": 8, "file_name": "two.jpg"})
    content["annotations"] += [
        {"id": 20, "image_id": 7, "category_id": 9, "bbox": [1, 1, 5, 5]},
        {"id": 21, "image_id": 99, "category_id": 3, "bbox": [1, 1, 5, 5]},
        {"id": 22, "image_id": 7, "category_id": 3, "bbox": [1, 1, 5]},
        {"id": 23, "image_id": 7, "category_id": 3, "bbox": [1, 1, 5, 5], "iscrowd": 1},
    ]
    file.write_text(json.dumps(content))
    reader = Reader(file)
    assert [str(problem).removeprefix(f"{file}: ") for problem in reader.problems] == [
        "there is no picture two.jpg",
        "annotation 20: there is no category 9",
        "annotation 21: there is no picture with the id 99",
        "annotation 22: expected the four numbers of a box, found: [None]",
        "annotation 23: a box around a crowd is not one object",
    ]
    assert [len(one.boxes) for one in reader.pictures] == [2]


def test_a_picture_of_which_every_box_is_broken_is_not_shown_as_empty(tmp_path: Path) -> None:
    for stem in ("one", "two", "three", "four"):
        picture(tmp_path / f"{stem}.jpg")
        voc(tmp_path, stem, BOXES if stem != "two" else [(5, 5, 5, 5)], NAMES if stem != "two" else ["cat"])
    splits, problems = boxed_pictures.load(tmp_path, 64, (0.3, 0.3), 0)
    assert len(splits.train) + len(splits.validation) + len(splits.test) == 3
    assert [problem.kind for problem in problems] == ["zero area"]


def test_where_no_box_is_left_it_is_refused_with_the_reasons(tmp_path: Path) -> None:
    picture(tmp_path / "one.jpg")
    voc(tmp_path, "one", [(5, 5, 5, 5)], ["cat"])
    with pytest.raises(
        ProjectError, match=r"no usable box in .* \(Pascal VOC\): 1 boxes without area\nThe first: .*one.xml:3"
    ):
        boxed_pictures.load(tmp_path, 64, (0.3, 0.3), 0)


@pytest.mark.parametrize("name", ["notes.md", "settings.json"])
def test_a_folder_without_annotations_says_what_was_expected(name: str, tmp_path: Path) -> None:
    picture(tmp_path / "one.jpg")
    (tmp_path / name).write_text("{}")
    with pytest.raises(ProjectError) as error:
        Reader(tmp_path)
    assert str(error.value) == (
        f"no annotations in {tmp_path}/\nExpected Pascal VOC .xml, YOLO .txt or COCO .json files, with the pictures beside them or in "
        "a folder images/. Found: 1 pictures and no annotation."
    )


def test_several_classes_are_numbered_or_count_as_one(tmp_path: Path) -> None:
    for stem in ("one", "two", "three"):
        picture(tmp_path / f"{stem}.jpg")
        voc(tmp_path, stem, BOXES, NAMES)
    several, _ = boxed_pictures.load(tmp_path, 64, (0.3, 0.3), 0)
    single, _ = boxed_pictures.load(tmp_path, 64, (0.3, 0.3), 0, single="animal")
    only, problems = boxed_pictures.load(tmp_path, 64, (0.3, 0.3), 0, classes=("dog",), single="animal")
    assert several.spec["labels"] == NAMES and sorted(several.train.y[0, :, 0]) == [0, 1]
    assert single.spec["labels"] == ["animal"] and single.train.y[0, :, 0].tolist() == [0, 0]
    assert only.spec["labels"] == ["dog"] and len(problems) == 3


def test_many_pictures_are_read_when_they_are_asked_for_and_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for stem in ("one", "two", "three", "four"):
        picture(tmp_path / f"{stem}.jpg")
        voc(tmp_path, stem, BOXES, NAMES)
    read, _ = boxed_pictures.load(tmp_path, 64, (0.3, 0.3), 0)
    monkeypatch.setattr(boxed_pictures, "MEMORY", 1000)
    lazy, _ = boxed_pictures.load(tmp_path, 64, (0.3, 0.3), 0)
    assert isinstance(lazy.train.x, boxed_pictures.Letterboxed)
    assert (lazy.train.x[np.arange(2)] == read.train.x).all() and (lazy.train.x[1:2] == read.train.x[1:2]).all()
    assert (lazy.train.y == read.train.y).all() and lazy.fingerprint() == lazy.fingerprint()
