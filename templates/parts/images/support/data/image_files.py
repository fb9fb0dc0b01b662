"""Image files: finds the images of a folder, and opens one, upright, or refuses it with a message.

find_images(folder) -> the images in it and below     left_out(files) -> "4 .heic (an iPhone's format: …), 1 .txt"
open_image(path) -> Opened(image, …), decoded         open_header(path) -> Header(stored, orientation, format), not decoded
"""

import os
import warnings
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.data.folders import LEFT_BEHIND_LOWER
from support.errors import ProjectError

from PIL import Image, UnidentifiedImageError, features

# Passed to Pillow by name: by default it also tries formats that run a program (EPS) or contain no pixels.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "DIB", "WEBP", "TIFF", "PPM", "AVIF", "JPEG2000", "QOI")
SUFFIXES = {
    *(".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".pjpeg", ".gif", ".bmp", ".dib", ".webp", ".tif", ".tiff"),
    *(".ppm", ".pgm", ".pbm", ".pnm", ".pfm", ".avif", ".jp2", ".j2k", ".qoi"),
}
KNOWN = ".jpg, .png, .gif, .bmp, .webp, .tif, .avif and the like"  # for messages
LEFT_BEHIND = ("thumbs.db", "desktop.ini", "icon\r")  # by Windows and macOS, in folders of anybody's photos
LARGEST = 250_000_000  # pixels; a phone's largest photo has 200 million, and a small file can unpack to any number
HEIC = "an iPhone's format: export the photos as JPEG, or convert them with pillow-heif"
RAW = (".cr2", ".cr3", ".nef", ".arw", ".dng", ".orf", ".rw2", ".raf")
CONVERT = {
    **dict.fromkeys((".heic", ".heif"), HEIC),
    **dict.fromkeys(RAW, "raw photos: export them as JPEG"),
    **dict.fromkeys((".svg", ".eps", ".pdf", ".ai"), "drawings: export them as PNG"),
    **dict.fromkeys((".psd", ".xcf", ".tga", ".exr", ".jxl", ".ico", ".dcm", ".hdr"), "export them as PNG"),
}
CONTENTS = (  # how a file begins, in lower case, and what it is then
    ((b"<!doctype html", b"<html", b"<error"), "a web page: download the image itself"),
    ((b"version https://git-lfs",), "a Git LFS pointer: fetch the image with `git lfs pull`"),
    ((b"%!ps", b"\xc5\xd0\xd3\xc6", b"%pdf", b"<svg", b"<?xml"), "PostScript, PDF or SVG, a drawing: export it as PNG"),
    ((b"8bps",), "a Photoshop file: export it as PNG"),
    ((b"pk\x03\x04", b"rar!", b"\x1f\x8b"), "an archive: unpack it"),
    ((b"ii*\0", b"mm\0*"), "a TIFF that is damaged or has numbers of a kind that is not read: export it as PNG"),
)
# EXIF's orientation (tag 274), by its value: the operation that rotates the stored pixels upright. From 5 on, width and height are swapped.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Sizes are checked here, with a clear message; Pillow's own check prints a library warning, and its readers warn about metadata.
Image.MAX_IMAGE_PIXELS = None
warnings.filterwarnings("ignore", module=r"PIL\.")


def find_images(folder: Path) -> list[Path]:
    """The images in a folder and below it, in alphabetical order; without hidden files and those of an operating system."""
    return sorted(path for path in files_below(folder) if path.suffix.lower() in SUFFIXES)


def other_files(folder: Path) -> list[Path]:
    """The files in a folder and below it that are not images."""
    return [path for path in files_below(folder) if path.suffix.lower() not in SUFFIXES]


def left_out(files: Iterable[Path]) -> str:
    """Which of these files are not images, counted by extension, such as "4 .heic (an iPhone's format: …), 1 .txt"; empty if all are."""
    counted = Counter(path.suffix.lower() for path in files if path.suffix.lower() not in SUFFIXES)
    advice = {suffix: f" ({CONVERT[suffix]})" for suffix in counted if suffix in CONVERT}
    return ", ".join(
        f"{count:,} {suffix or 'without an ending'}{advice.get(suffix, '')}" for suffix, count in counted.most_common()
    )


def left_behind(name: str, beside: Collection[str]) -> bool:
    """Whether a file is hidden, a file of the operating system, or Jupyter's copy of one of the names `beside` it."""
    original = name.replace("-checkpoint.", ".")
    return name.startswith(".") or name.lower() in LEFT_BEHIND or (original != name and original in beside)


def files_below(folder: Path) -> Iterator[Path]:
    """The files in a folder and below it that a user put there; links are followed once."""
    visited: set[str] = set()
    for where, below, names in os.walk(folder, followlinks=True):
        if (real := os.path.realpath(where)) in visited:  # a link to a folder above, or one that was read already
            below.clear()
            continue
        visited.add(real)
        below[:] = [name for name in below if not name.startswith(".") and name.lower() not in LEFT_BEHIND_LOWER]
        yield from (Path(where, name) for name in names if not left_behind(name, names))


@dataclass(frozen=True)
class Opened:
    """An image, decoded and upright, in the mode of its file (support/data/pixels.py converts it to 8 bits)."""

    image: Image.Image
    deep: bool = False  # each colour had 16 bits in the file, of which Pillow keeps the upper 8
    white_is_zero: bool = False  # 16-bit values count from white
    unsigned: bool = False  # 32 bits (mode "I") are unsigned; Pillow reads the upper half as negative numbers
    several: bool = False  # the file holds more images than this first one


@dataclass(frozen=True)
class Header:
    """The header of an image file: width and height of the stored pixels, EXIF's orientation (1 to 8), and the format of its content."""

    stored: tuple[int, int]
    orientation: int
    format: str

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the image as it is shown."""
        width, height = self.stored
        return (height, width) if self.orientation >= 5 else (width, height)


def open_image(path: Path, draft: tuple[int, int] | None = None) -> Opened:
    """The first image of a file; a very large JPEG at a half, quarter or eighth of its size, but no smaller than `draft` (width, height).

    Raises:
        ProjectError: if it is missing, not an image, damaged, or too large.
    """
    with _opened(path) as file:
        if draft and file.width * file.height > LARGEST // 10:
            file.draft("RGB", (draft[0] * 2, draft[1] * 2))
        tags = getattr(file, "tag_v2", {})  # of a TIFF: 258 bits, 262 meaning of 0, 339 whether numbers are signed
        signed = tags.get(339, (1,))[0] == 2
        if signed and 8 in tags.get(258, ()):
            raise ProjectError(f"{path} has numbers of 8 bits from -128 to 127, which are not read\nExport it as PNG.")
        deep = any(";16" in str(tile[3]) for tile in file.tile) and file.mode in ("L", "LA", "RGB", "RGBA", "CMYK")
        white_is_zero = file.mode.startswith("I;16") and tags.get(262) == 0
        unsigned = file.mode == "I" and file.format == "TIFF" and not signed
        several = getattr(file, "is_animated", False) and file.format != "MPO"  # an MPO is a photo and its preview
        file.load()  # this also rotates a TIFF upright
        turn = UPRIGHT.get(_orientation(file))
        return Opened(file.transpose(turn) if turn is not None else file.copy(), deep, white_is_zero, unsigned, several)


def open_header(path: Path) -> Header:
    """Read the header of an image file, without decoding the pixels if the format allows it; raises as open_image."""
    with _opened(path) as file:
        orientation = _orientation(file)
        flipped = file.format == "TIFF" and orientation >= 5  # Pillow gives a TIFF's size upright
        return Header(file.size[::-1] if flipped else file.size, orientation, file.format or "")


def check_file(path: Path) -> None:
    """Refuse anything but a regular file before reading from it: a device such as /dev/zero never ends.

    Raises:
        ProjectError: with a message that names it.
    """
    if not os.path.exists(path):  # which, unlike Path.exists, accepts a name that is too long
        raise ProjectError(f"there is no file {path}")
    if not os.path.isfile(path):
        kind = "a folder" if os.path.isdir(path) else "a device, pipe or socket"
        raise ProjectError(f"{path} is no ordinary file, but {kind}")
    if not os.path.getsize(path):
        raise ProjectError(f"{path} is empty: 0 bytes")


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """A file as Pillow opens it; an error of Pillow, on opening or decoding, becomes a ProjectError."""
    check_file(path)
    try:
        # Opened here: given a path, Pillow maps an uncompressed TIFF into memory, and scrambles it if it is rotated.
        with path.open("rb") as stream, Image.open(stream, formats=FORMATS) as file:
            if file.width * file.height > LARGEST:
                size = f"{file.width:,}×{file.height:,} pixels, and {LARGEST:,} is the most that is read"
                raise ProjectError(f"{path} is too large: {size}\nMake it smaller.")
            yield file
    except (ProjectError, PermissionError):
        raise
    except Exception as error:  # a damaged file makes Pillow's readers raise anything, from KeyError to struct.error
        raise ProjectError(f"{path} {_what_is_wrong(path, error)}") from None


def _orientation(file: Image.Image) -> int:
    """EXIF's orientation, 1 to 8; 1 if there is none, or if it cannot be read."""
    try:
        return int(file.getexif().get(274, 1))
    except Exception:  # damaged metadata is no reason to refuse the pixels
        return 1


def _what_is_wrong(path: Path, error: Exception) -> str:
    """The end of a message for an error that Pillow raised."""
    if isinstance(error, MemoryError):
        return "is too large for the memory of this machine: make it smaller"
    if not isinstance(error, UnidentifiedImageError):
        return f"is damaged: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
    with path.open("rb") as file:
        head = file.read(64)
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"heim", b"heis", b"hevc", b"msf1"):
        return f"is not an image that can be read: it is HEIC, {HEIC}"
    if head[4:12] == b"ftypavif" and not features.check("avif"):
        return "is AVIF, which this Pillow cannot read: pip install --upgrade pillow"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    what = next((f": it is {text}" for beginnings, text in CONTENTS if start.startswith(beginnings)), "")
    if not what and (suffix := path.suffix.lower()) not in SUFFIXES:
        return f"is not an image that can be read: {CONVERT.get(suffix, f'expected {KNOWN}')}"
    return f"is not an image, whatever its name says{what}"
