"""Step 2: the network, an encoder-decoder transformer: a question and the answer so far -> a probability per next word.

    python model.py                    prints it and draws it into runs/model.png
    python model.py --layers 2

attention.py holds its pieces. Next: python train.py
"""

from attention import attend, causal_mask, feed_forward, padding_mask, positional_encoding, registered
from config import Config
from data import load
from support import errors, runs, settings
from support.data.word_layers import clean  # noqa: F401  a saved model needs it to find words
from support.data.words import FIRST, PAD
from support.errors import ProjectError
from support.reports import figures
from support.splits import Splits
from support.training import optimizers

import keras
from keras import layers, ops


def build_model(config: Config, splits: Splits, causal: bool = True) -> keras.Model:
    """A compiled network: question and answer so far, as indices of words -> probabilities (batch, answer_length, words).

    The input is the true answer, shifted one position to the right: at position i the network sees the words before i
    and predicts word i ("teacher forcing"). Thanks to the causal mask all positions are learned at once, and none sees
    its own target. `causal` is False only in lessons.py, which shows the effect.
    """
    if config.width % config.heads:
        raise ProjectError(f"--width {config.width} cannot be shared among {config.heads} heads\nTry: --heads 4")
    keras.utils.set_random_seed(config.seed)
    spec = splits.spec
    question = keras.Input((spec["question_length"],), dtype="int32", name="question")  # (batch, question_length)
    answer = keras.Input((spec["answer_length"],), dtype="int32", name="answer")  # (batch, answer_length)

    # One vector per word, for question, answer and output: the next word is the one whose vector fits best.
    embedding = layers.ReversibleEmbedding(FIRST + len(spec["vocabulary"]), config.width, name="embedding")
    question_mask = padding_mask(question)  # (batch, 1, question_length)
    answer_mask = causal_mask(answer) if causal else padding_mask(answer)  # (batch, answer_length or 1, answer_length)
    encoded = encoder(embedding(question), question_mask, config)  # (batch, question_length, width)
    decoded = decoder(embedding(answer), answer_mask, encoded, question_mask, config)  # (batch, answer_length, width)
    probabilities = layers.Softmax(name="probabilities")(
        embedding(decoded, reverse=True)
    )  # (batch, answer_length, words)

    model = keras.Model({"question": question, "answer": answer}, probabilities, name="transformer")
    model.compile(
        optimizer=optimizers.build(config, len(splits.train)),
        # What follows the end of an answer is padding: nothing to learn there.
        loss=keras.losses.SparseCategoricalCrossentropy(ignore_class=PAD),
        metrics=[token_accuracy],
        steps_per_execution=optimizers.steps_per_execution(len(splits.train), config.batch_size),
    )
    return model


def encoder(x, mask, config: Config):
    """Reads the question: each word looks at all the others, layer by layer. (batch, question_length, width), in and out."""
    x = embedded(x, config)
    for number in range(config.layers):
        x = attend(x, None, mask, config.heads, config.dropout, f"question_{number}")
        x = feed_forward(x, config.dropout)
    return layers.LayerNormalization()(x)


def decoder(x, mask, encoded, encoded_mask, config: Config):
    """Generates the answer: each word looks at those before it, then at the question. (batch, answer_length, width), in and out."""
    x = embedded(x, config)
    for number in range(config.layers):
        x = attend(x, None, mask, config.heads, config.dropout, f"answer_{number}")
        x = attend(x, encoded, encoded_mask, config.heads, config.dropout, f"across_{number}")
        x = feed_forward(x, config.dropout)
    return layers.LayerNormalization()(x)


def embedded(x, config: Config):
    """The vectors of the words, scaled to the size of those of the positions, plus the latter: attention alone ignores order."""
    x = layers.Rescaling(config.width**0.5)(x)
    if config.positions:
        x = x + positional_encoding(x.shape[1], x.shape[2])
    return layers.Dropout(config.dropout)(x)


@registered
def token_accuracy(truth, probabilities):
    """The fraction of next words that are right, per answer; padding does not count. (batch, answer_length), … -> (batch,)"""
    counts = ops.cast(ops.not_equal(truth, PAD), "float32")
    right = ops.cast(ops.equal(ops.cast(truth, "int32"), ops.argmax(probabilities, axis=-1)), "float32")
    return ops.sum(right * counts, axis=1) / ops.maximum(ops.sum(counts, axis=1), 1.0)


def main() -> None:
    config = settings.read(Config)
    model = build_model(config, load(config))
    model.summary()
    path, _ = figures.draw_model(model, runs.FOLDER / "model.png")
    print(f"Drawn: {runs.shown(path)}\nNext: python train.py")


if __name__ == "__main__":
    errors.run(main)
