"""YOLO: one .txt per image, one box a line, in fractions of the image; an image without one has no objects."""

from pathlib import Path

from support.data.annotations import frames, parsing, yolo_lines
from support.data.annotations.class_names import CLASS_FILES, Names
from support.data.annotations.frames import Drawn
from support.data.annotations.parsing import Unreadable
from support.data.annotations.records import Annotations, Box
from support.data.annotations.tree import Tree, ambiguous
from support.errors import ProjectError

Labels = dict[Path, str | Unreadable]  # the content of each file, or why it cannot be read


def files(tree: Tree) -> Labels:
    """The .txt files of a tree that are or may be labels, including empty ones; none if no line is a label."""
    found: Labels = {}
    for path in tree.files(".txt"):
        if path.name.lower() not in CLASS_FILES:
            try:
                found[path] = parsing.read_text(path)
            except Unreadable as error:
                found[path] = error
    tree.tell_apart([path for path, text in found.items() if _like_labels(text)])
    labels = {path: text for path, text in found.items() if _like_labels(text) or tree.at(tree.place(path))}
    return labels if any(isinstance(text, str) and text.strip() for text in labels.values()) else {}


def read(labels: Labels, tree: Tree, found: Annotations, names: Names) -> list[Drawn]:
    """All images of the tree, with the boxes of their labels."""
    label_of = _pair(labels, tree, found)
    poses = names.poses or yolo_lines.poses(text for text in labels.values() if isinstance(text, str))
    inside = all(tree.among_images(image) for image in label_of)
    elsewhere = {path.stem.lower(): path for path in labels.keys() - label_of.values()}
    drawn, used, named = [], set[int](), dict[int, str]()
    for path in tree.images:
        label = label_of.get(path)
        if label is None and inside and not tree.among_images(path):
            text = "lies outside the folder of the images that have labels; not used"
            found.warn(path, "no annotation", text)
            continue
        if label is None and path.stem.lower() in elsewhere:
            text = f"has no label at its place; {elsewhere[path.stem.lower()]} has its name, but lies elsewhere"
            found.problem(path, "no annotation", text)
            continue
        opened = tree.open(path, str(path), found)
        if opened is None:
            continue
        one = Drawn(*opened, str(label or path), None, [], relative=True)
        one.image.labelled = label is not None
        if label is not None:
            content = labels[label]
            if isinstance(content, Unreadable):
                found.broken(one.image, content.where, "unreadable", content.text)
                continue
            named = names.of(label, tree.root)
            used |= _read_lines(one, label, content, named, poses, found)
        drawn.append(one)
    if used and min(used) == 1 and max(used) == len(named) and max(used) not in named:
        raise ProjectError(
            f"the class numbers in {tree.root} are 1 to {max(used)}, and its {len(named)} names count from 0\nNumber the classes from 0."
        )
    frames.refuse_corners(
        tree.root, drawn, "centre, width and height", lambda a, b, c, d: ((a + c) / 2, (b + d) / 2, c - a, d - b)
    )
    return drawn


def _pair(labels: Labels, tree: Tree, found: Annotations) -> dict[Path, Path]:
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
            found.warn(label, "other annotations", f"holds no label; that of {images[0]} is {other}")
        elif other != label and labels[other] != text:
            raise ProjectError(f"both {other} and {label} are labels of {images[0]}\nRemove the one that is wrong.")
    return label_of


def _read_lines(
    one: Drawn, label: Path, text: str, names: dict[int, str], poses: set[int], found: Annotations
) -> set[int]:
    """Add the boxes of a label to its image; the class numbers in it."""
    used = set()
    for row, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        where = f"{label}:{row}"
        try:
            number, corners, outline = yolo_lines.parse(line, poses)
        except ValueError as error:
            found.broken(one.image, where, "not numbers", str(error))
            continue
        used.add(number)
        if number < 0 or (names and number not in names):
            found.broken(one.image, where, "unknown class", f"there is no name for class {number}")
            continue
        if outline:
            found.warn(where, "shape", f"the upright box of {outline} is used")
        one.boxes.append(Box(where, corners, names.get(number, str(number))))
    return used


def _like_labels(text: str | Unreadable) -> bool:
    return isinstance(text, str) and yolo_lines.looks_like_labels(text)
