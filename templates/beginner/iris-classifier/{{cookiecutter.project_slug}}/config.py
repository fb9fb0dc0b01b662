"""Every number worth changing. Each is an option too: `python train.py --epochs 50 --units 8` (`--help` lists them)."""

from typing import Literal

from support import search
from support.data.tabular import TableOptions

from pydantic import Field


class Config(TableOptions):
    """The settings of a training. Those about the table are in TableOptions: data, target, ignore, group, time, …"""

    # Network
    units: tuple[int, ...] = Field(
        (16, 16), max_length=8, description="neurons in each hidden layer; none at all is logistic regression"
    )
    activation: Literal["relu", "tanh", "sigmoid", "elu", "silu"] = Field(
        "relu", description="activation function: what a neuron does with its weighted sum"
    )
    l2: float = Field(
        1e-3,
        ge=0,
        description="L2 regularization: penalty on large weights; keeps the decision regions smooth, as rows are few",
    )
    dropout: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="dropout rate: fraction of activations dropped in training; 0, as the network is small",
    )

    # Training
    epochs: int = Field(100, ge=1, description="passes over the training rows; the best one is kept")
    batch_size: int = Field(
        16, ge=1, description="rows per step; 1 is stochastic gradient descent, all rows is plain gradient descent"
    )
    optimizer: Literal["adam", "rmsprop", "sgd"] = Field(
        "adam", description="how a gradient becomes a step; python lessons.py optimizers compares them"
    )
    learning_rate: float = Field(
        0.01, gt=0, description="peak of the schedule; ten times Adam's default 0.001, as an epoch has few steps"
    )
    monitor: Literal["val_loss", "val_accuracy"] = Field(
        "val_loss",
        description="metric that chooses the best epoch; the loss, as the accuracy of so few rows moves in jumps",
    )
    patience: int = Field(30, ge=0, description="epochs without improvement before stopping early; 0 never stops early")
    print_every: int = Field(10, ge=1, description="epochs between two lines of progress")


# What tune.py tries.
SEARCH: search.Space = {
    "learning_rate": search.log_range(1e-3, 1e-1),
    "l2": search.log_range(1e-5, 1e-1),
    "dropout": search.range(0.0, 0.5),
    "units": [[8], [16], [32], [16, 16]],
}
