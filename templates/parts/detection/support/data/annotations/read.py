"""Boxes from annotation files of three formats: Pascal VOC (.xml), YOLO (.txt) and COCO (.json), each checked line by line.

    read(folder) -> Annotations, with .images (their boxes in pixels), .problems and .format

An annotation belongs to the image at the same place in the tree; splits that the data set brings (folders, data.yaml, ImageSets/Main,
one .json for each) are kept. What is left out, or read otherwise than it is written, is a problem that names file and line.
"""

from pathlib import Path

from support.data import folders
from support.data.annotations import coco, parsing, split_lists, voc, yolo
from support.data.annotations.records import Annotations
from support.data.annotations.tree import KINDS_OF_FILES, Tree
from support.data.image_files import CONVERT, left_out, other_files
from support.errors import ProjectError

EXPECTED = "Pascal VOC .xml, YOLO .txt or COCO .json files"


def read(place: Path, wanted: tuple[str, ...] = ()) -> Annotations:
    """Read everything below the folder `place`, or one COCO file; boxes of other classes than `wanted` are left out, unless it is empty.

    Raises:
        ProjectError: where there is nothing to read, or it could be read in two ways.
    """
    if not place.exists():
        raise ProjectError(
            f"there is no data at {place}\nExpected a folder with images and annotations: Pascal VOC .xml, YOLO .txt or COCO .json."
        )
    if not place.is_dir():
        return _one_file(place, wanted)
    tree = Tree(place)
    found = Annotations(place, wanted)
    xml, json, labels = voc.files(tree), coco.files(tree), yolo.files(tree)
    formats = [("Pascal VOC", xml), ("COCO", [path for path, _ in json]), ("YOLO", list(labels))]
    several = [(name, files) for name, files in formats if files]
    if not several or not tree.images:
        raise ProjectError(_nothing(tree))
    found.format = several[0][0]
    for name, files in several[1:]:
        text = f"is one of {len(files)} files in the form of {name}, which are not used: those of {found.format} are"
        found.problem(files[0], "other annotations", text, left_out=False)
    if xml:
        voc.read(xml, tree, found)
    elif json:
        coco.read(json, tree, found)
    else:
        yolo.read(labels, tree, found)
    return _finished(tree, found)


def _one_file(file: Path, wanted: tuple[str, ...]) -> Annotations:
    if file.suffix.lower() != ".json" or not file.is_file():
        raise ProjectError(f"{file} is no annotation file that can be read alone\nExpected a folder, or COCO's .json.")
    above = file.absolute().parent
    root = above.parent if above.name.lower() in KINDS_OF_FILES else above
    tree, found = Tree(root), Annotations(root, wanted)
    found.format = "COCO"
    try:
        content = parsing.read_json(file)
    except parsing.Unreadable as error:
        raise ProjectError(f"{file}{f':{error.line}' if error.line else ''} {error}") from None
    if not isinstance(content, dict) or not isinstance(content.get("images"), list):
        raise ProjectError(f"{file} is not in COCO's form\nExpected lists of images, annotations and categories.")
    coco.read([(file.absolute(), content)], tree, found)
    return _finished(tree, found, one_file=True)


def _finished(tree: Tree, found: Annotations, one_file: bool = False) -> Annotations:
    found.images.sort(key=lambda one: one.path)
    used = {one.path for one in found.images} | {Path(problem.where) for problem in found.problems}
    if found.format != "YOLO" and not one_file:
        for path in tree.images:
            if path not in used:
                found.problem(path, "no annotation", "has no annotation; it is not used", left_out=False)
    for text in folders.alike(sorted({name for one in found.images for name in one.names})):
        found.problem(found.root, "alike", text, left_out=False)
    if not any(one.split for one in found.images):
        split_lists.use(tree, found)
    skipped = left_out(path for path in other_files(tree.root) if path.suffix.lower() in CONVERT)
    if skipped and not one_file:
        found.problem(found.root, "other format", f"has images that are not read: {skipped}")
    splits = sorted({one.split for one in found.images if one.split})
    if "train" not in splits:
        if len(splits) > 1:
            text = f"has images for {' and '.join(splits)}, none to train on: splits are drawn anew"
            found.problem(found.root, "no split", text, left_out=False)
        for one in found.images:
            one.split = None
    else:
        for one in found.images:
            if one.split is None:
                found.problem(one.path, "no split", f"is in none of the splits ({', '.join(splits)}) of the data set")
        found.images = [one for one in found.images if one.split]
    return found


def _nothing(tree: Tree) -> str:
    marks = {"LabelMe": '"shapes"', "CreateML": '"imagefilename"', "VIA": '"_via_'}
    for path in [*tree.others[".json"], *tree.others[".xml"]][:3]:
        try:
            head = parsing.read_bytes(path)[:20000].decode("utf-8", "replace").lower()
            if path.suffix.lower() == ".json":
                parsing.read_json(path)
        except parsing.Unreadable as error:
            line = f":{error.line}" if error.line else ""
            return f"no annotations in {tree.root}/: {path}{line} {error}\nExpected {EXPECTED}."
        kind = next((name for name, mark in marks.items() if mark.lower() in head), None)
        kind = "CVAT" if "<annotations" in head else kind
        if kind:
            return (
                f"{path} is in the form of {kind}, which is not read\nExport or convert it as Pascal VOC, YOLO or COCO."
            )
    others = left_out(other_files(tree.root))
    return (
        f"no annotations in {tree.root}/\nExpected {EXPECTED}, with the images beside them or in a folder images/. "
        f"Found: {len(tree.images) or 'no'} images" + (f" and {others}." if others else " and no annotation.")
    )
