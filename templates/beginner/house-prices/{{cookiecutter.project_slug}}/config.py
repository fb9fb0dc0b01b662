"""Every number worth changing. Each is an option too: `python train.py --epochs 20 --bins 0` (`--help` lists them)."""

from typing import Literal

from support import search
from support.data.tabular import TableOptions

from pydantic import Field


class Config(TableOptions):
    """The settings of a training. Those about the table are in TableOptions: data, target, ignore, group, time, …"""

    # Data
    validation_fraction: float = Field(0.1, ge=0, lt=0.5, description="share of the rows that chooses the best epoch")
    bins: int = Field(
        64,
        ge=0,
        le=200,
        description="bins for a piecewise-linear encoding of each numeric column; 0: none, the layers learn all curves",
    )

    # Network
    units: tuple[int, ...] = Field(
        (256, 128, 64), max_length=8, description="neurons in each hidden layer; none at all is linear regression"
    )
    activation: Literal["silu", "relu", "tanh", "sigmoid", "elu"] = Field(
        "silu", description="activation function; silu is smooth, as prices have no corners"
    )
    l2: float = Field(0.0, ge=0, description="L2 regularization: penalty on large weights")
    dropout: float = Field(
        0.2, ge=0, lt=1, description="dropout rate: fraction of activations dropped in training, against overfitting"
    )

    # Training
    epochs: int = Field(60, ge=1, description="passes over the training rows; the best one is kept")
    batch_size: int = Field(128, ge=1, description="rows per step")
    learning_rate: float = Field(
        2e-3,
        gt=0,
        description="peak of the schedule; twice Adam's default 0.001, as the schedule ends with small steps",
    )
    monitor: Literal["val_loss", "val_mean_absolute_error"] = Field(
        "val_loss", description="error that chooses the best epoch: where it is smallest"
    )
    patience: int = Field(20, ge=0, description="epochs without improvement before stopping early; 0 never stops early")
    print_every: int = Field(5, ge=1, description="epochs between two lines of progress")


# What tune.py tries.
SEARCH: search.Space = {
    "learning_rate": search.log_range(3e-4, 2e-2),
    "l2": search.log_range(1e-7, 1e-2),
    "dropout": search.range(0.0, 0.3),
    "batch_size": [32, 64, 128, 256],
}
