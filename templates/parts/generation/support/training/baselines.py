"""Baselines: two samplers that scikit-learn fits to the same training images; and real images, the best that one can hope for."""

from support.splits import Splits

import numpy as np

EXAMPLES = 10_000  # training images; the samplers learn little from more
PARTS = 50  # principal components: most of the variance of digits
MIXTURE = 40  # normal distributions: some shapes per digit


def predict(splits: Splits, seed: int) -> dict[str, np.ndarray]:
    """By name, images (images, height, width, channels), 0..1: as many as there are test images; real ones are the validation split's."""
    from sklearn.decomposition import PCA
    from sklearn.mixture import GaussianMixture

    some = np.random.default_rng(seed).permutation(len(splits.train))[:EXAMPLES]
    flat = splits.train.y[np.sort(some)].reshape(len(some), -1).astype(np.float64) / 255
    parts = PCA(min(PARTS, *flat.shape), random_state=seed).fit(flat)
    places = parts.transform(flat)
    found = {}
    for name, count in (
        ("one normal distribution", 1),
        ("a mixture of normal distributions", min(MIXTURE, len(flat) // 10 or 1)),
    ):
        mixture = GaussianMixture(count, reg_covar=1e-3, random_state=seed).fit(places)
        drawn, _ = mixture.sample(len(splits.test))
        images = parts.inverse_transform(drawn).clip(0, 1)
        found[name] = images.reshape(-1, *splits.spec["shape"]).astype(np.float32)
    found["real images (validation)"] = splits.validation.y.astype(np.float32) / 255
    return found
