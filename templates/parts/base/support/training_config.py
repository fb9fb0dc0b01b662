"""The settings that every training has. A project's Config names a field again where it has another default or another reason."""

from typing import Literal

from support.settings import Settings

from pydantic import Field


class TrainingConfig(Settings):
    """How a model is trained; a run keeps its own settings in runs/<time>/config.json."""

    seed: int = Field(
        42,
        ge=0,
        description="random seed for splits, weight initialisation and shuffling; the same seed repeats the run bit for bit",
    )
    epochs: int = Field(10, ge=1, description="passes over the training data; the best one is kept")
    batch_size: int = Field(32, ge=1, description="examples per step")
    optimizer: Literal["adam", "rmsprop", "sgd"] = Field(
        "adam", description="how a gradient becomes a step; sgd needs a learning rate about ten times larger than adam"
    )
    learning_rate: float = Field(1e-3, gt=0, description="peak of the learning rate schedule")
    momentum: float = Field(
        0.9,
        ge=0,
        lt=1,
        description="momentum of sgd: share of the last step that goes into the next; other optimizers ignore it",
    )
    schedule: Literal["cosine", "exponential", "constant"] = Field(
        "cosine",
        description="how the learning rate changes; cosine climbs for a tenth of the training, then falls, so that the weights settle",
    )
    monitor: str = Field("val_loss", description="metric that chooses the best epoch")
    patience: int = Field(0, ge=0, description="epochs without improvement before stopping early; 0 never stops early")
    print_every: int = Field(1, ge=1, description="epochs between two lines of progress")
    deterministic: bool = Field(
        False,
        description="training on a GPU that repeats bit for bit, which is slower; training on a CPU repeats anyway",
    )


class SplitConfig(TrainingConfig):
    """How a model is trained, and on which share of the data."""

    validation_fraction: float = Field(
        0.1, gt=0, lt=0.5, description="share of the training data that chooses the best epoch"
    )
    test_fraction: float = Field(
        0.2,
        gt=0,
        lt=0.5,
        description="share of the data for the test split, if the data have no test split of their own",
    )
