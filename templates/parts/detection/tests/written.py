"""Small data sets with boxes, written like those of common annotation tools."""

import json
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

BOXES = [(10, 20, 60, 90), (70, 5, 110, 45)]  # in pixels of an image of 120×100
NAMES = ["cat", "dog"]
SIZE = (120, 100)


def image(path: Path, size: tuple[int, int] = SIZE, orientation: int | None = None) -> Path:
    """An image of noise, another one for each path; with `orientation`, EXIF says how to rotate it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(zlib.crc32(path.as_posix().encode()))
    exif = Image.Exif()
    if orientation:
        exif[274] = orientation
    Image.fromarray(rng.integers(0, 256, (size[1], size[0], 3), np.uint8)).save(path, exif=exif)
    return path


def text(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def voc(
    path: Path,
    boxes: Sequence[Sequence[Any]] = BOXES,
    names: Sequence[str] = NAMES,
    filename: str | None = None,
    size: tuple[int, int] | None = None,
    more: str = "",
) -> Path:
    """A Pascal VOC file; the first object begins in line 3, or 4 with a size, and each has four lines."""
    objects = "".join(
        f"<object>\n<name>{name}</name>\n<bndbox><xmin>{a}</xmin><ymin>{b}</ymin><xmax>{c}</xmax><ymax>{d}</ymax></bndbox>\n</object>\n"
        for name, (a, b, c, d) in zip(names, boxes, strict=True)
    )
    written = f"<size><width>{size[0]}</width><height>{size[1]}</height></size>\n" if size else ""
    filename = path.with_suffix(".jpg").name if filename is None else filename
    return text(path, f"<annotation>\n<filename>{filename}</filename>\n{written}{objects}{more}</annotation>\n")


def yolo(path: Path, boxes: Sequence[Sequence[float]] = BOXES, size: tuple[int, int] = SIZE, number: int = 0) -> Path:
    """A YOLO file; the class of each box is its position, plus `number`."""
    width, height = size
    rows = [
        f"{number + row} {(a + c) / 2 / width} {(b + d) / 2 / height} {(c - a) / width} {(d - b) / height}\n"
        for row, (a, b, c, d) in enumerate(boxes)
    ]
    return text(path, "".join(rows))


def coco(
    path: Path, names: Mapping[Any, str], annotations: Sequence[Mapping[str, Any]] | None = None, **more: Any
) -> Path:
    """A COCO file of images by id; without `annotations` each has BOXES, of the classes 3, cat, and 5, dog."""
    listed = [{"id": number, "file_name": name, "width": SIZE[0], "height": SIZE[1]} for number, name in names.items()]
    given = [
        {"image_id": number, "category_id": category, "bbox": [a, b, c - a, d - b], "iscrowd": 0}
        for number in names
        for category, (a, b, c, d) in zip((3, 5), BOXES, strict=True)
    ]
    content = {
        "images": listed,
        "categories": [{"id": 3, "name": "cat"}, {"id": 5, "name": "dog"}],
        "annotations": [{"id": row, **one} for row, one in enumerate(given if annotations is None else annotations)],
    }
    return text(path, json.dumps({**content, **more}))
