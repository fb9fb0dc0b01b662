"""The files of a data set, and which image an annotation belongs to: the one at the same place in the tree.

The place is the path without the folders that only say what kind of file is in them, and without the ending:
images/cam1/0001.png, labels/cam1/0001.txt and cam1/0001.xml are at the place cam1/0001. So a label never goes to an
image of the same name elsewhere.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import unquote

from support.data import folders
from support.data.annotations.records import AnnotatedImage, Annotations
from support.data.image_files import SUFFIXES, Header, files_below, open_header
from support.errors import ProjectError

from PIL import Image

IMAGES = frozenset(["image", "images", "img", "imgs", "jpegimages", "pictures", "photos"])
KINDS_OF_FILES = IMAGES | frozenset(
    ["label", "labels", "annotation", "annotations", "ann", "anns", "xml", "xmls", "txt"]
)
ANNOTATIONS = (".xml", ".txt", ".json", ".csv", ".yaml", ".yml", ".names", ".labels", ".data")


class Tree:
    """All files below `root`, without hidden ones: images, and others by their ending."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.images: list[Path] = []
        self._others: dict[str, list[Path]] = {}
        for path in sorted(files_below(root)):
            ending = path.suffix.lower()
            if ending in (*SUFFIXES, *ANNOTATIONS) and path.is_file():
                (self.images if ending in SUFFIXES else self._others.setdefault(ending, [])).append(path)
        self._headers: dict[Path, Header] = {}
        self._dropped: set[tuple[str, ...]] = set()
        self._places: dict[tuple[str, ...], list[Path]] = {}
        self._names: dict[str, list[Path]] = {}
        for path in self.images:
            self._names.setdefault(plain(path.name), []).append(path)

    def files(self, *endings: str) -> list[Path]:
        """The files with these endings that may have to do with annotations."""
        return [path for ending in endings for path in self._others.get(ending, [])]

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
        self._places.clear()

    def place(self, path: Path) -> tuple[str, ...]:
        """The place of a file: its folders, without those that name a kind of file, and its name without extension, as `plain` gives it.

        Some tools keep the image's extension: photo.jpg.txt has the same place as photo.jpg.
        """
        parts = path.relative_to(self.root).parts
        named = [_plain(part) for depth, part in enumerate(parts[:-1], 1) if parts[:depth] not in self._dropped]
        return (*(name for name in named if name), without_ending(path.stem))

    def at(self, place: tuple[str, ...]) -> list[Path]:
        """The images at a place."""
        for path in self.images if not self._places else []:
            self._places.setdefault(self.place(path), []).append(path)
        return self._places.get(place, [])

    def bare(self, path: Path) -> bool:
        """Whether all folders of a file name a kind of file or a split."""
        return all(folders.role(name) for name in self.place(path)[:-1])

    def among_images(self, path: Path) -> bool:
        """Whether a file is in a folder for images, such as images/."""
        parts = path.relative_to(self.root).parts
        return any(
            parts[:depth] in self._dropped or IMAGES & set(_words(part)) for depth, part in enumerate(parts[:-1], 1)
        )

    def ending(self, parts: Sequence[str]) -> list[Path]:
        """The images whose path ends with these folders and this name, ignoring case."""
        return [path for path in self._names.get(plain(parts[-1]), []) if self.below(path, parts[:-1])]

    def below(self, path: Path, above: Sequence[str]) -> bool:
        """Whether the folders of a file end with these."""
        folders_of_it = [plain(part) for part in path.relative_to(self.root).parts[:-1]]
        return not above or folders_of_it[-len(above) :] == [plain(part) for part in above]

    def split(self, path: Path) -> str | None:
        """The split in the name of one of the file's folders."""
        roles = (folders.role(_plain(part)) for part in path.relative_to(self.root).parts[:-1])
        return next((split for split in roles if split), None)

    def open(self, path: Path, where: str, found: Annotations) -> tuple[AnnotatedImage, Header] | None:
        """An image, still without boxes, and its header; None, with a problem, if it is damaged."""
        if path not in self._headers:
            try:
                self._headers[path] = open_header(path)
            except ProjectError as error:
                found.problem(where, "damaged image", str(error).splitlines()[0])
                return None
            written, holds = Image.registered_extensions().get(path.suffix.lower()), self._headers[path].format
            if written not in (None, holds) and (written, holds) != ("JPEG", "MPO"):  # a phone's JPEG with a preview
                found.warn(where, "other format", f"{path.name} holds {holds}, whatever its ending says")
        one = self._headers[path]
        return AnnotatedImage(path, one.size, split=self.split(path)), one


def ambiguous(label: Path, images: Iterable[Path]) -> ProjectError:
    """The error if more than one image is at an annotation's place."""
    first, second, *_ = images
    return ProjectError(f"{label} could belong to {first} or to {second}\nRename or remove one of the images.")


def parts(name: str) -> list[str]:
    """The folders and the name in a path of any operating system, or in a URL."""
    path = name.partition("?")[0] if "://" in name else name
    return [part for part in re.split(r"[/\\]", path.strip()) if part not in ("", ".", "..")]


def plain(name: str) -> str:
    """A name for comparing: in lower case, accents in one form, and %20 as a space, because web tools write names like that."""
    return unicodedata.normalize("NFC", unquote(name)).lower()


def without_ending(name: str) -> str:
    """The same, without the file extension of an image."""
    path = Path(plain(name))
    return path.stem if path.suffix in SUFFIXES else path.name


def _words(folder: str) -> list[str]:
    return [word for word in re.split(r"[\s_-]+", folder.lower()) if word]


def _plain(folder: str) -> str:
    """A folder's name in lower case without the words that only name a kind of file: Train_Images -> train."""
    return "_".join(word for word in _words(folder) if word not in KINDS_OF_FILES)
