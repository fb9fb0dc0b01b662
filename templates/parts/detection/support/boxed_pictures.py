"""Your own pictures with boxes, as splits: letterboxed to a square, boxes in 0..1 of it."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from support import boxes
from support.annotations import KINDS, Annotated, Problem, Reader
from support.errors import ProjectError
from support.image_formats import find_images as find_pictures
from support.pictures import read_picture
from support.splits import Split, Splits, split_positions
from support.terminal import progress

BORDER = (
    114  # the grey beside a picture that is not square: near the mean of photos, so that it is no edge worth learning
)
SHOWN = 5  # problems of each kind that are printed
MOST_BOXES = 100  # in one picture; average precision counts no more found ones either
MEMORY = 1_000_000_000  # bytes of pictures that are kept in memory; of more, each is read when it is asked for


@dataclass(frozen=True)
class Letterbox:
    """How a picture lies in the square that the network sees: pixel = offset + scale · original pixel, both in 0..1 of the square."""

    size: tuple[int, int]  # of the original, width and height

    @property
    def scale(self) -> float:
        return 1 / max(self.size)

    @property
    def offset(self) -> np.ndarray:
        return (1 - np.array([*self.size, *self.size]) * self.scale) / 2

    def into(self, pixels: np.ndarray) -> np.ndarray:
        """Boxes in pixels of the original as boxes in 0..1 of the square."""
        return np.asarray(pixels, float).reshape(-1, 4) * self.scale + self.offset

    def back(self, square: np.ndarray) -> np.ndarray:
        """Boxes in 0..1 of the square as pixels of the original, not beyond its edges."""
        pixels = (np.asarray(square, float).reshape(-1, 4) - self.offset) / self.scale
        return np.clip(pixels, 0, np.array([*self.size, *self.size]))


def letterboxed(path: Path, size: tuple[int, int], side: int) -> np.ndarray:
    """The picture in the middle of a grey square (side, side, 3), its shape kept; `size` is its width and height in the file."""
    width, height = (max(1, round(value * side / max(size))) for value in size)
    square = np.full((side, side, 3), BORDER, np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = read_picture(path, (height, width, 3))
    return square


class Letterboxed:
    """Pictures that are read from their files when they are asked for, letterboxed; indexed like an array (pictures, side, side, 3)."""

    def __init__(self, pictures: Sequence[Annotated], side: int) -> None:
        self.pictures, self.side = list(pictures), side

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, positions: np.ndarray | slice) -> np.ndarray:
        chosen = self.subset(positions).pictures
        x = np.zeros((len(chosen), self.side, self.side, 3), np.uint8)
        for row, one in enumerate(chosen):
            x[row] = letterboxed(one.path, one.size, self.side)
        return x

    def subset(self, positions: np.ndarray | slice) -> "Letterboxed":
        """The pictures at these positions, not read yet."""
        if isinstance(positions, slice):
            return Letterboxed(self.pictures[positions], self.side)
        return Letterboxed([self.pictures[position] for position in positions], self.side)

    def fingerprint(self) -> str:
        """A hash of the content of all files."""
        digest = hashlib.sha256(str(self.side).encode())
        for one in self.pictures:
            digest.update(one.path.read_bytes())
        return digest.hexdigest()


def load(
    place: Path,
    side: int,
    fractions: tuple[float, float],
    seed: int,
    classes: tuple[str, ...] = (),
    single: str | None = None,
) -> tuple[Splits, list[Problem]]:
    """The annotated pictures at `place`, split at random, and what is wrong with them.

    Args:
        place: a folder with pictures and annotations, or a COCO file.
        side: pictures are letterboxed to (side, side, 3).
        fractions: the share of validation and of test.
        seed: of the split.
        classes: only these count; all where empty.
        single: a name under which all classes count as one; where the data have just one class, its own name stays.

    Raises:
        ProjectError: where there is nothing to train on.
    """
    reader = Reader(place, classes)
    pictures, problems = usable(reader)
    labels, number = number_classes(pictures, classes, single)
    x, y = read(pictures, number, side)
    spec = {"kind": "boxes", "shape": [side, side, 3], "labels": labels}
    note = f"your own data, {place} ({len(pictures)} pictures, {reader.format})"
    return make_splits(x, y, fractions, seed, spec, str(place), note), problems


def number_classes(
    pictures: list[Annotated], classes: tuple[str, ...], single: str | None
) -> tuple[list[str], dict[str, int]]:
    """The names of the classes, and the number of each name in the annotations."""
    names = sorted({name for one in pictures for name in one.names})
    if single and len(names) > 1:
        return [single], dict.fromkeys(names, 0)
    labels = [name for name in classes if name in names] or names
    return labels, {name: position for position, name in enumerate(labels)}


def usable(reader: Reader) -> tuple[list[Annotated], list[Problem]]:
    """The pictures to learn from: not those of which every box is broken, which would be shown as empty.

    Raises:
        ProjectError: where no box is left, naming what is wrong.
    """
    pictures = [one for one in reader.pictures if one.boxes or not one.broken]
    if not any(one.boxes for one in pictures):
        counted = Counter(problem.kind for problem in reader.problems)
        kinds = ", ".join(f"{count} {KINDS[kind]}" for kind, count in counted.most_common()) or "no box at all"
        first = "; ".join(str(problem) for problem in reader.problems[:3])
        raise ProjectError(
            f"no usable box in {reader.root} ({reader.format}): {kinds}\nThe first: {first or 'the files are empty'}."
        )
    pictures, many = limited(pictures)
    return pictures, [*reader.problems, *many]


def limited(pictures: list[Annotated]) -> tuple[list[Annotated], list[Problem]]:
    """The pictures with at most MOST_BOXES boxes each, the largest; and in which there were more."""
    result, problems = [], []
    for one in pictures:
        if len(one.boxes) > MOST_BOXES:
            text = f"has {len(one.boxes)} boxes; the {MOST_BOXES} largest are used"
            problems.append(Problem(str(one.path), "too many", text))
            keep = np.sort(np.argsort(-boxes.area(np.array(one.boxes)), kind="stable")[:MOST_BOXES])
            one = replace(one, boxes=[one.boxes[row] for row in keep], names=[one.names[row] for row in keep])
        result.append(one)
    return result, problems


def read(pictures: list[Annotated], number: dict[str, int], side: int) -> tuple[np.ndarray | Letterboxed, np.ndarray]:
    """x (pictures, side, side, 3) uint8, read already unless they are too many, and y (pictures, boxes, 5), see support/boxes.py.

    Raises:
        ProjectError: naming up to three pictures that cannot be read.
    """
    answers = []
    for one in pictures:
        square = Letterbox(one.size).into(np.array(one.boxes))
        classes = np.array([number[name] for name in one.names], float)
        answers.append(np.column_stack([classes, square]).astype(np.float32))
    lazy = Letterboxed(pictures, side)
    if len(pictures) * side * side * 3 > MEMORY:
        return lazy, boxes.pad(answers)
    x, broken = np.zeros((len(pictures), side, side, 3), np.uint8), []
    for row in progress(range(len(pictures)), "reading pictures", len(pictures)):
        try:
            x[row] = lazy[row : row + 1][0]
        except ProjectError as error:
            broken.append(str(error))
    if broken:
        more = f", and {len(broken) - 3} more" if len(broken) > 3 else ""
        raise ProjectError(
            "; ".join(broken[:3]) + more + "\nRemove or replace " + ("it." if len(broken) == 1 else "them.")
        )
    return x, boxes.pad(answers)


def make_splits(
    x: np.ndarray | Letterboxed,
    y: np.ndarray,
    fractions: tuple[float, float],
    seed: int,
    spec: dict[str, Any],
    source: str,
    note: str,
) -> Splits:
    """Cut validation and test off the pictures at random; each has its share of every class, and of pictures without boxes."""
    parts = split_positions(rarest_class(y), fractions, seed)
    if min(map(len, parts)) == 0:
        raise ProjectError(
            f"too few pictures in {source}: found {len(x)}, and training, validation and test need one each\nAdd pictures."
        )
    chosen = [x.subset(part) if isinstance(x, Letterboxed) else x[part] for part in parts]
    train, validation, test = (Split(some, y[part]) for some, part in zip(chosen, parts, strict=True))
    return Splits(train, validation, test, spec, source, note)


def rarest_class(y: np.ndarray) -> np.ndarray:
    """For each answer the class in it that the fewest boxes have, -1 without boxes: shape (pictures,)."""
    classes = y[..., 0].astype(int)
    counts = np.bincount(classes[classes >= 0], minlength=1)
    rareness = np.where(classes >= 0, counts[classes], np.iinfo(int).max)
    return classes[np.arange(len(y)), rareness.argmin(axis=1)]


def report(problems: list[Problem]) -> str:
    """What is wrong, counted by kind, with the first few of each; an empty text where nothing is."""
    lines = []
    for kind, title in KINDS.items():
        found = [problem for problem in problems if problem.kind == kind]
        if found:
            lines.append(f"{'left out' if found[0].left_out else 'warning'}: {len(found)} {title}")
            lines += [f"  {problem}" for problem in found[:SHOWN]]
            lines += [f"  … and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return "\n".join(lines)


def read_inputs(inputs: list[str], spec: dict[str, Any]) -> tuple[list[str], np.ndarray]:
    """Files and folders as `predict.py` takes them: their names, and an array (pictures, side, side, 3).

    Raises:
        ProjectError: where one is missing, is no picture, or is a folder without pictures.
    """
    paths: list[Path] = []
    for text in inputs:
        found = find_pictures(Path(text)) if Path(text).is_dir() else [Path(text)]
        if not found:
            raise ProjectError(f"no pictures in {text}/\nExpected files such as {text}/1.jpg.")
        paths += found
    side = spec["shape"][0]
    return [str(path) for path in paths], np.stack([letterboxed(path, picture_size(path), side) for path in paths])


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height of a picture file.

    Raises:
        ProjectError: where it is missing or no picture.
    """
    try:
        with Image.open(path) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, PermissionError):
            raise
        read_picture(path, (8, 8, 3))  # says what is wrong with it
        raise ProjectError(f"{path} is damaged: {error}") from None


def shared_pictures(splits: Splits) -> int:
    """How many test pictures are, pixel by pixel, also in training or validation."""

    def hashes(split: Split) -> list[bytes]:
        return [hashlib.sha256(np.asarray(split.x[row : row + 1]).tobytes()).digest() for row in range(len(split))]

    seen = {*hashes(splits.train), *hashes(splits.validation)}
    return sum(one in seen for one in hashes(splits.test))
