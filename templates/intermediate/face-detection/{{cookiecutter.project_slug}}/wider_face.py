"""WIDER FACE (Yang et al. 2016): 12,880 training photos, and as the test its 3,226 validation photos, whose boxes are published.

The licence is CC BY-NC-ND 4.0: no commercial use. It has 393,703 faces, from portraits to crowds; faces marked as
invalid, and those smaller than SMALLEST pixels in the square that the network sees, are left out. The first time, the
photos are unpacked into data/wider_face/.
"""

import zipfile
from pathlib import Path

from support import download
from support.data import annotated_images
from support.data.annotations.records import AnnotatedImage, Problem
from support.data.image_files import open_header
from support.errors import ProjectError
from support.splits import Splits

HOST = "https://huggingface.co/datasets/CUHK-CSE/wider_face/resolve/main/data"
FILES = {  # and the SHA-256 that the host's own loading script states
    "WIDER_train.zip": "e23b76129c825cafae8be944f65310b2e1ba1c76885afe732f179c41e5ed6d59",
    "WIDER_val.zip": "f9efbd09f28c5d2d884be8c0eaef3967158c866a593fc36ab0413e4b2a58a17a",
    "wider_face_split.zip": "c7561e4f5e7a118c249e0a5c5c902b0de90bbf120d7da9fa28d99041f68a8a5c",
}
SMALLEST = 6  # pixels of the network's input; a smaller face is hardly more than a cell


def load(side: int, validation_fraction: float, seed: int) -> tuple[Splits, list[Problem]]:
    """WIDER FACE as splits, validation taken from its training photos; and what was left out.

    Raises:
        ProjectError: if the files are not in data/ and cannot be downloaded.
    """
    folder = unpack()
    (train, found), (test, more) = (
        annotated_images.limited(
            listed_faces(
                folder / "wider_face_split" / f"wider_face_{part}_bbx_gt.txt", folder / f"WIDER_{part}" / "images", side
            )
        )
        for part in ("train", "val")
    )
    note = f"WIDER FACE, its 3,226 validation photos, faces from {SMALLEST} pixels on at {side}×{side}"
    splits = annotated_images.published(train, test, ["face"], {"face": 0}, side, validation_fraction, seed, note)
    return splits, [*found, *more]


def unpack() -> Path:
    """The folder with the unpacked photos, downloaded if they are missing."""
    folder = download.FOLDER / "wider_face"
    for name, sha256 in FILES.items():
        if not (folder / f"{name}.done").exists():
            path = download.fetch(f"{HOST}/{name}", sha256, name)
            with zipfile.ZipFile(path) as archive:
                archive.extractall(folder)
            (folder / f"{name}.done").touch()  # last: an interrupted unpacking starts again
    return folder


def listed_faces(file: Path, folder: Path, side: int) -> list[AnnotatedImage]:
    """The photos of one of WIDER FACE's lists: a name, a count, and for each face left, top, width, height and six marks.

    A photo without faces has the count 0 and a line of zeros all the same.
    """
    lines = iter(file.read_text(encoding="utf-8").splitlines())
    images = []
    for name in lines:
        try:
            count = int(next(lines))
            faces = [[int(word) for word in next(lines).split()] for _ in range(max(1, count))][:count]
        except (ValueError, StopIteration):
            raise ProjectError(
                f"{file} is not WIDER FACE's list: what follows {name!r} cannot be read\nDelete the folder {folder.parents[1]}."
            ) from None
        path = folder / name
        image = AnnotatedImage(path, open_header(path).size)
        smallest = SMALLEST * max(image.size) / side
        for left, top, width, height, *marks in faces:
            if not marks[3] and min(width, height) > 0 and max(width, height) >= smallest:  # the fourth mark: invalid
                image.boxes.append((left, top, left + width, top + height))
                image.names.append("face")
        images.append(image)
    return images
