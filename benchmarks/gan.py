"""TensorFlow's DCGAN tutorial and the gan-images project, trained for the same minutes on MNIST and scored by the same judge.

    python benchmarks/gan.py --data ../shared/data/mnist.npz --minutes 2

The recipe is that of TensorFlow's tutorial "Deep Convolutional Generative Adversarial Network": generator of a dense layer and three
transposed convolutions (128, 64, 1 filters of 5x5) with batch normalization and leaky ReLU, discriminator of two convolutions (64,
128) with dropout 0.3, cross-entropy, Adam 1e-4, batches of 256, 100 latent numbers. Its steps are compiled by tf.function, as there.
The minutes are those of training alone: building, the first (compiling) step, looking at validation and saving are not counted.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SAMPLES = 1_000  # for the count of digits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="MNIST as .npz with Keras's keys")
    parser.add_argument("--minutes", type=float, default=4.0, help="of training, for each")
    options = parser.parse_args()
    data = options.data.resolve()

    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "gan"
        command = [sys.executable, "-m", "dlgen", "new", "gan-images", str(project), "--no-input"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        sys.path.insert(0, str(project))
        from config import Config
        from data import load
        from support import settings
        from support.training import baselines

        config = settings.read(Config, argv=["--data", str(data), "--schedule", "constant"])
        splits = load(config)
        ours = train_ours(config, splits, 60 * options.minutes)
        recipe = train_recipe(splits, 60 * options.minutes)

        print(f"\n{'':32}{'steps':>7}{'frechet':>10}{'kernel':>10}{'sureness':>10}{'digits':>8}")
        for name, (steps, pictures) in {"TensorFlow's DCGAN tutorial": recipe, "gan-images": ours}.items():
            print(row(name, str(steps), splits, pictures))
        for name, pictures in baselines.predict(splits, config.seed).items():
            print(row(name, "", splits, pictures))
        print(
            f"digits: how many of the ten are among the first {SAMPLES:,} pictures. Distances are over {len(splits.test):,}."
        )


def row(name: str, steps: str, splits, pictures) -> str:
    """One line of the table."""
    import metrics

    found = metrics.score(splits.test.y, pictures, splits.spec)
    digits = metrics.score(splits.test.y[:SAMPLES], pictures[:SAMPLES], splits.spec)["classes"]
    return f"{name:32}{steps:>7}{found['frechet']:10.4f}{found['kernel']:10.4f}{found['sureness']:10.3f}{digits:8.0f}"


def train_ours(config, splits, seconds: float):
    """The project's networks and loss, stopped when the time is up; how many steps that were, and pictures of the test's latent vectors."""
    import keras
    from model import build_model
    from support.training import inference
    from support.training.batches import Batches

    class Stop(keras.callbacks.Callback):
        """Leaves `fit` when the time since the end of the first step is up."""

        began = 0.0

        def on_train_batch_end(self, batch, logs=None) -> None:
            self.began = self.began or time.perf_counter()
            if time.perf_counter() - self.began > seconds:
                self.model.stop_training = True  # fit looks at it after each batch

    model = build_model(config, splits)
    model.steps_per_execution = 1  # as the recipe; its first step is not counted either
    batches = Batches(splits.train, config.batch_size, config.seed)
    print(f"gan-images: {seconds / 60:g} minutes", flush=True)
    model.fit(batches, epochs=1_000, verbose=0, shuffle=False, callbacks=[Stop()])
    return int(model.optimizer.iterations), inference.predict(model, splits.test.x)


def train_recipe(splits, seconds: float):
    """The same of the tutorial's networks."""
    import numpy as np
    import tensorflow as tf
    from keras import Input, Sequential, layers, losses, optimizers

    tf.keras.utils.set_random_seed(42)
    generator = Sequential(
        [
            Input((100,)),
            layers.Dense(7 * 7 * 256, use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Reshape((7, 7, 256)),
            layers.Conv2DTranspose(128, 5, strides=1, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Conv2DTranspose(64, 5, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Conv2DTranspose(1, 5, strides=2, padding="same", use_bias=False, activation="tanh"),
        ]
    )
    discriminator = Sequential(
        [
            Input((28, 28, 1)),
            layers.Conv2D(64, 5, strides=2, padding="same"),
            layers.LeakyReLU(),
            layers.Dropout(0.3),
            layers.Conv2D(128, 5, strides=2, padding="same"),
            layers.LeakyReLU(),
            layers.Dropout(0.3),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    entropy = losses.BinaryCrossentropy(from_logits=True)
    drawing, judging = optimizers.Adam(1e-4), optimizers.Adam(1e-4)

    @tf.function
    def step(real):
        noise = tf.random.normal([256, 100])
        with tf.GradientTape() as one, tf.GradientTape() as other:
            fake = generator(noise, training=True)
            of_real, of_fake = discriminator(real, training=True), discriminator(fake, training=True)
            wanted = entropy(tf.ones_like(of_fake), of_fake)
            told = entropy(tf.ones_like(of_real), of_real) + entropy(tf.zeros_like(of_fake), of_fake)
        drawing.apply(one.gradient(wanted, generator.trainable_variables), generator.trainable_variables)
        judging.apply(other.gradient(told, discriminator.trainable_variables), discriminator.trainable_variables)

    print(f"TensorFlow's DCGAN tutorial: {seconds / 60:g} minutes", flush=True)
    # The tutorial trains on all 60,000 training digits; so does this, those that the project keeps for validation included.
    pictures = np.concatenate([splits.train.y, splits.validation.y]).astype("float32") / 127.5 - 1
    dataset = iter(
        tf.data.Dataset.from_tensor_slices(pictures).shuffle(len(pictures)).batch(256, drop_remainder=True).repeat()
    )
    step(next(dataset))
    steps, begin = 1, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        step(next(dataset))
        steps += 1
    noise = np.random.default_rng(0).standard_normal((len(splits.test), 100)).astype("float32")
    return steps, (generator.predict(noise, batch_size=256, verbose=0) + 1) / 2


if __name__ == "__main__":
    main()
