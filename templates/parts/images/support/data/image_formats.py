"""How an image file is opened: only in formats that are images, upright, and with a sentence where that fails.

open_image(path) -> Opened(image, transposition, deep, several)    everything that reads pixels begins here
open_header(path) -> Header(stored, transposition, format, size)  without decoding the pixels where the format allows it
upright_size(path) -> (width, height)                             the same, only the size
transpose_boxes(boxes, size, transposition)                       boxes of the stored pixels as boxes of the upright image
"""

import stat
import warnings
from dataclasses import dataclass
from pathlib import Path

from support.data.image_finding import CONVERT, KNOWN, SUFFIXES
from support.errors import ProjectError

import numpy as np
from PIL import Image, UnidentifiedImageError, features

# Given to Pillow by name: left to itself it also tries formats that run a program (EPS) or hold no pixels at all.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "DIB", "WEBP", "TIFF", "PPM", "AVIF", "JPEG2000", "QOI")
LARGEST = 250_000_000  # pixels; a phone's largest photo has 200 million, and a small file can unpack to any number
CONTENTS = (  # how a file begins, and what it is then
    (b"<!doctype html", "is a web page: download the image itself"),
    (b"<html", "is a web page: download the image itself"),
    (b"version https://git-lfs", "is a Git LFS pointer: fetch the image with `git lfs pull`"),
    (b"%!ps", "is PostScript: export it as PNG"),
    (b"\xc5\xd0\xd3\xc6", "is PostScript: export it as PNG"),
    (b"%pdf", "is a PDF: export its page as PNG"),
    (b"<svg", "is a drawing (SVG): export it as PNG"),
    (b"<?xml", "is XML: if it is a drawing (SVG), export it as PNG"),
    (b"8bps", "is a Photoshop file: export it as PNG"),
    (b"pk\x03\x04", "is a zip archive: unpack it"),
    (b"rar!", "is an archive: unpack it"),
    (b"\x1f\x8b", "is an archive: unpack it"),
    (b"/annex/", "is a git-annex pointer: fetch the image with `git annex get`"),
    (b"<error", "is an error message of a server: download the image again"),
    (b"ii*\0", "is a TIFF that is damaged or has numbers of a kind that is not read: export it as PNG"),
    (b"mm\0*", "is a TIFF that is damaged or has numbers of a kind that is not read: export it as PNG"),
)

# The sizes are checked here, in a sentence; Pillow's own check prints a warning of its library, and its readers warn about metadata.
Image.MAX_IMAGE_PIXELS = None
warnings.filterwarnings("ignore", module=r"PIL\.")

# EXIF tag 274, by its value: what brings the stored pixels upright.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = (5, 6, 7, 8)  # width and height change places


@dataclass(frozen=True)
class Opened:
    """An image, decoded and upright, in whatever mode its file has (support/data/pixels.py makes 8 bits of it).

    `transposition` is what was done to the stored pixels, `deep` whether each colour had 16 bits in the file (Pillow keeps the upper
    8), `white_is_zero` whether 16-bit values count from white, `several` whether the file holds more images than this first one,
    `unsigned` whether its 32 bits (mode "I") count from 0, where Pillow takes the upper half for numbers below 0.
    """

    image: Image.Image
    transposition: Image.Transpose | None = None
    deep: bool = False
    white_is_zero: bool = False
    several: bool = False
    unsigned: bool = False


def open_image(path: Path, draft: tuple[int, int] | None = None) -> Opened:
    """The first image of a file, decoded and upright.

    Args:
        path: the file.
        draft: the width and height that are needed; a very large JPEG is then decoded at a half, quarter or eighth of its size.

    Raises:
        ProjectError: where it is missing, no image, damaged, or too large.
    """
    check_file(path)
    try:
        # Opened by us: given a name, Pillow maps an uncompressed TIFF into memory, and scrambles it if it lies on its side.
        with path.open("rb") as stream, Image.open(stream, formats=FORMATS) as file:
            _check_size(path, file)
            if draft and file.width * file.height > LARGEST // 10:
                file.draft("RGB", (draft[0] * 2, draft[1] * 2))
            deep = any(";16" in str(tile[3]) for tile in file.tile) and file.mode in ("L", "LA", "RGB", "RGBA", "CMYK")
            several = getattr(file, "is_animated", False) and file.format != "MPO"  # which is a photo and its preview
            tags = getattr(file, "tag_v2", {})
            white_is_zero = file.mode.startswith("I;16") and tags.get(262) == 0
            signed = tags.get(339, (1,))[0] == 2
            if signed and 8 in tags.get(258, ()):
                raise ProjectError(
                    f"{path} has numbers of 8 bits from -128 to 127, which are not read\nExport it as PNG."
                )
            unsigned = file.mode == "I" and file.format == "TIFF" and not signed
            stored = _orientation(file) if file.format == "TIFF" else 1  # Pillow turns a TIFF while it decodes
            file.load()
            turn = UPRIGHT.get(_orientation(file))
            image = file.copy() if turn is None else file.transpose(turn)
            turn = turn if stored == 1 else UPRIGHT.get(stored)
            return Opened(image, turn, deep, white_is_zero, several, unsigned)
    except (ProjectError, PermissionError):
        raise
    except Exception as error:  # a damaged file makes Pillow's readers raise anything, from KeyError to struct.error
        raise ProjectError(_what_is_wrong(path, error)) from None


