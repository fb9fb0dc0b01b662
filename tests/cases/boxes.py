"""Images with boxes that people have: photos turned by EXIF, exports of Roboflow, labels of one name, polygons, and COCO's three files."""

from collections.abc import Callable
from typing import Any

from ask import FOLDER, Case, ask, refused

# What a detector makes of a folder; for each image its boxes, and the box around what stands out from its ground, as it is seen.
LOOK = """
import re
from collections import Counter
from pathlib import Path
import numpy as np
from PIL import Image, ImageOps
from support.data import annotated_images
from support.data.annotations.read import read

def stands_out(path):
    pixels = np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB")).astype(int)
    rows, columns = np.nonzero(np.abs(pixels - np.median(pixels.reshape(-1, 3), axis=0)).sum(axis=2) > 150)
    return [int(value) for value in (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)] if len(rows) else None

found = read(Path(path))
splits, problems = annotated_images.load(Path(path), 64, (0.2, 0.2), 0)
photos = [{re.sub(r"[.]rf[.].*", "", image.path.name) for image in found.images if image.split == split}
          for split in ("train", "validation", "test")]
result = {
    "images": {str(image.path.relative_to(path)): [[float(value) for value in box] for box in image.boxes] for image in found.images},
    "seen": {str(image.path.relative_to(path)): stands_out(image.path) for image in found.images},
    "names": sorted({name for image in found.images for name in image.names}),
    "problems": dict(Counter(problem.kind for problem in problems)),
    "sizes": [len(splits.train), len(splits.validation), len(splits.test)],
    "shared": len(photos[0] & photos[1]) + len(photos[0] & photos[2]) + len(photos[1] & photos[2]),
}
"""


def case(name: str, inner: str, right: Callable[[dict[str, Any]], bool]) -> Case:
    """A case that is right where `right` says so of what the detector made of the folder."""

    def read() -> tuple[str, bool]:
        path = next(FOLDER.glob(f"{name}*")) / "input" / inner
        answer = ask("object-detection", LOOK, path=str(path))
        if answer.refused:
            return refused(answer.refused), False
        found = answer.result
        boxes = sum(map(len, found["images"].values()))
        said = ", ".join(f"{count} {kind}" for kind, count in found["problems"].items()) or "nothing to remark"
        reading = f"{len(found['images'])} images, {boxes} boxes of {', '.join(found['names'])}; splits {found['sizes']}; {said}"
        return reading, right(found)

    return Case(next(FOLDER.glob(f"{name}*"), FOLDER / name).name, inner or "all", read)


def on_objects(found: dict[str, Any]) -> bool:
    """Whether each image has one box, and it lies on what stands out from the ground."""
    return all(
        len(boxes) == 1 and max(abs(a - b) for a, b in zip(boxes[0], found["seen"][name], strict=True)) <= 2
        for name, boxes in found["images"].items()
    )


def only_in_cam2(found: dict[str, Any]) -> bool:
    return all(len(boxes) == ("cam2" in name) for name, boxes in found["images"].items())


CASES = [
    case("17", "voc", lambda found: len(found["images"]) == 20 and on_objects(found) and not found["problems"]),
    case(
        "17",
        "yolo",
        lambda found: len(found["images"]) == 20 and on_objects(found) and found["problems"] == {"turned": 20},
    ),
    case("18", "", lambda found: found["sizes"] == [42, 4, 4] and found["shared"] == 0 and found["names"] == ["sign"]),
    case("20", "", lambda found: len(found["images"]) == 24 and only_in_cam2(found)),
    case(
        "21",
        "seg",
        lambda found: len(found["images"]) == 15 and on_objects(found) and found["problems"] == {"shape": 15},
    ),
    case("21", "mixed", lambda found: found["problems"] == {"shape": 5, "unknown class": 2}),
    case("21", "yesno", lambda found: found["names"] == ["no", "yes"] and not found["problems"]),
    case(
        "23",
        "",
        lambda found: len(found["images"]) == 14 and all(len(boxes) == 1 for boxes in found["images"].values()),
    ),
]
