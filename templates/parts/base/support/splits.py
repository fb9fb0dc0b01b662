"""What `data.load` gives: training, validation and test examples, and what is needed to read one more."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Augment = Callable[[Any, np.ndarray, np.random.Generator], tuple[Any, np.ndarray]]


@dataclass(frozen=True)
class Split:
    """Examples and their answers, in the same order: `x` has the shape (examples, …), `y` (examples,) or (examples, …).

    `x` is an array, a dict of arrays, or an object that reads examples when they are asked for: it has len(), x[positions or slice]
    -> array, and fingerprint(). `augment(x, y, rng)` changes a batch of training examples together with their answers, as boxes
    must follow a picture that is turned round; what leaves the answers alone belongs in the model instead.
    """

    x: Any
    y: np.ndarray
    augment: Augment | None = None

    def __len__(self) -> int:
        return len(self.y)

    def take(self, positions: Any) -> "Split":
        """The examples at these positions (an array of numbers, or a slice)."""
        x = (
            {name: values[positions] for name, values in self.x.items()}
            if isinstance(self.x, dict)
            else self.x[positions]
        )
        return replace(self, x=x, y=self.y[positions])


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
            parts = split.x if isinstance(split.x, dict) else {"x": split.x}
            for name, values in {**parts, "y": split.y}.items():
                digest.update(name.encode())
                if hasattr(values, "fingerprint"):
                    digest.update(values.fingerprint().encode())
                else:
                    values = np.ascontiguousarray(values)
                    digest.update(str((values.shape, values.dtype)).encode())
                    digest.update(str(values.tolist()).encode() if values.dtype == object else values.tobytes())
        return digest.hexdigest()[:16]


def split_positions(
    groups: np.ndarray, fractions: tuple[float, float], seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions for train, validation and test, drawn within each group so that every split has the same mixture.

    Args:
        groups: shape (examples,), the class of each example (all zeros for a plain random split).
        fractions: the share of validation and of test, each 0..1.
        seed: the same seed gives the same splits.

    A group of three or more examples is present in every split; of two, in train and test.
    """
    rng = np.random.default_rng(seed)
    parts: tuple[list[np.ndarray], ...] = ([], [], [])
    for group in np.unique(groups):
        positions = rng.permutation(np.flatnonzero(groups == group))
        counts = [round(len(positions) * fraction) for fraction in fractions]
        if len(positions) >= 3:
            counts = [max(count, 1) if fraction > 0 else 0 for count, fraction in zip(counts, fractions, strict=True)]
        elif len(positions) == 2:
            counts = [0, 1 if fractions[1] > 0 else 0]
        validation, test = counts
        parts[1].append(positions[:validation])
        parts[2].append(positions[validation : validation + test])
        parts[0].append(positions[validation + test :])
    train, validation_positions, test_positions = (np.sort(np.concatenate(part)) for part in parts)
    return train, validation_positions, test_positions
