"""Boxes from annotation files of three formats: Pascal VOC (.xml), YOLO (.txt) and COCO (.json), each checked line by line.

Nothing is mended in silence: whatever is left out or read otherwise than it is written becomes a `Problem`, which names file and line.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import yaml
from PIL import Image, UnidentifiedImageError

from support.errors import ProjectError
from support.image_formats import find_images as find_pictures

NAME_FILES = ("classes.txt", "obj.names", "data.yaml", "data.yml", "dataset.yaml")
EDGE = 0.01  # of the picture: how far a box may reach over the edge, as rounding does, without a word


@dataclass(frozen=True)
class Problem:
    """Something wrong: `where` is file:line, `kind` is one of KINDS; with `left_out` the box or picture is not used."""

    where: str
    kind: str
    text: str
    left_out: bool = True

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


KINDS = {  # as data.py counts them
    "unreadable": "files that cannot be read",
    "missing picture": "annotations without a picture",
    "damaged picture": "pictures that cannot be read",
    "other name": "pictures found under another name or ending than the annotation says",
    "other format": "pictures whose content is of another format than their ending says",
    "other size": "pictures of another size than the annotation says",
    "zero area": "boxes without area",
    "outside": "boxes outside their picture",
    "over the edge": "boxes that reach over the edge of their picture, cut off there",
    "unknown class": "boxes of an unknown class",
    "crowd": "boxes around a crowd",
    "too many": "pictures with too many boxes",
    "not numbers": "boxes that are not four numbers",
}


@dataclass
class Annotated:
    """A picture file with its boxes in pixels: `boxes` (n, 4) left, top, right, bottom; `names` the class of each."""

    path: Path
    size: tuple[int, int]  # width, height
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    broken: int = 0  # boxes that were left out


class Reader:
    """Reads a folder, or one COCO file; `pictures` and `problems` are what was found."""

    def __init__(self, place: Path, wanted: tuple[str, ...] = ()) -> None:
        """Look at everything below the folder `place`; boxes of other classes than `wanted` are left out, unless it is empty."""
        if not place.exists():
            raise ProjectError(
                f"there is no data at {place}\nExpected a folder with pictures and annotations: Pascal VOC .xml, YOLO .txt or COCO .json."
            )
        self.root = place if place.is_dir() else place.parent
        self.wanted = wanted
        self.problems: list[Problem] = []
        self.pictures: list[Annotated] = []
        self.files = find_pictures(self.root)
        self.by_name: dict[str, list[Path]] = {}
        for path in self.files:
            for key in {path.name.lower(), path.stem.lower()}:
                self.by_name.setdefault(key, []).append(path)
        self.sizes: dict[Path, tuple[int, int]] = {}
        self.format = self._read(place)
        self.pictures.sort(key=lambda one: one.path)

    # --- which format ---

    def _read(self, place: Path) -> str:
        if place.is_file():
            if place.suffix.lower() != ".json":
                raise ProjectError(
                    f"{place} is no annotation file that can be read alone\nExpected a folder, or COCO's .json."
                )
            self._coco(place)
            return "COCO"
        xml, texts = _files(place, ".xml"), _files(place, ".txt")
        if xml:
            self._voc(xml)
            return "Pascal VOC"
        coco = [path for path in _files(place, ".json") if _looks_like_coco(path)]
        if coco:
            for path in coco:
                self._coco(path)
            return "COCO"
        labels = [path for path in texts if path.name not in NAME_FILES]
        if labels and self.files:
            self._yolo(labels)
            return "YOLO"
        raise ProjectError(
            f"no annotations in {place}/\nExpected Pascal VOC .xml, YOLO .txt or COCO .json files, with the pictures beside them or in "
            f"a folder images/. Found: {len(self.files)} pictures and no annotation."
        )

    # --- Pascal VOC (Everingham et al. 2010): one .xml per picture ---

    def _voc(self, files: list[Path]) -> None:
        for file in files:
            try:
                text = file.read_text(encoding="utf-8-sig")
                root = ElementTree.fromstring(text)
            except (ElementTree.ParseError, UnicodeDecodeError) as error:
                line = getattr(error, "position", (0,))[0]
                self._problem(file, line, "unreadable", f"is no XML that can be read: {error}")
                continue
            if root.tag != "annotation":
                self._problem(file, 1, "unreadable", f"expected <annotation>, found <{root.tag}>")
                continue
            picture = self._picture(file, _line(text, "<filename"), root.findtext("filename") or "")
            if picture is None:
                continue
            written = _numbers([root.findtext(f"size/{side}") for side in ("width", "height")]) or [0.0]
            if all(written) and tuple(written) != picture.size:
                self._problem(
                    file,
                    _line(text, "<size"),
                    "other size",
                    f"says {written[0]:g}×{written[1]:g} pixels, {picture.path.name} has {picture.size[0]}×{picture.size[1]}; boxes are taken as pixels of the picture",
                    left_out=False,
                )
            lines = [text.count("\n", 0, match.start()) + 1 for match in re.finditer(r"<object[\s>]", text)]
            for line, item in zip(lines, root.iter("object"), strict=False):
                corners = [item.findtext(f"bndbox/{key}") for key in ("xmin", "ymin", "xmax", "ymax")]
                self._box(picture, f"{file}:{line}", corners, (item.findtext("name") or "").strip())
            self.pictures.append(picture)

    # --- YOLO: one .txt per picture, "class x y width height" in 0..1 per line; a picture without one shows nothing ---

    def _yolo(self, files: list[Path]) -> None:
        names = _class_names(self.root)
        by_stem: dict[str, list[Path]] = {}
        for file in files:
            by_stem.setdefault(file.stem.lower(), []).append(file)
        for path in self.files:
            picture = self._open(path, str(path))
            labels = by_stem.get(path.stem.lower(), [])
            label = _nearest(labels, path)
            if label is not None:
                labels.remove(label)
            if picture is None:
                continue
            if label is not None:
                self._yolo_lines(label, picture, names)
            self.pictures.append(picture)
        for rest in by_stem.values():
            for file in rest:
                if any(re.match(r"\s*\d+(\s+[-+.\deE]+){4}\s*$", line) for line in _lines(file)):
                    self._problem(file, 0, "missing picture", f"there is no picture named {file.stem}")

    def _yolo_lines(self, file: Path, picture: Annotated, names: dict[int, str]) -> None:
        width, height = picture.size
        for number, line in enumerate(_lines(file), 1):
            words = line.split()
            if not words:
                continue
            values = _numbers(words)
            if len(words) != 5 or values is None or not values[0].is_integer():
                self._broken(
                    picture,
                    f"{file}:{number}",
                    "not numbers",
                    f"expected a class number and four numbers, found: {line.strip()[:60]}",
                )
                continue
            if names and int(values[0]) not in names:
                self._broken(
                    picture, f"{file}:{number}", "unknown class", f"there is no name for class {int(values[0])}"
                )
                continue
            _, x, y, w, h = values
            corners = [(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height]
            self._box(picture, f"{file}:{number}", corners, names.get(int(values[0]), str(int(values[0]))))

    # --- COCO (Lin et al. 2014): one .json with all pictures ---

    def _coco(self, file: Path) -> None:
        try:
            content = json.loads(file.read_text(encoding="utf-8-sig"))
            pictures, boxes = content["images"], content["annotations"]
            names = {item["id"]: str(item["name"]) for item in content["categories"]}
            by_id = {item["id"]: str(item["file_name"]) for item in pictures}
        except (ValueError, KeyError, TypeError) as error:
            self._problem(
                file,
                getattr(error, "lineno", 0),
                "unreadable",
                f"is no COCO file that can be read: {type(error).__name__} {error}",
            )
            return
        found = {number: self._picture(file, 0, name) for number, name in by_id.items()}
        for position, item in enumerate(boxes):
            item = item if isinstance(item, dict) else {}
            where = f"{file}: annotation {item.get('id', position)}"
            image, category = (
                value if isinstance(value, (int, str)) else None
                for value in (item.get("image_id"), item.get("category_id"))
            )
            if image not in found:
                self._problem(where, 0, "missing picture", f"there is no picture with the id {image}")
                continue
            picture = found[image]
            if picture is None:  # said above
                continue
            if item.get("iscrowd"):
                self._broken(picture, where, "crowd", "a box around a crowd is not one object")
                continue
            if category not in names:
                self._broken(picture, where, "unknown class", f"there is no category {category}")
                continue
            corners = item.get("bbox")
            values = _numbers(corners) if isinstance(corners, list) and len(corners) == 4 else None
            corners = [values[0], values[1], values[0] + values[2], values[1] + values[3]] if values else [None]
            self._box(picture, where, corners, names[category])
        self.pictures += [picture for picture in found.values() if picture is not None]

    # --- what the formats share ---

    def _box(self, picture: Annotated, where: str, corners: list[Any], name: str) -> None:
        """Check one box in pixels, and take it or say why not."""
        values = _numbers(corners)
        if values is None or len(values) != 4:
            self._broken(picture, where, "not numbers", f"expected the four numbers of a box, found: {corners}")
            return
        if self.wanted and name not in self.wanted:
            self._broken(picture, where, "unknown class", f"class {name!r} is not one of {', '.join(self.wanted)}")
            return
        left, top, right, bottom = values
        width, height = picture.size
        shown = " ".join(f"{value:g}" for value in values)
        if right <= left or bottom <= top:
            self._broken(picture, where, "zero area", f"the box {shown} has no area")
            return
        inside = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
        if inside[2] <= inside[0] or inside[3] <= inside[1]:
            self._broken(picture, where, "outside", f"the box {shown} lies outside the picture of {width}×{height}")
            return
        if max(abs(a - b) / side for a, b, side in zip(values, inside, 2 * picture.size, strict=True)) > EDGE:
            self._problem(
                where,
                0,
                "over the edge",
                f"the box {shown} reaches over the edge of the picture of {width}×{height}",
                left_out=False,
            )
        picture.boxes.append(inside)
        picture.names.append(name)

    def _picture(self, file: Path, line: int, name: str) -> Annotated | None:
        """The picture that an annotation names; one of the same name with another ending will do."""
        name = re.split(r"[/\\]", name)[-1]
        exact = self.by_name.get(name.lower(), []) if name else []
        stem = name.rpartition(".")[0] or name
        path = _nearest(exact, file) or _nearest(
            [*self.by_name.get(stem.lower(), []), *self.by_name.get(file.stem.lower(), [])], file
        )
        if path is None:
            self._problem(file, line, "missing picture", f"there is no picture {name or file.stem}")
            return None
        if not exact:
            self._problem(
                file, line, "other name", f"says {name or 'no name'}, the picture is {path.name}", left_out=False
            )
        return self._open(path, f"{file}:{line}" if line else str(file))

    def _open(self, path: Path, where: str) -> Annotated | None:
        if path not in self.sizes:
            try:
                with Image.open(path) as picture:
                    self.sizes[path] = picture.size
                    written = Image.registered_extensions().get(path.suffix.lower())
                    if picture.format != written:
                        text = f"{path.name} holds {picture.format}, whatever its ending says"
                        self._problem(where, 0, "other format", text, left_out=False)
            except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
                if isinstance(error, PermissionError):
                    raise
                self._problem(where, 0, "damaged picture", f"{path.name} is not a picture, or damaged")
                return None
        return Annotated(path, self.sizes[path])

    def _broken(self, picture: Annotated, where: str, kind: str, text: str) -> None:
        picture.broken += 1
        self._problem(where, 0, kind, text)

    def _problem(self, where: Path | str, line: int, kind: str, text: str, left_out: bool = True) -> None:
        self.problems.append(Problem(f"{where}:{line}" if line else str(where), kind, text, left_out))


def _files(folder: Path, suffix: str) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.suffix.lower() == suffix and not path.name.startswith("."))
    return sorted(path for path in found if path.is_file())


def _nearest(paths: list[Path], file: Path) -> Path | None:
    """Of files with the same name, the one with most folders in common with `file`: labels/train/1.txt and images/train/1.jpg."""
    parts = set(file.parent.parts)
    return max(paths, key=lambda path: len(parts & set(path.parent.parts)), default=None)


def _line(text: str, mark: str) -> int:
    position = text.find(mark)
    return text.count("\n", 0, position) + 1 if position >= 0 else 1


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8-sig", errors="replace").splitlines()


def _numbers(values: Any) -> list[float] | None:
    """The values as finite numbers; None where one is something else."""
    try:
        numbers = [float(value) for value in values]
    except (TypeError, ValueError):
        return None
    return numbers if np.isfinite(numbers).all() else None


def _looks_like_coco(path: Path) -> bool:
    """Whether the file names COCO's three lists; it need not be whole."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        text = file.read()
    return all(f'"{key}"' in text for key in ("images", "annotations"))


def _class_names(folder: Path) -> dict[int, str]:
    """The names of YOLO's class numbers from classes.txt, obj.names or data.yaml; empty where there is none of them.

    Raises:
        ProjectError: where the file cannot be read.
    """
    for path in _name_files(folder):
        if path.suffix in (".txt", ".names"):
            return dict(enumerate(line.strip() for line in _lines(path) if line.strip()))
        try:
            names = yaml.safe_load(path.read_text(encoding="utf-8-sig"))["names"]
            return {
                int(number): str(name)
                for number, name in (names.items() if isinstance(names, dict) else enumerate(names))
            }
        except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            raise ProjectError(
                f"{path} names no classes: {str(error).splitlines()[0]}\nExpected a line such as: names: [face, hand]"
            ) from None
    return {}


def _name_files(folder: Path) -> Iterator[Path]:
    for name in NAME_FILES:
        yield from sorted(folder.rglob(name))
