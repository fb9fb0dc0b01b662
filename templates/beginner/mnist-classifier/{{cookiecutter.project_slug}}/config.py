"""Every number worth changing. Each is an option too: `python train.py --epochs 3 --dropout 0.5` (`--help` lists them)."""

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
    image_size: int = Field(28, ge=12, le=512, description="height and width that the network sees; MNIST's is 28")
    channels: Literal[1, 3] = Field(1, description="1 for grey, which is enough for digits, 3 for colour")
    validation_fraction: float = Field(
        0.1, gt=0, lt=0.5, description="share of the training data that chooses the best epoch"
    )
    test_fraction: float = Field(
        0.2, gt=0, lt=0.5, description="share kept for the test where the data have no test part"
    )
    seed: int = Field(
        42, ge=0, description="of the splits, the first weights and the order; the same seed repeats the run"
    )

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
    dropout: float = Field(0.3, ge=0, lt=1, description="share of values hidden in training, against learning by heart")
    l2: float = Field(0.0, ge=0, description="penalty on large weights; dropout does this network's work, so none")

    # Training
    epochs: int = Field(9, ge=1, description="passes over the training data; the best one is kept")
    batch_size: int = Field(
        128, ge=1, description="large enough that a CPU spends its time in convolutions, not in Python"
    )
    optimizer: Literal["adam", "rmsprop", "sgd"] = Field(
        "adam", description="sgd wants a learning rate about ten times larger"
    )
    learning_rate: float = Field(
        3e-3, gt=0, description="the peak; three times Adam's usual 0.001, as batch normalization allows"
    )
    momentum: float = Field(0.9, ge=0, lt=1, description="of sgd only: how much of the last step goes into the next")
    schedule: Literal["cosine", "exponential", "constant"] = Field(
        "cosine", description="ends with small steps, which settles the weights"
    )
    monitor: Literal["val_accuracy", "val_loss"] = Field("val_accuracy", description="what the best epoch is best in")
    patience: int = Field(6, ge=0, description="epochs without improvement before stopping early; 0 never stops early")
    print_every: int = Field(1, ge=1, description="epochs between two lines of progress")
    deterministic: bool = Field(
        False, description="on a GPU: equal seeds give equal weights, which is slower; on a CPU they do anyway"
    )


# What tune.py tries.
SEARCH: search.Space = {
    "learning_rate": search.log_range(1e-4, 3e-2),
    "dropout": search.range(0.0, 0.6),
    "batch_size": [32, 64, 128, 256],
    "dense_units": search.log_range(16, 256),
}
