"""Folders of classes and splits, and arrays in .npz files: layouts that users have, read correctly or refused with a message."""

import io
import os
import zipfile
from pathlib import Path
from typing import Any

from support.data import image_folders
from support.errors import ProjectError
from support.splits import Splits

import numpy as np
import pytest
from PIL import Image

SHAPE = (8, 8, 3)


def fill(root: Path, *folders: str, count: int = 6, seed: int = 0) -> Path:
    """Images of noise in each of the folders, no two of them the same."""
    rng = np.random.default_rng(seed)
    for folder in folders:
        (root / folder).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            Image.fromarray(rng.integers(0, 256, SHAPE, np.uint8)).save(root / folder / f"{number}.png")
    return root


def load(root: Path) -> Splits:
    return image_folders.load(root, SHAPE, (0.2, 0.2), 0)


def sizes(splits: Splits) -> tuple[int, int, int]:
    return len(splits.train), len(splits.validation), len(splits.test)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("train", "val", "test"), (12, 4, 4)),
        (("Train", "Validation", "TEST"), (12, 4, 4)),
        (("training", "valid", "testing"), (12, 4, 4)),
        (("train", "dev"), (10, 4, 2)),
        (("TRAIN", "Test"), (10, 2, 4)),
    ],
)
def test_splits_that_a_folder_brings_are_used_as_they_are(
    names: tuple[str, ...], expected: tuple[int, int, int], tmp_path: Path
) -> None:
    for number, name in enumerate(names):
        fill(tmp_path, f"{name}/cat", f"{name}/dog", count=2 if number else 6, seed=number)
    splits = load(tmp_path)
    assert splits.spec["labels"] == ["cat", "dog"]
    assert sizes(splits) == expected
    assert image_folders.shared_images(splits) == 0
    own = splits.validation if names[1].lower() != "test" else splits.test
    read = {row.tobytes() for row in own.x}
    there = {np.asarray(Image.open(path)).tobytes() for path in (tmp_path / names[1]).rglob("*.png")}
    assert read == there


def test_a_class_that_is_called_like_a_split_is_a_class_and_warned_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    splits = load(fill(tmp_path, "bus", "train", "tram"))
    assert splits.spec["labels"] == ["bus", "train", "tram"]
    assert "train/ is taken for a class, although it is called like a split" in capsys.readouterr().err


def test_hidden_folders_and_copies_that_tools_make_are_neither_classes_nor_images(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path, "cat", "dog", ".ipynb_checkpoints", "__MACOSX/cat", "cat/.ipynb_checkpoints", ".git/x")
    (tmp_path / "cat" / "._0.png").write_bytes(b"x")
    (tmp_path / "dog" / "Thumbs.db").write_bytes(b"x")
    splits = load(tmp_path)
    assert splits.spec["labels"] == ["cat", "dog"] and sum(sizes(splits)) == 12
    assert capsys.readouterr().err == ""


def test_a_checkpoint_beside_its_image_is_no_second_image(tmp_path: Path) -> None:
    fill(tmp_path, "cat", "dog")
    (tmp_path / "cat" / "0-checkpoint.png").write_bytes((tmp_path / "cat" / "0.png").read_bytes())
    (tmp_path / "cat" / "0.png").rename(tmp_path / "cat" / "7-checkpoint.png")  # no copy: there is no 7.png
    assert sum(sizes(load(tmp_path))) == 13


def test_accents_written_in_two_ways_are_one_class(tmp_path: Path) -> None:
    fill(tmp_path, "train/caf\u00e9", "train/dog", "test/cafe\u0301")
    splits = load(tmp_path)
    assert splits.spec["labels"] == ["caf\u00e9", "dog"] and len(splits.test) == 6


@pytest.mark.skipif(os.name == "nt", reason="links need a right of their own on Windows")
def test_linked_folders_are_read_once_and_loops_end(tmp_path: Path) -> None:
    fill(tmp_path / "own", "cat", "dog")
    fill(tmp_path / "elsewhere", "more", seed=1)
    (tmp_path / "own" / "cat" / "more").symlink_to(tmp_path / "elsewhere" / "more")
    (tmp_path / "own" / "cat" / "loop").symlink_to(tmp_path / "own" / "cat")
    assert sum(sizes(load(tmp_path / "own"))) == 18


