"""Step 2: the network, from the words of a text to a probability per class, in three architectures.

    python model.py                              prints it and draws it into runs/model.png
    python model.py --architecture transformer

Next: python train.py
"""

from config import Config
from data import load
from support import errors, runs, settings
from support.data.text_layers import known, pooled
from support.data.word_layers import clean  # noqa: F401  a saved model needs it to find words
from support.reports import figures
from support.splits import Splits
from support.training import optimizers

import keras
from keras import layers, ops


def build_model(config: Config, splits: Splits) -> keras.Model:
    """A compiled network: words as numbers (batch, length) -> probabilities (batch, classes)."""
    keras.utils.set_random_seed(config.seed)
    spec = splits.spec
    words = len(spec["vocabulary"]) + 2  # and one for padding, one for unknown words
    ids = keras.Input((spec["length"],), dtype="int32", name="ids")  # (batch, length)
    mask = known(ids)  # (batch, length, 1): 1 where there is a word
    x = layers.Embedding(words, config.embedding, name="embedding")(ids)  # (batch, length, 16): a vector per word

    text = {"bag": bag, "lstm": lstm, "transformer": transformer}[config.architecture](x, mask, ids, words, config)
    text = layers.Dropout(config.dropout)(text)  # (batch, features): a vector per text
    probabilities = layers.Dense(len(spec["labels"]), activation="softmax", name="probabilities")(text)

    model = keras.Model(ids, probabilities, name=config.architecture)
    model.compile(
        optimizer=optimizers.build(config, len(splits.train)),
        loss="sparse_categorical_crossentropy",  # "sparse": the labels are class numbers, not columns
        metrics=["accuracy"],
        steps_per_execution=optimizers.steps_per_execution(len(splits.train), config.batch_size),
    )
    return model


def bag(x, mask, ids, words: int, config: Config):
    """The mean of the words' vectors, each multiplied by a gate of its neighbours: "not" learns to negate "good".

    A plain mean, which ignores order, is the "bag of words" (Iyyer et al. 2015); the gates add as much order as needed.
    """
    gates = layers.Embedding(words, config.embedding, name="gates")(ids) * mask  # (batch, length, 16): of each word
    window = (
        2 * config.near + 1
    )  # the words before, the word itself, the words after it; each position has weights of its own
    around = layers.DepthwiseConv1D(window, padding="same", name="around")(
        gates
    )  # (batch, length, 16): of the neighbours
    return pooled(x * (1 + around), mask)  # (batch, 16)


def lstm(x, mask, ids, words: int, config: Config):
    """Words read one by one, forwards and backwards, by cells that choose what to keep (Hochreiter, Schmidhuber 1997)."""
    x, mask = grouped(x, mask, config.steps)  # (batch, steps, 16)
    read = layers.Bidirectional(layers.LSTM(config.units, return_sequences=True))(x)  # (batch, steps, 32): in context
    return pooled(layers.Concatenate()([x, read]), mask)  # (batch, 48)


def transformer(x, mask, ids, words: int, config: Config):
    """One block of self-attention: every position looks at all others and takes what it needs (Vaswani et al. 2017)."""
    x, mask = grouped(x, mask, config.steps)  # (batch, steps, 16)
    number = ops.cumsum(ops.ones_like(mask[..., 0], dtype="int32"), axis=1) - 1  # (batch, steps): 0, 1, 2, …
    # Attention ignores order: a vector for each position tells it where to look. The values are the words' vectors.
    place = x + layers.Embedding(x.shape[1], config.embedding, name="places")(number)  # (batch, steps, 16)
    seen = layers.Concatenate()([attention(place, x, mask, width=8) for _ in range(config.heads)])
    read = layers.LayerNormalization()(x + layers.Dense(config.embedding)(seen))
    thought = layers.Dense(2 * config.embedding, activation="relu")(read)
    read = layers.LayerNormalization()(read + layers.Dense(config.embedding)(thought))  # (batch, steps, 16): in context
    return pooled(layers.Concatenate()([x, read]), mask)  # (batch, 32)


def attention(place, x, mask, width: int):
    """For each position, the mean of all values, weighted by how well its query fits their keys."""
    query, key, value = layers.Dense(width)(place), layers.Dense(width)(place), layers.Dense(width)(x)
    fits = ops.matmul(query, ops.swapaxes(key, 1, 2)) / width**0.5  # (batch, steps, steps)
    mask = ops.reshape(mask, (-1, 1, mask.shape[1]))  # (batch, 1, steps); LiteRT computes wrongly with it transposed
    fits = fits - 10 * (1 - mask)  # padding keeps a weight of e^-10; 8 bits could not hold a larger difference
    return ops.matmul(ops.softmax(fits), value)  # (batch, steps, 8)


def grouped(x, mask, steps: int):
    """At most `steps` vectors: longer texts become means of neighbouring words, because time grows with the steps, in attention with
    their square."""
    size = -(-x.shape[1] // steps)
    if size == 1:
        return x * mask, mask
    return layers.AveragePooling1D(size, padding="same")(x * mask), layers.MaxPooling1D(size, padding="same")(mask)


def main() -> None:
    config = settings.read(Config)
    model = build_model(config, load(config))
    model.summary()
    path, _ = figures.draw_model(model, runs.FOLDER / "model.png")
    print(f"Drawn: {runs.shown(path)}\nNext: python train.py")


if __name__ == "__main__":
    errors.run(main)
