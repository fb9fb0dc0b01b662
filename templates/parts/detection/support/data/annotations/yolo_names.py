"""What YOLO writes beside its labels: names of the classes (data.yaml, classes.txt, obj.names) and which images are of which split."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.data import folders
from support.data.annotations import parsing
from support.data.annotations.records import Annotations
from support.data.annotations.tree import Tree
from support.errors import ProjectError

CLASS_FILES = (
    "classes.txt",
    "labels.txt",
    "names.txt",
    "class_names.txt",
    "predefined_classes.txt",
    "_darknet.labels",
)  # one name a line


@dataclass
class Names:
    """Class names by number, of the files in each folder; `files` are those that are no labels."""

    by_folder: dict[Path, dict[int, str]] = field(default_factory=dict)
    files: set[Path] = field(default_factory=set)
    keypoints: tuple[int, int] | None = None  # how many, and of how many numbers each

    def of(self, label: Path, root: Path) -> dict[int, str]:
        """The names that count for a label file: of its own folder, or of the nearest one above; else the only ones there are."""
        for folder in (label.parent, *label.parents):
            if folder in self.by_folder:
                return self.by_folder[folder]
            if folder == root:
                break
        return next(iter(self.by_folder.values()), {})


def read(tree: Tree) -> tuple[Names, list[tuple[Path, dict[str, Any]]]]:
    """The names, and the files that may say which images are of which split, with what they hold.

    Raises:
        ProjectError: where a file cannot be read, or two do not agree.
    """
    names, described = Names(), []
    source: dict[Path, Path] = {}
    lists = [path for path in tree.others[".txt"] if path.name.lower() in CLASS_FILES]
    for path in [*lists, *tree.others[".names"], *tree.others[".labels"]]:
        lines = enumerate(line.strip() for line in _text(path).splitlines())
        _add(names, source, path, {number: line for number, line in lines if line})
    for path in [*tree.others[".yaml"], *tree.others[".yml"]]:
        try:
            content = parsing.read_yaml(path)
        except parsing.Unreadable as error:
            with path.open("rb") as file:
                if b"names" not in file.read(parsing.MB):  # it is of another program
                    continue
            raise ProjectError(f"{path} {error}\nExpected a line such as: names: [face, hand]") from None
        if isinstance(content, dict) and ("names" in content or "train" in content):
            described.append((path, content))
            if "names" in content:
                _add(names, source, path, _names(path, content))
            shape = content.get("kpt_shape")
            if isinstance(shape, list) and len(shape) == 2 and all(str(one).isdecimal() for one in shape):
                names.keypoints = int(shape[0]), int(shape[1])
    for path in tree.others[".data"]:  # darknet's: name = value
        pairs = (line.partition("=") for line in _text(path).splitlines())
        described.append((path, {key.strip(): value.strip() for key, _, value in pairs if value.strip()}))
    distinct = list({tuple(sorted(one.items())): folder for folder, one in names.by_folder.items()}.values())
    if len(distinct) > 1 and not all(
        folder in {path.parent for path in tree.others[".txt"] if path.name not in CLASS_FILES} or folder == tree.root
        for folder in distinct
    ):
        first, second = (source[folder] for folder in distinct[:2])
        raise _disagree(first, second)
    return names, described


def splits(described: list[tuple[Path, dict[str, Any]]], tree: Tree, found: Annotations) -> dict[Path, list[str]]:
    """The splits that data.yaml or obj.data names, by image: folders, lists of folders, or text files that list images."""
    result: dict[Path, list[str]] = {}
    known = set(tree.images)
    for file, content in described:
        parts = {}
        for key, value in content.items():
            split = folders.role(str(key))
            values = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str) and one]
            if split and values:
                images = {image for one in values for image in _images(file, content.get("path"), one, tree, found)}
                parts[split] = images & known
        if parts.get("validation") and parts["validation"] >= parts.get("train", set()):
            text = "names the same images for train and val; validation images are taken from those for training"
            found.problem(file, "two splits", text, left_out=False)
            del parts["validation"]
        for split, images in parts.items():
            for image in images:
                result.setdefault(image, []).append(split)
    return result


def _images(file: Path, above: Any, value: str, tree: Tree, found: Annotations) -> list[Path]:
    """The images that one value names; folders of the computer on which it was written are dropped from its front."""
    place = _existing(file.parent, [above, value] if isinstance(above, str) else [value])
    if place is None:
        found.problem(file, "no split", f"names {value}, which is not there", left_out=False)
        return []
    if place.is_dir():
        return [image for image in tree.images if place.resolve() in image.resolve().parents]
    images = []
    for row, line in enumerate(_text(place).splitlines(), 1):
        parts = [part for part in re.split(r"[/\\]", line.strip()) if part not in ("", ".", "..")]
        for begin in range(len(parts)):
            ending = tree.ending(parts[begin:])
            if len(ending) > 1:
                raise ProjectError(
                    f"{place}:{row}: {line.strip()} could be {ending[0]} or {ending[1]}\nWrite it with its folder."
                )
            if ending:
                images += ending
                break
    return images


def _existing(folder: Path, values: list[str]) -> Path | None:
    for text in ("/".join(values), values[-1]):
        parts = [part for part in re.split(r"[/\\]", text) if part not in ("", ".", "..")]
        for begin in range(len(parts) + (not parts)):
            place = folder.joinpath(*parts[begin:])
            if place.exists():
                return place
    return None


def _names(path: Path, content: dict[str, Any]) -> dict[int, str]:
    names = content["names"]
    pairs = list(names.items() if isinstance(names, dict) else enumerate(names) if isinstance(names, list) else ())
    if not pairs or not all(str(number).strip().isdecimal() and isinstance(name, str) for number, name in pairs):
        raise ProjectError(f"{path} names no classes\nExpected a line such as: names: [face, hand]")
    found = {int(number): name.strip() for number, name in pairs}
    if len(set(found.values())) < len(pairs):
        raise ProjectError(
            f"{path} names a class twice: {', '.join(name for _, name in pairs)}\nGive each its own name."
        )
    count = content.get("nc")
    if isinstance(count, str) and count.strip().isdecimal() and int(count) != len(found):
        raise ProjectError(f"{path} says nc: {count}, but names {len(found)} classes\nCorrect whichever is wrong.")
    return found


def _add(names: Names, source: dict[Path, Path], path: Path, found: dict[int, str]) -> None:
    names.files.add(path)
    if not found:
        return
    if names.by_folder.setdefault(path.parent, found) != found:
        raise _disagree(source[path.parent], path)
    source.setdefault(path.parent, path)


def _disagree(one: Path, other: Path) -> ProjectError:
    return ProjectError(f"{one} and {other} name different classes\nRemove the one that is wrong.")


def _text(path: Path) -> str:
    try:
        return parsing.read_text(path)
    except parsing.Unreadable as error:
        raise ProjectError(f"{path} {error}") from None
