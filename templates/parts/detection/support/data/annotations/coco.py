"""COCO (Lin et al. 2014): one .json for many images, boxes as [left, top, width, height] in pixels. Several files are put together."""

import re
from pathlib import Path
from typing import Any

from support.data import folders
from support.data.annotations import frames, masks, parsing
from support.data.annotations.frames import Drawn
from support.data.annotations.records import AnnotatedImage, Annotations, Box, numbers
from support.data.annotations.tree import Tree, ambiguous, plain, without_ending
from support.data.image_files import Header
from support.errors import ProjectError

LISTS = ("images", "annotations", "categories")
SAME = 0.5  # pixels: boxes of one image and class that differ by less are one, annotated in two files


def files(tree: Tree) -> list[tuple[Path, dict[str, Any] | parsing.Unreadable]]:
    """The .json files of a tree that have COCO's list of images, and what they hold, or why they cannot be read."""
    found: list[tuple[Path, dict[str, Any] | parsing.Unreadable]] = []
    for path in tree.others[".json"]:
        try:
            content = parsing.read_json(path)
        except parsing.Unreadable as error:
            found.append((path, error))
            continue
        if isinstance(content, dict) and isinstance(content.get("images"), list):
            found.append((path, content))
    return found if any(isinstance(content, dict) for _, content in found) else []


def read(contents: list[tuple[Path, dict[str, Any] | parsing.Unreadable]], tree: Tree, found: Annotations) -> None:
    """Read the images that these files list; an image that several list is read once, with the boxes of all."""
    images: dict[Path, Drawn] = {}
    listed: dict[Path, list[str | None]] = {}
    for file, content in contents:
        if isinstance(content, parsing.Unreadable):
            found.problem(f"{file}:{content.line}" if content.line else file, "unreadable", str(content))
            continue
        missing = [name for name in LISTS if not isinstance(content.get(name), list)]
        boxes = content.get("annotations") or []
        if missing or (
            boxes and not any(isinstance(one, dict) and ("bbox" in one or one.get("segmentation")) for one in boxes)
        ):
            text = f"has no list of {' or '.join(missing)}" if missing else "has no boxes"
            found.problem(file, "other annotations", f"{text}; it is not used", left_out=False)
            continue
        split = _split(file) or tree.split(file)
        for drawn in _file(file, content, split, tree, found):
            path = drawn.image.path
            listed.setdefault(path, []).append(split or drawn.image.split)
            if path in images:
                _merge(images[path], drawn, found)
            else:
                images[path] = drawn
    frames.settle(list(images.values()), found)
    for path, drawn in images.items():
        drawn.image.split = found.one_split(drawn.image, [split for split in listed[path] if split])
    found.images = [drawn.image for drawn in images.values()]


def _file(file: Path, content: dict[str, Any], split: str | None, tree: Tree, found: Annotations) -> list[Drawn]:
    names: dict[str | None, str] = {}
    for item in content["categories"]:
        name = str(item.get("name") or "").strip() if isinstance(item, dict) else ""
        if name and names.setdefault(_id(item.get("id")), name) != name:
            raise ProjectError(
                f"{file}: the categories {names[_id(item.get('id'))]} and {name} have one id\nNumber them anew."
            )
    by_id: dict[str, Drawn | None] = {}
    of_path: dict[Path, str] = {}
    for position, item in enumerate(content["images"]):
        where = f"{file}: image {item.get('id', position) if isinstance(item, dict) else position}"
        if not isinstance(item, dict) or _id(item.get("id")) is None or not isinstance(item.get("file_name"), str):
            found.problem(where, "unreadable", "expected an id and a file_name")
            continue
        number, name = str(_id(item["id"])), item["file_name"]
        if number in by_id:
            raise ProjectError(
                f"{where}: two images have this id, so nobody knows whose boxes are whose\nNumber them anew."
            )
        opened = _image(file, name, split, tree, found)
        by_id[number] = None
        if opened is None:
            continue
        image, header = opened
        if image.path in of_path:
            raise ProjectError(
                f"{file}: {of_path[image.path]} and {name} are both {image.path}\nRemove the one that is wrong."
            )
        of_path[image.path] = name
        size = numbers([item.get("width"), item.get("height")])
        whole = (round(size[0]), round(size[1])) if size and min(size) >= 1 else None
        by_id[number] = Drawn(image, header, where, whole, [])
    for position, item in enumerate(content["annotations"]):
        item = item if isinstance(item, dict) else {}
        where = f"{file}: annotation {item.get('id', position)}"
        number = str(_id(item.get("image_id")))
        if number not in by_id:
            found.problem(where, "missing image", f"there is no image with the id {item.get('image_id')}")
            continue
        drawn = by_id[number]
        if drawn is None:  # said above
            continue
        if item.get("iscrowd") in (1, True, "1"):
            found.broken(drawn.image, where, "crowd", "a box around a crowd is not one object")
        elif _id(item.get("category_id")) not in names:
            found.broken(
                drawn.image, where, "unknown class", f"there is no name for category {item.get('category_id')}"
            )
        else:
            drawn.boxes.append(_box(item, where, names[_id(item["category_id"])], found))
    result = [drawn for drawn in by_id.values() if drawn is not None]
    boxes = [(box.corners, one.size or one.header.size) for one in result for box in one.boxes if box.corners]
    written = ([left, top, right - left, bottom - top] for (left, top, right, bottom), _ in boxes)
    frames.refuse_corners(file, boxes, written, "[left, top, width, height]")
    return result


