"""Pascal VOC (Everingham et al. 2010): one .xml per image, boxes in pixels; splits, where there are any, in ImageSets/Main/.

VOC itself counts pixels from 1, most tools from 0; the numbers are taken as they are, so a box may be one pixel off.
"""

import math
import re
from pathlib import Path
from xml.etree import ElementTree

from support.data import folders
from support.data.annotations import frames, parsing
from support.data.annotations.frames import Drawn
from support.data.annotations.records import AnnotatedImage, Annotations, Box, numbers
from support.data.annotations.tree import Tree, ambiguous, plain, without_ending
from support.data.image_files import Header
from support.errors import ProjectError

HEAD = 65_536  # bytes in which an annotation names itself


def files(tree: Tree) -> list[Path]:
    """The .xml files of a tree, if at least one of them is an annotation."""
    found = tree.others[".xml"]
    return found if any(_is_annotation(path) for path in found) else []


def read(files: list[Path], tree: Tree, found: Annotations) -> None:
    """Read the images that these files describe."""
    tree.tell_apart(files)
    own = {tree.place(file) for file in files}
    described: dict[Path, Path] = {}
    drawn = []
    for file in files:
        try:
            root, lines = parsing.read_xml(file)
        except parsing.Unreadable as error:
            found.problem(f"{file}:{error.line}" if error.line else file, "unreadable", str(error))
            continue
        if root.tag != "annotation":
            found.problem(f"{file}:1", "unreadable", f"expected <annotation>, found <{root.tag}>")
            continue
        line_of = dict(zip(root.iter(), lines, strict=False))
        opened = _image(file, root, line_of, tree, own, found)
        if opened is None:
            continue
        image, header = opened
        if image.path in described:
            raise ProjectError(
                f"both {described[image.path]} and {file} describe {image.path}\nRemove the one that is wrong."
            )
        described[image.path] = file
        size = root.find("size")
        line = line_of.get(size, 1) if size is not None else 1
        boxes = [_box(item, f"{file}:{line_of[item]}", found) for item in root.iter("object")]
        drawn.append(Drawn(image, header, f"{file}:{line}", _size(root), boxes))
    frames.settle(drawn, found)
    found.images = [one.image for one in drawn]
    _use_image_sets(tree, found)


def _image(
    file: Path,
    root: ElementTree.Element,
    line_of: dict[ElementTree.Element, int],
    tree: Tree,
    own: set,
    found: Annotations,
) -> tuple[AnnotatedImage, Header] | None:
    """The image that an annotation is about: at its place in the tree, under the name that it states or else under its own."""
    element = root.find("filename")
    line = line_of.get(element, 1) if element is not None else 1
    *above, name = re.split(r"[/\\]", (element.text or "").strip()) if element is not None else [""]
    place = tree.place(file)
    beside = tree.at(place)  # with the annotation's own name
    stems = [without_ending(name)] if name else []
    named = [image for stem in stems for image in tree.at((*place[:-1], stem))]
    exact = [image for image in named if plain(image.name) == plain(name)]
    if exact and beside and exact[0] not in beside:
        if tree.place(exact[0]) not in own:
            raise ambiguous(file, [exact[0], beside[0]])
        named = exact = []  # that image has an annotation of its own
    chosen = exact or named or beside
    if not chosen:  # annotations in one folder, images in several: then the name must state the folder
        folder = [*above] or [part for part in re.split(r"[/\\]", (root.findtext("folder") or "").strip()) if part][-1:]
        chosen = exact = tree.ending([*folder, name]) if folder and name else []
    if len(chosen) > 1:
        raise ambiguous(file, chosen)
    if not chosen:
        found.problem(f"{file}:{line}", "missing image", f"there is no image {name or file.stem} at its place")
        return None
    if not exact:
        text = f"says {name or 'no name'}, the image is {chosen[0].name}"
        found.problem(f"{file}:{line}", "other name", text, left_out=False)
    return tree.open(chosen[0], f"{file}:{line}", found)


def _size(root: ElementTree.Element) -> frames.Size | None:
    written = numbers([root.findtext(f"size/{side}") for side in ("width", "height")])
    return (round(written[0]), round(written[1])) if written and min(written) >= 1 else None


def _box(item: ElementTree.Element, where: str, found: Annotations) -> Box:
    name = (item.findtext("name") or "").strip()
    written = [item.findtext(f"bndbox/{side}") for side in ("xmin", "ymin", "xmax", "ymax")]
    corners = numbers(written)
    if item.find("bndbox") is None:
        corners = _turned_box(item) or _outline(item)
        if corners:
            found.problem(where, "shape", "the box around an outline is used", left_out=False)
    return Box(where, corners, name, str(written))


def _turned_box(item: ElementTree.Element) -> list[float] | None:
    """The upright box around a turned one, as roLabelImg writes it: centre, width, height and an angle in radians."""
    values = numbers([item.findtext(f"robndbox/{key}") for key in ("cx", "cy", "w", "h", "angle")])
    if values is None:
        return None
    x, y, width, height, angle = values
    across, down = abs(math.cos(angle)), abs(math.sin(angle))
    half_x, half_y = (width * across + height * down) / 2, (width * down + height * across) / 2
    return [x - half_x, y - half_y, x + half_x, y + half_y]


def _outline(item: ElementTree.Element) -> list[float] | None:
    """The box around <polygon>, with points as <x1>, <y1>, <x2>, … or as <pt><x>, <y>."""
    polygon = item.find("polygon")
    if polygon is None:
        return None
    x, y = (
        numbers([one.text for one in polygon.iter() if one is not polygon and one.tag.startswith(axis)])
        for axis in "xy"
    )
    return [min(x), min(y), max(x), max(y)] if x and y else None


def _use_image_sets(tree: Tree, found: Annotations) -> None:
    """Set the splits that ImageSets/Main/train.txt, val.txt, trainval.txt and test.txt list, by names without ending."""
    listed: dict[tuple[str, ...], dict[str, set[str]]] = {}
    for path in tree.others[".txt"]:
        *before, kind, folder, _ = ("", "", *path.relative_to(tree.root).parts)
        split = "train and validation" if path.stem.lower() == "trainval" else folders.role(path.stem)
        if (kind.lower(), folder.lower()) == ("imagesets", "main") and split:
            try:
                lines = parsing.read_text(path).splitlines()
            except parsing.Unreadable as error:
                raise ProjectError(f"{path} {error}") from None
            names = {without_ending(line.split()[0]) for line in lines if line.strip()}
            listed.setdefault(tuple(before[2:]), {})[split] = names
    for above, splits in listed.items():
        both = splits.pop("train and validation", set())
        splits.setdefault("train", both - splits.get("validation", set()))
        for image in found.images:
            if image.path.relative_to(tree.root).parts[: len(above)] == above:
                of = [split for split, names in splits.items() if tree.place(image.path)[-1] in names]
                image.split = found.one_split(image, of)


def _is_annotation(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return b"<annotation" in file.read(HEAD).replace(b"\0", b"").replace(b"<annotations", b"")
    except PermissionError:
        raise
    except OSError:
        return False
