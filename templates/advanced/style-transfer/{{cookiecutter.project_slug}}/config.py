"""Every number worth changing. Each is an option too: `python train.py --epochs 3 --style-weight 20` (`--help` lists them)."""

from typing import Literal

from support import search
from support.training_config import TrainingConfig

from pydantic import Field


class Config(TrainingConfig):
    """The settings of a training; those that are not here stand in TrainingConfig (support/training_config.py) with their reasons."""

    method: Literal["network", "optimize"] = Field(
        "network", description="network learns to paint any photo; optimize paints one, slowly, pixel by pixel"
    )

    # Data
    data: str = Field(
        "sample", min_length=1, description="sample, full, or the path of your own photo or folder of photos"
    )
    style: str = Field("drawn", description="the painting: an image file, or drawn, which is painted by a rule")
    longest: int = Field(
        640, ge=64, description="pixels of a photo's longer side; larger photos are made smaller first"
    )
    style_size: int = Field(
        256, ge=64, description="the same of the painting; strokes get this much smaller than they are in its file"
    )
    piece: int = Field(96, ge=32, multiple_of=4, description="height and width of what the network learns from")
    pieces: int = Field(48, ge=4, description="pieces of photos in an epoch, from random places")

    # What a painted photo should be
    features: Literal["auto", "random", "vgg19"] = Field(
        "auto", description="auto takes VGG19 (80 MB, once) with --data full, and random filters else: no download"
    )
    content_weight: float = Field(1.0, ge=0, description="of what is in the photo; more keeps more of it")
    style_weight: float = Field(20.0, ge=0, description="of the painting's colours and strokes")
    variation_weight: float = Field(1.0, ge=0, description="of smoothness; more than needed is a blur")

    # The network
    filters: int = Field(
        12, ge=4, le=64, description="at full size; 24 at half, 48 at a quarter of it; Johnson et al. have 32"
    )
    blocks: int = Field(3, ge=1, le=9, description="residual blocks, which see wide; Johnson et al. have 5")

    # Training
    epochs: int = Field(12, ge=1, description="passes over the pieces; the best one is kept")
    batch_size: int = Field(
        4, ge=1, description="few and many steps, as in Johnson et al.: each piece is a whole lesson"
    )
    learning_rate: float = Field(5e-3, gt=0, description="of the network; instance normalization bears large steps")
    pixel_rate: float = Field(0.03, gt=0, description="of --method optimize: how far a pixel (0..1) moves in a step")
    monitor: Literal["val_loss"] = Field("val_loss", description="what the best epoch has the least of")
    print_every: int = Field(5, ge=1, description="epochs between two lines of progress")


# What tune.py tries: not the weights of the losses, since they say what is wanted, and every loss is best without the others.
SEARCH: search.Space = {
    "learning_rate": search.log_range(5e-4, 2e-2),
    "filters": [8, 16, 24],
    "blocks": [2, 3, 5],
    "batch_size": [1, 2, 4],
}
