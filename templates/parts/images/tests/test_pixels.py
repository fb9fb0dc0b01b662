"""Pixels of every kind as 8 bits: what is in the file stays visible, and training, large folders and prediction agree."""

import json
from pathlib import Path

from support.data import images
from support.data.images import read, read_image, read_inputs
from support.data.pixels import value_range
from support.errors import ProjectError

import numpy as np
import pytest
from PIL import Image

SIDE = 12
RAMP = np.tile(np.linspace(0.1, 0.9, SIDE), (SIDE, 1))  # dark on the left, bright on the right


def drawn(kind: str, path: Path) -> Path:
    """RAMP, or dark or light ink, in a file of this kind."""
    whole = {"16 bits": 65_535, "14 bits": 16_383, "12 bits": 4_095, "10 bits": 1_023}
    clear = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    if kind in whole:
        image = Image.fromarray((RAMP * whole[kind]).astype(np.uint16))
    elif kind == "12 bits in colour":
        return _deep_png(np.repeat((RAMP * 4_095).astype(np.uint16)[..., None], 3, axis=2), path.with_suffix(".png"))
    elif kind.startswith("fractions"):
        image, path = (
            Image.fromarray((RAMP * (255 if "255" in kind else 1)).astype(np.float32)),
            path.with_suffix(".tif"),
        )
    elif kind.endswith("ink"):
        image = clear
        image.paste((20, 20, 20, 255) if kind.startswith("dark") else (235, 235, 235, 255), (3, 3, 9, 9))
    else:
        image = Image.fromarray((RAMP * 255).astype(np.uint8)).convert(kind)
        path = path.with_suffix(".jpg" if kind == "CMYK" else ".png")
    image.save(path)
    return path


