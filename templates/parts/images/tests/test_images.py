"""Reading images of any kind from files, in memory or when they are needed."""

from pathlib import Path

from support.data import images
from support.data.images import ImageFiles, read_image, read_inputs, read_whole
from support.errors import ProjectError

import numpy as np
import pytest
from PIL import Image


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "I;16", "1", "CMYK"])
def test_images_of_every_colour_mode_and_size_can_be_read(mode: str, tmp_path: Path) -> None:
    image = (
        Image.fromarray(np.full((50, 70), 40_000, np.uint16))
        if mode == "I;16"
        else Image.new("RGB", (70, 50), "white").convert(mode)
    )
    path = tmp_path / ("image.jpg" if mode == "CMYK" else "image.png")
    image.save(path)
    read = read_image(path, (28, 28, 1))[0]
    assert read.shape == (28, 28, 1) and read.dtype == np.uint8
    assert read.min() >= (150 if mode == "I;16" else 250)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "I;16", "1", "CMYK"])
def test_images_of_every_colour_mode_can_be_read_at_their_own_size(mode: str, tmp_path: Path) -> None:
    image = (
        Image.fromarray(np.full((50, 70), 40_000, np.uint16))
        if mode == "I;16"
        else Image.new("RGB", (70, 50), "white").convert(mode)
    )
    path = tmp_path / ("image.jpg" if mode == "CMYK" else "image.png")
    image.save(path)
    read = read_whole(path, 3)
    assert read.shape == (50, 70, 3) and read.dtype == np.uint8
    assert read.min() >= (150 if mode == "I;16" else 250)


def test_a_photo_taken_with_the_camera_on_its_side_is_upright_at_its_own_size(tmp_path: Path) -> None:
    pixels = np.zeros((20, 40, 3), np.uint8)
    pixels[:, :20] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # to be rotated clockwise by 90 degrees
    Image.fromarray(pixels).save(tmp_path / "photo.png", exif=exif)
    read = read_whole(tmp_path / "photo.png", 3)
    assert read.shape == (40, 20, 3)
    assert read[:20].min() == 255 and read[20:].max() == 0


def test_predicting_a_folder_without_images_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"no images in .*\nExpected files such as"):
        read_inputs([str(tmp_path)], {"shape": [28, 28, 1]})


def test_many_images_stay_on_the_disk_and_a_prediction_reads_them_when_it_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        Image.new("L", (12, 10), number * 20).save(tmp_path / f"{number}.png")
    names, kept = read_inputs([str(tmp_path)], {"shape": [10, 12, 1]})
    monkeypatch.setattr(images, "IN_MEMORY", 0)
    monkeypatch.setattr(images, "MANY", 4)
    same_names, files = read_inputs([str(tmp_path)], {"shape": [10, 12, 1]})
    assert isinstance(kept, np.ndarray) and isinstance(files, ImageFiles)
    assert same_names == names == [str(tmp_path / f"{number}.png") for number in range(9)]
    np.testing.assert_array_equal(files[:], kept)
    np.testing.assert_array_equal(files.only(np.array([8, 3]))[np.array([1])], kept[[3]])
    (tmp_path / "3.png").unlink()
    with pytest.raises(ProjectError, match=r"there is no file .*3\.png"):
        files[2:5]


def test_each_colour_keeps_its_channel_and_each_pixel_its_corner(tmp_path: Path) -> None:
    corners = np.zeros((2, 2, 3), np.uint8)
    corners[0, 0], corners[0, 1], corners[1, 0] = (250, 20, 0), (0, 250, 20), (20, 0, 250)
    Image.fromarray(corners).save(tmp_path / "corners.png")
    np.testing.assert_array_equal(read_image(tmp_path / "corners.png", (2, 2, 3))[0], corners)
    np.testing.assert_array_equal(read_whole(tmp_path / "corners.png", 3), corners)
    read = images.read([tmp_path / "corners.png"] * 2, (2, 2, 3))[0]
    np.testing.assert_array_equal(read[np.arange(2)], [corners, corners])