@pytest.mark.parametrize(
    ("names", "remark"),
    [
        (("Cat", "dog", "dog "), "'dog' and 'dog ' are two classes whose names hardly differ"),
        (("cat/a", "dog"), "have folders inside, such as cat/a/: those are no classes of their own"),
        (("train/cat", "train/dog", "test/cat", ""), "6 images beside the class folders in"),
    ],
)
def test_folders_that_may_be_meant_otherwise_are_warned_of(
    names: tuple[str, ...], remark: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load(fill(tmp_path, *names))
    assert remark in capsys.readouterr().err


def test_what_is_left_out_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path, "train/cat", "train/dog", "test/cat", "backup/cat")
    fill(tmp_path, "train", count=2)
    (tmp_path / "train" / "cat" / "IMG.HEIC").write_bytes(b"x")
    load(tmp_path)
    said = capsys.readouterr().err
    assert f"warning: backup/ in {tmp_path}/ is not read: there are splits beside it" in said
    assert f"warning: 2 images beside the class folders in {tmp_path / 'train'}/ are not used" in said
    assert f"warning: left out in {tmp_path / 'train'}/: 1 .heic (an iPhone's format" in said
    assert f"warning: the test split of {tmp_path} has no images of dog" in said


@pytest.mark.parametrize(
    ("folders", "message"),
    [
        (("train/cat", "train/dog", "val/cat", "valid/cat"), "which is the validation split"),
        (("val/cat", "test/cat"), "but nothing to train on"),
        (("train/cat", "train/dog", "test/cow"), r": class cow is in the test split, but not in training\n"),
        (("train/cat", "train/dog", "test/Cat"), r"class Cat is in the test split.*\n.* Did you mean cat\?"),
        (
            ("pets/cat", "pets/dog"),
            r"only one class in .*: pets\n.*Or are its sub-folders the classes\? Then give .*pets",
        ),
        (
            ("cat/train", "cat/test", "dog/train", "dog/test"),
            r"cat/ has splits inside a class\nPut them above the classes",
        ),
        ((), r"no images by class in .*\nExpected one folder per class"),
    ],
)
def test_folders_that_could_mean_two_things_are_refused_in_a_sentence(
    folders: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ProjectError, match=message):
        load(fill(tmp_path, *folders))


def test_a_class_without_images_says_what_is_there_instead(tmp_path: Path) -> None:
    fill(tmp_path, "cat", "dog")
    (tmp_path / "cow").mkdir()
    (tmp_path / "cow" / "a.heic").write_bytes(b"x")
    with pytest.raises(ProjectError, match=r"no images in .*cow/\n(.|\n)*Found: 1 \.heic \(an iPhone's format"):
        load(tmp_path)


def arrays(**changes: Any) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    found = {
        "x_train": rng.integers(0, 256, (12, 4, 4), np.uint8),
        "y_train": np.arange(12) % 2,
        "x_test": rng.integers(0, 256, (4, 4, 4), np.uint8),
        "y_test": np.arange(4) % 2,
    }
    return {name: np.asarray(value) for name, value in {**found, **changes}.items()}


def test_validation_in_an_npz_is_used_whatever_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = arrays()
    np.savez(tmp_path / "a.npz", **own, X_valid=own["x_test"], Y_valid=own["y_test"], extra=np.zeros(3))
    splits = load(tmp_path / "a.npz")
    assert sizes(splits) == (12, 4, 4)
    np.testing.assert_array_equal(splits.validation.x[..., 0], own["x_test"])
    assert f"not used in {tmp_path / 'a.npz'}: extra" in capsys.readouterr().err
    medical = {
        f"{part}_{kind}": own[f"{key}_{part}"]
        for part in ("train", "test")
        for kind, key in (("images", "x"), ("labels", "y"))
    }
    np.savez(tmp_path / "b.npz", **medical)
    np.testing.assert_array_equal(load(tmp_path / "b.npz").test.x, splits.test.x)


