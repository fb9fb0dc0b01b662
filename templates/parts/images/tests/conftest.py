"""Images to test the readers of folders."""

from pathlib import Path

from support.data import images

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Images of two classes, bright and dark."""
    for name, value in (("bright", 200), ("dark", 30)):
        (tmp_path / name).mkdir()
        for number in range(12):
            Image.fromarray(np.full((20 + number, 30, 3), value + number, np.uint8)).save(
                tmp_path / name / f"{number}.png"
            )
    return tmp_path


@pytest.fixture
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if no image fitted into memory: every image is read when it is needed."""
    monkeypatch.setattr(images, "IN_MEMORY", 0)
    monkeypatch.setattr(images, "MANY", 1)
