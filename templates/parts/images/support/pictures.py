"""Pictures from files: read, checked and brought to one shape by the same function in training and in prediction."""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from support.errors import ProjectError

SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"}
Shape = tuple[int, int, int]  # height, width, channels (1 grey, 3 colour)


def read_picture(path: Path, shape: Shape) -> np.ndarray:
    """One picture as an array of `shape`, uint8, 0..255.

    Made smaller with antialiasing, so that thin strokes survive; transparent parts become black; colour becomes grey by
    luminance (ITU-R 601) where `shape` has one channel.

    Raises:
        ProjectError: where the file is no picture, or only part of one.
    """
    height, width, channels = shape
    with _named(path), Image.open(path) as file:
        picture = _plain(file, channels)
        if picture.size != (width, height):
            picture = picture.resize((width, height), Image.Resampling.BILINEAR)
        return np.asarray(picture, np.uint8).reshape(shape)


def read_whole(path: Path, channels: int) -> np.ndarray:
    """One picture at its own size (height, width, channels), uint8, turned as the camera was held; else as read_picture.

    Raises:
        ProjectError: where the file is no picture, or only part of one.
    """
    with _named(path), Image.open(path) as file:
        picture = _plain(ImageOps.exif_transpose(file), channels)
        return np.asarray(picture, np.uint8).reshape(picture.height, picture.width, channels)


def _plain(file: Image.Image, channels: int) -> Image.Image:
    """A picture of any mode in grey (1 channel) or colour (3), without transparency, 8 bits a channel."""
    picture = file
    if file.mode in ("I;16", "I;16B", "I"):  # 16 bits a pixel: Pillow would clip them, not scale them
        picture = Image.fromarray((np.asarray(file, np.float64) / 257).clip(0, 255).astype(np.uint8))
    if "transparency" in file.info or file.mode in ("RGBA", "LA", "PA"):
        picture = Image.alpha_composite(Image.new("RGBA", file.size, "black"), picture.convert("RGBA"))
    return picture.convert("L" if channels == 1 else "RGB")


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn what Pillow raises into a ProjectError that names the file."""
    try:
        yield
    except FileNotFoundError:
        raise ProjectError(f"there is no file {path}") from None
    except UnidentifiedImageError:
        raise ProjectError(f"{path} is not a picture, whatever its name says") from None
    except Image.DecompressionBombError:
        raise ProjectError(f"{path} is too large to be read safely: make it smaller first") from None
    except PermissionError:
        raise
    except (OSError, SyntaxError, ValueError) as error:  # Pillow raises any of these for a file that is cut off
        raise ProjectError(f"{path} is damaged: {error}") from None


def find_pictures(folder: Path) -> list[Path]:
    """The pictures in a folder and below it, in alphabetical order; files whose name begins with a dot are not looked at."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
    )


def read_inputs(inputs: list[str], spec: dict[str, Any]) -> tuple[list[str], Any]:
    """Files and folders as `predict.py` takes them: their names, and an array (pictures, *spec["shape"]), or files if many.

    Raises:
        ProjectError: where one is missing, is no picture, or is a folder without pictures.
    """
    from support import picture_files

    paths: list[Path] = []
    for text in inputs:
        path = Path(text)
        if path.is_dir():
            found = find_pictures(path)
            if not found:
                raise ProjectError(
                    f"no pictures in {text}/\nExpected files such as {text}/1.png ({', '.join(sorted(SUFFIXES))})."
                )
            paths += found
        else:
            paths.append(path)
    height, width, channels = spec["shape"]
    return [str(path) for path in paths], picture_files.read(paths, (height, width, channels))


def class_folders(folder: Path) -> dict[str, list[Path]]:
    """The pictures of each class, where a class is a sub-folder.

    Raises:
        ProjectError: where there are no sub-folders, fewer than two classes, or a class without pictures.
    """
    names = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not names:
        files = sum(1 for path in folder.iterdir() if path.is_file())
        raise ProjectError(
            f"no pictures by class in {folder}/\nExpected one folder per class, for example {folder}/cat/1.jpg. Found: {files} files, 0 folders."
        )
    found = {name: find_pictures(folder / name) for name in names}
    empty = [name for name, paths in found.items() if not paths]
    if empty:
        raise ProjectError(
            f"no pictures in {folder / empty[0]}/\nEach folder is a class and needs pictures ({', '.join(sorted(SUFFIXES))}): add some, or remove the folder."
        )
    if len(names) < 2:
        raise ProjectError(
            f"only one class in {folder}/: {names[0]}\nA classifier needs two or more: one folder per class."
        )
    return found


def draw_grid(x: np.ndarray, titles: Iterable[str], path: Path, caption: str, columns: int = 8) -> tuple[Path, str]:
    """Draw pictures (pictures, height, width, channels) in rows, each under its title, as one PNG."""
    from support import figures
    from support.figures import plt

    rows = max(1, -(-len(x) // columns))
    figure, axes = plt.subplots(rows, columns, figsize=(1.3 * columns, 1.5 * rows), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, picture, title in zip(axes.flat, x, titles, strict=False):
        axis.imshow(
            picture.squeeze().astype(np.uint8), cmap="gray" if picture.shape[-1] == 1 else None, vmin=0, vmax=255
        )
        axis.set_title(title, fontsize=8)
    return figures.save(figure, path, caption)
