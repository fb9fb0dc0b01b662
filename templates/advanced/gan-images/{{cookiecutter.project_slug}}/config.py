"""Every number worth changing. Each is an option too: `python train.py --epochs 3 --penalty 1` (`--help` lists them)."""

from typing import Literal

from support import search
from support.training_config import SplitConfig

from pydantic import Field


class Config(SplitConfig):
    """The settings of a training; the others are in SplitConfig (support/training_config.py), each with its reason."""

    # Data
    data: str = Field(
        "sample", min_length=1, description="sample, full, or the path of your own .npz file or folder of images"
    )
    image_size: Literal[16, 28, 32, 48, 64, 96, 128] = Field(
        28, description="height and width of the images in pixels; MNIST's is 28; twice the size is four times as slow"
    )
    channels: Literal[1, 3] = Field(
        1, description="colour channels: 1 for greyscale, which is enough for digits, 3 for colour"
    )

    # Networks
    latent: int = Field(
        32,
        ge=2,
        le=512,
        description="size of a latent vector, from which an image is generated; digits need few numbers",
    )
    filters: int = Field(
        16, ge=4, le=512, description="filters of the finest convolution; each coarser one has twice as many"
    )

    # The game between them
    loss: Literal["relativistic", "non-saturating", "hinge"] = Field(
        "relativistic",
        description="loss of both networks; relativistic compares each fake with a real image, against mode collapse",
    )
    penalty: float = Field(
        0.05,
        ge=0,
        description="weight of the gradient penalty on the discriminator; with 0, training diverges",
    )
    averaging: float = Field(
        0.98,
        ge=0,
        lt=1,
        description="decay of the running average of the generator's weights, over about 1 / (1 - decay) steps; evens out swings",
    )

    # Training
    epochs: int = Field(40, ge=1, description="passes over the training data; the best one is kept")
    batch_size: int = Field(32, ge=2, description="images per step; enough for most classes, few enough for many steps")
    optimizer: Literal["adam"] = Field(
        "adam", description="update rule of both networks; the other settings are tuned to it"
    )
    learning_rate: float = Field(
        2e-3,
        gt=0,
        description="peak of the schedule, for both networks; the penalty allows ten times the usual",
    )
    momentum: float = Field(
        0.5, ge=0, lt=1, description="Adam's first momentum; low, because the opponent changes with every step"
    )
    monitor: Literal["val_distance"] = Field(
        "val_distance", description="metric that chooses the best epoch; lower is better"
    )
    print_every: int = Field(5, ge=1, description="epochs between two lines of progress")


# What tune.py tries.
SEARCH: search.Space = {
    "learning_rate": search.log_range(3e-4, 5e-3),
    "penalty": search.log_range(0.005, 2.0),
    "momentum": [0.0, 0.5, 0.9],
    "loss": ["relativistic", "non-saturating", "hinge"],
}
