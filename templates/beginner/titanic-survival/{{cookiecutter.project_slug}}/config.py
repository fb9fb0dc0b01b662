"""Every number worth changing. Each is an option too: `python train.py --epochs 50 --dropout 0` (`--help` lists them)."""

from typing import Literal

from support import search
from support.data.tabular import TableOptions

from pydantic import Field


class Config(TableOptions):
    """The settings of a training. Those about the table are in TableOptions: data, target, group, time, …"""

    # Data
    ignore: tuple[str, ...] = Field(
        ("boat", "body"), description="columns to leave out: who has a boat was saved, who has a body number was not"
    )

    # Network
    units: tuple[int, ...] = Field((64, 32), max_length=8, description="neurons in each hidden layer")
    activation: Literal["relu", "tanh", "sigmoid", "elu", "silu"] = Field(
        "silu", description="activation function: what a neuron does with its weighted sum"
    )
    l2: float = Field(1e-3, ge=0, description="L2 regularization: penalty on large weights, against overfitting")
    dropout: float = Field(
        0.3, ge=0, lt=1, description="dropout rate: fraction of activations dropped in training, against overfitting"
    )

    # Training
    epochs: int = Field(60, ge=1, description="passes over the training rows; the best one is kept")
    learning_rate: float = Field(
        3e-3, gt=0, description="peak of the schedule; three times Adam's default 0.001, as the network is small"
    )
    monitor: Literal["val_loss", "val_accuracy"] = Field(
        "val_loss",
        description="metric that chooses the best epoch; the loss shows how confident predictions are, accuracy does not",
    )
    patience: int = Field(15, ge=0, description="epochs without improvement before stopping early; 0 never stops early")
    print_every: int = Field(5, ge=1, description="epochs between two lines of progress")

    # Decision
    false_yes_cost: float = Field(1.0, gt=0, description="cost of a false positive: yes is predicted, no is true")
    false_no_cost: float = Field(
        1.0,
        gt=0,
        description="cost of a false negative: no is predicted, yes is true; both costs together choose the threshold",
    )


# What tune.py tries.
SEARCH: search.Space = {
    "learning_rate": search.log_range(3e-4, 3e-2),
    "l2": search.log_range(1e-5, 1e-1),
    "dropout": search.range(0.0, 0.6),
    "units": [[16], [32, 16], [64, 32], [128, 64]],
}
