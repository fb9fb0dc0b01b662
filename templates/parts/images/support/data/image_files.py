"""Pictures that stay on the disk and are read when they are asked for, so that a folder may be larger than the memory."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.data.images import BY_ITSELF, Shape, read_with_facts
from support.data.pixels import Facts, Pixels, decide, remarks
from support.errors import ProjectError
from support.terminal import progress

import numpy as np

IN_MEMORY = (
    64 * 2**20
)  # bytes of pixels; fewer are read once and kept, which is quicker: 20,000 pictures of 32×32 in colour
MANY = 512  # pictures; fewer are kept whatever their size
WORKERS = min(4, os.cpu_count() or 1)  # Pillow decodes without holding Python's lock


class PictureFiles:
    """Pictures by position: `files[positions or slice]` is an array (pictures, height, width, channels), uint8.

    Kept in memory are a name and a 16-byte hash per picture, about 200 bytes, whatever its size.
    """

    def __init__(
        self, names: Sequence[str], shape: Shape, digests: Sequence[bytes], pixels: Pixels = BY_ITSELF
    ) -> None:
        self.names, self.size, self.digests, self.pixels = names, shape, digests, pixels

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self), *self.size)

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, positions: Any) -> np.ndarray:
        """Raises ProjectError, naming the file, where one has disappeared or is damaged by now."""
        paths = [Path(self.names[position]) for position in np.arange(len(self))[positions]]
        pictures = np.zeros((len(paths), *self.size), np.uint8)
        for row, found in enumerate(_read(paths, self.size, self.pixels)):
            if isinstance(found, ProjectError):
                raise found
            pictures[row] = found[0]
        return pictures

    def only(self, positions: np.ndarray) -> "PictureFiles":
        """Some of them, still on the disk."""
        names, digests = ([values[position] for position in positions] for values in (self.names, self.digests))
        return PictureFiles(names, self.size, digests, self.pixels)

    def fingerprint(self) -> str:
        """A hash of every pixel: equal pictures in the same order, equal fingerprint."""
        return hashlib.sha256(str(self.size).encode() + b"".join(self.digests)).hexdigest()


@dataclass(frozen=True)
class Found:
    """Images (an array, or PictureFiles), how their pixels were read, and what a person should know about that."""

    x: Any
    pixels: Pixels
    remarks: list[str]


def read(paths: Sequence[Path], shape: Shape, pixels: Pixels | None = None) -> Found:
    """The images at `paths`, in memory or, where that would take more than IN_MEMORY, as files; each is read once to check it.

    Args:
        paths: their files.
        shape: what each is brought to.
        pixels: how more than 8 bits and transparent parts are read; None decides it from these images, of which those that it
            concerns are read a second time.

    Raises:
        ProjectError: naming up to three of the files that cannot be read.
    """
    keep = len(paths) <= MANY or len(paths) * int(np.prod(shape)) <= IN_MEMORY
    x = np.zeros((len(paths) if keep else 0, *shape), np.uint8)
    digests = [b""] * (0 if keep else len(paths))
    facts = [Facts()] * len(paths)

    def read_rows(rows: Sequence[int], chosen: Pixels, title: str) -> None:
        broken = []
        found = _read([paths[row] for row in rows], shape, chosen)
        for row, one in zip(rows, progress(found, title, len(rows)), strict=True):
            if isinstance(one, ProjectError):
                broken.append(str(one))
                continue
            picture, facts[row] = one
            if keep:
                x[row] = picture
            else:
                digests[row] = digest(picture)
        if broken:
            more = f", and {len(broken) - 3} more" if len(broken) > 3 else ""
            raise ProjectError(
                "; ".join(broken[:3]) + more + "\nRemove or replace " + ("it." if len(broken) == 1 else "them.")
            )

    read_rows(range(len(paths)), pixels or BY_ITSELF, "reading images")
    if pixels is None:
        pixels = decide(facts)
        if pixels != BY_ITSELF:
            special = [row for row, each in enumerate(facts) if each.depth or each.brightness is not None]
            read_rows(special, pixels, "reading images of other kinds")
    result = x if keep else PictureFiles([str(path) for path in paths], shape, digests, pixels)
    return Found(result, pixels, remarks(paths, facts, pixels))


def some(x: Any, positions: np.ndarray) -> Any:
    """The pictures of an array, or of files, at these positions; files stay on the disk."""
    return x.only(positions) if isinstance(x, PictureFiles) else x[positions]


def digests_of(x: Any) -> Sequence[bytes]:
    """A hash of the pixels of each picture."""
    return x.digests if isinstance(x, PictureFiles) else [digest(picture) for picture in x]


def digest(picture: np.ndarray) -> bytes:
    return hashlib.blake2b(picture.tobytes(), digest_size=16).digest()


def _read(paths: Sequence[Path], shape: Shape, pixels: Pixels) -> Iterator[tuple[np.ndarray, Facts] | ProjectError]:
    """Each picture with what was met in its file, or what is wrong with it, in order; no more than MANY are in memory at once."""

    def one(path: Path) -> tuple[np.ndarray, Facts] | ProjectError:
        try:
            return read_with_facts(path, shape, pixels)
        except ProjectError as error:
            return error

    with ThreadPoolExecutor(WORKERS) as pool:
        for begin in range(0, len(paths), MANY):
            yield from pool.map(one, paths[begin : begin + MANY])
