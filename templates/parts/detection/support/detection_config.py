"""The settings that every detector has; a project's Config names those that differ."""

from typing import Literal

from support import search
from support.training_config import SplitConfig

from pydantic import Field, model_validator

Sides = Literal[64, 96, 128, 160, 192, 224, 256, 320, 384, 448, 512]

# What tune.py tries.
SEARCH: search.Space = {
    "learning_rate": search.log_range(3e-4, 1e-2),
    "box_weight": search.log_range(0.3, 3.0),
    "zoom": search.range(1.0, 2.0),
    "batch_size": [4, 8, 16, 32],
}


class DetectionConfig(SplitConfig):
    """The data of a detector, its network and its augmentation; the rest is in support/training_config.py."""

    data: str = Field("sample", description="sample, full, or your own folder of annotated images, or COCO file")
    image_size: Sides = Field(
        96,
        description="side of the square that the network sees, in pixels; twice the side finds objects half as large, in 4 times the time",
    )
    classes: tuple[str, ...] = Field((), description="classes to use, by name; all by default")

    filters: tuple[int, ...] = Field(
        (16, 32, 48, 64, 96),
        min_length=3,
        max_length=7,
        description="filters after each halving of the image; use five numbers for photos",
    )
    grids: tuple[int, ...] = Field(
        (8, 16),
        min_length=1,
        description="pixels per cell of each grid, which takes objects up to four cells long; 4,8,16 for small objects, 8,16,32 for photos",
    )
    box_weight: float = Field(1.0, gt=0, description="weight of the boxes in the loss; that of the scores is 1")

    zoom: float = Field(1.2, ge=1, le=3, description="largest factor by which a training image grows or shrinks")
    shift: float = Field(0.1, ge=0, le=0.5, description="largest shift of a training image, as a fraction of its side")
    light: float = Field(
        0.2, ge=0, lt=1, description="largest change of brightness, contrast and colour, as a fraction"
    )

    monitor: Literal["val_loss"] = Field("val_loss", description="metric that chooses the best epoch")

    @model_validator(mode="after")
    def _grids_fit(self) -> "DetectionConfig":
        coarsest = 2 ** len(self.filters)
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
