"""Every number worth changing. Each is an option too: `python train.py --architecture lstm --epochs 3` (`--help` lists them)."""

from typing import Literal

from support import search
from support.data.texts import TextOptions

from pydantic import Field


class Config(TextOptions):
    """The settings of a training; those of the texts are in TextOptions: data, text_column, vocabulary, length, …"""

    # Network
    architecture: Literal["bag", "lstm", "transformer"] = Field(
        "bag", description="how word vectors are combined; bag learns most per minute on a CPU"
    )
    embedding: int = Field(16, ge=2, le=1024, description="size of a word's vector; larger ones overfit")
    near: int = Field(8, ge=1, le=50, description="words on each side that can negate a word, in bag: not at all good")
    steps: int = Field(
        100,
        ge=4,
        le=1000,
        description="most steps of lstm and transformer; longer texts are read in groups of neighbouring words",
    )
    units: int = Field(16, ge=1, description="memory cells in each direction, in lstm")
    heads: int = Field(
        2, ge=1, description="attention heads, in transformer; each can learn another relation between words"
    )
    dropout: float = Field(
        0.3, ge=0, lt=1, description="dropout rate: fraction of activations dropped in training, against overfitting"
    )

    # Training
    epochs: int = Field(12, ge=1, description="passes over the training texts; the best one is kept")
    optimizer: Literal["adam", "rmsprop", "sgd"] = Field(
        "adam", description="update rule; adam adapts the step of each weight, which helps rare words"
    )
    learning_rate: float = Field(
        2.5e-3, gt=0, description="peak of the schedule; larger ones overfit real texts within an epoch"
    )
    monitor: Literal["val_loss", "val_accuracy"] = Field(
        "val_loss",
        description="metric that chooses the best epoch; the loss reflects how sure a prediction is, accuracy does not",
    )
    patience: int = Field(4, ge=0, description="epochs without improvement before stopping early; 0 never stops early")


# What tune.py tries.
SEARCH: search.Space = {
    "learning_rate": search.log_range(5e-4, 2e-2),
    "architecture": ["bag", "lstm", "transformer"],
    "embedding": [8, 16, 32],
    "dropout": search.range(0.0, 0.6),
}
