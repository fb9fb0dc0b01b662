"""Initial filters of the first convolution: the patterns that the training images are made of, instead of random numbers.

The principal components of small patches, each divided by how strongly it occurs ("whitening", as in Coates, Ng and Lee
2011, "An Analysis of Single-Layer Networks"): even colour first, then edges, then finer stripes. Each is used twice,
once with its sign inverted, because ReLU would cut off half of it. Training improves them further.
"""

from support.splits import Split

import numpy as np

PICTURES = 1_000  # with PATCHES of each: enough for a stable average of 75 × 75 products
PATCHES = 20
FLOOR = 4e-2  # added to each variance, so that rare patterns (noise) are not amplified


def first_filters(split: Split, size: int, count: int, seed: int) -> np.ndarray:
    """Up to `count` filters (size, size, channels, filters) from `split`, for pixels in -1..1.

    There are at most two per number in a patch: 150 for 5×5 pixels in colour.
    """
    rng = np.random.default_rng(seed)
    x = np.asarray(split.take(np.sort(rng.permutation(len(split))[:PICTURES])).x, np.float32) / 127.5 - 1
    height, width, channels = x.shape[1:]
    patches = []
    for _ in range(PATCHES):
        top, left = int(rng.integers(height - size + 1)), int(rng.integers(width - size + 1))
        patches.append(x[:, top : top + size, left : left + size].reshape(len(x), -1))
    rows = np.concatenate(patches)  # (patches, size · size · channels)
    rows -= rows.mean(axis=0)
    variances, components = np.linalg.eigh(rows.T @ rows / len(rows))
    strongest = np.argsort(-variances)[: count // 2]
    filters = components[:, strongest] / np.sqrt(variances[strongest] + FLOOR)
    return np.concatenate([filters, -filters], axis=1).reshape(size, size, channels, -1).astype(np.float32)
