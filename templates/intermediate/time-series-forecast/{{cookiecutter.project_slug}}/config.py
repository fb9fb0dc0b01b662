"""Every number worth changing. Each is an option too: `python train.py --horizon 6 --architecture lstm` (`--help` lists them)."""

from typing import Literal

from support import search
from support.data.csv_file import CsvOptions
from support.training_config import TrainingConfig

from pydantic import Field


class Config(CsvOptions, TrainingConfig):
    """The settings of a training, each with its reason; before them, how your CSV file is written."""

    # Data
    data: str = Field("sample", description="sample, full, or the path of your own CSV file")
    target: str | None = Field(None, description="column to forecast; needed where there are several")
    columns: tuple[str, ...] = Field((), description="other columns to forecast it from, or all; none by default")
    date_column: str | None = Field(
        None, description="column with the dates, or several such as Date+Time; found out where not given"
    )
    date_format: str | None = Field(
        None, description="how dates are written, such as %d.%m.%Y, unix or excel; found out where not given"
    )
    step: str | None = Field(None, description="average over this time first: 15min, 1h, day, week, month, quarter")
    validation_fraction: float = Field(0.15, ge=0, lt=0.5, description="share of the rows that chooses the best epoch")
    test_fraction: float = Field(0.25, gt=0, lt=0.5, description="share of the rows, the newest, kept for the test")

    # Windows
    horizon: int | None = Field(None, ge=1, description="steps to look ahead; one season by default")
    history: int | None = Field(
        None, ge=1, description="steps to look back; two seasons or horizons, and one more, by default"
    )
    season: int | None = Field(
        None, ge=1, description="steps after which it repeats; by default what suits training best"
    )
    relative: Literal["auto", "yes", "no"] = Field(
        "auto",
        description="changes as shares of the last value, for swings that grow with the level; auto looks for that",
    )
    interval: float = Field(0.9, gt=0, lt=1, description="share of the values that the interval is to hold")

    # Network
    architecture: Literal["linear", "lstm", "tcn"] = Field(
        "linear", description="linear: one layer; lstm: memory cells; tcn: convolutions over time"
    )
    units: int = Field(32, ge=1, description="memory cells of the lstm, or filters of the tcn")
    steps: int = Field(48, ge=2, description="positions that lstm and tcn see; a longer history is cut into pieces")
    dropout: float = Field(
        0.1, ge=0, lt=1, description="dropout rate: fraction of activations dropped in training, against overfitting"
    )
    l2: float = Field(1e-4, ge=0, description="penalty on large weights of the linear layer")

    # Training
    epochs: int = Field(150, ge=1, description="passes over the training windows; the best one is kept")
    learning_rate: float = Field(0.01, gt=0, description="the peak; the schedule ends at a hundredth of it")
    loss: Literal["squared", "absolute"] = Field(
        "squared", description="squared fears large errors; absolute cares less about outliers"
    )
    monitor: Literal["val_loss", "val_mean_absolute_error"] = Field(
        "val_loss", description="what the best epoch has the least of"
    )
    patience: int = Field(20, ge=0, description="epochs without improvement before stopping early; 0 never stops early")
    print_every: int = Field(5, ge=1, description="epochs between two lines of progress")


# What tune.py tries.
SEARCH: search.Space = {
    "architecture": ["linear", "lstm", "tcn"],
    "learning_rate": search.log_range(1e-3, 3e-2),
    "l2": search.log_range(1e-6, 1e-2),
    "dropout": search.range(0.0, 0.3),
}
