"""Every number worth changing. Each is an option too: `python train.py --epochs 3 --dropout 0.5` (`--help` lists them)."""

from typing import Literal

from support import search
from support.training_config import SplitConfig

from pydantic import Field


class Config(SplitConfig):
    """The settings of a training; those that are not here stand in SplitConfig (support/training_config.py) with their reasons."""

    # Data
    data: str = Field(
        "sample", min_length=1, description="sample, full, or the path of your own .npz file or folder of images"
    )
    image_size: int = Field(28, ge=12, le=512, description="height and width that the network sees; MNIST's is 28")
    channels: Literal[1, 3] = Field(1, description="1 for grey, which is enough for digits, 3 for colour")

    # Network
    filters: tuple[int, ...] = Field(
        (20, 40, 64), min_length=1, max_length=5, description="of each convolution: few for strokes, more for shapes"
    )
    dense_units: int = Field(128, ge=1, description="width of the layer that combines the shapes")
    activation: Literal["relu", "tanh", "sigmoid", "elu", "silu"] = Field(
        "relu", description="relu learns fastest here; try sigmoid to see why"
    )
    batch_normalization: bool = Field(
        True, description="keeps the layers' values in range, so a larger learning rate works"
    )
    dropout: float = Field(
        0.3, ge=0, lt=1, description="dropout rate: fraction of activations dropped in training, against overfitting"
    )
    l2: float = Field(0.0, ge=0, description="penalty on large weights; dropout does this network's work, so none")

    # Training
    epochs: int = Field(9, ge=1, description="passes over the training data; the best one is kept")
    batch_size: int = Field(
        128, ge=1, description="large enough that a CPU spends its time in convolutions, not in Python"
    )
    learning_rate: float = Field(
        3e-3, gt=0, description="the peak; three times Adam's usual 0.001, as batch normalization allows"
    )
    monitor: Literal["val_accuracy", "val_loss"] = Field("val_accuracy", description="what the best epoch is best in")
    patience: int = Field(6, ge=0, description="epochs without improvement before stopping early; 0 never stops early")


# What tune.py tries.
SEARCH: search.Space = {
    "learning_rate": search.log_range(1e-4, 3e-2),
    "dropout": search.range(0.0, 0.6),
    "batch_size": [32, 64, 128, 256],
    "dense_units": search.log_range(16, 256),
}