def _box(item: dict[str, Any], where: str, name: str, found: Annotations) -> Box:
    written = item.get("bbox")
    values = numbers(written) if isinstance(written, list) and len(written) == 4 else None
    if values:
        left, top, width, height = values
        return Box(where, [left, top, left + width, top + height], name, str(written)[:60])
    corners = masks.box(item.get("segmentation")) if not written else None
    if corners:
        found.problem(where, "shape", "the box around a mask or polygon is used", left_out=False)
    return Box(where, corners, name, str(written)[:60])


def _image(
    file: Path, name: str, split: str | None, tree: Tree, found: Annotations
) -> tuple[AnnotatedImage, Header] | None:
    """The image with this name: beside the file, or at the only place in the tree that ends so, within the file's split."""
    address = name.partition("?")[0] if "://" in name else name
    parts = [part for part in re.split(r"[/\\]", address) if part not in ("", ".", "..")]
    exact = tree.ending(parts) if parts else []
    candidates = exact
    for begin in range(1, len(parts)):  # folders that only exist where it was annotated
        if candidates:
            break
        candidates = [path for path in tree.ending(parts[begin:]) if tree.bare(path)]
    if split and not any(folders.role(part) for part in parts[:-1]):
        candidates = [path for path in candidates if tree.split(path) in (split, None)]
    beside = [path for path in candidates if path == file.parent.joinpath(*parts)]
    of_split = [path for path in candidates if split and tree.split(path) == split]
    chosen = beside or of_split or candidates
    if len(chosen) > 1:
        raise ambiguous(Path(f"{name} in {file}"), chosen)
    if not chosen and parts:  # with another ending
        stem = (*map(plain, parts[:-1]), without_ending(parts[-1]))
        chosen = [path for path in tree.at(stem) if not split or tree.split(path) in (split, None)]
    if len(chosen) != 1:
        found.problem(file, "missing image", f"there is no image {name}" + (f" of the {split} split" if split else ""))
        return None
    if chosen[0] not in exact:
        found.problem(file, "other name", f"says {name}, the image is {chosen[0]}", left_out=False)
    return tree.open(chosen[0], str(file), found)


def _split(file: Path) -> str | None:
    """The split that a file is called after: instances_val2017.json, train_annotations.json."""
    splits = {folders.role(word) for word in re.split(r"[_.\s-]+", file.stem)} - {None}
    return splits.pop() if len(splits) == 1 else None


def _merge(known: Drawn, other: Drawn, found: Annotations) -> None:
    """Add the boxes of another file about the same image that are not there yet."""
    if known.size != other.size and known.size and other.size:
        raise ProjectError(
            f"{known.where} and {other.where} are both {known.image.path}, but of {known.size} and of {other.size} pixels\nRemove the file that is wrong."
        )
    known.size = known.size or other.size
    known.image.broken += other.image.broken
    for box in other.boxes:
        twin = next((one for one in known.boxes if one.name == box.name and _same(one.corners, box.corners)), None)
        if twin:
            found.problem(box.where, "twice", f"is the same box as {twin.where}; it counts once", left_out=False)
        else:
            known.boxes.append(box)


def _same(one: list[float] | None, other: list[float] | None) -> bool:
    return bool(one and other and max(abs(a - b) for a, b in zip(one, other, strict=True)) < SAME)


def _id(value: Any) -> str | None:
    """An id as text: 7, 7.0 and "7" are the same; None where it is neither a number nor a text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
