"""Which files in a folder are images, by their endings, and what is said about the others.

find_images(folder) -> the images in it and below     left_out(files) -> "4 .heic (an iPhone's format: …), 1 .txt"
other_files(folder) -> all the rest                   left_behind(name, beside) -> whether a system or tool made it
"""

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from support.data.folders import LEFT_BEHIND_LOWER as FOLDERS_LEFT_BEHIND

SUFFIXES = {
    *(".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".pjpeg", ".gif", ".bmp", ".dib", ".webp", ".tif", ".tiff"),
    *(".ppm", ".pgm", ".pbm", ".pnm", ".pfm", ".avif", ".jp2", ".j2k", ".qoi"),
}
KNOWN = ".jpg, .png, .gif, .bmp, .webp, .tif, .avif and the like"  # for messages
LEFT_BEHIND = ("thumbs.db", "desktop.ini", "icon\r")  # by Windows and macOS, in folders of anybody's photos
CONVERT = {
    ".heic": "an iPhone's format: export the photos as JPEG, or convert them with pillow-heif",
    ".heif": "an iPhone's format: export the photos as JPEG, or convert them with pillow-heif",
    **dict.fromkeys(
        (".cr2", ".cr3", ".nef", ".arw", ".dng", ".orf", ".rw2", ".raf"), "raw photos: export them as JPEG"
    ),
    **dict.fromkeys((".svg", ".eps", ".pdf", ".ai"), "drawings: export them as PNG"),
    **dict.fromkeys((".psd", ".xcf", ".tga", ".exr", ".jxl", ".ico", ".dcm", ".hdr"), "export them as PNG"),
}


def find_images(folder: Path) -> list[Path]:
    """The images in a folder and below it, in alphabetical order; not what is hidden or was left behind by a system."""
    return sorted(path for path in _files(folder) if path.suffix.lower() in SUFFIXES)


def left_out(files: Iterable[Path]) -> str:
    """Which of these files are no images, counted by ending, such as "4 .heic (an iPhone's format: …), 1 .txt"; empty where all are."""
    counted = Counter(path.suffix.lower() for path in files if path.suffix.lower() not in SUFFIXES)
    named = {suffix: f" ({CONVERT[suffix]})" for suffix in counted if suffix in CONVERT}
    return ", ".join(
        f"{count:,} {suffix or 'without an ending'}{named.get(suffix, '')}" for suffix, count in counted.most_common()
    )


def _files(folder: Path) -> Iterator[Path]:
    """The files in a folder and below it that somebody put there."""
    visited: set[str] = set()
    for where, below, names in os.walk(folder, followlinks=True):
        if (real := os.path.realpath(where)) in visited:  # a link to a folder above, or one that was read already
            below.clear()
            continue
        visited.add(real)
        below[:] = [name for name in below if not name.startswith(".") and name.lower() not in FOLDERS_LEFT_BEHIND]
        for name in names:
            if not left_behind(name, names):
                yield Path(where, name)


def left_behind(name: str, beside: Collection[str]) -> bool:
    """Whether a file is hidden, a system's, or Jupyter's copy of one of the names `beside` it."""
    original = name.replace("-checkpoint.", ".")
    return name.startswith(".") or name.lower() in LEFT_BEHIND or (original != name and original in beside)


def other_files(folder: Path) -> list[Path]:
    """The files in a folder and below it that are no images."""
    return [path for path in _files(folder) if path.suffix.lower() not in SUFFIXES]
