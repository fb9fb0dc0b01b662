"""Training: batches, checkpoints, going on exactly where a training was interrupted, search."""
