"""Where an optional part joins in training: each module in this folder may add options to train.py and watch the training.

A module here, say support/plugins/beep.py, may define

    class Options(Settings):                       each field is an option of train.py
        beep: bool = Field(False, description="make a sound at the end")

    def callbacks(options, run) -> list[keras.callbacks.Callback]

and imports TensorFlow or Keras inside `callbacks` only: a wrong option is reported before they are loaded. train.py knows none of
the modules by name; without any, this does nothing.
"""

import importlib
import pkgutil
from types import ModuleType
from typing import Any, TypeVar

from support.runs import Run
from support.settings import Settings

T = TypeVar("T", bound=Settings)


def modules() -> list[ModuleType]:
    """The modules in this folder, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [importlib.import_module(f"{__name__}.{name}") for name in names]


def extended(cls: type[T]) -> type[T]:
    """The options of a step with those of every module in this folder: `@plugins.extended` above its class."""
    added = tuple(module.Options for module in modules() if hasattr(module, "Options"))
    if not added:
        return cls
    make: Any = type(cls)  # what makes pydantic's classes
    with_them: type[T] = make(cls.__name__, (cls, *added), {"__doc__": cls.__doc__, "__module__": cls.__module__})
    return with_them


def callbacks(options: Settings, run: Run) -> list[Any]:
    """The Keras callbacks that the modules add to this training."""
    watching = [module.callbacks(options, run) for module in modules() if hasattr(module, "callbacks")]
    return [callback for each in watching for callback in each]
