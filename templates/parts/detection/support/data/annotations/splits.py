"""Which images are in which split, if a file says so: data.yaml, obj.data, ImageSets/Main/, or lists such as train.txt."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from support.data import folders
from support.data.annotations import parsing, yolo_lines
from support.data.annotations.records import AnnotatedImage, Annotations
from support.data.annotations.tree import Tree, parts, without_ending


class Lists:
    """Finds the images that the lines of a list name, by path or by name; further columns, as in Pascal VOC's lists, are ignored."""

    def __init__(self, tree: Tree, found: Annotations) -> None:
        self.tree, self.found = tree, found
        self.by_name: dict[str, list[AnnotatedImage]] = {}
        for image in found.images:
            self.by_name.setdefault(tree.place(image.path)[-1], []).append(image)

    def read(self, path: Path, below: Path | None = None, certain: bool = True) -> list[AnnotatedImage]:
        """The images that the lines name, if they are below this folder; unless `certain`, none if most lines name none."""
        text = parsing.read_text(path)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        images = [self.named(line, below) or self.named(line.split()[0], below) for line in lines]
        if not certain and (yolo_lines.looks_like_labels(text) or sum(map(bool, images)) <= len(lines) / 2):
            return []
        for line, several in zip(lines, images, strict=True):
            if len(several) != 1:
                text = f"{line} is the name of {len(several) or 'no'} images; it counts for none"
                self.found.warn(path, "no split", text)
        return [several[0] for several in images if len(several) == 1]

    def named(self, line: str, below: Path | None) -> list[AnnotatedImage]:
        """The images with this name, in as many of its folders as there are; leading folders of another computer are dropped."""
        words = parts(line)
        images = self.by_name.get(without_ending(words[-1]), []) if words else []
        images = [image for image in images if below is None or below in image.path.parents]
        for begin in range(len(words)):
            exact = [image for image in images if self.tree.below(image.path, words[begin:-1])]
            if exact:
                return exact
        return []


def use(tree: Tree, found: Annotations, described: dict[Path, dict[str, Any]]) -> None:
    """Set the splits of the images that files list; `described` is the content of data.yaml and similar files."""
    lists = Lists(tree, found)
    listed = [entry for file, content in described.items() for entry in _described(file, content, lists)]
    named = {split for split, _ in listed}  # a split that no file names is that of the folder
    _set(found, listed, [image for image in found.images if image.split in named])
    texts = [path for path in tree.files(".txt") if path.stem.lower() == "trainval" or folders.role(path.stem)]
    main = [path for path in texts if [part.lower() for part in path.parts[-3:-1]] == ["imagesets", "main"]]
    for folder in sorted({path.parent for path in main}):
        root = folder.parents[1]
        entries = [(path.stem, lists.read(path, root)) for path in main if path.parent == folder]
        _set(found, entries, [image for image in found.images if root in image.path.parents])
    if not main and not any(image.split for image in found.images):
        _set(found, [(path.stem, lists.read(path, certain=False)) for path in texts], [])


def _set(found: Annotations, entries: Iterable[tuple[str, list[AnnotatedImage]]], others: list[AnnotatedImage]) -> None:
    """Set the splits of the images in these lists, and those of `others` to None if no list has them."""
    of: dict[int, list[str]] = {id(image): [] for image in others}
    trainval = []
    for name, images in entries:
        if name.lower() == "trainval":
            trainval += images
        else:
            for image in images:
                of.setdefault(id(image), []).append(str(folders.role(name)))
    for image in trainval:
        if not {"train", "validation"} & set(of.get(id(image), [])):
            of.setdefault(id(image), []).append("train")
    for image in found.images:
        if id(image) in of:
            image.split = found.one_split(image, of[id(image)])


def _described(file: Path, content: dict[str, Any], lists: Lists) -> list[tuple[str, list[AnnotatedImage]]]:
    """What data.yaml or obj.data names for each split: folders, lists of folders, or text files that list images."""
    result: dict[str, list[AnnotatedImage]] = {}
    for key, value in content.items():
        values = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str) and one]
        split = folders.role(str(key))
        for text in values if split else []:
            place = _existing(file.parent, content.get("path"), text)
            if place is None:
                lists.found.warn(file, "no split", f"names {text}, which is not there")
            elif place.is_dir():
                inside = [one for one in lists.found.images if place.resolve() in one.path.resolve().parents]
                result.setdefault(str(split), []).extend(inside)
            else:
                result.setdefault(str(split), []).extend(lists.read(place))
    train, validation = ({id(image) for image in result.get(split, [])} for split in ("train", "validation"))
    if validation and validation >= train:
        text = "names the same images for train and val; validation images are taken from those for training"
        lists.found.warn(file, "two splits", text)
        del result["validation"]
    return list(result.items())


def _existing(folder: Path, above: Any, text: str) -> Path | None:
    """The file or folder that is meant; leading folders of another computer are dropped."""
    for name in ([f"{above}/{text}"] if isinstance(above, str) else []) + [text]:
        words = parts(name)
        for begin in range(len(words) + (not words)):
            place = folder.joinpath(*words[begin:])
            if place.exists():
                return place
    return None
