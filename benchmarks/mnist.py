"""Seconds to 99.0 % test accuracy on MNIST: the published Keras convnet recipe and the mnist-classifier project, in turn.

    python benchmarks/mnist.py --data ../shared/data/mnist.npz

The recipe is that of the Keras example "Simple MNIST convnet": convolutions of 32 and 64 filters, max pooling, dropout 0.5, Adam,
batch 128, 15 epochs, a tenth of the training data for validation. Both train on the same arrays on this machine; the time for
looking at the test data after each epoch is not counted. Needs the libraries of the project (`python tasks.py test` installs them).
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

GOAL = 0.99


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="MNIST as .npz with Keras's keys")
    parser.add_argument("--all-epochs", action="store_true", help="train to the end, not only to the goal")
    options = parser.parse_args()
    data = options.data.resolve()

    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "digits"
        command = [sys.executable, "-m", "dlgen", "new", "mnist-classifier", str(project), "--no-input"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        sys.path.insert(0, str(project))
        ours = train_ours(data, options.all_epochs)
        recipe = train_recipe(data, options.all_epochs)

    print(f"\n{'':28} {'seconds to ' + format(GOAL, '.1%'):>18} {'epochs':>7} {'best seen':>10}")
    for name, points in (("Keras's MNIST convnet", recipe), ("mnist-classifier", ours)):
        reached = next(((seconds, epoch) for epoch, (seconds, score) in enumerate(points, 1) if score >= GOAL), None)
        best = max(score for _, score in points)
        print(
            f"{name:28} {f'{reached[0]:.1f}' if reached else 'not reached':>18} {reached[1] if reached else '':>7} {best:10.4f}"
        )
    first = [next((seconds for seconds, score in points if score >= GOAL), None) for points in (recipe, ours)]
    if all(first):
        print(f"mnist-classifier is there {first[0] / first[1]:.1f} times sooner.")


def train_ours(data: Path, to_the_end: bool) -> list[tuple[float, float]]:
    """The project with its default settings."""
    from config import Config
    from data import load
    from model import build_model
    from support import runs, settings
    from train import fit
    from watching import Watcher

    config = settings.read(Config, argv=["--data", str(data)])
    splits = load(config)
    watch = Watcher(splits.test.x, splits.test.y, None if to_the_end else GOAL)
    print("mnist-classifier")
    fit(build_model(config, splits), splits, config, runs.start(config, splits), callbacks=[watch])
    return watch.points


def train_recipe(data: Path, to_the_end: bool) -> list[tuple[float, float]]:
    """The published recipe."""
    import keras
    import numpy as np
    from keras import layers
    from watching import Watcher

    with np.load(data) as file:
        x, y, x_test, y_test = (file[key] for key in ("x_train", "y_train", "x_test", "y_test"))
    x, x_test = x[..., None].astype("float32") / 255, x_test[..., None].astype("float32") / 255
    keras.utils.set_random_seed(42)
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    watch = Watcher(x_test, y_test, None if to_the_end else GOAL)
    print("Keras's MNIST convnet")
    model.fit(x, np.eye(10)[y], batch_size=128, epochs=15, validation_split=0.1, verbose=0, callbacks=[watch])
    return watch.points


if __name__ == "__main__":
    main()
