"""Boxes from annotation files of three formats: Pascal VOC (.xml), YOLO (.txt) and COCO (.json), each checked line by line.

    read(folder) -> Annotations, with .images (their boxes in pixels), .problems and .format

An annotation belongs to the image at the same place in the tree; the data set's own splits (folders, data.yaml,
ImageSets/Main, one .json for each) are kept. What is left out, or read differently than written, becomes a problem that
names file and line.
"""

from pathlib import Path
from typing import Any

from support.data import folders
from support.data.annotations import class_names, coco, frames, parsing, splits, voc, yolo
from support.data.annotations.frames import Drawn
from support.data.annotations.parsing import Unreadable
from support.data.annotations.records import Annotations
from support.data.annotations.tree import KINDS_OF_FILES, Tree
from support.data.image_files import CONVERT, left_out, other_files
from support.errors import ProjectError

EXPECTED = "Pascal VOC .xml, YOLO .txt or COCO .json files"


def read(place: Path, wanted: tuple[str, ...] = ()) -> Annotations:
    """Read everything below the folder `place`, or one COCO file; boxes of other classes than `wanted` are left out, unless it is empty.

    Raises:
        ProjectError: if there is nothing to read, or if it is ambiguous.
    """
    if not place.exists():
        raise ProjectError(
            f"there is no data at {place}\nExpected a folder with images and annotations: Pascal VOC .xml, YOLO .txt or COCO .json."
        )
    if not place.is_dir():
        return _one_file(place, wanted)
    tree, found = Tree(place), Annotations(place, wanted)
    xml, json, labels = voc.files(tree), coco.files(tree), yolo.files(tree)
    several = [(name, list(files)) for name, files in (("Pascal VOC", xml), ("COCO", json), ("YOLO", labels)) if files]
    if not several or not tree.images:
        raise ProjectError(_nothing(tree))
    found.format = several[0][0]
    for name, files in several[1:]:
        text = f"is one of {len(files)} files in the form of {name}, which are not used: those of {found.format} are"
        found.warn(files[0], "other annotations", text)
    if xml:
        return _finished(tree, found, voc.read(xml, tree, found))
    if json:
        return _finished(tree, found, coco.read(json, tree, found))
    names = class_names.read(tree)
    return _finished(tree, found, yolo.read(labels, tree, found, names), names.described)


def _one_file(file: Path, wanted: tuple[str, ...]) -> Annotations:
    if file.suffix.lower() != ".json" or not file.is_file():
        raise ProjectError(f"{file} is no annotation file that can be read alone\nExpected a folder, or COCO's .json.")
    above = file.absolute().parent
    root = above.parent if above.name.lower() in KINDS_OF_FILES else above
    tree, found = Tree(root), Annotations(root, wanted)
    found.format = "COCO"
    content = parsing.read_json(file)
    if not coco.is_coco(content):
        raise ProjectError(f"{file} is not in COCO's form\nExpected lists of images, annotations and categories.")
    return _finished(tree, found, coco.read({file.absolute(): content}, tree, found), one_file=True)


def _finished(
    tree: Tree,
    found: Annotations,
    drawn: list[Drawn],
    described: dict[Path, dict[str, Any]] | None = None,
    one_file: bool = False,
) -> Annotations:
    """What was found, with boxes in pixels and splits, and everything that is in the folder and not used named."""
    frames.settle(drawn, found)
    found.images = sorted((one.image for one in drawn), key=lambda one: one.path)
    splits.use(tree, found, described or {})
    for split in sorted({one.split for one in found.images if one.split}):
        images = [one for one in found.images if one.split == split]
        if not any(one.labelled for one in images):  # of a competition, which keeps its targets back
            text = f"none of the {len(images)} images of the {split} split has a label; they are not used"
            found.problem(images[0].path.parent, "no annotation", text)
            found.images = [one for one in found.images if one.split != split]
    used = {one.path for one in found.images} | {Path(problem.where) for problem in found.problems}
    for path in tree.images if found.format != "YOLO" and not one_file else []:
        if path not in used:
            found.warn(path, "no annotation", "has no annotation; it is not used")
    for text in folders.alike(sorted({name for one in found.images for name in one.names})):
        found.warn(found.root, "alike", text)
    skipped = left_out(path for path in other_files(tree.root) if path.suffix.lower() in CONVERT)
    if skipped and not one_file:
        found.problem(found.root, "other format", f"has images that are not read: {skipped}")
    brought = sorted({one.split for one in found.images if one.split})
    if "train" in brought:
        for one in found.images:
            if one.split is None:
                found.problem(one.path, "no split", f"is in none of the splits ({', '.join(brought)}) of the data set")
        found.images = [one for one in found.images if one.split]
    else:
        if len(brought) > 1:
            text = f"has images for {' and '.join(brought)}, none to train on: splits are drawn anew"
            found.warn(found.root, "no split", text)
        for one in found.images:
            one.split = None
    return found


def _nothing(tree: Tree) -> str:
    marks = {"LabelMe": '"shapes"', "CreateML": '"imagefilename"', "VIA": '"_via_', "CVAT": "<annotations"}
    for path in tree.files(".json", ".xml")[:3]:
        try:
            head = parsing.read_bytes(path)[:20000].decode("utf-8", "replace").lower()
            if path.suffix.lower() == ".json":
                parsing.read_json(path)
        except Unreadable as error:
            return f"no annotations in {tree.root}/: {error}\nExpected {EXPECTED}."
        kind = next((name for name, mark in marks.items() if mark in head), None)
        if kind:
            advice = "which is not read\nExport or convert it as Pascal VOC, YOLO or COCO."
            return f"{path} is in the form of {kind}, {advice}"
    others = left_out(other_files(tree.root))
    return (
        f"no annotations in {tree.root}/\nExpected {EXPECTED}, with the images beside them or in a folder images/. "
        f"Found: {len(tree.images) or 'no'} images" + (f" and {others}." if others else " and no annotation.")
    )
