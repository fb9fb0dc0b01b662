"""Step 1: look at the data before anything else.

    python data.py                     the sample: 6,000 film reviews that reviews.py writes
    python data.py --data full         IMDB: 50,000 film reviews by people, 84 MB to download once
    python data.py --data my.csv       your own: a CSV or JSON lines file, or a folder with one sub-folder of .txt files per class

Prints a summary of the data and draws it into runs/data.png. Next: python model.py
"""

import re
import tarfile
from pathlib import Path
from typing import Any

import reviews
from config import Config
from support import download, errors, settings
from support.data import preprocessing, text_sources, text_tables, texts
from support.data.text_sources import Found, examples
from support.errors import ProjectError
from support.reports import inspection
from support.reports.inspection import draw_examples
from support.splits import Splits

import numpy as np
import pandas as pd

__all__ = ["draw_examples", "load", "read_inputs"]

IMDB = "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz"  # Maas et al. 2011
IMDB_MD5 = "md5:7c2ac02c03563afcf9b574c7e56c153a"  # as torchtext publishes it; the host gives no hash
MEMBER = re.compile(r"aclImdb/(train|test)/(neg|pos)/\d+_\d+\.txt")


def load(config: Config) -> Splits:
    """Training, validation and test texts: x (texts,) str, y (texts,) class numbers."""
    if config.data == "sample":
        note = "the sample (reviews that a program wrote, with negations; nobody saw these films)"
        return texts.load(Found(sample(config.seed)), config, "sample", note)
    if config.data == "full":
        path = download.fetch(IMDB, IMDB_MD5, "aclImdb_v1.tar.gz")
        train, test = read_archive(path)
        return texts.load(Found(train, test=test), config, "full", "IMDB, its own 25,000 test reviews")
    return texts.load(text_sources.read(config), config, config.data, f"your own data, {config.data}")


def read_inputs(inputs: list[str], spec: dict[str, Any]) -> tuple[list[str], np.ndarray]:
    """Texts as `predict.py` takes them, and a name for each: a text, a .txt file that holds one, a folder of such files, or a table."""
    columns = spec.get("columns", {})
    return text_tables.read_inputs(inputs, columns, "text", text_sources.TEXT_NAMES, preprocessing.words)


def sample(seed: int) -> pd.DataFrame:
    """The reviews of reviews.py."""
    written = reviews.write(seed)
    labels = [reviews.LABELS[review.praise] for review in written]
    return examples([review.text for review in written], labels, range(len(written)))


def read_archive(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The labelled reviews of IMDB's archive, training and test; read from the archive without unpacking it.

    Raises:
        ProjectError: if the archive is damaged.
    """
    found: dict[str, list[tuple[str, str, str]]] = {"train": [], "test": []}
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                match = MEMBER.fullmatch(member.name)
                file = archive.extractfile(member) if match and member.isfile() else None
                if match and file:
                    found[match[1]].append((file.read().decode("utf-8"), match[2], member.name))
    except (tarfile.TarError, EOFError, OSError, UnicodeDecodeError) as error:
        raise ProjectError(
            f"{path} cannot be read: {error}\nMove it away and run again, to download it anew."
        ) from None
    if not found["train"] or not found["test"]:
        raise ProjectError(f"{path} holds no reviews of IMDB\nExpected members such as aclImdb/train/pos/0_9.txt.")
    train, test = (examples(*zip(*sorted(part, key=lambda row: row[2]), strict=True)) for part in found.values())
    return train, test


def main() -> None:
    config = settings.read(Config)
    inspection.report(load(config))


if __name__ == "__main__":
    errors.run(main)
