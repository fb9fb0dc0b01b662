"""Every number worth changing. Each is an option too: `python train.py --epochs 3 --image-size 256` (`--help` lists them)."""

from typing import Literal

from support import search
from support.training_config import SplitConfig

from pydantic import Field, model_validator


class Config(SplitConfig):
    """The settings of a training; those that are not here stand in SplitConfig (support/training_config.py) with their reasons."""

    # Data
    data: str = Field("sample", description="sample, full, or your own folder of annotated pictures, or COCO file")
    image_size: Literal[96, 128, 160, 192, 224, 256, 320, 384, 448, 512] = Field(
        96,
        description="side of the square that the network sees; twice as large finds faces half as small, in 4 times the time",
    )
    single_class: bool = Field(True, description="every box is a face, whatever it is called in the annotations")
    classes: tuple[str, ...] = Field((), description="the names of the boxes to use; all where none is given")

    # Network
    filters: tuple[int, ...] = Field(
        (16, 32, 48, 64, 96),
        min_length=3,
        max_length=7,
        description="of each halving: the picture shrinks, its meaning grows",
    )
    grids: tuple[int, ...] = Field(
        (8, 16),
        min_length=1,
        description="pixels per cell of each grid: 8,16 for faces from 16 pixels on, 4,8,16 for smaller ones",
    )
    box_weight: float = Field(
        1.0, gt=0, description="what places and sizes weigh in the loss, against 1 for the scores"
    )

    # Changed copies of the training pictures
    zoom: float = Field(1.3, ge=1, le=3, description="largest factor by which a picture grows or shrinks; 1 leaves it")
    shift: float = Field(0.15, ge=0, le=0.5, description="how far it may move, in shares of its side")
    light: float = Field(0.4, ge=0, lt=1, description="how much brightness, contrast and colour may change")

    # Training
    epochs: int = Field(28, ge=1, description="passes over the training pictures; the best one is kept")
    batch_size: int = Field(8, ge=1, description="small: a step for every few pictures, and each holds many cells")
    learning_rate: float = Field(3e-3, gt=0, description="the peak; batch normalization allows it")
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
    "batch_size": [4, 8, 16, 32],
}
