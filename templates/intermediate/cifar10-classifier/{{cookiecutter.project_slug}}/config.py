"""Every number worth changing. Each is an option too: `python train.py --epochs 3 --shift 0` (`--help` lists them)."""

from typing import Any, Literal

from support import search
from support.training_config import SplitConfig

from pydantic import Field, model_validator

# What `--preset gpu` changes, unless the setting is given as well, in config.toml or as an option. It aims at 94 % and more on CIFAR-10,
# which residual networks are published with (He et al. 2015: 0.936 with 110 narrow layers; Zagoruyko and Komodakis 2016: 0.95 with
# 16 wide ones); it was not measured on a GPU.
PRESETS: dict[str, dict[str, Any]] = {
    "cpu": {},
    "gpu": {
        "filters": (64, 128, 256, 512),
        "stem_strides": 1,  # a GPU can afford to look at every pixel
        "blocks": 3,
        "epochs": 60,
        "batch_size": 256,
        "learning_rate": 0.2,
        "cutout": 0.25,
        "precision": "mixed_float16",  # half the memory traffic, twice the speed on a GPU that has tensor cores
        "patience": 0,
    },
}


class Config(SplitConfig):
    """The settings of a training; those that are not here stand in SplitConfig (support/training_config.py) with their reasons."""

    preset: Literal["cpu", "gpu"] = Field(
        "cpu", description="gpu: a larger network, trained longer in mixed precision (PRESETS in config.py says how)"
    )

    # Data
    data: str = Field(
        "sample", min_length=1, description="sample, full, or the path of your own .npz file or folder of images"
    )
    image_size: int = Field(32, ge=16, le=512, description="height and width that the network sees; CIFAR-10's is 32")

    # Augmentation: each training image is changed a little, differently in each epoch
    flip: bool = Field(
        True, description="mirror half of them; switch it off where left and right matter, as in writing"
    )
    shift: int = Field(3, ge=0, le=64, description="move each by up to so many pixels; a tenth of the width is usual")
    cutout: float = Field(0.0, ge=0, lt=1, description="hide up to this share of the area; helps long trainings only")

    # Network
    filters: tuple[int, ...] = Field(
        (24, 48, 96), min_length=1, max_length=5, description="of each stage; each sees half the height and width"
    )
    stem_strides: Literal[1, 2] = Field(
        2, description="2: the first convolution skips every second position, four times quicker"
    )
    blocks: int = Field(
        1, ge=0, le=9, description="residual blocks in each stage; more are slower and learn finer shapes"
    )
    residual: bool = Field(
        True, description="add each block's input to its output; --no-residual shows what that is worth"
    )
    dropout: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="dropout rate: fraction of features dropped in training; augmentation does the work",
    )

    # Training
    epochs: int = Field(12, ge=1, description="passes over the training data; the best one is kept")
    batch_size: int = Field(64, ge=1, description="small enough for many steps in a short training")
    optimizer: Literal["sgd", "adam", "rmsprop"] = Field(
        "sgd", description="adam and rmsprop want a learning rate about twenty times smaller"
    )
    learning_rate: float = Field(0.06, gt=0, description="the peak; batch normalization allows one as large as this")
    weight_decay: float = Field(2e-3, ge=0, description="share of each weight taken off, per step and learning rate")
    precision: Literal["float32", "mixed_float16", "mixed_bfloat16"] = Field(
        "float32", description="mixed: computes in 16 bits, keeps weights in 32; quicker on GPUs, not on most CPUs"
    )
    monitor: Literal["val_accuracy", "val_loss"] = Field("val_accuracy", description="what the best epoch is best in")
    patience: int = Field(
        0, ge=0, description="epochs without improvement before stopping; 0: the schedule runs to its end"
    )

    @model_validator(mode="before")
    @classmethod
    def fill_in_preset(cls, values: Any) -> Any:
        """What is given wins over the preset, and the preset over the defaults."""
        return {**PRESETS.get(values.get("preset", "cpu"), {}), **values} if isinstance(values, dict) else values


# What tune.py tries.
SEARCH: search.Space = {
    "learning_rate": search.log_range(1e-3, 3e-1),
    "batch_size": [32, 64, 128],
    "weight_decay": search.log_range(1e-4, 1e-1),
    "shift": search.range(0, 6),
    "schedule": ["cosine", "exponential", "constant"],
}
