"""What `data.load` gives: training, validation and test examples, and what is needed to read one more."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Augment = Callable[[Any, np.ndarray, np.random.Generator], tuple[Any, np.ndarray]]


def take(x: Any, positions: Any) -> Any:
    """The examples of `x`, an input of any kind, at these positions (an array of numbers, or a slice)."""
    return {name: values[positions] for name, values in x.items()} if isinstance(x, dict) else x[positions]


@dataclass(frozen=True)
class Split:
    """Examples and their targets, in the same order: `x` has the shape (examples, …), `y` (examples,) or (examples, …).

    `x` is an array, a dict of arrays, or an object that reads examples on demand: it has len(), x[positions or slice] -> array, and
    fingerprint(). `augment(x, y, rng)` changes a batch of training examples together with their targets, as boxes must follow an
    image that is flipped; what leaves the targets alone belongs in the model instead.
    """

    x: Any
    y: np.ndarray
    augment: Augment | None = None

    def __len__(self) -> int:
        return len(self.y)

    def take(self, positions: Any) -> "Split":
        """The examples at these positions (an array of numbers, or a slice)."""
        return replace(self, x=take(self.x, positions), y=self.y[positions])


@dataclass(frozen=True)
class Splits:
    """Three splits that share no example.

    `spec` is what a prediction needs besides the weights (shape, class names, …). It is plain JSON, saved beside the model.
    `source` is "sample", "full" or the path of the user's own data; `note` says in a sentence what that is.
    """

    train: Split
    validation: Split
    test: Split
    spec: dict[str, Any]
    source: str
    note: str

    def fingerprint(self) -> str:
        """A hash of every value of every split: equal data, equal fingerprint."""
        digest = hashlib.sha256(json.dumps(self.spec, sort_keys=True, default=str).encode())
        for split in (self.train, self.validation, self.test):
            for name, values in {**(split.x if isinstance(split.x, dict) else {"x": split.x}), "y": split.y}.items():
                digest.update(name.encode())
                digest.update(values.fingerprint().encode() if hasattr(values, "fingerprint") else _content(values))
        return digest.hexdigest()[:16]


def _content(values: Any) -> bytes:
    values = np.ascontiguousarray(values)
    content = str(values.tolist()).encode() if values.dtype == object else values.tobytes()
    return str((values.shape, values.dtype)).encode() + content


def split_positions(
    groups: np.ndarray, fractions: tuple[float, float], seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions for train, validation and test, drawn within each group so that every split has the same mixture.

    scikit-learn's train_test_split(stratify=…) refuses groups of one, and may leave small ones out of a split; here a group of three
    or more is present in every split, and of two in train and test.

    Args:
        groups: shape (examples,), the class of each example (all zeros for a plain random split).
        fractions: of validation and of test, each 0..1.
        seed: the same seed gives the same splits.
    """
    rng = np.random.default_rng(seed)
    drawn = []
    for group in np.unique(groups):
        positions = rng.permutation(np.flatnonzero(groups == group))
        held_out = [max(round(len(positions) * part), 1) if part else 0 for part in fractions]
        if len(positions) < 3:
            held_out = [0, min(len(positions) - 1, 1) if fractions[1] else 0]
        drawn.append(np.split(positions, np.cumsum(held_out)))
    validation, test, train = (np.sort(np.concatenate(part)) for part in zip(*drawn, strict=True))
    return train, validation, test
