"""Small experiments that show the ideas of GUIDE.md; each takes half a minute or less on the sample.

    python lessons.py architectures    bag, LSTM and transformer in one table, beside counted words
    python lessons.py negation         who understands "not bad"? Accuracy by kind of sentence, and the words that negate others
    python lessons.py embeddings       which words have similar vectors, and a map of them

GUIDE.md says what to look for.
"""

import time
from typing import Any, Literal

import reviews
from config import Config
from data import load
from support import errors, runs, settings
from support.data import preprocessing
from support.data.words import FIRST
from support.settings import Settings
from support.splits import Split, Splits
from support.training import baselines

import numpy as np
from pydantic import Field

ARCHITECTURES = ("bag", "lstm", "transformer")


class Options(Settings):
    lesson: Literal["architectures", "negation", "embeddings"] = Field(description="which experiment")


def architectures(config: Config) -> dict[str, dict[str, float]]:
    """Accuracy on test reviews and on negated test sentences, seconds and parameters of each."""
    splits = load(config)
    negated = sentences(config, splits)["negated"]
    found = {}
    print(f"{'':36} {'test':>7} {'negated':>8} {'seconds':>8} {'parameters':>11}")
    for name in ARCHITECTURES:
        begin = time.perf_counter()
        model = trained(config.model_copy(update={"architecture": name}), splits)
        found[name] = {
            "seconds": time.perf_counter() - begin,
            "test": accuracy(ask(model, splits, splits.test), splits.test),
            "negated": accuracy(ask(model, splits, negated), negated),
            "parameters": model.count_params(),
        }
        row = found[name]
        print(f"{name:36} {row['test']:7.3f} {row['negated']:8.3f} {row['seconds']:8.1f} {row['parameters']:11,}")
    for name, test in baselines.predict(splits, config.seed).items():
        other = baselines.predict(at(splits, negated), config.seed)[name]
        found[name] = {"test": accuracy(test, splits.test), "negated": accuracy(other, negated)}
        print(f"{name:36} {found[name]['test']:7.3f} {found[name]['negated']:8.3f}")
    return found


def negation(config: Config) -> dict[str, dict[str, float]]:
    """Accuracy on each kind of test sentence: of the network, and of counted words."""
    splits = load(config)
    model = trained(config, splits)
    found = {}
    print(f"{'sentences':10} {'how many':>9} {'network':>8} {'counted words':>14}   for example")
    for kind, split in sentences(config, splits).items():
        counted = baselines.counted(at(splits, split), 1)
        found[kind] = {"network": accuracy(ask(model, splits, split), split), "counted": accuracy(counted, split)}
        row = found[kind]
        print(f"{kind:10} {len(split):9} {row['network']:8.3f} {row['counted']:14.3f}   {split.x[0]}")
    gates = np.asarray(model.get_layer("gates").get_weights()[0])[FIRST:]
    places = np.asarray(model.get_layer("around").get_weights()[0]).reshape(-1, gates.shape[1])  # (window, embedding)
    # Added to 1; below -1 the vector of a neighbour is reversed. The strongest of the positions counts.
    turned = (gates[:, None, :] * places[: config.near]).mean(axis=2).min(axis=1)
    order = np.argsort(turned)[:12]
    print("Words that negate the next ones: " + ", ".join(splits.spec["vocabulary"][place] for place in order))
    return found


def embeddings(config: Config) -> str:
    """Neighbours of some words by the angle between their vectors, and all opinion words on a map of two dimensions."""
    from support.reports import figures
    from support.reports.figures import plt

    splits = load(config)
    model = trained(config, splits)
    words = splits.spec["vocabulary"]
    vectors = np.asarray(model.get_layer("embedding").get_weights()[0])[FIRST:]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    for word in ("superb", "boring", "plot"):
        near = np.argsort(-(unit @ unit[words.index(word)]))[1:7]
        print(f"{word} stands beside {', '.join(words[place] for place in near)}")
    groups = {
        "praise": reviews.GOOD,
        "complaint": reviews.BAD,
        "other": [w for w in words if w not in {*reviews.GOOD, *reviews.BAD}],
    }
    centred = vectors - vectors.mean(axis=0)
    flat = (
        centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
    )  # principal components: the two widest directions
    figure, axis = plt.subplots(figsize=(9, 6))
    for color, (name, members) in zip(("C2", "C3", "0.7"), groups.items(), strict=True):
        places = [words.index(word) for word in members if word in words]
        axis.scatter(flat[places, 0], flat[places, 1], s=8, color=color, label=name)
        for place in places[: 60 if name != "other" else 40]:
            axis.annotate(words[place], flat[place], fontsize=6, color=color)
    axis.legend()
    return runs.shown(figures.save(figure, runs.FOLDER / "lessons" / "embeddings.png", "A map of the words")[0])


def sentences(config: Config, splits: Splits) -> dict[str, Split]:
    """The sentences of the test reviews, one by one, by their kind."""
    by_text = {review.text: review for review in reviews.write(config.seed)}
    every = [sentence for text in splits.test.x for sentence in by_text[text].sentences]
    groups = {kind: [sentence for sentence in every if sentence.kind == kind] for kind in reviews.SHARES}
    return {
        kind: Split(np.array([one.text for one in group], object), np.array([one.praise for one in group]))
        for kind, group in groups.items()
    }


def trained(config: Config, splits: Splits) -> Any:
    """A network trained as in train.py, but without a run; the last epoch counts."""
    from model import build_model

    model = build_model(config, splits)
    x = preprocessing.encode(splits.train.x, splits.spec)
    model.fit(x, splits.train.y, epochs=config.epochs, batch_size=config.batch_size, verbose=0)
    return model


def ask(model: Any, splits: Splits, split: Split) -> np.ndarray:
    return np.asarray(model(preprocessing.encode(split.x, splits.spec), training=False))


def at(splits: Splits, test: Split) -> Splits:
    return Splits(splits.train, splits.validation, test, splits.spec, splits.source, splits.note)


def accuracy(prediction: np.ndarray, split: Split) -> float:
    return float((prediction.argmax(axis=1) == split.y).mean())


def main() -> None:
    lesson = settings.read(Options, toml=False).lesson
    chosen = {"architectures": architectures, "negation": negation, "embeddings": embeddings}[lesson]
    result = chosen(settings.read(Config, argv=[]))
    if isinstance(result, str):
        print(f"Drawn: {result}")


if __name__ == "__main__":
    errors.run(main)
