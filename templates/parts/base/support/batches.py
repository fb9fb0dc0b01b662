"""Batches for `fit`, in an order that depends on the seed and the epoch alone."""

from typing import Any

import keras
import numpy as np

from support.splits import Split


class Batches(keras.utils.PyDataset):
    """The examples of a split, shuffled anew in each epoch.

    Keras's own shuffling goes on from wherever its random state is; this order is a function of (seed, epoch), so a run can be
    repeated, and resumed in the middle, with the very same batches.
    """

    def __init__(self, split: Split, batch_size: int, seed: int, first_epoch: int = 0) -> None:
        super().__init__()
        self.split, self.batch_size, self.seed = split, batch_size, seed
        self.epoch = first_epoch - 1  # the first on_epoch_begin makes it first_epoch
        self.order = np.arange(len(split))

    def __len__(self) -> int:
        return -(-len(self.split) // self.batch_size)

    def on_epoch_begin(self) -> None:
        self.epoch += 1
        self.order = np.random.default_rng([self.seed, self.epoch]).permutation(len(self.split))

    def __getitem__(self, index: int) -> tuple[Any, np.ndarray]:
        batch = self.split.take(self.order[index * self.batch_size : (index + 1) * self.batch_size])
        return batch.x, batch.y
