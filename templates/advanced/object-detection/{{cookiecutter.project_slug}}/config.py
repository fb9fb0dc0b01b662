"""Every number worth changing. Each is an option too: `python train.py --epochs 3 --image-size 256` (`--help` lists them)."""

from support import detection_config, search
from support.detection_config import DetectionConfig, Sides

from pydantic import Field


class Config(DetectionConfig):
    """The settings of a training; those that are not here are in support/detection_config.py and support/training_config.py."""

    image_size: Sides = Field(
        64,
        description="side of the square that the network sees, in pixels; twice the side finds objects half as large, in 4 times the time",
    )
    filters: tuple[int, ...] = Field(
        (16, 32, 64, 96),
        min_length=3,
        max_length=7,
        description="filters after each halving of the image; add a fifth number for photos",
    )
    depth: int = Field(
        1, ge=0, le=8, description="convolutions after each halving; more for many classes and long training"
    )
    mosaic: float = Field(
        0.0, ge=0, le=1, description="fraction of images composed of four; helps with few photos and long training"
    )
    epochs: int = Field(18, ge=1, description="passes over the training images; the best one is kept")
    batch_size: int = Field(
        16, ge=1, description="images per step; few, because each has many cells; 8 for small data sets"
    )
    learning_rate: float = Field(4e-3, gt=0, description="peak of the schedule; batch normalization allows a large one")


SEARCH: search.Space = {**detection_config.SEARCH, "mosaic": [0.0, 0.5]}  # what tune.py tries
