"""The files of a data set, and which image an annotation belongs to: the one at the same place in the tree.

The place is the path without the folders that only say what kind of file is in them, and without the ending: images/cam1/0001.png,
labels/cam1/0001.txt and cam1/0001.xml are at the place cam1/0001. So a label never goes to an image of the same name elsewhere.
"""

import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

from support.data import folders
from support.data.annotations.records import AnnotatedImage, Annotations
from support.data.image_files import SUFFIXES, Header, left_behind, open_header
from support.errors import ProjectError

from PIL import Image

IMAGES = frozenset(["image", "images", "img", "imgs", "jpegimages", "pictures", "photos"])
KINDS_OF_FILES = IMAGES | frozenset(
    ["label", "labels", "annotation", "annotations", "ann", "anns", "xml", "xmls", "txt"]
)
ANNOTATIONS = (".xml", ".txt", ".json", ".csv", ".yaml", ".yml", ".names", ".labels", ".data")


class Tree:
    """All files below `root`, without hidden ones."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.images: list[Path] = []
        self.others: dict[str, list[Path]] = {ending: [] for ending in ANNOTATIONS}
        visited: set[str] = set()
        for folder, below, names in os.walk(root, followlinks=True):
            real = os.path.realpath(folder)
            if real in visited:  # a link to a folder above
                below.clear()
                continue
            visited.add(real)
            below[:] = sorted(
                name for name in below if not name.startswith(".") and name.lower() not in folders.LEFT_BEHIND_LOWER
            )
            for name in sorted(names):
                path = Path(folder, name)
                ending = path.suffix.lower()
                if left_behind(name, names) or not (ending in SUFFIXES or ending in ANNOTATIONS) or not path.is_file():
                    continue
                (self.images if ending in SUFFIXES else self.others[ending]).append(path)
        self.images.sort()
        self._headers: dict[Path, Header] = {}
        self._dropped: set[tuple[str, ...]] = set()
        self._places: dict[tuple[str, ...], list[Path]] | None = None
        self._names: dict[str, list[Path]] | None = None

    def tell_apart(self, files: Iterable[Path]) -> None:
        """Find folders that hold only images beside one that holds only annotations (`files`): their names say no more than that."""
        images, labels = ({path.relative_to(self.root).parts[:-1] for path in some} for some in (self.images, files))
        with_images, with_labels = (
            {folder[:depth] for folder in some for depth in range(len(folder) + 1)} for some in (images, labels)
        )
        children: dict[tuple[str, ...], list[list[tuple[str, ...]]]] = {}
        for folder in with_images ^ with_labels:
            if folder:
                children.setdefault(folder[:-1], [[], []])[folder in with_labels].append(folder)
        for parent, (only_images, only_labels) in children.items():
            beside = (len(only_images) or parent in images, len(only_labels) or parent in labels)
            pair = [*only_images, *only_labels]
            if beside == (1, 1) and len({folders.role(folder[-1]) for folder in pair}) == 1:
                self._dropped.update(pair)
        self._places = None

    def place(self, path: Path) -> tuple[str, ...]:
        """Where a file lies: its folders, without those that name a kind of file, and its name without ending, as `plain` has it.

        Some tools keep the image's ending: photo.jpg.txt lies where photo.jpg does.
        """
        parts = path.relative_to(self.root).parts
        named = [_plain(part) for depth, part in enumerate(parts[:-1], 1) if parts[:depth] not in self._dropped]
        return (*(name for name in named if name), without_ending(path.stem))

    def at(self, place: tuple[str, ...]) -> list[Path]:
        """The images at a place."""
        if self._places is None:
            self._places = {}
            for path in self.images:
                self._places.setdefault(self.place(path), []).append(path)
        return self._places.get(place, [])

    def bare(self, path: Path) -> bool:
        """Whether a file lies in no folder but those that name a kind of file or a split."""
        return all(folders.role(name) for name in self.place(path)[:-1])

    def among_images(self, path: Path) -> bool:
        """Whether a file lies in a folder for images, such as images/."""
        parts = path.relative_to(self.root).parts
        return any(
            parts[:depth] in self._dropped or IMAGES & set(_words(part)) for depth, part in enumerate(parts[:-1], 1)
        )

    def ending(self, parts: Iterable[str]) -> list[Path]:
        """The images whose path ends with these folders and this name, whatever their capitals."""
        *above, name = (plain(part) for part in parts)
        if self._names is None:
            self._names = {}
            for path in self.images:
                self._names.setdefault(plain(path.name), []).append(path)
        found = self._names.get(name, [])
        return [
            path for path in found if not above or [plain(part) for part in self._folders(path)][-len(above) :] == above
        ]

    def _folders(self, path: Path) -> tuple[str, ...]:
        return path.relative_to(self.root).parts[:-1]

    def split(self, path: Path) -> str | None:
        """The split that a folder on the way to the file is called after."""
        for part in path.relative_to(self.root).parts[:-1]:
            split = folders.role(_plain(part))
            if split:
                return split
        return None

    def open(self, path: Path, where: str, found: Annotations) -> tuple[AnnotatedImage, Header] | None:
        """An image without boxes as yet, and its header; None, with a problem, where it is damaged."""
        if path not in self._headers:
            try:
                self._headers[path] = open_header(path)
            except ProjectError as error:
                found.problem(where, "damaged image", str(error).splitlines()[0])
                return None
            written, one = Image.registered_extensions().get(path.suffix.lower()), self._headers[path]
            if (
                written and one.format != written and (written, one.format) != ("JPEG", "MPO")
            ):  # a phone's JPEG with a preview
                text = f"{path.name} holds {one.format}, whatever its ending says"
                found.problem(where, "other format", text, left_out=False)
        one = self._headers[path]
        return AnnotatedImage(path, one.size, split=self.split(path)), one


def ambiguous(label: Path, images: Iterable[Path]) -> ProjectError:
    """The error where more than one image is at an annotation's place."""
    first, second, *_ = images
    return ProjectError(f"{label} could belong to {first} or to {second}\nRename or remove one of the images.")


def plain(name: str) -> str:
    """A name for comparing: in small letters, accents in one form, and %20 as a blank, since tools on the web write names so."""
    return unicodedata.normalize("NFC", unquote(name)).lower()


def without_ending(name: str) -> str:
    """The same, and without the ending of an image."""
    path = Path(plain(name))
    return path.stem if path.suffix in SUFFIXES else path.name


def _words(folder: str) -> list[str]:
    return [word for word in re.split(r"[\s_-]+", folder.lower()) if word]


def _plain(folder: str) -> str:
    """A folder's name in small letters without the words that only say what kind of file is in it: Train_Images -> train."""
    return "_".join(word for word in _words(folder) if word not in KINDS_OF_FILES)
