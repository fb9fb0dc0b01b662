"""Opening image files: every format, upright, and a message for anything that is not an image."""

import os
import struct
import warnings
import zlib
from pathlib import Path

from support.data import image_files
from support.data.image_files import find_images, left_out, open_header, open_image, other_files
from support.data.images import find_inputs, read_image
from support.errors import ProjectError

import numpy as np
import pytest
from PIL import Image, features

CORNERS = {(2, 2): "red", (37, 2): "lime", (2, 21): "blue", (37, 21): "white"}  # column and row, and the colour there


def with_corners() -> Image.Image:
    """A black image, 40×24, with a colour of its own in each corner."""
    image = Image.new("RGB", (40, 24))
    for (column, row), colour in CORNERS.items():
        image.paste(colour, (column - 2, row - 2, column + 3, row + 3))
    return image


@pytest.mark.parametrize(
    "name",
    ["a.png", "a.JPG", "a.jfif", "a.Jpeg", "a.bmp", "a.gif", "a.webp", "a.TIF", "a.tiff", "a.ppm", "a.avif", "a.jp2"],
)
def test_an_image_of_every_format_keeps_each_colour_in_its_corner(name: str, tmp_path: Path) -> None:
    if name.endswith("avif") and not features.check("avif"):
        pytest.skip("this Pillow was built without AVIF")
    kinds = {".jfif": "JPEG", ".jp2": "JPEG2000"}
    exact = {"quality": 95, "subsampling": 0} if name.lower().endswith(("jpg", "jpeg", "jfif")) else {}
    with_corners().save(tmp_path / name, kinds.get(Path(name).suffix), **exact)
    assert find_images(tmp_path) == [tmp_path / name]
    read = read_image(tmp_path / name, (24, 40, 3))[0].astype(int)
    for (column, row), colour in CORNERS.items():
        expected = Image.new("RGB", (1, 1), colour).getpixel((0, 0))
        assert np.abs(read[row, column] - expected).max() < 40, colour
    assert open_header(tmp_path / name).size == (40, 24)


