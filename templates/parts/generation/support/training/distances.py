"""Distances between two sets of images, computed from their features."""

import numpy as np

BLOCK = 1_000  # images compared at once by the kernel distance: its matrix grows with their square


def frechet(one: np.ndarray, other: np.ndarray) -> float:
    """The Fréchet distance of two sets of features (images, features), each taken as one normal distribution; 0 if they agree.

    |difference of means|² + trace(C1 + C2 - 2 (C1 C2)^½) (Dowson and Landau 1982; for images Heusel et al. 2017). It is
    biased upwards for few images: compare only distances of equally many images.
    """
    mean = np.square(one.mean(axis=0) - other.mean(axis=0)).sum()
    first, second = (np.cov(features, rowvar=False) for features in (one, other))
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    mixed = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ second @ root), 0)).sum()
    return float(max(0.0, mean + np.trace(first) + np.trace(second) - 2 * mixed))


def kernel(one: np.ndarray, other: np.ndarray) -> float:
    """The squared kernel distance of two sets of features (images, features), without the bias of few images.

    Unbiased MMD with the kernel (x·y + 1)³, the mean over blocks (Bińkowski et al. 2018, "KID"). Around 0, also a
    little below it, where the sets agree.
    """
    rng = np.random.default_rng(0)  # shuffled, because the order of files may depend on the images
    one, other = one[rng.permutation(len(one))], other[rng.permutation(len(other))]
    count = max(1, min(len(one), len(other)) // BLOCK)
    blocks = zip(np.array_split(one, count), np.array_split(other, count), strict=True)
    return float(np.mean([_discrepancy(a.astype(np.float64), b.astype(np.float64)) for a, b in blocks]))


def nearest(x: np.ndarray, among: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each row of `x`, the position of the nearest row of `among`, and the Euclidean distance to it."""
    positions, distances = [], []
    squares = np.square(among).sum(axis=1)
    for begin in range(0, len(x), 500):
        part = x[begin : begin + 500]
        squared = squares - 2 * part @ among.T + np.square(part).sum(axis=1, keepdims=True)
        positions.append(squared.argmin(axis=1))
        distances.append(np.sqrt(np.maximum(squared.min(axis=1), 0)))
    return np.concatenate(positions), np.concatenate(distances)


def _discrepancy(a: np.ndarray, b: np.ndarray) -> float:
    within = [
        (np.sum((c @ c.T + 1) ** 3) - np.sum((np.square(c).sum(axis=1) + 1) ** 3)) / (len(c) * (len(c) - 1))
        for c in (a, b)
    ]
    return float(sum(within) - 2 * np.mean((a @ b.T + 1) ** 3))
