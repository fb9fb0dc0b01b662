"""Folders and files that are named like a split: train, val, valid, validation, dev, test, in upper or lower case.

split_folders(path) -> {"train": Path, "validation": Path | None, "test": Path | None}, or None if the folder has
classes split_files(path, (".csv", ".tsv")) -> the same for train.csv, val.csv, test.csv visible_folders(path) -> the
sub-folders without hidden ones and those of operating systems and tools remarks(path) -> sentences to print as
warnings: a class that is named like a split, a folder beside the splits that is not read
"""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict

from support.errors import ProjectError


class Parts(TypedDict):
    """The place of each split; a data set may have no validation or test split."""

    train: Path
    validation: Path | None
    test: Path | None


ROLES = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}
LEFT_BEHIND = ("__MACOSX", "__pycache__", "$RECYCLE.BIN", "System Volume Information", "@eaDir", "lost+found")
LEFT_BEHIND_LOWER = frozenset(name.lower() for name in LEFT_BEHIND)
BESIDE = re.compile(r"set|data|dataset|split|images?|imgs?|pictures?|photos?|\d{4}|v?\d")  # words beside a split's name


def role(name: str) -> str | None:
    """The split in the name of a folder or file: "Train", "training_set", "images-train", "train2017" -> "train"; else None."""
    words = [word for word in re.split(r"[\W_]+", name.lower()) if word and not BESIDE.fullmatch(word)]
    return ROLES.get(re.sub(r"(set|data|split)?(\d{4})?$", "", words[0])) if len(words) == 1 else None


def alike(names: Iterable[str]) -> list[str]:
    """A sentence for each two classes whose names differ only in case, spaces or the form of an accent."""
    seen: dict[str, str] = {}
    pairs = [
        (seen.setdefault("".join(unicodedata.normalize("NFKC", name).lower().split()), name), name) for name in names
    ]
    return [f"{one!r} and {other!r} are two classes whose names hardly differ" for one, other in pairs if one != other]


def visible_folders(path: Path) -> list[Path]:
    """The sub-folders of `path` in the order of their names."""
    return sorted(
        each
        for each in path.iterdir()
        if not each.name.startswith(".") and each.name.lower() not in LEFT_BEHIND_LOWER and each.is_dir()
    )


def split_folders(path: Path) -> Parts | None:
    """The folder of each split below `path`; None if there are none: its sub-folders are then classes.

    A folder of training data counts as a split if validation or test data are beside it, or nothing at all. A folder
    "train" among others, such as "bus", is a class; `remarks` says so. In train/train/, as some archives have it, the
    inner folder counts.

    Raises:
        ProjectError: if two folders are the same split, or if there are splits but none to train on.
    """
    folders = visible_folders(path)
    found = _by_role(folders)
    nothing_else = all(role(folder.name) for folder in folders)
    splits = (nothing_else and (len(folders) > 1 or "train" in found)) or ("train" in found and len(found) > 1)
    return _parts(found, path, "/") if splits else None


def split_files(path: Path, endings: Iterable[str]) -> Parts | None:
    """The file of each split in the folder `path`; None if no file of training data has a validation or test file beside it.

    Raises:
        ProjectError: if two files are the same split.
    """
    known = tuple(ending.lower() for ending in endings)
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in known and not file.name.startswith("."))
    found = _by_role(files)
    return _parts(found, path, "") if "train" in found and len(found) > 1 else None


def remarks(path: Path) -> list[str]:
    """What is unusual about the names of the folders below `path`, a sentence each."""
    folders = visible_folders(path)
    if split_folders(path):
        others = [f"{folder.name}/" for folder in folders if not role(folder.name)]
        verb = "is" if len(others) == 1 else "are"
        return [f"{', '.join(others)} in {path}/ {verb} not read: there are splits beside it"] if others else []
    return [
        f"{folder}/ is taken for a class, although it is called like a split\n"
        "Put the classes into train/ and test/ if that is what it is; otherwise rename it."
        for folder in folders
        if role(folder.name)
    ]


def _by_role(paths: Iterable[Path]) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in paths:
        if split := role(path.name if path.is_dir() else path.stem):
            found.setdefault(split, []).append(path)
    return found


def _parts(found: dict[str, list[Path]], path: Path, slash: str) -> Parts:
    for split, paths in found.items():
        if len(paths) > 1:
            names = " and ".join(f"{each.name}{slash}" for each in paths)
            raise ProjectError(f"{path}/ has {names}: which is the {split} split?\nRename or move away all but one.")
    if "train" not in found:
        names = " and ".join(f"{paths[0].name}{slash}" for paths in found.values())
        raise ProjectError(
            f"{path}/ has {names}, but nothing to train on\nExpected train{slash} beside them; if these are classes, rename them."
        )
    one = {split: _innermost(paths[0]) for split, paths in found.items()}
    return {"train": one["train"], "validation": one.get("validation"), "test": one.get("test")}


def _innermost(path: Path) -> Path:
    """The folder of a split, without one of the same split around it."""
    inside = [each for each in path.iterdir() if not each.name.startswith(".")] if path.is_dir() else []
    same = len(inside) == 1 and inside[0].is_dir() and role(inside[0].name) == role(path.name)
    return _innermost(inside[0]) if same else path
