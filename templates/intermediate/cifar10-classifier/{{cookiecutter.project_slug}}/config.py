"""Every number worth changing. Each is an option too: `python train.py --epochs 3 --shift 0` (`--help` lists them)."""

from typing import Any, Literal

from support import search
from support.training_config import SplitConfig

from pydantic import Field, model_validator

# What `--preset gpu` changes, unless the setting is also given in config.toml or as an option. It aims at 94 % and more on CIFAR-10,
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
    """The settings of a training; the others are in SplitConfig (support/training_config.py), each with its reason."""

    preset: Literal["cpu", "gpu"] = Field(
        "cpu",
        description="set of settings; gpu: a larger network, trained longer in mixed precision (see PRESETS in config.py)",
    )

    # Data
    data: str = Field(
        "sample", min_length=1, description="sample, full, or the path of your own .npz file or folder of images"
    )
    image_size: int = Field(32, ge=16, le=512, description="height and width of the network's input; CIFAR-10's is 32")

    # Augmentation: each training image is changed a little, differently in each epoch
    flip: bool = Field(
        True, description="mirror half of the images; switch it off where left and right matter, as in writing"
    )
    shift: int = Field(3, ge=0, le=64, description="largest shift of an image in pixels; a tenth of the width is usual")
    cutout: float = Field(
        0.0, ge=0, lt=1, description="largest fraction of the area to hide; helps in long training only"
    )

    # Network
    filters: tuple[int, ...] = Field(
        (24, 48, 96),
        min_length=1,
        max_length=5,
        description="filters of each stage; each stage halves height and width",
    )
    stem_strides: Literal[1, 2] = Field(
        2, description="stride of the first convolution; 2 skips every second position and is four times faster"
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
        description="dropout rate: fraction of features dropped in training; 0, because augmentation prevents overfitting here",
    )

    # Training
    epochs: int = Field(12, ge=1, description="passes over the training data; the best one is kept")
    batch_size: int = Field(64, ge=1, description="images per step; few, so that a short training has many steps")
    optimizer: Literal["sgd", "adam", "rmsprop"] = Field(
        "sgd", description="update rule; adam and rmsprop need a learning rate about twenty times smaller than sgd"
    )
    learning_rate: float = Field(
        0.06, gt=0, description="peak of the schedule; batch normalization allows one as large as this"
    )
    weight_decay: float = Field(
        2e-3,
        ge=0,
        description="decay of the weights: each step subtracts this times the learning rate times the weight",
    )
    precision: Literal["float32", "mixed_float16", "mixed_bfloat16"] = Field(
        "float32",
        description="number format; mixed computes in 16 bits and keeps weights in 32: faster on GPUs, not on most CPUs",
    )
    monitor: Literal["val_accuracy", "val_loss"] = Field(
        "val_accuracy", description="metric that chooses the best epoch"
    )
    patience: int = Field(
        0,
        ge=0,
        description="epochs without improvement before stopping early; 0 never stops, so the schedule runs to its end",
    )

    @model_validator(mode="before")
    @classmethod
    def fill_in_preset(cls, values: Any) -> Any:
        """Options given take precedence over the preset, and the preset over the defaults."""
        return {**PRESETS.get(values.get("preset", "cpu"), {}), **values} if isinstance(values, dict) else values


# What tune.py tries.
SEARCH: search.Space = {
    "learning_rate": search.log_range(1e-3, 3e-1),
    "batch_size": [32, 64, 128],
    "weight_decay": search.log_range(1e-4, 1e-1),
    "shift": search.range(0, 6),
    "schedule": ["cosine", "exponential", "constant"],
}