@dataclass(frozen=True)
class Header:
    """What an image file says of itself: width and height of the stored pixels, what brings them upright, and the format of its content."""

    stored: tuple[int, int]
    transposition: Image.Transpose | None
    format: str

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the image as it is shown."""
        width, height = self.stored
        return (height, width) if self.transposition in [UPRIGHT[value] for value in SIDEWAYS] else (width, height)


def open_header(path: Path) -> Header:
    """What stands in the head of an image file, without decoding the pixels where the format allows it.

    Raises:
        ProjectError: where it is missing, no image, or too large.
    """
    check_file(path)
    try:
        with Image.open(path, formats=FORMATS) as file:
            _check_size(path, file)
            orientation = _orientation(file)
            flipped = file.format == "TIFF" and orientation in SIDEWAYS  # Pillow gives a TIFF's size upright
            stored = (file.height, file.width) if flipped else (file.width, file.height)
            return Header(stored, UPRIGHT.get(orientation), file.format or "")
    except (ProjectError, PermissionError):
        raise
    except Exception as error:  # as above
        raise ProjectError(_what_is_wrong(path, error)) from None


def upright_size(path: Path) -> tuple[int, int]:
    """Width and height of an image as it is shown, from the file's head; raises as open_header."""
    return open_header(path).size


def transpose_boxes(boxes: np.ndarray, size: tuple[int, int], transposition: Image.Transpose | None) -> np.ndarray:
    """Boxes (n, 4), left, top, right, bottom in the stored pixels, as boxes in the upright image.

    Args:
        boxes: in pixels of the image as it is stored.
        size: width and height as they are stored.
        transposition: what brought the image upright, as `Opened` says.
    """
    left, top, right, bottom = np.asarray(boxes, float).reshape(-1, 4).T
    width, height = size
    turn = Image.Transpose
    found = {
        None: (left, top, right, bottom),
        turn.FLIP_LEFT_RIGHT: (width - right, top, width - left, bottom),
        turn.ROTATE_180: (width - right, height - bottom, width - left, height - top),
        turn.FLIP_TOP_BOTTOM: (left, height - bottom, right, height - top),
        turn.TRANSPOSE: (top, left, bottom, right),
        turn.ROTATE_270: (height - bottom, left, height - top, right),
        turn.TRANSVERSE: (height - bottom, width - right, height - top, width - left),
        turn.ROTATE_90: (top, width - right, bottom, width - left),
    }[transposition]
    return np.stack(found, axis=-1)


def check_file(path: Path) -> None:
    """Refuse what is no ordinary file before anything is read from it: a device such as /dev/zero never ends.

    Raises:
        ProjectError: in a sentence that names it.
    """
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise ProjectError(f"there is no file {path}") from None
    except PermissionError:
        raise
    except (OSError, ValueError) as error:  # a name that is too long, a loop of links, a zero byte in a name
        raise ProjectError(f"{str(path)!r} cannot be read: {error}") from None
    if stat.S_ISDIR(found.st_mode):
        raise ProjectError(f"{path} is a folder, not an image")
    if not stat.S_ISREG(found.st_mode):
        raise ProjectError(f"{path} is no ordinary file, but a device, pipe or socket")
    if not found.st_size:
        raise ProjectError(f"{path} is empty: 0 bytes")


def _orientation(file: Image.Image) -> int:
    """EXIF's orientation, 1 to 8; 1 where there is none, or it cannot be read."""
    try:
        return int(file.getexif().get(274, 1))
    except Exception:  # damaged metadata are no reason to refuse the pixels
        return 1


def _check_size(path: Path, file: Image.Image) -> None:
    if file.width * file.height > LARGEST:
        raise ProjectError(
            f"{path} is too large: {file.width:,}×{file.height:,} pixels, and {LARGEST:,} is the most that is read\nMake it smaller."
        )


def _what_is_wrong(path: Path, error: Exception) -> str:
    """A sentence for what Pillow raised."""
    with path.open("rb") as file:
        head = file.read(64)
    if isinstance(error, UnidentifiedImageError):
        if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"heim", b"heis", b"hevc", b"msf1"):
            return f"{path} is not an image that can be read: it is HEIC, {CONVERT['.heic']}"
        if head[4:12] == b"ftypavif" and not features.check("avif"):
            return f"{path} is AVIF, which this Pillow cannot read: pip install --upgrade pillow"
        start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        what = next((text for begin, text in CONTENTS if start.startswith(begin)), None)
        if what is None and (suffix := path.suffix.lower()) not in SUFFIXES:
            return f"{path} is not an image that can be read: {CONVERT.get(suffix, f'expected {KNOWN}')}"
        return f"{path} is not an image, whatever its name says" + (f": it {what}" if what else "")
    if isinstance(error, MemoryError):
        return f"{path} is too large for the memory of this machine: make it smaller"
    if isinstance(error, OSError) and error.errno is not None:
        return f"{path} cannot be read: {error.strerror}"
    return f"{path} is damaged: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
