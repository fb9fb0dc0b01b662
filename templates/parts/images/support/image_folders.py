"""A folder of your own images: one sub-folder per class, with or without folders for training, validation and test above them."""

from collections.abc import Iterator
from pathlib import Path

from support import folders
from support.errors import ProjectError
from support.folders import visible_folders
from support.image_formats import KNOWN, find_images, left_out, other_files

Classes = dict[str, list[Path]]  # by the name of a class, its images


def class_folders(folder: Path, fewest: int = 2) -> Classes:
    """The images of each class, where a class is a sub-folder; `fewest` of them are needed.

    Raises:
        ProjectError: where there are no sub-folders, fewer than two classes, a class without images, or splits inside the classes.
    """
    found = {each.name: find_images(each) for each in visible_folders(folder)}
    if not found:
        files = sum(1 for path in folder.iterdir() if path.is_file())
        raise ProjectError(
            f"no images by class in {folder}/\nExpected one folder per class, for example {folder}/cat/1.jpg. Found: {files} files, 0 folders."
        )
    empty = [name for name, paths in found.items() if not paths]
    if empty:
        others = left_out(other_files(folder / empty[0]))
        raise ProjectError(
            f"no images in {folder / empty[0]}/\nEach folder is a class and needs images ({KNOWN}): add some, or remove the folder."
            + (f" Found: {others}." if others else "")
        )
    if len(found) < fewest:
        (name,) = found
        inner = visible_folders(folder / name)
        advice = f" Or are its sub-folders the classes? Then give {folder / name}." if len(inner) > 1 else ""
        raise ProjectError(
            f"only one class in {folder}/: {name}\nA classifier needs two or more: one folder per class.{advice}"
        )
    for name in found:
        if folders.split_folders(folder / name):
            raise ProjectError(
                f"{folder / name}/ has splits inside a class\nPut them above the classes: {folder}/train/{name}/, {folder}/test/{name}/."
            )
    return found


def remarks(folder: Path) -> Iterator[str]:
    """What is in a folder of classes or splits and is not used, a sentence each."""
    yield from folders.remarks(folder)
    parts = folders.split_folders(folder)
    tops = [part for part in parts.values() if isinstance(part, Path)] if parts else [folder]
    for top in tops:
        loose = [path for path in top.iterdir() if path in set(find_images(top))]
        if loose:
            yield f"{len(loose):,} images beside the class folders in {top}/ are not used: they have no class"
        others = left_out(path for each in visible_folders(top) for path in other_files(each))
        if others:
            yield f"left out in {top}/: {others}"
