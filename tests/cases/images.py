"""Images that people have: folders of splits, endings, modes of pixels and transparent ink, as the image projects read them."""

from pathlib import Path
from typing import Any

from ask import FOLDER, Case, ask, refused

# What a project makes of a folder: its classes, the size of each split, and for each image file what is seen in it.
LOOK = """
from pathlib import Path
from config import Config
import data
from support import settings
from support.data.image_files import find_images
from support.data.images import read_image
splits = data.load(settings.read(Config, argv=["--data", path]))
shape = tuple(splits.spec["shape"])
result = {
    "labels": splits.spec["labels"],
    "sizes": [len(splits.train), len(splits.validation), len(splits.test)],
    "pixels": splits.spec.get("pixels", {}),
    "contrast": {str(file.relative_to(path)): int((image.max(axis=(0, 1)) - image.min(axis=(0, 1))).max())
                 for file in find_images(Path(path)) for image, _ in [read_image(file, shape, splits.spec.get("pixels"))]},
}
"""


def folder(name: str, inner: str) -> Path:
    return next(FOLDER.glob(f"{name}*")) / "input" / inner


def look(path: Path, template: str = "cifar10-classifier") -> tuple[Any, str]:
    """What the project makes of a folder, and what it printed; a refusal in place of the first."""
    answer = ask(template, LOOK, path=str(path))
    return (refused(answer.refused) if answer.refused else answer.result), answer.printed


def splits(inner: str, sizes: list[int]) -> Case:
    """Cats and dogs in folders of splits: the classes are cats and dogs, and each folder is its split."""

    def read() -> tuple[str, bool]:
        found, _ = look(folder("11", inner))
        if isinstance(found, str):
            return found, False
        right = found["labels"] == ["cats", "dogs"] and found["sizes"] == sizes
        return f"classes {', '.join(found['labels'])}; train, validation, test: {found['sizes']}", right

    return Case("11-train-validation", inner, read)


def endings() -> tuple[str, bool]:
    """JPEG under three endings and AVIF are read, HEIC is counted, what systems leave behind is not seen."""
    path = folder("13", "mix")
    found, printed = look(path)
    if isinstance(found, str):
        return found, False
    seen = [file for file in path.rglob("*") if not any(part.startswith(".") for part in file.relative_to(path).parts)]
    there = [file for file in seen if file.suffix.lower() in (".jpg", ".jfif", ".avif")]
    heic = [file for file in seen if file.suffix == ".HEIC"]
    right = sum(found["sizes"]) == len(there) == len(found["contrast"]) and f"{len(heic)} .heic (" in printed
    return f"{sum(found['sizes'])} images of {', '.join(found['labels'])}; {len(heic)} .heic named", right


def modes() -> tuple[str, bool]:
    """Whatever the file has, its content is visible; only the image of one pixel shows nothing, which is said."""
    found, printed = look(folder("14", "modes"))
    if isinstance(found, str):
        return found, False
    flat = sorted(name for name, contrast in found["contrast"].items() if contrast < 40)
    right = flat == ["a/one.png", "b/one.png"] and "2 of 34 images of one single colour" in printed
    return f"34 images, {found['pixels']}; without content, and said so: {', '.join(flat)}", right


def ink() -> tuple[str, bool]:
    """Black ink on a transparent ground lies on white."""
    found, _ = look(folder("15", "digits"), "mnist-classifier")
    if isinstance(found, str):
        return found, False
    least = min(found["contrast"].values())
    return f"ground {found['pixels']}, contrast {least} or more", found["pixels"] == {"ground": "white"} and least > 200


CASES = [
    splits("pets", [32, 16, 8]),
    splits("pets3", [40, 16, 16]),
    splits("petsCaps", [36, 4, 16]),
    Case("13-junk-and-endings", "mix", endings),
    Case("14-picture-modes", "modes", modes),
    Case("15-ink-on-transparent", "digits", ink),
]
