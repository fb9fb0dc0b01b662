"""COCO (Lin et al. 2014): one .json for many images, boxes as [left, top, width, height] in pixels. Several files are merged."""

import re
from pathlib import Path
from typing import Any

from support.data import folders
from support.data.annotations import frames, masks, parsing
from support.data.annotations.frames import Drawn
from support.data.annotations.parsing import Unreadable
from support.data.annotations.records import Annotations, Box, numbers
from support.data.annotations.tree import Tree, ambiguous, parts, plain, without_ending
from support.errors import ProjectError

LISTS = ("images", "annotations", "categories")


def files(tree: Tree) -> dict[Path, Any]:
    """The .json files of a tree that have COCO's list of images, and what they hold, or why they cannot be read."""
    found: dict[Path, Any] = {}
    for path in tree.files(".json"):
        try:
            content = parsing.read_json(path)
            if is_coco(content):
                found[path] = content
        except Unreadable as error:
            found[path] = error
    return found if any(isinstance(content, dict) for content in found.values()) else {}


def is_coco(content: Any) -> bool:
    return isinstance(content, dict) and isinstance(content.get("images"), list)


def read(contents: dict[Path, Any], tree: Tree, found: Annotations) -> list[Drawn]:
    """The images that these files list; an image that several list is read once, with the boxes of all."""
    images: dict[Path, Drawn] = {}
    splits: dict[Path, list[str]] = {}
    for file, content in contents.items():
        if isinstance(content, Unreadable):
            found.problem(content.where, "unreadable", content.text)
            continue
        missing = [name for name in LISTS if not isinstance(content.get(name), list)]
        items = content.get("annotations") or []
        boxes = [one for one in items if isinstance(one, dict) and ("bbox" in one or one.get("segmentation"))]
        if missing or (items and not boxes):
            text = f"has no list of {' or '.join(missing)}" if missing else "has no boxes"
            found.warn(file, "other annotations", f"{text}; it is not used")
            continue
        split = _split(file) or tree.split(file)
        for drawn in _file(file, content, split, tree, found):
            path, known = drawn.image.path, images.setdefault(drawn.image.path, drawn)
            splits.setdefault(path, []).append(split or drawn.image.split or "")
            if known is not drawn:
                if known.size != drawn.size and known.size and drawn.size:
                    raise ProjectError(
                        f"{known.where} and {drawn.where} are both {path}, but of {known.size} and of {drawn.size} pixels\nRemove the file that is wrong."
                    )
                known.size = known.size or drawn.size
                known.image.broken += drawn.image.broken
                known.boxes += drawn.boxes
    for path, drawn in images.items():
        drawn.image.split = found.one_split(drawn.image, splits[path])
    return list(images.values())


def _file(file: Path, content: dict[str, Any], split: str | None, tree: Tree, found: Annotations) -> list[Drawn]:
    names: dict[str, str] = {}
    for item in content["categories"]:
        label = str(item.get("name") or "").strip() if isinstance(item, dict) else ""
        if label and (other := names.setdefault(_id(item.get("id")), label)) != label:
            raise ProjectError(f"{file}: the categories {other} and {label} have one id\nNumber them anew.")
    by_id: dict[str, Drawn | None] = {}
    name_of: dict[Path, str] = {}
    for position, item in enumerate(content["images"]):
        item = item if isinstance(item, dict) else {}
        where, number, name = f"{file}: image {item.get('id', position)}", _id(item.get("id")), item.get("file_name")
        if not number or not isinstance(name, str):
            found.problem(where, "unreadable", "expected an id and a file_name")
            continue
        if number in by_id:
            raise ProjectError(
                f"{where}: two images have this id, so nobody knows whose boxes are whose\nNumber them anew."
            )
        path = _image(file, name, split, tree, found)
        opened = tree.open(path, str(file), found) if path else None
        by_id[number] = None
        if path and opened:
            if (other := name_of.setdefault(path, name)) != name:
                raise ProjectError(f"{file}: {other} and {name} are both {path}\nRemove the one that is wrong.")
            size = numbers([item.get("width"), item.get("height")])
            by_id[number] = Drawn(*opened, where, frames.whole(size), [])
    for position, item in enumerate(content["annotations"]):
        item = item if isinstance(item, dict) else {}
        where, number = f"{file}: annotation {item.get('id', position)}", _id(item.get("image_id"))
        drawn, category = by_id.get(number), item.get("category_id")
        if number not in by_id:
            found.problem(where, "missing image", f"there is no image with the id {item.get('image_id')}")
        elif drawn and item.get("iscrowd") in (1, True, "1"):
            found.broken(drawn.image, where, "crowd", "a box around a crowd is not one object")
        elif drawn and _id(category) not in names:
            found.broken(drawn.image, where, "unknown class", f"there is no name for category {category}")
        elif drawn:
            drawn.boxes.append(_box(item, where, names[_id(category)], found))
    result = [drawn for drawn in by_id.values() if drawn]
    frames.refuse_corners(file, result, "[left, top, width, height]", lambda a, b, c, d: (a, b, c - a, d - b))
    return result


def _box(item: dict[str, Any], where: str, name: str, found: Annotations) -> Box:
    written = item.get("bbox")
    values = numbers(written) if isinstance(written, list) and len(written) == 4 else None
    if values:
        left, top, width, height = values
        return Box(where, [left, top, left + width, top + height], name, str(written)[:60])
    corners = masks.box(item.get("segmentation")) if not written else None
    if corners:
        found.warn(where, "shape", "the box around a mask or polygon is used")
    return Box(where, corners, name, str(written)[:60])


def _image(file: Path, name: str, split: str | None, tree: Tree, found: Annotations) -> Path | None:
    """The image with this name: beside the file, or at the only place in the tree that ends so, within the file's split."""
    words = parts(name)
    exact = candidates = tree.ending(words) if words else []
    for begin in range(1, len(words)):  # folders that exist only on the computer where it was annotated
        candidates = candidates or [path for path in tree.ending(words[begin:]) if tree.bare(path)]

    def of_split(paths: list[Path], allowed: tuple[str | None, ...]) -> list[Path]:
        return [path for path in paths if not split or tree.split(path) in allowed]

    if not any(folders.role(part) for part in words[:-1]):
        candidates = of_split(candidates, (split, None))
    beside = [path for path in candidates if path == file.parent.joinpath(*words)]
    chosen = beside or of_split(candidates, (split,)) or candidates
    if len(chosen) > 1:
        raise ambiguous(Path(f"{name} in {file}"), chosen)
    if not chosen and words:  # with another file extension
        chosen = of_split(tree.at((*map(plain, words[:-1]), without_ending(words[-1]))), (split, None))
    if len(chosen) != 1:
        found.problem(file, "missing image", f"there is no image {name}" + (f" of the {split} split" if split else ""))
        return None
    if chosen[0] not in exact:
        found.warn(file, "other name", f"says {name}, the image is {chosen[0]}")
    return chosen[0]


def _split(file: Path) -> str | None:
    """The split in the name of a file: instances_val2017.json, train_annotations.json."""
    splits = {folders.role(word) for word in re.split(r"[_.\s-]+", file.stem)} - {None}
    return splits.pop() if len(splits) == 1 else None


def _id(value: Any) -> str:
    """An id as text: 7, 7.0 and "7" are the same; empty if it is neither a number nor a text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
