"""Pascal VOC (Everingham et al. 2010): one .xml per image, boxes in pixels.

VOC itself counts pixels from 1, most tools from 0; the numbers are taken as they are, so a box may be one pixel off.
"""

from pathlib import Path
from xml.etree.ElementTree import Element

from support.data.annotations import frames, parsing
from support.data.annotations.frames import Drawn
from support.data.annotations.parsing import Unreadable
from support.data.annotations.records import Annotations, Box, around, numbers
from support.data.annotations.tree import Tree, ambiguous, parts, plain, without_ending
from support.errors import ProjectError

HEAD = 65_536  # bytes within which an annotation shows its format


def files(tree: Tree) -> list[Path]:
    """The .xml files of a tree, if at least one of them is an annotation."""
    found = tree.files(".xml")
    return found if any(_is_annotation(path) for path in found) else []


def read(files: list[Path], tree: Tree, found: Annotations) -> list[Drawn]:
    """The images that these files describe."""
    tree.tell_apart(files)
    own = {tree.place(file) for file in files}
    described: dict[Path, Path] = {}
    drawn = []
    for file in files:
        try:
            root = parsing.read_xml(file)
        except Unreadable as error:
            found.problem(error.where, "unreadable", error.text)
            continue
        if root.tag != "annotation":
            found.problem(f"{file}:1", "unreadable", f"expected <annotation>, found <{root.tag}>")
            continue
        where = f"{file}:{_line(root.find('filename'))}"
        path = _image(file, where, root, tree, own, found)
        opened = tree.open(path, where, found) if path else None
        if path is None or opened is None:
            continue
        if (other := described.setdefault(path, file)) != file:
            raise ProjectError(f"both {other} and {file} describe {path}\nRemove the one that is wrong.")
        size = numbers([root.findtext(f"size/{side}") for side in ("width", "height")])
        boxes = [_box(item, f"{file}:{_line(item)}", found) for item in root.iter("object")]
        drawn.append(Drawn(*opened, f"{file}:{_line(root.find('size'))}", frames.whole(size), boxes))
    return drawn


def _image(
    file: Path, where: str, root: Element, tree: Tree, own: set[tuple[str, ...]], found: Annotations
) -> Path | None:
    """The image that an annotation is about: at its place in the tree, under the name that it states or else under its own."""
    *above, name = parts(root.findtext("filename") or "") or [""]
    place = tree.place(file)
    beside = tree.at(place)  # with the annotation's own name
    named = tree.at((*place[:-1], without_ending(name))) if name else []
    exact = [image for image in named if plain(image.name) == plain(name)]
    if exact and beside and exact[0] not in beside:
        if tree.place(exact[0]) not in own:
            raise ambiguous(file, [exact[0], beside[0]])
        named = exact = []  # that image has an annotation of its own
    chosen = exact or named or beside
    if not chosen:  # annotations in one folder, images in several: then the name must state the folder
        folder = above or parts(root.findtext("folder") or "")[-1:]
        chosen = exact = tree.ending([*folder, name]) if folder and name else []
    if len(chosen) > 1:
        raise ambiguous(file, chosen)
    if not chosen:
        found.problem(where, "missing image", f"there is no image {name or file.stem} at its place")
        return None
    if not exact:
        found.warn(where, "other name", f"says {name or 'no name'}, the image is {chosen[0].name}")
    return chosen[0]


def _box(item: Element, where: str, found: Annotations) -> Box:
    written = [item.findtext(f"bndbox/{side}") for side in ("xmin", "ymin", "xmax", "ymax")]
    corners, polygon = numbers(written), item.find("polygon")
    if item.find("bndbox") is None and polygon is not None:  # <x1>, <y1>, <x2>, … or <pt><x>, <y>
        corners = around([one.text for one in polygon.iter() if one.tag[0] in "xy"])
        if corners:
            found.warn(where, "shape", "the box around a polygon is used")
    return Box(where, corners, (item.findtext("name") or "").strip(), str(written))


def _line(element: Element | None) -> str:
    return "1" if element is None else element.get("line", "1")


def _is_annotation(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return b"<annotation" in file.read(HEAD).replace(b"\0", b"").replace(b"<annotations", b"")
    except PermissionError:
        raise
    except OSError:
        return False
