"""Which images are of which split, where text files such as train.txt and test.txt list them, one a line, and nothing else says it."""

import re

from support.data import folders
from support.data.annotations import parsing, yolo_lines
from support.data.annotations.records import Annotations
from support.data.annotations.tree import Tree, without_ending


def use(tree: Tree, found: Annotations) -> None:
    """Set the splits of the images that are listed, by path or by name; further columns, as Pascal VOC's lists have, do not count."""
    images: dict[str, list[int]] = {}
    for row, image in enumerate(found.images):
        images.setdefault(tree.place(image.path)[-1], []).append(row)
    listed: dict[int, list[str]] = {}
    for path in tree.others[".txt"]:
        split = "train" if path.stem.lower() == "trainval" else folders.role(path.stem)
        try:
            text = parsing.read_text(path) if split else ""
        except parsing.Unreadable:
            continue
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        rows = [images.get(_name(line)) or images.get(_name(line.split()[0])) or [] for line in lines]
        if not split or yolo_lines.looks_like_labels(text) or sum(map(bool, rows)) <= len(lines) / 2:
            continue
        for line, several in zip(lines, rows, strict=True):
            if len(several) == 1:
                listed.setdefault(several[0], []).append(split)
            else:
                text = f"{line} is the name of {len(several) or 'no'} images; it counts for none"
                found.problem(path, "no split", text, left_out=False)
    for row, splits in listed.items():
        found.images[row].split = found.one_split(found.images[row], splits)


def _name(line: str) -> str:
    return without_ending(re.split(r"[/\\]", line)[-1])
