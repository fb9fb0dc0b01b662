"""Every number worth changing. Each is an option too: `python train.py --epochs 3 --dropout 0.5` (`--help` lists them)."""

from typing import Literal

from support import search
from support.training_config import SplitConfig

from pydantic import Field


class Config(SplitConfig):
    """The settings of a training. The others, with their reasons, are in SplitConfig (support/training_config.py)."""

    # Data
    data: str = Field(
        "sample", min_length=1, description="sample, full, or the path of your own .npz file or folder of images"
    )
    image_size: int = Field(28, ge=12, le=512, description="height and width of the network's input; MNIST's is 28")
    channels: Literal[1, 3] = Field(
        1, description="colour channels: 1 for grey, which is enough for digits, 3 for colour"
    )

    # Network
    filters: tuple[int, ...] = Field(
        (20, 40, 64),
        min_length=1,
        max_length=5,
        description="filters of each convolution; few for strokes, more for shapes",
    )
    dense_units: int = Field(128, ge=1, description="neurons in the dense layer, which combines the shapes")
    activation: Literal["relu", "tanh", "sigmoid", "elu", "silu"] = Field(
        "relu", description="activation function; relu learns fastest here, try sigmoid to see why"
    )
    batch_normalization: bool = Field(
        True,
        description="batch normalization in each convolution; keeps values in range, so a larger learning rate works",
    )
    dropout: float = Field(
        0.3, ge=0, lt=1, description="dropout rate: fraction of activations dropped in training, against overfitting"
    )
    l2: float = Field(
        0.0, ge=0, description="L2 regularization: penalty on large weights; none, as dropout is enough here"
    )

    # Training
    epochs: int = Field(9, ge=1, description="passes over the training data; the best one is kept")
    batch_size: int = Field(
        128, ge=1, description="images per step; large enough that a CPU spends its time in convolutions, not in Python"
    )
    learning_rate: float = Field(
        3e-3, gt=0, description="peak of the schedule; three times Adam's default 0.001, as batch normalization allows"
    )
    monitor: Literal["val_accuracy", "val_loss"] = Field(
        "val_accuracy", description="metric that chooses the best epoch"
    )
    patience: int = Field(6, ge=0, description="epochs without improvement before stopping early; 0 never stops early")


# What tune.py tries.
SEARCH: search.Space = {
    "learning_rate": search.log_range(1e-4, 3e-2),
    "dropout": search.range(0.0, 0.6),
    "batch_size": [32, 64, 128, 256],
    "dense_units": search.log_range(16, 256),
}