def _deep_png(values: np.ndarray, path: Path) -> Path:
    """Colours of 16 bits, which Pillow reads and cannot write."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    head = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], 16, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )
    return path


@pytest.mark.parametrize(
    "kind",
    [
        *("L", "RGB", "P", "LA", "RGBA", "CMYK"),
        *("16 bits", "14 bits", "12 bits", "10 bits", "12 bits in colour", "fractions 0..1", "fractions 0..255"),
    ],
)
def test_every_kind_of_pixels_keeps_its_content(kind: str, tmp_path: Path) -> None:
    path = drawn(kind, tmp_path / "a.png")
    for pixels in (None, read([path], (SIDE, SIDE, 1))[1]):
        values = read_image(path, (SIDE, SIDE, 1), pixels)[0][..., 0].astype(float)
        tolerance = 18 if "in colour" in kind else 6  # four of its twelve bits are left
        assert np.abs(values - RAMP * 255).max() < tolerance


def _tiff(values: np.ndarray, path: Path, kind: int) -> Path:
    """A grey TIFF of numbers without (`kind` 1) or with a sign (2) or of fractions (3), which Pillow cannot write in all sizes."""
    import struct

    height, width = values.shape
    data = values.tobytes()
    tags = [(256, 4, width), (257, 4, height), (258, 3, 8 * values.itemsize), (259, 3, 1), (262, 3, 1), (273, 4, 8)]
    tags += [(277, 3, 1), (278, 4, height), (279, 4, len(data)), (339, 3, kind)]
    entries = b"".join(struct.pack("<HHII", tag, size, 1, value) for tag, size, value in tags)
    head = b"II*\0" + struct.pack("<I", 8 + len(data))
    path.write_bytes(head + data + struct.pack("<H", len(tags)) + entries + bytes(4))
    return path


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (RAMP * (2**32 - 1), ("<u4", 1)),  # the bright half of these is below 0 where Pillow reads them
        (RAMP * (2**24 - 1), ("<i4", 2)),
        (RAMP * (2**16 - 1), ("<u2", 1)),
        (RAMP, ("<f4", 3)),
    ],
)
def test_numbers_of_many_bits_keep_their_content(values: np.ndarray, kind: tuple[str, int], tmp_path: Path) -> None:
    path = _tiff(values.astype(kind[0]), tmp_path / "a.tif", kind[1])
    found = read([path], (SIDE, SIDE, 1))[0][0, ..., 0].astype(float)
    assert np.abs(found - RAMP * 255).max() < 6


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (("i1", 2), "has numbers of 8 bits from -128 to 127, which are not read"),
        (("<f2", 3), "it is a TIFF that is damaged or has numbers of a kind that is not read: export it as PNG"),
    ],
)
def test_numbers_that_are_not_read_are_named(kind: tuple[str, int], message: str, tmp_path: Path) -> None:
    path = _tiff((RAMP * 100 - 50).astype(kind[0]), tmp_path / "a.tif", kind[1])
    with pytest.raises(ProjectError, match=message):
        read_image(path, (SIDE, SIDE, 1))


@pytest.mark.parametrize(
    ("low", "high", "whole", "expected"),
    [
        (0, 1, True, (0, 1)),
        (0, 200, True, (0, 255)),
        (448, 1_728, True, (0, 4_095)),
        (448, 3_000, True, (0, 4_095)),
        (0, 4_096, True, (0, 16_383)),
        (0, 200_000, True, (0, 2**18 - 1)),
        (0, 2**32 - 1, True, (0, 2**32 - 1)),
        (12_336, 27_756, True, (0, 65_535)),
        (-1_024, 3_071, True, (-1_024, 3_071)),
        (0.16, 0.42, False, (0, 1)),
        (0, 254.5, False, (0, 255)),
        (-1, 1, False, (-1, 1)),
        (7, 7, False, (7, 8)),
    ],
)
def test_the_range_of_values_is_that_of_a_camera_where_they_fit(
    low: float, high: float, whole: bool, expected: tuple[float, float]
) -> None:
    assert value_range(low, high, whole) == expected


def test_the_range_is_that_of_the_whole_data_set_and_prediction_uses_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    brightest = (500, 900, 4_000, 2_000, 1_500, 3_000)  # of twelve bits, in files of sixteen
    paths = [tmp_path / f"{number}.png" for number in range(6)]
    for path, value in zip(paths, brightest, strict=True):
        Image.fromarray((RAMP / 0.9 * value).astype(np.uint16)).save(path)
    x, pixels = read(paths, (SIDE, SIDE, 1))
    assert pixels == {"whole": (0.0, 4_095.0)}
    assert "6 of 6 images of more than 8 bits: values 0..4095 become 0..255" in capsys.readouterr().err
    assert [int(image.max()) for image in x] == [value * 255 // 4_095 for value in brightest]
    spec = json.loads(json.dumps({"shape": [SIDE, SIDE, 1], "pixels": pixels}))
    np.testing.assert_array_equal(read_inputs([str(paths[0])], spec)[1], x[:1])
    assert "its own range" not in capsys.readouterr().err
    Image.fromarray((RAMP * 65_535).astype(np.uint16)).save(tmp_path / "other.png")
    _, x = read_inputs([str(tmp_path / "other.png")], spec)
    assert np.abs(x[0, ..., 0] - RAMP * 255).max() < 3
    assert (
        "1 of 1 images of more than 8 bits, read by its own range, or it would hardly be seen"
        in capsys.readouterr().err
    )


@pytest.mark.parametrize("kind", ["dark ink", "light ink"])
def test_ink_on_a_transparent_ground_stays_visible_in_training_and_prediction(kind: str, tmp_path: Path) -> None:
    paths = [drawn(kind, tmp_path / f"{number}.png") for number in range(3)]
    x, pixels = read(paths, (SIDE, SIDE, 1))
    ground = {"dark ink": "white", "light ink": "black"}[kind]
    assert pixels == {"ground": ground}
    assert (x[0, 0, 0, 0], x[0, 5, 5, 0]) == {"white": (255, 20), "black": (0, 235)}[ground]
    _, asked = read_inputs([str(path) for path in paths], {"shape": [SIDE, SIDE, 1], "pixels": pixels})
    np.testing.assert_array_equal(asked, x)


def test_ink_that_the_ground_of_the_data_would_hide_gets_the_other_one_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = drawn("light ink", tmp_path / "a.png")
    _, x = read_inputs([str(path)], {"shape": [SIDE, SIDE, 1], "pixels": {"ground": "white"}})
    assert (x[0, 0, 0, 0], x[0, 5, 5, 0]) == (0, 235)
    assert "1 of 1 images with transparent parts, which become black" in capsys.readouterr().err


def test_a_transparent_photo_with_all_its_pixels_solid_needs_no_ground(tmp_path: Path) -> None:
    Image.fromarray((RAMP * 255).astype(np.uint8)).convert("RGBA").save(tmp_path / "a.png")
    assert read([tmp_path / "a.png"], (SIDE, SIDE, 3))[1] == {}


@pytest.mark.usefixtures("nothing_kept")
def test_images_of_all_kinds_are_the_same_from_a_large_folder_as_from_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kinds = ("L", "RGB", "P", "LA", "CMYK", "16 bits", "12 bits", "fractions 0..1", "dark ink", "light ink")
    paths = [drawn(kind, tmp_path / f"{number}.png") for number, kind in enumerate(kinds)]
    files, pixels = read(paths, (SIDE, SIDE, 3))
    said = capsys.readouterr().err
    assert isinstance(files, images.ImageFiles)
    monkeypatch.setattr(images, "MANY", 100)
    kept, same_pixels = read(paths, (SIDE, SIDE, 3))
    np.testing.assert_array_equal(kept, files[:])
    assert (same_pixels, capsys.readouterr().err) == (pixels, said)
    assert files.digests == images.digests(kept)


def test_what_shows_nothing_and_what_holds_several_images_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGB", (20, 20), "teal").save(tmp_path / "plain.png")
    Image.fromarray(np.full((20, 20), 7, np.uint8)).save(tmp_path / "mask.png")
    frames = [Image.new("L", (20, 20), 0), Image.fromarray((np.eye(20) * 255).astype(np.uint8))]
    frames[1].save(tmp_path / "moving.gif", save_all=True, append_images=frames[:1])
    paths = [tmp_path / name for name in ("plain.png", "mask.png", "moving.gif", "moving.gif")]
    read(paths, (20, 20, 3))
    assert capsys.readouterr().err.splitlines() == [
        f"warning: 2 of 4 images of one single colour: nothing can be learned from it: {paths[0]}, {paths[1]}",
        f"warning: 2 of 4 images in a file of several (an animation, or pages): the first is used: {paths[2]}, {paths[3]}",
    ]


def test_values_that_are_no_numbers_are_named(tmp_path: Path) -> None:
    Image.fromarray(np.full((4, 4), np.nan, np.float32)).save(tmp_path / "a.tif")
    with pytest.raises(ProjectError, match=r"a\.tif holds no numbers: all its values are NaN or infinite"):
        read_image(tmp_path / "a.tif", (4, 4, 1))
