"""CIFAR-10 (Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images"), read from its authors' binary archive.

The archive for Python holds pickles, which run code when they are loaded; this one holds numbers only. Nothing is
unpacked to disk. Each image is 3,073 bytes: its class, then 1,024 bytes each of red, green and blue, row by row.
"""

import tarfile
import zlib
from pathlib import Path

from support.errors import ProjectError
from support.splits import Split

import numpy as np

URL = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
MD5 = "md5:c32a1d4ab5d03f1284b67883e8d87530"  # all that its authors publish, on the same page
NAME = "cifar-10-binary.tar.gz"
FOLDER = "cifar-10-batches-bin"
PARTS = [f"data_batch_{number}.bin" for number in range(1, 6)]
RECORD = 1 + 3 * 32 * 32


def read(path: Path) -> tuple[dict[str, Split], list[str]]:
    """The splits "train" and "test", x (50000 or 10000, 32, 32, 3) uint8 and y class numbers, and the ten names.

    Raises:
        ProjectError: if the file is not that archive.
    """
    try:
        with tarfile.open(path, "r:gz") as archive:
            files = {member.name: _content(archive, member) for member in archive if member.isfile()}
        trains = [_images(files[f"{FOLDER}/{name}"]) for name in PARTS]
        test = _images(files[f"{FOLDER}/test_batch.bin"])
        labels = files[f"{FOLDER}/batches.meta.txt"].decode().split()
    except (tarfile.TarError, OSError, EOFError, zlib.error, KeyError, ValueError) as error:
        if isinstance(error, PermissionError):
            raise
        raise ProjectError(
            f"{path} cannot be read as CIFAR-10: {error}\nExpected {NAME} from {URL}: remove the file to download it again."
        ) from None
    x, y = (np.concatenate(arrays) for arrays in zip(*trains, strict=True))
    return {"train": Split(x, y), "test": Split(*test)}, labels


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file else b""


def _images(content: bytes) -> tuple[np.ndarray, np.ndarray]:
    records = np.frombuffer(content, np.uint8).reshape(-1, RECORD)  # a ValueError where bytes are missing
    x = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)  # colours last, as Keras has them
    return np.ascontiguousarray(x), records[:, 0].astype(np.int64)
