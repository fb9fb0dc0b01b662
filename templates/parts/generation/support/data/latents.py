"""Latent vectors, from which images are generated: from seeds, and interpolated between two seeds."""

import re

from support.errors import ProjectError

import numpy as np

STEPS = 9  # images of a walk, including both ends
LARGEST = 2**32 - 1


def from_seed(seed: int, size: int) -> np.ndarray:
    """The latent vector (size,) of a seed: normally distributed, the same on every machine."""
    return np.random.default_rng(seed).standard_normal(size).astype(np.float32)


def many(count: int, size: int, *seed: int) -> np.ndarray:
    """`count` latent vectors (count, size) from one seed."""
    return np.random.default_rng(seed).standard_normal((count, size)).astype(np.float32)


def walk(begin: np.ndarray, end: np.ndarray, steps: int = STEPS) -> np.ndarray:
    """Latent vectors (steps, size) from `begin` to `end`, along an arc.

    Normal vectors of many dimensions all have about the same length. A straight line would pass near the origin, where
    the generator was never trained; an arc keeps to the usual length (White 2016, "Sampling Generative Networks").
    """
    lengths = np.linalg.norm(begin), np.linalg.norm(end)
    angle = np.arccos(np.clip(np.dot(begin, end) / (lengths[0] * lengths[1]), -1, 1))
    shares = np.linspace(0, 1, steps)[:, None]
    if np.sin(angle) < 1e-6:  # the same direction
        return ((1 - shares) * begin + shares * end).astype(np.float32)
    return ((np.sin((1 - shares) * angle) * begin + np.sin(shares * angle) * end) / np.sin(angle)).astype(np.float32)


def read_inputs(texts: list[str], spec: dict) -> tuple[list[str], np.ndarray]:
    """Seeds such as "7" and walks such as "3..7" as `predict.py` takes them: names, and latent vectors (images, latent).

    Raises:
        ProjectError: if one is neither.
    """
    names: list[str] = []
    vectors: list[np.ndarray] = []
    for text in texts:
        match = re.fullmatch(r"(\d+)(?:\.\.(\d+))?", text, re.ASCII)
        seeds = [int(number) for number in match.groups() if number is not None] if match else []
        if not seeds or max(seeds) > LARGEST:
            raise ProjectError(
                f"{text!r} is no seed\nExpected a whole number from 0 to {LARGEST}, such as 7, or two of them, such as 3..7, for a walk."
            )
        ends = [from_seed(seed, spec["latent"]) for seed in seeds]
        if len(ends) == 1:
            names.append(text)
            vectors += ends
        else:
            names += [f"{text} ({step} of {STEPS})" for step in range(1, STEPS + 1)]
            vectors += list(walk(ends[0], ends[1]))
    return names, np.stack(vectors)
