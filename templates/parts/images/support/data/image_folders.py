"""A folder of your own images: one sub-folder per class, with or without folders for training, validation and test above them."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

from support.data import folders
from support.data.folders import visible_folders
from support.data.image_finding import KNOWN, find_images, left_out, other_files
from support.errors import ProjectError

Classes = dict[str, list[Path]]  # by the name of a class, its images


def class_folders(folder: Path, fewest: int = 2) -> Classes:
    """The images of each class, where a class is a sub-folder; `fewest` of them are needed.

    Raises:
        ProjectError: where there are no sub-folders, fewer than two classes, a class without images, or splits inside the classes.
    """
    # macOS writes an é as e and an accent, others as one letter: both are one name.
    places: dict[str, Path] = {}
    for each in visible_folders(folder):
        if places.setdefault(unicodedata.normalize("NFC", each.name), each) != each:
            raise ProjectError(
                f"two folders in {folder}/ are called {each.name}, the accents written in two ways\nJoin them."
            )
    found = {name: find_images(each) for name, each in places.items()}
    if not found:
        files = sum(1 for path in folder.iterdir() if path.is_file())
        raise ProjectError(
            f"no images by class in {folder}/\nExpected one folder per class, for example {folder}/cat/1.jpg. Found: {files} files, 0 folders."
        )
    empty = [name for name, paths in found.items() if not paths]
    if empty:
        others = left_out(other_files(places[empty[0]]))
        raise ProjectError(
            f"no images in {folder / empty[0]}/\nEach folder is a class and needs images ({KNOWN}): add some, or remove the folder."
            + (f" Found: {others}." if others else "")
        )
    if len(found) < fewest:
        (name,) = found
        inner = visible_folders(places[name])
        advice = f" Or are its sub-folders the classes? Then give {places[name]}." if len(inner) > 1 else ""
        raise ProjectError(
            f"only one class in {folder}/: {name}\nA classifier needs two or more: one folder per class.{advice}"
        )
    for name, place in places.items():
        if folders.split_folders(place):
            raise ProjectError(
                f"{folder / name}/ has splits inside a class\nPut them above the classes: {folder}/train/{name}/, {folder}/test/{name}/."
            )
    return found


def remarks(folder: Path) -> Iterator[str]:
    """What is in a folder of classes or splits and is not used, a sentence each."""
    yield from folders.remarks(folder)
    parts = folders.split_folders(folder)
    tops = [part for part in parts.values() if isinstance(part, Path)] if parts else [folder]
    for top in dict.fromkeys([*tops, folder]):
        below = set(find_images(top))
        loose = [path for path in top.iterdir() if path in below]
        if loose:
            yield f"{len(loose):,} images beside the class folders in {top}/ are not used: they have no class"
        if top not in tops:
            continue
        classes = visible_folders(top)
        yield from folders.alike(each.name for each in classes)
        nested = [each for each in classes if visible_folders(each)]
        if nested:
            inside = ", ".join(f"{each.name}/{visible_folders(each)[0].name}/" for each in nested[:3])
            yield f"class folders in {top}/ have folders inside, such as {inside}: those are no classes of their own"
        others = left_out(path for each in visible_folders(top) for path in other_files(each))
        if others:
            yield f"left out in {top}/: {others}"
