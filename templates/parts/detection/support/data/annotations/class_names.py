"""The names of YOLO's classes, from the files beside its labels: data.yaml, classes.txt, obj.names."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.data.annotations import parsing
from support.data.annotations.parsing import Unreadable
from support.data.annotations.tree import Tree
from support.errors import ProjectError

CLASS_FILES = frozenset(  # one name a line
    ["classes.txt", "labels.txt", "names.txt", "class_names.txt", "predefined_classes.txt", "_darknet.labels"]
)


@dataclass
class Names:
    """Class names by number, from the files in each folder."""

    by_folder: dict[Path, dict[int, str]] = field(default_factory=dict)
    source: dict[Path, Path] = field(default_factory=dict)  # the file that named the classes of a folder
    poses: set[int] = field(default_factory=set)  # how many numbers a box with keypoints has, if it is stated
    described: dict[Path, dict[str, Any]] = field(
        default_factory=dict
    )  # files that may name the splits, and what they hold

    def of(self, label: Path, root: Path) -> dict[int, str]:
        """The names that count for a label file: of its own folder, or of the nearest one above; else the only ones that exist."""
        for folder in label.parents:
            if folder in self.by_folder:
                return self.by_folder[folder]
            if folder == root:
                break
        return next(iter(self.by_folder.values()), {})

    def add(self, path: Path, found: dict[int, str]) -> None:
        if found and self.by_folder.setdefault(path.parent, found) != found:
            raise _disagree(self.source[path.parent], path)
        if found:
            self.source.setdefault(path.parent, path)


def read(tree: Tree) -> Names:
    """The names; raises ProjectError if a file cannot be read, or if two do not agree."""
    names, texts = Names(), tree.files(".txt")
    lists = [path for path in texts if path.name.lower() in CLASS_FILES]
    for path in [*lists, *tree.files(".names", ".labels")]:
        lines = enumerate(line.strip() for line in parsing.read_text(path).splitlines())
        names.add(path, {number: line for number, line in lines if line})
    for path in tree.files(".yaml", ".yml"):
        try:
            content = parsing.read_yaml(path)
        except Unreadable as error:
            with path.open("rb") as file:
                if b"names" not in file.read(parsing.MB):  # it belongs to another program
                    continue
            raise ProjectError(f"{error}\nExpected a line such as: names: [face, hand]") from None
        if isinstance(content, dict) and ("names" in content or "train" in content):
            names.described[path] = content
            if "names" in content:
                names.add(path, _names(path, content))
            shape = content.get("kpt_shape")  # how many keypoints, and of how many numbers each
            if isinstance(shape, list) and len(shape) == 2 and all(str(one).isdecimal() for one in shape):
                names.poses = {4 + int(shape[0]) * int(shape[1])}
    for path in tree.files(".data"):  # darknet's: name = value
        pairs = (line.partition("=") for line in parsing.read_text(path).splitlines())
        names.described[path] = {key.strip(): value.strip() for key, _, value in pairs if value.strip()}
    distinct = list({tuple(sorted(one.items())): folder for folder, one in names.by_folder.items()}.values())
    with_labels = {tree.root, *(path.parent for path in texts if path not in lists)}
    if len(distinct) > 1 and not with_labels.issuperset(distinct):
        raise _disagree(*(names.source[folder] for folder in distinct[:2]))
    return names


def _names(path: Path, content: dict[str, Any]) -> dict[int, str]:
    names = content["names"]
    pairs = list(names.items() if isinstance(names, dict) else enumerate(names) if isinstance(names, list) else ())
    if not pairs or not all(str(number).strip().isdecimal() and isinstance(name, str) for number, name in pairs):
        raise ProjectError(f"{path} names no classes\nExpected a line such as: names: [face, hand]")
    found = {int(number): name.strip() for number, name in pairs}
    if len(set(found.values())) < len(pairs):
        listed = ", ".join(name for _, name in pairs)
        raise ProjectError(f"{path} names a class twice: {listed}\nGive each its own name.")
    count = content.get("nc")
    if isinstance(count, str) and count.strip().isdecimal() and int(count) != len(found):
        raise ProjectError(f"{path} says nc: {count}, but names {len(found)} classes\nCorrect whichever is wrong.")
    return found


def _disagree(one: Path, other: Path) -> ProjectError:
    return ProjectError(f"{one} and {other} name different classes\nRemove the one that is wrong.")
