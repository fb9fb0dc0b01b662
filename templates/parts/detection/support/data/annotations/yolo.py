"""YOLO: one .txt per image, one box a line, in shares of the image; an image without one shows nothing."""

from pathlib import Path

from support.data.annotations import frames, parsing, yolo_lines, yolo_names
from support.data.annotations.frames import Drawn
from support.data.annotations.records import AnnotatedImage, Annotations, Box
from support.data.annotations.tree import Tree, ambiguous
from support.errors import ProjectError


def files(tree: Tree) -> dict[Path, str | parsing.Unreadable]:
    """The .txt files of a tree that are labels or may be, empty ones among them, with their text; none where no line is a label."""
    found: dict[Path, str | parsing.Unreadable] = {}
    for path in tree.others[".txt"]:
        if path.name.lower() not in yolo_names.CLASS_FILES:
            try:
                found[path] = parsing.read_text(path)
            except parsing.Unreadable as error:
                found[path] = error
    tree.tell_apart([path for path, text in found.items() if _like_labels(text)])
    labels = {path: text for path, text in found.items() if _like_labels(text) or tree.at(tree.place(path))}
    return labels if any(isinstance(text, str) and text.strip() for text in labels.values()) else {}


def read(labels: dict[Path, str | parsing.Unreadable], tree: Tree, found: Annotations) -> None:
    """Read all images of the tree, with the boxes of their labels."""
    names, described = yolo_names.read(tree)
    label_of = _pair(labels, tree, found)
    texts = {path: text for path, text in labels.items() if isinstance(text, str)}
    poses = yolo_lines.poses(texts.values())
    if names.keypoints:
        poses = {4 + names.keypoints[0] * names.keypoints[1]}
    inside = all(tree.among_images(image) for image in label_of)
    elsewhere = {path.stem.lower(): path for path in labels.keys() - label_of.values()}
    drawn, used, numbered = [], set[int](), dict[int, str]()
    for path in tree.images:
        label = label_of.get(path)
        if label is None and inside and not tree.among_images(path):
            found.problem(
                path,
                "no annotation",
                "lies outside the folder of the images that have labels; not used",
                left_out=False,
            )
            continue
        if label is None and path.stem.lower() in elsewhere:
            text = f"has no label at its place; {elsewhere[path.stem.lower()]} has its name, but lies elsewhere"
            found.problem(path, "no annotation", text)
            continue
        opened = tree.open(path, str(path), found)
        if opened is None:
            continue
        image, header = opened
        one = Drawn(image, header, str(label or path), None, [], relative=True)
        if label is not None:
            content = labels[label]
            if isinstance(content, parsing.Unreadable):
                where = f"{label}:{content.line}" if content.line else str(label)
                found.broken(image, where, "unreadable", str(content))
                continue
            numbered = names.of(label, tree.root)
            used |= _read_lines(one, label, content, numbered, poses, found)
        drawn.append(one)
    if used and min(used) == 1 and max(used) == len(numbered) and max(used) not in numbered:
        raise ProjectError(
            f"the class numbers in {tree.root} are 1 to {max(used)}, and its {len(numbered)} names count from 0\nNumber the classes from 0."
        )
    boxes = [(box.corners, (1, 1)) for one in drawn for box in one.boxes if box.corners]
    written = (
        [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top] for (left, top, right, bottom), _ in boxes
    )
    frames.refuse_corners(tree.root, boxes, written, "centre, width and height")
    if label_of:
        frames.settle([one for one in drawn if one.boxes], found)
    found.images = [one.image for one in drawn]
    listed = yolo_names.splits(described, tree, found)
    named = {split for splits in listed.values() for split in splits}
    for image in found.images:
        if image.path in listed or image.split in named:  # a split that no file names is that of the folder
            image.split = found.one_split(image, listed.get(image.path, []))
    for split in sorted({image.split for image in found.images if image.split}):
        rows = [image for image in found.images if image.split == split]
        if not any(image.path in label_of for image in rows):  # of a competition, whose answers are kept back
            text = f"none of the {len(rows)} images of the {split} split has a label; they are not used"
            found.problem(rows[0].path.parent, "no annotation", text)
            found.images = [image for image in found.images if image.split != split]


def _pair(labels: dict[Path, str | parsing.Unreadable], tree: Tree, found: Annotations) -> dict[Path, Path]:
    """The label of each image that has one."""
    label_of: dict[Path, Path] = {}
    for label, text in sorted(labels.items(), key=lambda item: not _like_labels(item[1])):
        images = tree.at(tree.place(label))
        images = [image for image in images if image.parent == label.parent] or images
        if len(images) > 1:
            raise ambiguous(label, images)
        if not images:
            if _like_labels(text):
                found.problem(label, "missing image", f"there is no image named {label.stem} at its place")
            continue
        other = label_of.setdefault(images[0], label)
        if _like_labels(labels[other]) and isinstance(text, str) and text.strip() and not _like_labels(text):
            found.problem(label, "other annotations", f"holds no label; that of {images[0]} is {other}", left_out=False)
        elif other != label and labels[other] != text:
            raise ProjectError(f"both {other} and {label} are labels of {images[0]}\nRemove the one that is wrong.")
    return label_of


def _read_lines(
    one: Drawn, label: Path, text: str, names: dict[int, str], poses: set[int], found: Annotations
) -> set[int]:
    """Add the boxes of a label to its image; the class numbers in it."""
    used = set()
    image: AnnotatedImage = one.image
    for line in yolo_lines.parse(text, poses):
        where = f"{label}:{line.number}"
        used |= set() if line.problem else {line.class_number}
        if line.problem:
            found.broken(image, where, "not numbers", line.problem)
        elif line.class_number < 0 or (names and line.class_number not in names):
            found.broken(image, where, "unknown class", f"there is no name for class {line.class_number}")
        else:
            if line.outline:
                found.problem(where, "shape", f"the upright box of {line.outline} is used", left_out=False)
            one.boxes.append(Box(where, line.corners, names.get(line.class_number, str(line.class_number))))
    return used


def _like_labels(text: str | parsing.Unreadable) -> bool:
    return isinstance(text, str) and yolo_lines.looks_like_labels(text)
