"""Pascal VOC 2007 (Everingham et al. 2010): 5,011 photos to train on and 4,952 to test, twenty classes, 0.9 GB.

The first time, photos and annotations are unpacked into data/voc2007/. Objects that the annotators marked as difficult
count like all others here; published scores omit them and are therefore a little higher.
"""

import tarfile
from pathlib import Path, PurePosixPath

from support import download
from support.data import annotated_images
from support.data.annotations.read import read
from support.data.annotations.records import Problem
from support.errors import ProjectError
from support.splits import Splits

HOST = "https://thor.robots.ox.ac.uk/pascal/VOC/voc2007"
FILES = {  # the authors publish no hash; these are those that torchvision checks
    "trainval": ("VOCtrainval_06-Nov-2007.tar", "md5:c52e279531787c972589f7e41ab4ae64"),
    "test": ("VOCtest_06-Nov-2007.tar", "md5:b6e924de25625d8de591ea690078ad9f"),
}
KEPT = ("Annotations", "JPEGImages")  # of the folders in an archive; the others are for other tasks


def load(
    side: int, validation_fraction: float, seed: int, classes: tuple[str, ...] = ()
) -> tuple[Splits, list[Problem]]:
    """VOC 2007 as splits, validation taken from its training photos; and what was left out.

    Raises:
        ProjectError: if the files are not in data/ and cannot be downloaded, or contain none of the classes.
    """
    (train, found), (test, more) = (annotated_images.usable(read(unpack(part), classes)) for part in FILES)
    labels, number = annotated_images.number_classes(train, classes, None)
    note = f"Pascal VOC 2007, its {len(test):,} test photos, objects marked as difficult included"
    splits = annotated_images.published(train, test, labels, number, side, validation_fraction, seed, note)
    return splits, [*found, *more]


def unpack(part: str) -> Path:
    """The folder with photos and annotations of "trainval" or "test", downloaded if it is missing."""
    name, published = FILES[part]
    folder = download.FOLDER / "voc2007" / part
    done = folder.with_name(f"{part}.done")
    if done.exists():
        return folder
    path = download.fetch(f"{HOST}/{name}", published, name)
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                kind, file = PurePosixPath(member.name).parts[-2:] if "/" in member.name else ("", "")
                content = archive.extractfile(member) if member.isfile() and kind in KEPT else None
                if content is not None:
                    (folder / kind).mkdir(parents=True, exist_ok=True)
                    (folder / kind / file).write_bytes(content.read())
    except (tarfile.TarError, EOFError) as error:
        raise ProjectError(f"{path} cannot be unpacked: {error}\nRemove it, and it is downloaded anew.") from None
    done.touch()  # last: an interrupted unpacking starts again
    return folder
