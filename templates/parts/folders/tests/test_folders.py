"""Which folders are splits and which are classes, by their names alone."""

from pathlib import Path

from support.data import folders
from support.errors import ProjectError

import pytest


def make(path: Path, *names: str) -> Path:
    for name in names:
        (path / name).mkdir(parents=True)
    return path


def named(parts: folders.Parts | None) -> tuple[str | None, ...] | None:
    places = parts and (parts["train"], parts["validation"], parts["test"])
    return tuple(place.name if place else None for place in places) if places else None


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["train", "test"], ("train", None, "test")),
        (["train", "validation"], ("train", "validation", None)),
        (["Train", "Val", "TEST"], ("Train", "Val", "TEST")),
        (["training", "dev", "testing"], ("training", "dev", "testing")),
        (["training_set", "test_set"], ("training_set", None, "test_set")),
        (["train2017", "val2017", "annotations"], ("train2017", "val2017", None)),
        (["train", "valid", "test", ".cache", "__macosx", "@eaDir"], ("train", "valid", "test")),
        (["train_images", "images-val", "test.v2"], ("train_images", "images-val", "test.v2")),
        (["1_train", "2_test"], ("1_train", None, "2_test")),
        (["train"], ("train", None, None)),
        (["train", "bus", "car"], None),
        (["test", "bus"], None),
        (["cats", "dogs"], None),
        (["trainer", "testament", "valley"], None),
        (["train station", "test tube"], None),
        (["test"], None),
        ([], None),
    ],
)
def test_folders_called_like_splits_are_splits_and_any_others_classes(
    names: list[str], expected: tuple[str | None, ...] | None, tmp_path: Path
) -> None:
    assert named(folders.split_folders(make(tmp_path, *names))) == expected


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["train", "val", "valid"], "has val/ and valid/: which is the validation split?"),
        (["train", "training"], "has train/ and training/: which is the train split?"),
        (["val", "test"], "has test/ and val/, but nothing to train on"),
    ],
)
def test_splits_that_are_not_clear_are_refused(names: list[str], message: str, tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as error:
        folders.split_folders(make(tmp_path, *names))
    assert message in str(error.value)


def test_what_is_unusual_about_names_is_said(tmp_path: Path) -> None:
    beside = folders.remarks(make(tmp_path / "a", "train", "test", "extra", ".git"))
    assert beside == [f"extra/ in {tmp_path / 'a'}/ is not read: there are splits beside it"]
    classes = folders.remarks(make(tmp_path / "b", "train", "bus"))
    assert [line.splitlines()[0] for line in classes] == [
        f"{tmp_path / 'b' / 'train'}/ is taken for a class, although it is called like a split"
    ]
    assert folders.remarks(make(tmp_path / "c", "cats", "dogs")) == []


def test_a_split_that_an_archive_packed_twice_is_the_inner_folder(tmp_path: Path) -> None:
    make(
        tmp_path,
        "training_set/training_set/cats",
        "test_set/test_set/cats",
        "test_set/.cache",
        "val/dev1/cats",
        "val/b",
    )
    parts = folders.split_folders(tmp_path)
    assert parts is not None
    assert parts["train"] == tmp_path / "training_set" / "training_set"
    assert (parts["test"], parts["validation"]) == (tmp_path / "test_set" / "test_set", tmp_path / "val")
    assert folders.remarks(tmp_path) == []


@pytest.mark.parametrize("pair", [("Cat", "cat"), ("cat ", "cat"), ("caf\u00e9", "cafe\u0301")])
def test_classes_whose_names_hardly_differ_are_named(pair: tuple[str, str]) -> None:
    assert folders.alike([pair[0], "dog", pair[1]]) == [
        f"{pair[0]!r} and {pair[1]!r} are two classes whose names hardly differ"
    ]


def test_files_called_like_splits_are_splits_where_there_is_more_than_training(tmp_path: Path) -> None:
    for name in ("Train.csv", "dev.tsv", "test.CSV", "readme.md", ".train.csv"):
        (tmp_path / name).write_text("a,b\n", encoding="utf-8")
    assert named(folders.split_files(tmp_path, (".csv", ".tsv"))) == ("Train.csv", "dev.tsv", "test.CSV")
    assert folders.split_files(tmp_path, (".tsv",)) is None
    (tmp_path / "train.tsv").write_text("a,b\n", encoding="utf-8")
    with pytest.raises(ProjectError, match=r"has Train.csv and train.tsv: which is the train split\?"):
        folders.split_files(tmp_path, (".csv", ".tsv"))
