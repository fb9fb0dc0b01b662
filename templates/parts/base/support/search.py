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

    def grid(self, points: int) -> list[float]:
        """`points` numbers at equal distances (equal factors on a logarithmic scale), the ends among them."""
        if points == 1:
            return [self.low]
        shares = [point / (points - 1) for point in range_of(points)]
        if self.log:
            values = [self.low * (self.high / self.low) ** share for share in shares]
        else:
            values = [self.low + (self.high - self.low) * share for share in shares]
        return list(dict.fromkeys(round(value) if self.whole else float(f"{value:.4g}") for value in values))


Space = dict[str, Range | list[Any]]  # a list holds the choices
range_of = range  # Python's own, which this module gives another meaning


def range(low: float, high: float) -> Range:
    """Any number between the two."""
    return Range(low, high, whole=isinstance(low, int) and isinstance(high, int))


def log_range(low: float, high: float) -> Range:
    """Any number between the two, each power of ten getting as many tries as the next; for learning rates and penalties."""
    return Range(low, high, log=True, whole=isinstance(low, int) and isinstance(high, int))
