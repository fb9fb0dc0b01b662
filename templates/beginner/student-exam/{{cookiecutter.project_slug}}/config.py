"""Every number worth changing. Each is an option too: `python train.py --epochs 50 --units 4` (`--help` lists them)."""

from typing import Literal

from support import search
from support.data.tabular import TableOptions

from pydantic import Field


class Config(TableOptions):
    """The settings of a training. Those about the table are in TableOptions: data, target, ignore, group, time, …"""

    # Data
    validation_fraction: float = Field(
        0.0,
        ge=0,
        lt=0.5,
        description="share of the rows that chooses the best epoch; 0, as ten rows are too few for it: take 0.15 for larger data",
    )

    # Network
    units: int = Field(16, ge=1, description="neurons in the hidden layer; 2 are nearly enough here")
    activation: Literal["relu", "tanh", "sigmoid", "elu", "silu"] = Field(
        "relu", description="activation function: what a neuron does with its weighted sum"
    )
    l2: float = Field(0.0, ge=0, description="L2 regularization: penalty on large weights")
    dropout: float = Field(0.0, ge=0, lt=1, description="dropout rate: fraction of activations dropped in training")

    # Training
    epochs: int = Field(100, ge=1, description="passes over the training rows")
    batch_size: int = Field(2, ge=1, description="rows per step; eight training rows give four steps per epoch")
    learning_rate: float = Field(
        0.01, gt=0, description="size of a step; ten times Adam's default 0.001, as there are few steps"
    )
    schedule: Literal["constant", "cosine", "exponential"] = Field(
        "constant", description="how the learning rate changes during training"
    )
    monitor: Literal["val_loss", "val_accuracy"] = Field(
        "val_loss", description="metric that chooses the best epoch; without validation rows, the training loss"
    )
    print_every: int = Field(10, ge=1, description="epochs between two lines of progress")


# What tune.py tries. Ten students are too few for a validation split: python tune.py --data full --validation-fraction 0.2
SEARCH: search.Space = {
    "learning_rate": search.log_range(1e-3, 1e-1),
    "units": search.log_range(2, 64),
    "activation": ["relu", "tanh", "sigmoid"],
}
