"""Batches for `fit`, in an order that depends on the seed and the epoch alone."""

from typing import Any

from support.errors import ProjectError
from support.splits import Split

import keras
import numpy as np


class Batches(keras.utils.PyDataset):
    """The examples of a split: reshuffled in each epoch if there is a seed, else in their own order.

    Keras's own shuffling goes on from wherever its random state is; this order is a function of (seed, epoch), so a run can be
    repeated, and resumed in the middle, with the very same batches.

    `failure` keeps what went wrong in reading: TensorFlow passes an error on as one of its own, without its class. An image that is
    read on demand may have disappeared, or be damaged, in the middle of a training.
    """

    def __init__(self, split: Split, batch_size: int, seed: int | None = None) -> None:
        super().__init__()
        self.split, self.batch_size, self.seed = split, batch_size, seed
        self.begin_with(0, 0)
        self.failure: ProjectError | OSError | MemoryError | None = None

    def begin_with(self, epoch: int, batch: int = 0) -> None:
        """Let the next `fit` begin with this batch of this epoch; an epoch that begins in the middle is the only one."""
        self.first_batch = batch
        self.epoch = epoch - 1  # the first on_epoch_begin makes it `epoch`
        self.order = np.arange(len(self.split))

    def __len__(self) -> int:
        return -(-len(self.split) // self.batch_size) - self.first_batch

    def on_epoch_begin(self) -> None:
        self.epoch += 1
        if self.seed is not None:
            self.order = np.random.default_rng([self.seed, self.epoch]).permutation(len(self.split))

    def __getitem__(self, index: int) -> tuple[Any, np.ndarray]:
        begin = (self.first_batch + index) * self.batch_size
        batch = self._read(self.order[begin : begin + self.batch_size])
        if self.split.augment is None or self.seed is None:
            return batch.x, batch.y
        epoch = max(self.epoch, 0)  # Keras looks at a batch before the first epoch begins, to see its shape
        return self.split.augment(batch.x, batch.y, np.random.default_rng([self.seed, epoch, begin]))

    def _read(self, positions: np.ndarray) -> Split:
        try:
            return self.split.take(positions)
        except (ProjectError, OSError, MemoryError) as error:
            self.failure = error
            raise
