"""Film reviews: Keras's Conv1D text recipe, the sentiment-analysis project in its three architectures, and counted words, in turn.

    python benchmarks/imdb.py --data ../shared/data/imdb       5,000 + 5,000 reviews as train.csv and test.csv: about 5 minutes
    python benchmarks/imdb.py --data aclImdb_v1.tar.gz         all 25,000 + 25,000 (a folder aclImdb works too)

The recipe is that of the Keras example "Text classification from scratch": 20,000 words, 500 of each text, an embedding of 128, two
convolutions of 128 by 7 with stride 3, global max pooling, a dense layer of 128, dropout 0.5 twice, Adam, batch 32, 3 epochs. It may
train on all training reviews, and the best of its epochs on the test counts. The project keeps a tenth of the training reviews to
choose its epoch, and its one chosen epoch counts. Seconds are those from texts in memory to the trained model: finding words and
building count, reading files and looking at the test do not. Needs the libraries of the project (`python tasks.py test` installs them).
"""

import argparse
import re
import string
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with train.csv and test.csv, aclImdb_v1.tar.gz, or aclImdb/"
    )
    parser.add_argument("--recipe-epochs", type=int, default=3, help="as published: 3")
    parser.add_argument(
        "--only", default="recipe,bag,lstm,transformer,counted", help="some of them, separated by commas"
    )
    options = parser.parse_args()
    path, wanted = options.data.resolve(), options.only.split(",")

    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "reviews"
        command = [sys.executable, "-m", "dlgen", "new", "sentiment-analysis", str(project), "--no-input"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        sys.path.insert(0, str(project))
        import data
        import keras  # noqa: F401  loaded before any clock runs
        from config import Config
        from support import settings
        from support.data import texts

        config = settings.read(Config, argv=["--data", str(path)])
        examples, test = data.read_archive(path) if path.is_file() else texts.read_own(config)
        if test is None:
            sys.exit(f"{path} has no test part")
        rows = {}
        for name in wanted:
            print(f"\n{name}", flush=True)
            if name == "recipe":
                rows["Keras's Conv1D recipe"] = train_recipe(examples, test, options.recipe_epochs)
            elif name == "counted":
                rows |= train_counted(examples, test, config)
            else:
                rows[f"sentiment-analysis, {name}"] = train_ours(examples, test, config, name)

    print(f"\n{len(examples):,} training and {len(test):,} test reviews\n{'':40} {'test accuracy':>13} {'seconds':>8}")
    for name, (accuracy, seconds) in rows.items():
        print(f"{name:40} {accuracy:13.4f} {seconds:8.1f}")


def train_ours(examples, test, config, architecture: str) -> tuple[float, float]:
    """The project with its default settings: test accuracy of the epoch that validation chose, and seconds."""
    from model import build_model
    from support import runs
    from support.data import preprocessing, texts
    from support.training import inference
    from train import fit

    config = config.model_copy(update={"architecture": architecture})
    begin = time.perf_counter()
    splits = texts.load(examples, test, config, "IMDB", "IMDB")
    model = build_model(config, splits)
    run = runs.start(config, splits)
    fit(model, splits, config, run)
    seconds = time.perf_counter() - begin
    prediction = inference.predict(model, preprocessing.encode(splits.test.x, splits.spec))
    return float((prediction.argmax(axis=1) == splits.test.y).mean()), seconds


def train_counted(examples, test, config) -> dict[str, tuple[float, float]]:
    """Logistic regression on counted words, and on words and pairs."""
    from support.data import texts
    from support.training import baselines

    splits = texts.load(examples, test, config, "IMDB", "IMDB")
    rows = {}
    for longest, name in ((1, "counted words, logistic regression"), (2, "words and pairs, logistic regression")):
        begin = time.perf_counter()
        prediction = baselines.counted(splits, longest)
        rows[name] = float((prediction.argmax(axis=1) == splits.test.y).mean()), time.perf_counter() - begin
    return rows


def train_recipe(examples, test, epochs: int) -> tuple[float, float]:
    """The published recipe: its best test accuracy after any epoch, and the seconds until then."""
    import keras
    import numpy as np
    import tensorflow as tf
    from keras import layers

    def standardize(text):
        plain = tf.strings.regex_replace(tf.strings.lower(text), "<br />", " ")
        return tf.strings.regex_replace(plain, f"[{re.escape(string.punctuation)}]", "")

    labels = sorted(set(examples.labels))
    x, y = (np.array(examples.texts), np.array([labels.index(label) for label in examples.labels]))
    x_test, y_test = (np.array(test.texts), np.array([labels.index(label) for label in test.labels]))
    keras.utils.set_random_seed(42)
    begin, looking = time.perf_counter(), 0.0
    texts = (
        tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x), seed=42, reshuffle_each_iteration=False).batch(32)
    )
    vectorize = layers.TextVectorization(
        standardize=standardize, max_tokens=20_000, output_mode="int", output_sequence_length=500
    )
    vectorize.adapt(texts.map(lambda text, label: text))
    train = texts.map(lambda text, label: (vectorize(text), label)).cache().prefetch(10)
    ids = keras.Input((None,), dtype="int64")
    h = layers.Dropout(0.5)(layers.Embedding(20_000, 128)(ids))
    for _ in range(2):
        h = layers.Conv1D(128, 7, padding="valid", activation="relu", strides=3)(h)
    h = layers.Dense(128, activation="relu")(layers.GlobalMaxPooling1D()(h))
    answer = layers.Dense(1, activation="sigmoid")(layers.Dropout(0.5)(h))
    model = keras.Model(ids, answer)
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    asked = tf.data.Dataset.from_tensor_slices(x_test).batch(512).map(vectorize).cache()
    points = []
    for _ in range(epochs):
        model.fit(train, verbose=0)
        looked = time.perf_counter()
        accuracy = float(((model.predict(asked, verbose=0)[:, 0] > 0.5) == y_test).mean())
        points.append((accuracy, looked - begin - looking))
        print(f"    test accuracy {accuracy:.4f} after {points[-1][1]:.1f} s", flush=True)
        looking += time.perf_counter() - looked
    return max(points)


if __name__ == "__main__":
    main()
