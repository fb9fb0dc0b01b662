"""What tune.py may try for a setting; `SEARCH` in config.py names it. Imports nothing heavy, as config.py is read by every step."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, both included; on a logarithmic scale where they differ by factors rather than by steps."""

    low: float
    high: float
    log: bool = False
    whole: bool = False


Space = dict[str, Range | list[Any]]  # a list holds the choices


def range(low: float, high: float) -> Range:
    """Any number between the two."""
    return Range(low, high, whole=isinstance(low, int) and isinstance(high, int))


def log_range(low: float, high: float) -> Range:
    """Any number between the two, each power of ten getting as many tries as the next; for learning rates and penalties."""
    return Range(low, high, log=True, whole=isinstance(low, int) and isinstance(high, int))
