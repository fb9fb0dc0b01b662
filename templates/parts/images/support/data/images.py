"""Images from files, resized by the same function in training and in prediction; in memory, or on disk if there are many.

read(paths, shape) -> x, pixels; each is checked        read_inputs(texts, spec) -> the inputs of predict.py
read_image(path, shape) -> one of them                  read_whole(path, channels) -> one at its own size
"""

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from support.data.image_files import KNOWN, find_images, left_out, open_image, other_files
from support.data.pixels import Facts, Pixels, decide, remarks, to_8_bits
from support.errors import ProjectError
from support.terminal import progress

import numpy as np
from PIL import Image

Shape = tuple[int, int, int]  # height, width, channels (1 grey, 3 colour)
IN_MEMORY = 64 * 2**20  # bytes of pixels to keep in memory: 20,000 images of 32×32 in colour
MANY = 512  # images; fewer are kept in memory, whatever their size
WORKERS = min(4, os.cpu_count() or 1)  # Pillow decodes without holding Python's lock


def read_image(path: Path, shape: Shape, pixels: Pixels | None = None) -> tuple[np.ndarray, Facts]:
    """One image as an array of `shape`, uint8, 0..255, upright, and the facts about its file.

    Resized with antialiasing, so that thin strokes survive; colour becomes grey by luminance (ITU-R 601) if `shape` has
    one channel; more bits and transparency are converted as `pixels` says.

    Raises:
        ProjectError: if the file is not an image, or only part of one.
    """
    image, facts = to_8_bits(path, open_image(path, draft=(shape[1], shape[0])), shape[2], pixels or {})
    return _fitted(image, shape), facts


def read_whole(path: Path, channels: int, pixels: Pixels | None = None) -> np.ndarray:
    """One image at its own size (height, width, channels), otherwise like read_image."""
    image, _ = to_8_bits(path, open_image(path), channels, pixels or {})
    return np.asarray(image, np.uint8).reshape(image.height, image.width, channels)


class ImageFiles:
    """Images on disk, by position: `files[positions or slice]` is an array (images, height, width, channels), uint8.

    Memory holds only a name and a 16-byte hash per image, about 200 bytes, whatever its size.
    """

    def __init__(self, paths: Sequence[Path], shape: Shape, digests: Sequence[bytes], pixels: Pixels) -> None:
        self.names, self.size, self.digests, self.pixels = [str(path) for path in paths], shape, digests, pixels

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self), *self.size)

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, positions: Any) -> np.ndarray:
        """Raises ProjectError, naming the file, if it has disappeared or been damaged since."""
        paths = [Path(self.names[position]) for position in np.arange(len(self))[positions]]
        x = np.zeros((len(paths), *self.size), np.uint8)
        for row, (image, _) in enumerate(_read(paths, self.size, self.pixels)):
            x[row] = image
        return x

    def only(self, positions: np.ndarray) -> "ImageFiles":
        """Some of the images, still on disk."""
        paths, digests = [Path(self.names[row]) for row in positions], [self.digests[row] for row in positions]
        return ImageFiles(paths, self.size, digests, self.pixels)

    def fingerprint(self) -> str:
        """A hash of every pixel: equal images in the same order have equal fingerprints."""
        return hashlib.sha256(str(self.size).encode() + b"".join(self.digests)).hexdigest()


