"""Training: batches, checkpoints, resuming exactly where a training was interrupted, search."""
