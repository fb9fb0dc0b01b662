"""Every number worth changing. Each is an option too: `python train.py --epochs 3 --image-size 128` (`--help` lists them)."""

from support import detection_config, search
from support.detection_config import DetectionConfig

from pydantic import Field


class Config(DetectionConfig):
    """The settings of a training; those that are not here are in support/detection_config.py and support/training_config.py."""

    single_class: bool = Field(True, description="treat every box as a face, whatever its class in the annotations")
    zoom: float = Field(1.3, ge=1, le=3, description="largest factor by which a training image grows or shrinks")
    shift: float = Field(0.15, ge=0, le=0.5, description="largest shift of a training image, as a fraction of its side")
    light: float = Field(
        0.4, ge=0, lt=1, description="largest change of brightness, contrast and colour, as a fraction"
    )
    epochs: int = Field(28, ge=1, description="passes over the training images; the best one is kept")
    batch_size: int = Field(8, ge=1, description="images per step; few, because each has many cells")
    learning_rate: float = Field(3e-3, gt=0, description="peak of the schedule; batch normalization allows a large one")


SEARCH: search.Space = detection_config.SEARCH  # what tune.py tries