def read(paths: Sequence[Path], shape: Shape, decided: Pixels | None = None) -> tuple[Any, Pixels]:
    """The images at `paths`, each read once to check it, and how their pixels were read; prints remarks on that.

    They are an array, or ImageFiles if an array would take more than IN_MEMORY. If `decided` is None, it is decided
    from these images, and those that it concerns are read a second time.

    Raises:
        ProjectError: naming up to three of the files that cannot be read.
    """
    keep = len(paths) <= MANY or len(paths) * int(np.prod(shape)) <= IN_MEMORY
    x = np.zeros((len(paths) if keep else 0, *shape), np.uint8)
    hashes, facts = [b""] * len(paths), [Facts()] * len(paths)

    def read_rows(rows: Sequence[int], pixels: Pixels, title: str) -> None:
        found = _read([paths[row] for row in rows], shape, pixels)
        for row, (image, facts[row]) in zip(rows, progress(found, title, len(rows)), strict=True):
            (hashes[row],) = digests(image[None])
            if keep:
                x[row] = image

    pixels = decided or {}
    read_rows(range(len(paths)), pixels, "reading images")
    if decided is None and (pixels := decide(facts)):
        special = [row for row, met in enumerate(facts) if met.whole or met.fractions or met.brightness is not None]
        read_rows(special, pixels, "reading images of other kinds")
    say(remarks(paths, facts))
    return x if keep else ImageFiles(paths, shape, hashes, pixels), pixels


def digests(x: Any) -> Sequence[bytes]:
    """A hash of the pixels of each image."""
    if isinstance(x, ImageFiles):
        return x.digests
    return [hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in x]


def fitted(x: np.ndarray, shape: Shape) -> np.ndarray:
    """Images (images, height, width, channels), uint8, resized to `shape`."""
    if x.shape[1:] == shape:
        return x
    return np.stack([_fitted(Image.fromarray(image[..., 0] if x.shape[-1] == 1 else image), shape) for image in x])


def _fitted(image: Image.Image, shape: Shape) -> np.ndarray:
    height, width, channels = shape
    image = image.convert("L" if channels == 1 else "RGB")
    if image.size != (width, height):
        image = image.resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(image, np.uint8).reshape(shape)


def _read(paths: Sequence[Path], shape: Shape, pixels: Pixels) -> Iterator[tuple[np.ndarray, Facts]]:
    """Each image with the facts about its file, in order, at most MANY in memory at once; unreadable files are named at the end."""
    broken: list[str] = []

    def one(path: Path) -> tuple[np.ndarray, Facts]:
        try:
            return read_image(path, shape, pixels)
        except ProjectError as error:
            broken.append(str(error))
            return np.zeros(shape, np.uint8), Facts()

    with ThreadPoolExecutor(WORKERS) as pool:
        for begin in range(0, len(paths), MANY):
            yield from pool.map(one, paths[begin : begin + MANY])
    if broken:
        more = f", and {len(broken) - 3} more" if len(broken) > 3 else ""
        them = "it" if len(broken) == 1 else "them"
        raise ProjectError(f"{'; '.join(sorted(broken)[:3])}{more}\nRemove or replace {them}.")


def read_inputs(inputs: list[str], spec: dict[str, Any]) -> tuple[list[str], Any]:
    """Files and folders as `predict.py` takes them: their names, and an array (images, *spec["shape"]), or ImageFiles if there are many.

    Raises:
        ProjectError: if one is missing, is not an image, or is a folder without images.
    """
    paths = find_inputs(inputs)
    height, width, channels = spec["shape"]
    return [str(path) for path in paths], read(paths, (height, width, channels), spec.get("pixels", {}))[0]


def find_inputs(inputs: list[str]) -> list[Path]:
    """The images in the files and folders of the command line; stderr names what is left out in a folder.

    Raises:
        ProjectError: if a name is empty, or a folder contains no image.
    """
    paths: list[Path] = []
    for text in inputs:
        if not text.strip():
            raise ProjectError('an empty name ("") is neither a file nor a folder\nThe current folder is called "."')
        folder = Path(text)
        found = find_images(folder) if folder.is_dir() else [folder]
        others = left_out(other_files(folder)) if folder.is_dir() else ""
        if not found:
            expected = f"Expected files such as {text}/1.png ({KNOWN}). Found: {others or 'nothing'}."
            raise ProjectError(f"no images in {text}/\n{expected}")
        say([f"left out in {text}/: {others}"] if others else [])
        paths += found
    return paths


def say(remarks: Iterable[str]) -> None:
    """Print a remark that is not an error, apart from the output for programs."""
    for remark in remarks:
        print(f"warning: {remark}", file=sys.stderr)
