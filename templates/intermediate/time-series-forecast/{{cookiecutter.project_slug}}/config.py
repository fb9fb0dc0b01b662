"""Every number worth changing. Each is an option too: `python train.py --horizon 6 --architecture lstm` (`--help` lists them)."""

from typing import Literal

from support import search
from support.data.csv_file import CsvOptions
from support.training_config import TrainingConfig

from pydantic import Field


class Config(CsvOptions, TrainingConfig):
    """The settings of a training, each with its reason; CsvOptions adds the format of your CSV file."""

    # Data
    data: str = Field("sample", description="sample, full, or the path of your own CSV file")
    target: str | None = Field(None, description="column to forecast; required if there are several")
    columns: tuple[str, ...] = Field(
        (), description="other columns to forecast the target from, or all; none by default"
    )
    date_column: str | None = Field(
        None, description="column with the dates, or several such as Date+Time; detected by default"
    )
    date_format: str | None = Field(
        None, description="format of the dates, such as %d.%m.%Y, unix or excel; detected by default"
    )
    step: str | None = Field(None, description="time step to average over first: 15min, 1h, day, week, month, quarter")
    validation_fraction: float = Field(
        0.15, ge=0, lt=0.5, description="fraction of the rows for validation, which chooses the best epoch"
    )
    test_fraction: float = Field(0.25, gt=0, lt=0.5, description="fraction of the rows for the test; always the newest")

    # Windows
    horizon: int | None = Field(None, ge=1, description="steps to look ahead; one season by default")
    history: int | None = Field(
        None, ge=1, description="steps to look back; two seasons or horizons, and one more, by default"
    )
    season: int | None = Field(
        None, ge=1, description="steps after which the series repeats; by default what suits the training part best"
    )
    relative: Literal["auto", "yes", "no"] = Field(
        "auto",
        description="forecast changes relative to the last value, for swings that grow with the level; auto detects it",
    )
    interval: float = Field(0.9, gt=0, lt=1, description="fraction of future values that the interval should contain")

    # Network
    architecture: Literal["linear", "lstm", "tcn"] = Field(
        "linear", description="network; linear: one layer; lstm: memory cells; tcn: convolutions over time"
    )
    units: int = Field(32, ge=1, description="memory cells of the lstm, or filters of the tcn")
    steps: int = Field(
        48, ge=2, description="most steps that lstm and tcn see; a longer history is grouped into pieces"
    )
    dropout: float = Field(
        0.1, ge=0, lt=1, description="dropout rate: fraction of activations dropped in training, against overfitting"
    )
    l2: float = Field(1e-4, ge=0, description="penalty on large weights of the linear layer")

    # Training
    epochs: int = Field(150, ge=1, description="passes over the training windows; the best one is kept")
    learning_rate: float = Field(0.01, gt=0, description="peak of the schedule, which ends at a hundredth of it")
    loss: Literal["squared", "absolute"] = Field(
        "squared",
        description="loss function; squared weights large errors more, absolute is less sensitive to outliers",
    )
    monitor: Literal["val_loss", "val_mean_absolute_error"] = Field(
        "val_loss", description="metric that chooses the best epoch; lower is better"
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