def test_fractions_and_truths_become_bytes_by_one_rule_for_all_parts(tmp_path: Path) -> None:
    own = arrays()
    dark = own["x_test"].astype(np.float32)
    dark[:] = 1
    np.savez(tmp_path / "b.npz", **arrays(x_train=own["x_train"] / 255, x_test=dark))
    assert load(tmp_path / "b.npz").test.x.min() == 255
    np.savez(tmp_path / "c.npz", **arrays(x_train=own["x_train"] > 9, x_test=own["x_test"] > 9))
    assert set(np.unique(load(tmp_path / "c.npz").train.x)) == {0, 255}


@pytest.mark.parametrize(
    ("train", "test"),
    [
        (lambda x: x / x.max(), lambda x: x),
        (lambda x: x, lambda x: x / x.max()),
        (lambda x: x % 17, lambda x: x % 16),  # scikit-learn's digits
        (lambda x: (x % 17).astype(float), lambda x: x % 2),
    ],
)
def test_parts_of_an_npz_in_different_or_unknown_ranges_are_refused(train, test, tmp_path: Path) -> None:
    own = arrays()
    np.savez(tmp_path / "a.npz", **arrays(x_train=train(own["x_train"]), x_test=test(own["x_test"])))
    with pytest.raises(ProjectError, match=r"the values of x_\w+ reach [\d.]+, of all parts \d"):
        load(tmp_path / "a.npz")


def test_images_of_one_colour_in_an_npz_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = arrays()
    own["x_train"][:2] = 7
    np.savez(tmp_path / "a.npz", **own)
    load(tmp_path / "a.npz")
    assert f"warning: 2 images in {tmp_path / 'a.npz'} of one single colour" in capsys.readouterr().err


@pytest.mark.parametrize("kind", [np.uint8, np.int64, np.float32])
def test_zeros_and_ones_are_black_and_white_whatever_their_type_and_so_are_fractions_not_quite_exact(
    kind: type, tmp_path: Path
) -> None:
    own = arrays()
    x = {name: (own[name] > np.median(own[name])).astype(kind) for name in ("x_train", "x_test")}
    if kind is np.float32:
        x = {name: each * np.float32(1.0002) - np.float32(0.0001) for name, each in x.items()}
    np.savez(tmp_path / "a.npz", **arrays(**x, y_train=own["y_train"].astype(np.float32)))
    splits = load(tmp_path / "a.npz")
    assert set(np.unique(splits.train.x)) == {0, 255}
    assert splits.spec["labels"] == [str(each) for each in np.unique(own["y_train"])]


def with_head(shape: tuple[int, ...], data: bytes, path: Path) -> Path:
    """An .npz whose x_train says that it has this shape, whatever it has."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "|u1", "fortran_order": False, "shape": shape})
    np.savez(path, **arrays())
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["x_train.npy"] = head.getvalue() + data
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("shape", [(900_000_000_000,), (2**40, 2**40, 4), (12, 4, 5)])
def test_a_head_that_promises_more_than_the_file_holds_is_refused(shape: tuple[int, ...], tmp_path: Path) -> None:
    path = with_head(shape, bytes(192), tmp_path / "a.npz")
    with pytest.raises(ProjectError, match=r"a\.npz cannot be read as \.npz: "):
        load(path)


def test_arrays_that_do_not_fit_into_memory_are_refused_before_they_are_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from support.data import image_arrays

    monkeypatch.setattr(image_arrays, "MOST", 100)
    np.savez_compressed(tmp_path / "a.npz", **arrays())
    with pytest.raises(ProjectError, match="is the most that is read into memory\nSave the images as files"):
        load(tmp_path / "a.npz")


def test_an_npz_cut_off_anywhere_or_with_any_byte_changed_is_never_a_traceback(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "whole.npz", **arrays())
    content, path = (tmp_path / "whole.npz").read_bytes(), tmp_path / "a.npz"
    rng = np.random.default_rng(0)
    spoiled = [content[:end] for end in range(0, len(content) - 22, 37)]
    for place in rng.integers(0, len(content), 150):
        spoiled.append(content[:place] + bytes([content[place] ^ int(rng.integers(1, 256))]) + content[place + 1 :])
    refused = 0
    for each in spoiled:
        path.write_bytes(each)
        try:
            load(path)
        except ProjectError:
            refused += 1
    assert refused > 100
