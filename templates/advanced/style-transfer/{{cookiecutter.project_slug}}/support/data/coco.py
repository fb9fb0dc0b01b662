"""Photos of everyday things: COCO's validation set of 2017 (Lin et al. 2014), of which the first thousand are used."""

import zipfile
from pathlib import Path

from support import download

URL = "http://images.cocodataset.org/zips/val2017.zip"  # 816 MB
SHA256 = "4f7e2ccb2866ec5041993c9cf2a952bbed69647b115d0f74da7ce8f4bef82f05"
USED = 1_000  # photos: more than an hour's training needs, and they fit into any memory


def folder() -> Path:
    """The folder with the photos, downloaded and unpacked if it is missing.

    Raises:
        ProjectError: if it cannot be downloaded.
    """
    archive = download.fetch(URL, SHA256, "val2017.zip")
    place, unfinished = archive.with_name("val2017"), archive.with_name("val2017.part")
    if not place.exists():
        with zipfile.ZipFile(archive) as file:
            names = sorted(name for name in file.namelist() if name.endswith(".jpg"))[:USED]
            for name in names:
                file.extract(name, unfinished)  # which keeps to the folder, whatever the names are
        (unfinished / "val2017").rename(place)
    return place
