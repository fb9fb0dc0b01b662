"""Every number worth changing. Each is an option too: `python train.py --epochs 3 --style-weight 20` (`--help` lists them)."""

from typing import Literal

from support import search
from support.training_config import TrainingConfig

from pydantic import Field


class Config(TrainingConfig):
    """The settings of a training; the others are in TrainingConfig (support/training_config.py), each with its reason."""

    method: Literal["network", "optimize"] = Field(
        "network",
        description="how to paint; network learns to paint any photo; optimize paints one photo slowly, pixel by pixel",
    )

    # Data
    data: str = Field(
        "sample", min_length=1, description="sample, full, or the path of your own photo or folder of photos"
    )
    style: str = Field("drawn", description="the painting: an image file, or drawn, which the project draws by a rule")
    longest: int = Field(
        640, ge=64, description="longer side of a photo in pixels; larger photos are made smaller first"
    )
    style_size: int = Field(
        256, ge=64, description="longer side of the painting in pixels; its strokes become smaller with it"
    )
    piece: int = Field(
        96, ge=32, multiple_of=4, description="height and width of the pieces of photos to train on, in pixels"
    )
    pieces: int = Field(48, ge=4, description="pieces of photos in an epoch, from random positions")

    # The losses
    features: Literal["auto", "random", "vgg19"] = Field(
        "auto",
        description="filters of the losses; auto takes VGG19 (80 MB, once) with --data full, else random filters, which need no download",
    )
    content_weight: float = Field(1.0, ge=0, description="weight of the content loss; more keeps more of the photo")
    style_weight: float = Field(
        20.0, ge=0, description="weight of the style loss; more gives stronger colours and strokes"
    )
    variation_weight: float = Field(
        1.0, ge=0, description="weight of the total variation; more gives smoother images, too much blurs them"
    )

    # The network
    filters: int = Field(
        12,
        ge=4,
        le=64,
        description="filters at full size; twice as many at half, four times as many at a quarter; Johnson et al. have 32",
    )
    blocks: int = Field(
        3, ge=1, le=9, description="residual blocks, which see a large part of the photo; Johnson et al. have 5"
    )

    # Training
    epochs: int = Field(12, ge=1, description="passes over the pieces; the best one is kept")
    batch_size: int = Field(
        4, ge=1, description="pieces per step; few, as in Johnson et al., so that an epoch has many steps"
    )
    learning_rate: float = Field(
        5e-3,
        gt=0,
        description="peak of the network's schedule; instance normalization allows large steps",
    )
    pixel_rate: float = Field(
        0.03, gt=0, description="learning rate of --method optimize: how far a pixel (0..1) moves in a step"
    )
    monitor: Literal["val_loss"] = Field("val_loss", description="metric that chooses the best epoch; lower is better")
    print_every: int = Field(5, ge=1, description="epochs between two lines of progress")


# What tune.py tries: not the weights of the losses, because they define the goal, and each loss is lowest without the others.
SEARCH: search.Space = {
    "learning_rate": search.log_range(5e-4, 2e-2),
    "filters": [8, 16, 24],
    "blocks": [2, 3, 5],
    "batch_size": [1, 2, 4],
}
