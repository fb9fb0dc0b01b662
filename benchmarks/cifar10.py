"""Seconds to the best test accuracy of TensorFlow's CNN tutorial on CIFAR-10: that recipe and the cifar10-classifier project, in turn.

    python benchmarks/cifar10.py --data ../shared/data/cifar10_part.npz
    python benchmarks/cifar10.py --data cifar10.npz --all-epochs -- --epochs 20 --filters 32,64,128,256
    python benchmarks/cifar10.py --data ../shared/data/cifar10_part.npz -- --epochs 2 --shift 0
    python benchmarks/cifar10.py --data ../shared/data/cifar10_part.npz --time-only 50000
    python benchmarks/cifar10.py --data ../shared/data/cifar10_part.npz --extrapolate 50000 -- --epochs 40

The recipe is that of the tutorial "Convolutional Neural Network (CNN)": convolutions of 32, 64 and 64 filters, two max poolings, a
dense layer of 64, Adam, batch 32, 10 epochs. It goes first, and the best test accuracy that it ever shows is the goal. Then the
project trains on the same arrays (less the tenth that it keeps for validation) with its default settings, or with those after --.
The time for looking at the test data after each epoch is not counted; validating and saving are. --time-only N takes the time of one
epoch of N pictures instead, made by repeating those there are: for the time it does not matter what is on them. --extrapolate N trains
on a quarter, on half and on all of the pictures, and continues the error rate to N pictures by a power law (Hestness et al. 2017, "Deep
Learning Scaling is Predictable, Empirically"): an estimate, not a measurement. Needs the libraries of the project (`python tasks.py
test` installs them).
"""

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="CIFAR-10, or part of it, as .npz with Keras's keys")
    parser.add_argument("--all-epochs", action="store_true", help="train ours to the end, not only to the goal")
    parser.add_argument("--ours-only", action="store_true", help="train ours to the end, without the recipe")
    parser.add_argument("--time-only", type=int, metavar="N", help="take the time of one epoch of N pictures")
    parser.add_argument("--extrapolate", type=int, metavar="N", help="estimate the accuracy with N training pictures")
    parser.add_argument("settings", nargs="*", help="settings of the project, after --")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "pictures"
        command = [sys.executable, "-m", "dlgen", "new", "cifar10-classifier", str(project), "--no-input"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        sys.path.insert(0, str(project))
        if options.time_only:
            time_one_epoch(options.data.resolve(), options.settings, options.time_only)
            return
        if options.extrapolate:
            extrapolate(options.data.resolve(), options.settings, options.extrapolate)
            return
        recipe = [] if options.ours_only else train_recipe(options.data)
        goal = max((score for _, score in recipe), default=1.0)
        ours = train_ours(options.data.resolve(), options.settings, None if options.all_epochs else goal)

    print(f"\n{'':28} {'seconds to ' + format(goal, '.4f'):>18} {'epochs':>7} {'best seen':>10}")
    found = {"TensorFlow's CNN tutorial": first(recipe, goal), "cifar10-classifier": first(ours, goal)}
    for (name, reached), points in zip(found.items(), (recipe, ours), strict=True):
        if points:
            seconds, epoch = (f"{reached[0]:.1f}", reached[1]) if reached else ("not reached", "")
            print(f"{name:28} {seconds:>18} {epoch:>7} {max(score for _, score in points):10.4f}")
    theirs, own = found.values()
    if theirs and own:
        print(f"cifar10-classifier is there {theirs[0] / own[0]:.1f} times sooner.")


def first(points: list[tuple[float, float]], goal: float) -> tuple[float, int] | None:
    """Seconds and epochs until `goal` was reached."""
    return next(((seconds, epoch) for epoch, (seconds, score) in enumerate(points, 1) if score >= goal), None)


def prepare(data: Path, changes: list[str]):
    """Settings and data of the project."""
    from config import Config
    from data import load
    from support import settings

    config = settings.read(Config, argv=["--data", str(data), *changes])
    return config, load(config)


def train_ours(data: Path, changes: list[str], goal: float | None) -> list[tuple[float, float]]:
    """The project with its default settings and `changes`."""
    config, splits = prepare(data, changes)
    from model import build_model
    from support import runs
    from train import fit
    from watching import Watcher

    watch = Watcher(splits.test.x, splits.test.y, goal)
    print("cifar10-classifier", *changes)
    fit(build_model(config, splits), splits, config, runs.start(config, splits), callbacks=[watch])
    return watch.points


def time_one_epoch(data: Path, changes: list[str], count: int) -> None:
    """Print the seconds of the second epoch on `count` pictures; the first one also builds."""
    import numpy as np

    config, splits = prepare(data, [*changes, "--epochs", "2"])
    from model import build_model
    from support import memory
    from support.splits import Split
    from support.training.batches import Batches

    repeated = np.resize(np.arange(len(splits.train)), count)
    model = build_model(config, splits)
    batches = Batches(Split(splits.train.x[repeated], splits.train.y[repeated]), config.batch_size, config.seed)
    model.fit(Batches(splits.train.take(slice(0, 10 * config.batch_size)), config.batch_size, 0), verbose=0)
    memory.keep_freed()  # as the project does when it has trained on its first batch
    begin = time.perf_counter()
    model.fit(batches, verbose=0)
    seconds = time.perf_counter() - begin
    print(
        f"cifar10-classifier {' '.join(changes)}: {seconds:.1f} s for one epoch of {count:,} pictures, {count / seconds:.0f} a second"
    )


def extrapolate(data: Path, changes: list[str], count: int) -> None:
    """Print the test accuracy after training on a quarter, half and all of the pictures, and what a power law makes of it for `count`."""
    import numpy as np

    config, splits = prepare(data, changes)
    from model import build_model
    from support import runs
    from train import fit
    from watching import Watcher

    sizes = [len(splits.train) // 4, len(splits.train) // 2, len(splits.train)]
    order, errors = np.random.default_rng(config.seed).permutation(len(splits.train)), []
    for size in sizes:
        some = replace(splits, train=splits.train.take(np.sort(order[:size])))
        watch = Watcher(splits.test.x, splits.test.y, None)
        fit(build_model(config, some), some, config, runs.start(config, some), callbacks=[watch], quiet=True)
        seconds, accuracy = watch.points[-1]
        errors.append(1 - accuracy)
        print(f"{size:,} pictures: test accuracy {accuracy:.4f} after {seconds:.0f} s", flush=True)
    slope, start = np.polyfit(np.log(sizes), np.log(errors), 1)
    kept = count * (1 - config.validation_fraction)
    print(
        f"error = {np.exp(start):.2f} * pictures^{slope:.3f}; {count:,} less validation: accuracy {1 - np.exp(start + slope * np.log(kept)):.3f} (extrapolated)"
    )


def train_recipe(data: Path) -> list[tuple[float, float]]:
    """The published recipe, all ten epochs."""
    import keras
    import numpy as np
    from keras import layers
    from watching import Watcher

    with np.load(data) as file:
        x, y, x_test, y_test = (file[key] for key in ("x_train", "y_train", "x_test", "y_test"))
    x, x_test = x.astype("float32") / 255, x_test.astype("float32") / 255
    keras.utils.set_random_seed(42)
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(loss=loss, optimizer="adam", metrics=["accuracy"])
    watch = Watcher(x_test, y_test.ravel(), None)
    print("TensorFlow's CNN tutorial")
    model.fit(x, y, epochs=10, verbose=0, callbacks=[watch])
    return watch.points


if __name__ == "__main__":
    main()
