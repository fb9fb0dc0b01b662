"""The losses of the two networks: three variants, chosen by --loss.

Nothing to run here. `python lessons.py losses` trains with each of them. Next: python train.py
"""

from typing import Any

from keras import ops


def losses(name: str, real: Any, fake: Any) -> tuple[Any, Any]:
    """The losses of discriminator and generator.

    Args:
        name: relativistic, non-saturating or hinge.
        real: the discriminator's output for real images (batch, 1), any number; higher is more real.
        fake: its output for the generator's images.
    """
    if name == "relativistic":
        # Is this real image more real than that fake? The generator must match real images of every kind, so it gains
        # nothing by generating one kind only (Jolicoeur-Martineau 2019; Sun et al. 2020).
        return ops.mean(ops.softplus(fake - real)), ops.mean(ops.softplus(real - fake))
    if name == "non-saturating":
        # Is this image real? Yes or no, by cross-entropy (Goodfellow et al. 2014). The generator maximizes the "yes" to its
        # images instead of minimizing the "no", whose gradient vanishes just when its images are bad.
        return ops.mean(ops.softplus(-real)) + ops.mean(ops.softplus(fake)), ops.mean(ops.softplus(-fake))
    # hinge: the same question, but an output that is clear enough, beyond 1, has no loss (Lim and Ye 2017).
    return ops.mean(ops.relu(1 - real)) + ops.mean(ops.relu(1 + fake)), -ops.mean(fake)
