"""Batches for `fit`, in an order that depends on the seed and the epoch alone."""

from typing import Any

from support.errors import ProjectError
from support.splits import Split

import keras
import numpy as np


class Reader(keras.utils.PyDataset):
    """Takes examples out of a split, and keeps what went wrong: TensorFlow passes an error on as one of its own, without its class.

    A picture that is read when it is asked for may have disappeared, or be damaged, in the middle of a training.
    """

    def __init__(self, split: Split, batch_size: int) -> None:
        super().__init__()
        self.split, self.batch_size = split, batch_size
        self.failure: ProjectError | OSError | MemoryError | None = None

    def take(self, positions: Any) -> Split:
        try:
            return self.split.take(positions)
        except (ProjectError, OSError, MemoryError) as error:
            self.failure = error
            raise


class Batches(Reader):
    """The examples of a split, shuffled anew in each epoch.

    Keras's own shuffling goes on from wherever its random state is; this order is a function of (seed, epoch), so a run can be
    repeated, and resumed in the middle, with the very same batches.
    """

    def __init__(self, split: Split, batch_size: int, seed: int, epoch: int = 0, first_batch: int = 0) -> None:
        """Begin with batch `first_batch` of `epoch`; an epoch that begins in the middle is the only one."""
        super().__init__(split, batch_size)
        self.seed, self.first_batch = seed, first_batch
        self.epoch = epoch - 1  # the first on_epoch_begin makes it `epoch`
        self.order = np.arange(len(split))

    def __len__(self) -> int:
        return -(-len(self.split) // self.batch_size) - self.first_batch

    def on_epoch_begin(self) -> None:
        self.epoch += 1
        self.order = np.random.default_rng([self.seed, self.epoch]).permutation(len(self.split))

    def __getitem__(self, index: int) -> tuple[Any, np.ndarray]:
        begin = (self.first_batch + index) * self.batch_size
        batch = self.take(self.order[begin : begin + self.batch_size])
        if self.split.augment is None:
            return batch.x, batch.y
        epoch = max(self.epoch, 0)  # Keras looks at a batch before the first epoch begins, to see its shape
        return self.split.augment(batch.x, batch.y, np.random.default_rng([self.seed, epoch, begin]))


class InOrder(Reader):
    """The examples of a split as they stand, for validation data that are read when they are asked for."""

    def __len__(self) -> int:
        return -(-len(self.split) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[Any, np.ndarray]:
        batch = self.take(slice(index * self.batch_size, (index + 1) * self.batch_size))
        return batch.x, batch.y