@pytest.mark.parametrize("ending", ["jpg", "png", "tif", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_upright_as_exif_says(orientation: int, ending: str, tmp_path: Path) -> None:
    stored = Image.new("L", (40, 24))
    stored.paste(255, (5, 3, 19, 9))
    exif = Image.Exif()
    exif[274] = orientation
    path = tmp_path / f"photo.{ending}"
    stored.save(path, exif=exif)
    opened = open_image(path)
    assert opened.image.size == open_header(path).size == ((24, 40) if orientation > 4 else (40, 24))
    rows, columns = np.nonzero(np.asarray(opened.image.convert("L")) > 127)
    found = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert open_header(path).stored == (40, 24) and open_header(path).orientation == orientation
    first_corner = {1: "left top", 2: "right top", 3: "right bottom", 4: "left bottom"}.get(orientation)
    if first_corner:  # where EXIF 2.32, table 4.6.4 puts the first pixel of these four
        horizontal, vertical = first_corner.split()
        assert (found[0] < 20) == (horizontal == "left") and (found[1] < 12) == (vertical == "top")
    elif orientation == 6:  # a phone held upright: rotated clockwise by 90 degrees
        assert (found[0], found[1]) == pytest.approx((24 - 9, 5), abs=1)
    elif orientation == 8:
        assert (found[0], found[1]) == pytest.approx((3, 40 - 19), abs=1)


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n(/etc/passwd) run\n%%EOF\n"


def png_of(width: int, height: int) -> bytes:
    """The head of a PNG of that size, and a few of its pixels."""
    kinds = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0),
        b"IDAT": zlib.compress(bytes(1000)),
        b"IEND": b"",
    }
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in kinds.items()
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (EPS, r"a\.png is not an image, whatever its name says: it is PostScript"),
        (b"<!DOCTYPE html><html>", "is not an image, whatever its name says: it is a web page"),
        (
            b"version https://git-lfs.github.com/spec/v1\n",
            "it is a Git LFS pointer: fetch the image with `git lfs pull`",
        ),
        (
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40),
            "it is HEIC, an iPhone's format: export the photos as JPEG",
        ),
        (b"8BPS\0\1" + bytes(40), "it is a Photoshop file"),
        (b"some text", r"a\.png is not an image, whatever its name says$"),
        (b"", r"a\.png is empty: 0 bytes"),
        (png_of(60_000, 60_000), r"a\.png is too large: 60,000×60,000 pixels, and 250,000,000 is the most"),
        (png_of(14_000, 14_000), r"a\.png is damaged"),
        (png_of(40, 24), r"a\.png is damaged"),
    ],
)
def test_what_is_no_image_is_answered_in_a_sentence_without_a_word_from_a_library(
    content: bytes, message: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with warnings.catch_warnings(record=True) as warned, pytest.raises(ProjectError, match=message):
        read_image(tmp_path / "a.png", (8, 8, 3))
    assert [str(each.message) for each in warned] == [] and capfd.readouterr() == ("", "")


def test_a_photo_of_a_hundred_million_pixels_is_read_without_a_warning(tmp_path: Path) -> None:
    Image.new("1", (10_000, 10_000), 1).save(tmp_path / "large.png")
    with warnings.catch_warnings(record=True) as warned:
        assert read_image(tmp_path / "large.png", (8, 8, 1))[0].min() == 255
    assert not warned


@pytest.mark.parametrize("ending", ["png", "jpg", "gif", "bmp", "webp", "tif", "ppm", "jp2"])
def test_a_file_cut_off_anywhere_is_named_or_read_and_never_a_traceback(ending: str, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / f"whole.{ending}")
    content, path = (tmp_path / f"whole.{ending}").read_bytes(), tmp_path / f"cut.{ending}"
    refused = 0
    ends = sorted({round(share * len(content)) for share in np.linspace(0, 0.95, 40)})
    for end in ends:
        path.write_bytes(content[:end])
        try:
            read_image(path, (8, 8, 3))
        except ProjectError as error:
            assert "cut." in str(error)
            refused += 1
    assert refused == len(ends)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
@pytest.mark.parametrize("name", ["/dev/zero", "pipe", "loop.png"])
def test_devices_pipes_and_loops_of_links_are_not_waited_for(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "pipe":
        os.mkfifo(path)
    if name == "loop.png":
        path.symlink_to(path)
    with pytest.raises(ProjectError, match="no ordinary file|cannot be read|there is no file"):
        read_image(path, (8, 8, 1))


def test_what_a_folder_holds_besides_images_is_counted_and_what_systems_leave_behind_is_not_seen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in (
        *("a.png", "b/c.JPG", "b/IMG_1.HEIC", "b/IMG_2.heic", "notes.txt", "README"),
        *(".hidden.png", "._a.png", "Thumbs.db", "b/desktop.ini", ".DS_Store"),
        *(".ipynb_checkpoints/a-checkpoint.png", "__MACOSX/._c.JPG", "__MACOSX/d.png", "b/.thumbs/e.png"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert find_images(tmp_path) == [tmp_path / "a.png", tmp_path / "b" / "c.JPG"]
    others = left_out(other_files(tmp_path))
    assert others.startswith("2 .heic (an iPhone's format: export the photos as JPEG")
    assert others.endswith("1 .txt, 1 without an ending") or others.endswith("1 without an ending, 1 .txt")
    assert find_inputs([str(tmp_path)]) == find_images(tmp_path)
    assert f"warning: left out in {tmp_path}/: 2 .heic" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", "  "])
def test_an_empty_name_is_not_the_current_folder(name: str) -> None:
    with pytest.raises(ProjectError, match=r'an empty name \(""\) is neither a file nor a folder'):
        find_inputs([name])


def test_every_ending_that_is_read_belongs_to_a_format_that_pillow_is_asked_for() -> None:
    known = Image.registered_extensions()
    assert {known.get(suffix, "JPEG") for suffix in image_files.SUFFIXES} <= set(image_files.FORMATS)
