"""Every number worth changing. Each is an option too: `python train.py --epochs 3 --penalty 1` (`--help` lists them)."""

from typing import Literal

from support import search
from support.settings import Settings

from pydantic import Field


class Config(Settings):
    """The settings of a training; a run keeps its own in runs/<time>/config.json."""

    # Data
    data: str = Field(
        "sample", min_length=1, description="sample, full, or the path of your own .npz file or folder of images"
    )
    image_size: Literal[16, 28, 32, 48, 64, 96, 128] = Field(
        28, description="height and width of the pictures; MNIST's is 28, and twice as large is four times as slow"
    )
    channels: Literal[1, 3] = Field(1, description="1 for grey, which is enough for digits, 3 for colour")
    validation_fraction: float = Field(
        0.1, gt=0, lt=0.5, description="share of the training data that the best epoch is measured against"
    )
    test_fraction: float = Field(
        0.2, gt=0, lt=0.5, description="share kept for the test where the data have no test part"
    )
    seed: int = Field(
        42, ge=0, description="of the splits, the first weights, the noise and the order; the same seed repeats the run"
    )

    # Networks
    latent: int = Field(32, ge=2, le=512, description="numbers that a picture is made of; digits need few")
    filters: int = Field(16, ge=4, le=512, description="of the finest convolution; each coarser one has twice as many")

    # The game between them
    loss: Literal["relativistic", "non-saturating", "hinge"] = Field(
        "relativistic", description="relativistic compares each fake with a real one, which keeps all classes alive"
    )
    penalty: float = Field(
        0.05,
        ge=0,
        description="on a discriminator that changes steeply from picture to picture; 0 lets training explode",
    )
    averaging: float = Field(
        0.98, ge=0, lt=1, description="of the generator's weights over the last 1 / (1 - this) steps: swings even out"
    )

    # Training
    epochs: int = Field(40, ge=1, description="passes over the training data; the best one is kept")
    batch_size: int = Field(32, ge=2, description="enough that a batch shows most classes, few enough for many steps")
    learning_rate: float = Field(2e-3, gt=0, description="of both networks; the penalty allows ten times the usual")
    momentum: float = Field(0.5, ge=0, lt=1, description="Adam's first: low, since yesterday's opponent is gone")
    schedule: Literal["cosine", "exponential", "constant"] = Field(
        "cosine", description="ends with small steps, which settles the game"
    )
    monitor: Literal["val_distance"] = Field("val_distance", description="what the best epoch has the least of")
    patience: int = Field(0, ge=0, description="epochs without improvement before stopping early; 0 never stops early")
    print_every: int = Field(5, ge=1, description="epochs between two lines of progress")
    deterministic: bool = Field(
        False, description="on a GPU: equal seeds give equal weights, which is slower; on a CPU they do anyway"
    )


# What tune.py tries.
SEARCH: search.Space = {
    "learning_rate": search.log_range(3e-4, 5e-3),
    "penalty": search.log_range(0.005, 2.0),
    "momentum": [0.0, 0.5, 0.9],
    "loss": ["relativistic", "non-saturating", "hinge"],
}
