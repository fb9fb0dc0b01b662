"""Every number worth changing. Each is an option too: `python train.py --epochs 3 --image-size 256` (`--help` lists them)."""

from typing import Literal

from support import search
from support.training_config import SplitConfig

from pydantic import Field, model_validator


class Config(SplitConfig):
    """The settings of a training; those that are not here stand in SplitConfig (support/training_config.py) with their reasons."""

    # Data
    data: str = Field("sample", description="sample, full, or your own folder of annotated pictures, or COCO file")
    image_size: Literal[64, 96, 128, 160, 192, 224, 256, 320, 384, 448, 512] = Field(
        64,
        description="side of the square that the network sees; twice as large finds objects half as small, in 4 times the time",
    )
    classes: tuple[str, ...] = Field(
        (), description="the names of the boxes to use; where none is given, all that the annotations have"
    )

    # Network
    filters: tuple[int, ...] = Field(
        (16, 32, 64, 96),
        min_length=3,
        max_length=7,
        description="of each halving: the picture shrinks, its meaning grows; a fifth one for photos",
    )
    depth: int = Field(
        1, ge=0, le=8, description="convolutions after each halving; more for many classes and long training"
    )
    grids: tuple[int, ...] = Field(
        (8, 16),
        min_length=1,
        description="pixels per cell of each grid: one takes objects up to four cells long, the next larger ones; for photos 8,16,32",
    )
    box_weight: float = Field(
        1.0, gt=0, description="what places and sizes weigh in the loss, against 1 for the scores"
    )

    # Changed copies of the training pictures
    zoom: float = Field(1.2, ge=1, le=3, description="largest factor by which a picture grows or shrinks; 1 leaves it")
    shift: float = Field(0.1, ge=0, le=0.5, description="how far it may move, in shares of its side")
    light: float = Field(0.2, ge=0, lt=1, description="how much brightness, contrast and colour may change")
    mosaic: float = Field(
        0.0,
        ge=0,
        le=1,
        description="share of pictures that are put together from four: for few photos and long training",
    )

    # Training
    epochs: int = Field(18, ge=1, description="passes over the training pictures; the best one is kept")
    batch_size: int = Field(16, ge=1, description="small: each picture holds many cells; 8 where pictures are few")
    learning_rate: float = Field(4e-3, gt=0, description="the peak; batch normalization allows it")
    monitor: Literal["val_loss"] = Field("val_loss", description="what the best epoch is best in")

    @model_validator(mode="after")
    def _grids_fit(self) -> "Config":
        coarsest = 2 ** len(self.filters)  # each of the filters halves the picture
        if self.image_size % coarsest:
            raise ValueError(
                f"--image-size {self.image_size} cannot be halved {len(self.filters)} times\nGive fewer --filters, or a multiple of {coarsest}."
            )
        possible = [2**number for number in range(2, len(self.filters) + 1)]
        if list(self.grids) != [stride for stride in possible if stride in self.grids]:
            raise ValueError(
                f"--grids cannot be {','.join(map(str, self.grids))}: expected some of {', '.join(map(str, possible))}, the finest first"
            )
        return self


# What tune.py tries.
SEARCH: search.Space = {
    "learning_rate": search.log_range(3e-4, 1e-2),
    "box_weight": search.log_range(0.3, 3.0),
    "zoom": search.range(1.0, 2.0),
    "mosaic": [0.0, 0.5],
    "batch_size": [4, 8, 16, 32],
}
