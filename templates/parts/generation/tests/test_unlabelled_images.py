"""Folders of images without classes: as they lie, in one sub-folder, or in folders of splits."""

from pathlib import Path

from support.data.unlabelled_images import has_classes, load_unlabelled
from support.errors import ProjectError
from support.splits import Splits

import numpy as np
import pytest
from PIL import Image

SHAPE = (8, 8, 3)


def fill(root: Path, *folders: str, count: int = 15) -> Path:
    for seed, folder in enumerate(folders):
        (root / folder).mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(seed).integers(0, 256, (count, *SHAPE), np.uint8)
        for number, image in enumerate(noise):
            Image.fromarray(image).save(root / folder / f"{number}.png")
    return root


def load(root: Path) -> Splits:
    return load_unlabelled(root, SHAPE, (0.2, 0.2), 0)


@pytest.mark.parametrize(
    ("folders", "classes"),
    [
        ((".",), False),
        (("faces",), False),
        ((".", ".ipynb_checkpoints", "__MACOSX"), False),
        (("train", "test"), False),
        (("train/cat", "train/dog", "test/cat", "test/dog"), True),
        (("cat", "dog"), True),
    ],
)
def test_two_or_more_folders_that_are_no_splits_are_classes(
    folders: tuple[str, ...], classes: bool, tmp_path: Path
) -> None:
    assert has_classes(fill(tmp_path, *folders)) is classes


def test_splits_that_a_folder_brings_are_used_as_they_are(tmp_path: Path) -> None:
    splits = load(fill(tmp_path, "Train", "val", "TEST"))
    for split, name in ((splits.train, "Train"), (splits.validation, "val"), (splits.test, "TEST")):
        there = {np.asarray(Image.open(path)).tobytes() for path in (tmp_path / name).iterdir()}
        assert {image.tobytes() for image in split.x} == there and len(split) == 15


def test_images_beside_the_splits_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    splits = load(fill(tmp_path, "train", "test", "."))
    assert len(splits.train) + len(splits.validation) + len(splits.test) == 30
    assert f"warning: 15 images beside the folders of splits in {tmp_path}/ are not used" in capsys.readouterr().err


def test_one_sub_folder_is_no_class(tmp_path: Path) -> None:
    splits = load(fill(tmp_path, "faces"))
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (9, 3, 3)
    assert splits.spec["labels"] == []


def test_too_few_images_say_what_else_is_there(tmp_path: Path) -> None:
    fill(tmp_path, ".", count=3)
    (tmp_path / "a.heic").write_bytes(b"x")
    with pytest.raises(ProjectError, match=r"3 images in .*\nExpected 12 or more(.|\n)*Found besides: 1 \.heic"):
        load(tmp_path)
