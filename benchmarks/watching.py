"""What the benchmarks of classifiers share: test accuracy beside the seconds of training."""

import time

import keras


class Watcher(keras.callbacks.Callback):
    """Notes (training seconds so far, test accuracy) after every epoch, and stops at `goal`; looking at the test does not count."""

    def __init__(self, x, y, goal: float | None) -> None:
        super().__init__()
        self.x, self.y, self.goal = x, y, goal
        self.points: list[tuple[float, float]] = []
        self.seconds = 0.0

    def on_train_begin(self, logs=None) -> None:
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None) -> None:
        self.seconds += time.perf_counter() - self.began
        accuracy = float((self.model.predict(self.x, batch_size=500, verbose=0).argmax(axis=1) == self.y).mean())
        self.points.append((self.seconds, accuracy))
        print(f"    test accuracy {accuracy:.4f} after {self.seconds:.1f} s", flush=True)
        if self.goal is not None and accuracy >= self.goal:
            self.model.stop_training = True
        self.began = time.perf_counter()
