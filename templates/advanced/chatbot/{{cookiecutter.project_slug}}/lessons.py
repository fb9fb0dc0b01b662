"""Small experiments that show the ideas of GUIDE.md.

    python lessons.py attention        three words look at each other: every number of the formula (seconds)
    python lessons.py positions        what is lost without positional encoding, by kind of question (two trainings, two minutes)
    python lessons.py masks            a decoder without the causal mask: right in training, useless alone (two minutes)
    python lessons.py decoding         greedy, beam and top-p on the same questions (needs a trained run; seconds)

GUIDE.md says what to look for.
"""

from typing import Any, Literal

import conversations
from config import Config
from data import load
from support import errors, runs, settings
from support.data import preprocessing, qa_pairs
from support.exports import serving
from support.settings import Settings
from support.splits import Splits
from support.training import decoding
from support.training.decoding import DecodingOptions

import numpy as np
from pydantic import Field


class Options(Settings):
    lesson: Literal["attention", "positions", "masks", "decoding"] = Field(description="which experiment")


def attention(config: Config) -> np.ndarray:
    """Scaled dot-product attention of three words with two numbers each, step by step."""
    words = ("cat", "is", "big")
    query = np.array([[2.0, 0.0], [0.0, 0.0], [0.0, 2.0]])  # what each looks for: "cat" for nouns, "big" for verbs
    key = np.array([[2.0, 0.0], [0.0, 2.0], [1.0, 1.0]])  # what each can be found by
    value = np.array([[1.0, 0.0], [0.0, 1.0], [5.0, 5.0]])  # what each has to give
    fits = (
        query @ key.T / np.sqrt(2)
    )  # (words, words); without the root, more numbers per word would mean harder choices
    causal = np.where(np.tril(np.ones((3, 3))) > 0, fits, -np.inf)
    for title, scores in (("all may look at all", fits), ("with the causal mask", causal)):
        weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)  # softmax: each row adds up to 1
        print(f"{title}\n{'':8}{'':2}" + "".join(f"{word:>8}" for word in words) + "    takes")
        for word, row, taken in zip(words, weights, weights @ value, strict=True):
            print(f"{word:8}: " + "".join(f"{share:8.2f}" for share in row) + f"    {np.round(taken, 2)}")
    return weights


def positions(config: Config) -> dict[str, dict[str, float]]:
    """Exact matches by kind of question, with and without positional encoding."""
    splits = load(config)
    found = {}
    print(f"{'':20}" + "".join(f"{kind:>9}" for kind in conversations.KINDS))
    for name, on in (("with positions", True), ("without", False)):
        model = trained(config.model_copy(update={"positions": on}), splits)
        found[name] = by_kind(model, splits)
        print(f"{name:20}" + "".join(f"{found[name][kind]:9.2f}" for kind in conversations.KINDS))
    return found


def masks(config: Config) -> dict[str, dict[str, float]]:
    """Token accuracy while the true answer is shown, and exact match of generated answers, with and without the causal mask."""
    splits = load(config)
    found = {}
    print(f"{'':24}{'token accuracy':>18}{'exact match':>18}")
    for name, causal in (("sees what was said", True), ("sees the whole answer", False)):
        model = trained(config, splits, causal)
        right = model.evaluate(
            preprocessing.encode(splits.test.x, splits.spec), splits.test.y, verbose=0, return_dict=True
        )
        found[name] = {
            "token_accuracy": right["token_accuracy"],
            "exact_match": float(np.mean(list(exact_match(model, splits).values()))),
        }
        print(f"{name:24}{found[name]['token_accuracy']:18.2f}{found[name]['exact_match']:18.2f}")
    return found


def strategies(config: Config) -> dict[str, list[list[str]]]:
    """Answers of the newest run, five samples where the strategy samples, and their probabilities."""
    model = serving.locate(None, None)
    step = serving.load(model)
    found: dict[str, list[list[str]]] = {}
    questions = ["tell me a joke", "hello", "what is a whale?", "how many hours are in my days?"]
    for name, options, times in (
        ("greedy", DecodingOptions(), 1),
        ("beam, 4 wide", DecodingOptions(decoding="beam"), 1),
        ("top-p 0.9", DecodingOptions(decoding="top-p"), 5),
        ("top-p 1, temperature 2", DecodingOptions(decoding="top-p", temperature=2.0, top_p=1.0), 5),
    ):
        print(f"\n{name}")
        rng = np.random.default_rng(0)
        found[name] = []
        for question in questions:
            replies = [decoding.answer(step, [question], model.spec, options, rng)[0] for _ in range(times)]
            texts = {
                preprocessing.join(list(one.words), model.spec["spelling"]): np.prod(one.probabilities)
                for one in replies
            }
            found[name].append(list(texts))
            for line, (text, probability) in enumerate(texts.items()):
                print(f"    {question if line == 0 else '':32} {probability:5.0%}  {text}")
    return found


def trained(config: Config, splits: Splits, causal: bool = True) -> Any:
    """A network trained as in train.py, but without a run; the last epoch counts."""
    from dataclasses import replace

    from model import build_model
    from support.training.batches import Batches

    model = build_model(config, splits, causal)
    x = preprocessing.encode(splits.train.x, splits.spec)
    batches = Batches(replace(splits.train, x=x), config.batch_size, config.seed)
    model.fit(batches, epochs=config.epochs, shuffle=False, verbose=0)
    return model


def exact_match(model: Any, splits: Splits) -> dict[str, bool]:
    """For each test question whether its greedy answer is a known one."""
    questions = list(dict.fromkeys(splits.test.x["question"]))
    replies = decoding.greedy(
        lambda x: model.predict(preprocessing.encode(x, splits.spec), verbose=0), questions, splits.spec
    )
    known = {(qa_pairs.key(q), qa_pairs.key(a)) for q, a in zip(*splits.test.x.values(), strict=True)}
    return {
        question: (qa_pairs.key(question), qa_pairs.key(" ".join(reply.words))) in known
        for question, reply in zip(questions, replies, strict=True)
    }


def by_kind(model: Any, splits: Splits) -> dict[str, float]:
    """Exact matches for each kind of test question of the sample."""
    kinds = {one.question: one.kind for one in conversations.write()}
    right = exact_match(model, splits)
    return {kind: float(np.mean([ok for q, ok in right.items() if kinds[q] == kind])) for kind in conversations.KINDS}


def main() -> None:
    lesson = settings.read(Options, toml=False).lesson
    chosen = {"attention": attention, "positions": positions, "masks": masks, "decoding": strategies}[lesson]
    chosen(settings.read(Config, argv=[]))
    if lesson == "decoding":
        drawn = runs.find(None).figures / "attention.png"
        where = runs.shown(drawn) if drawn.exists() else "drawn by python evaluate.py"
        print(f"\nThe map of attention: {where}")


if __name__ == "__main__":
    errors.run(main)
