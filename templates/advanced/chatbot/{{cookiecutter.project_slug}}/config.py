"""Every number worth changing. Each is an option too: `python train.py --layers 2 --epochs 10` (`--help` lists them)."""

from typing import Literal

from support import search
from support.data.qa_pairs import PairOptions

from pydantic import Field


class Config(PairOptions):
    """The settings of a training; those of the data are in PairOptions: data, vocabulary, answer_length, …"""

    # Network
    width: int = Field(64, ge=8, le=1024, description="size of a word's vector, in all layers")
    heads: int = Field(4, ge=1, le=16, description="attention heads; each can learn another relation between words")
    layers: int = Field(
        1, ge=1, le=12, description="blocks of the encoder, and as many of the decoder; one is enough for the sample"
    )
    dropout: float = Field(
        0.1, ge=0, lt=1, description="dropout rate: fraction of activations dropped in training, against overfitting"
    )
    word_dropout: float = Field(
        0.05,
        ge=0,
        lt=1,
        description="fraction of a question's words made unknown in training; real questions contain new words",
    )
    positions: bool = Field(
        True, description="positional encoding: add the position of each word to its vector; without it, order is lost"
    )

    # Training
    epochs: int = Field(40, ge=1, description="passes over the training pairs; the best one is kept")
    optimizer: Literal["adam", "rmsprop", "sgd"] = Field(
        "adam", description="update rule; attention hardly learns with plain sgd"
    )
    learning_rate: float = Field(
        3e-3, gt=0, description="peak of the schedule; larger ones make attention collapse early"
    )
    schedule: Literal["cosine", "exponential", "constant"] = Field(
        "cosine",
        description="learning-rate schedule; cosine warms up first: attention never recovers from large steps at the start",
    )
    monitor: Literal["val_token_accuracy", "val_loss", "token_accuracy"] = Field(
        "val_token_accuracy",
        description="metric that chooses the best epoch: fraction of next words that are right; token_accuracy to memorise answers",
    )
    print_every: int = Field(2, ge=1, description="epochs between two lines of progress")


# What tune.py tries.
SEARCH: search.Space = {
    "learning_rate": search.log_range(5e-4, 1e-2),
    "width": [32, 64, 128],
    "layers": search.range(1, 3),
    "dropout": search.range(0.0, 0.3),
}
