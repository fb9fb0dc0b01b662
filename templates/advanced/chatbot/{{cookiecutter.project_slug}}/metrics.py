"""How good answers are: word by word beside the true answer (perplexity), and as a whole (exact match, variety, copies)."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from support.data import preprocessing, qa_pairs
from support.data.words import PAD
from support.splits import Split, Splits
from support.training.decoding import Reply

import numpy as np

METRIC = "token_accuracy"  # the metric that exports are compared by; it needs no generated answers
SHOWN = 12  # answers in a figure
LEAST = 1e-7  # of probability: a float32 that was rounded to zero is not impossible


def score(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, float]:
    """Scores of probabilities (pairs, answer_length, words) of each next word, after the true words before it.

    token_accuracy: the fraction of next words that are right. perplexity: among how many words the network chooses, in
    effect; 1 is sure and right. `truth` has the indices of the words (pairs, answer_length), and 0 for padding.
    """
    asked = truth != PAD
    likelihood = np.take_along_axis(prediction, truth[..., None].astype(int), axis=2)[..., 0]  # (pairs, answer_length)
    return {
        "token_accuracy": float((prediction.argmax(axis=2) == truth)[asked].mean()),
        "perplexity": float(np.exp(-np.log(np.maximum(likelihood[asked], LEAST)).mean())),
    }


def of_answers(questions: Sequence[str], answers: Sequence[str], splits: Splits) -> dict[str, float]:
    """Scores of one whole generated answer to each test question.

    exact_match: the fraction that is, word for word, a known answer to that question. distinct_1, distinct_2: distinct
    words and pairs of neighbours, as a fraction of all generated ones; low if every question gets the same answer (Li
    et al. 2016). copied: the fraction of answers that occur in training as they are.
    """
    known = known_answers(splits)
    trained = {qa_pairs.key(text) for text in splits.train.x["answer"]}
    keys = [qa_pairs.key(text) for text in answers]
    said = [preprocessing.words(text) for text in answers]
    pairs = [pair for found in said for pair in zip(found, found[1:], strict=False)]
    words = [word for found in said for word in found]
    return {
        "exact_match": float(np.mean([own in known[qa_pairs.key(q)] for own, q in zip(keys, questions, strict=True)])),
        "distinct_1": len(set(words)) / max(1, len(words)),
        "distinct_2": len(set(pairs)) / max(1, len(pairs)),
        "copied": float(np.mean([own in trained for own in keys])),
    }


def known_answers(splits: Splits) -> dict[str, set[str]]:
    """The answers to each test question, both as `qa_pairs.key` has them."""
    known: dict[str, set[str]] = {}
    for question, right in zip(splits.test.x["question"], splits.test.x["answer"], strict=True):
        known.setdefault(qa_pairs.key(question), set()).add(qa_pairs.key(right))
    return known


def details(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """The fraction of next words that are right, by position in the answer: the first words decide its subject."""
    asked = truth != PAD
    right = (prediction.argmax(axis=2) == truth) & asked
    positions = [position for position in range(truth.shape[1]) if asked[:, position].any()]
    return {"positions": [float(right[:, position].sum() / asked[:, position].sum()) for position in positions]}


def choose_threshold(truth: np.ndarray, prediction: np.ndarray, config: Any) -> dict[str, Any]:
    """What is chosen on the validation split, for the spec: nothing here."""
    return {}


def to_record(reply: Reply, spec: dict[str, Any]) -> dict[str, Any]:
    """An answer: its text, its probability as a whole, and its least probable word."""
    marks = [*reply.words, *(["(end)"] if reply.ended else [])]
    least = int(np.argmin(reply.probabilities)) if reply.probabilities else 0
    return {
        "answer": preprocessing.join(list(reply.words), spec["spelling"]),
        "probability": float(f"{np.prod(reply.probabilities):.4g}"),
        "least_sure": {"word": marks[least], "probability": float(f"{reply.probabilities[least]:.4g}")}
        if marks
        else None,
        "complete": reply.ended,
    }


def to_text(answer: dict[str, Any]) -> str:
    """An answer as a line for a person."""
    return f"{answer['answer'] or '(silence)'}  ({answer['probability']:.0%}{'' if answer['complete'] else ', cut'})"


def to_rows(metrics: dict[str, Any]) -> list[list[str]]:
    """The scores as a table: header, network and baselines; an empty cell where a baseline has no such metric."""
    names = list(metrics["test"])
    table = [["", *(name.replace("_", "-") for name in names), "pairs"]]
    for title, values in {"network": metrics["test"], **metrics["baselines"]}.items():
        cells = ["" if name not in values else shown(name, values[name]) for name in names]
        table.append([title, *cells, str(metrics["test_examples"])])
    return table


def shown(name: str, value: float) -> str:
    return f"{value:.1f}" if name == "perplexity" and value >= 10 else f"{value:.3f}"


def to_table(metrics: dict[str, Any]) -> str:
    """What evaluate.py prints."""
    header, *lines = to_rows(metrics)
    width = max(len(line[0]) for line in lines)
    text = [f"Measured on {metrics['note']}: {metrics['test_examples']:,} test pairs."]
    text += [f"{line[0]:{width}}  " + "  ".join(f"{cell:>10}" for cell in line[1:-1]) for line in (header, *lines)]
    return "\n".join(text)


def plot(
    splits: Splits, replies: Sequence[Reply], folder: Path, draw_examples: Callable[[Split, list[str], Path, str], Any]
) -> list[Any]:
    """Draw test questions with the known answer and the network's, first those with another answer, then the rest.

    `replies` has an answer for each pair of the test.
    """
    found = [to_record(reply, splits.spec) for reply in replies]
    known = known_answers(splits)
    matched = np.array(
        [
            qa_pairs.key(answer["answer"]) in known[qa_pairs.key(question)]
            for answer, question in zip(found, splits.test.x["question"], strict=True)
        ]
    )
    pictures = []
    for name, chosen, caption in (
        ("otherwise", ~matched, "Test questions that the network answered otherwise than the data do: not chosen, the first ones."),
        ("as_known", matched, "Test questions that were answered as in the data: not chosen, spread over the test."),
    ):  # fmt: skip
        rows = np.flatnonzero(chosen)
        rows = rows[np.linspace(0, len(rows) - 1, min(SHOWN, len(rows))).astype(int)]
        if len(rows):
            titles = [f"network: {to_text(found[row])}" for row in rows]
            pictures.append(draw_examples(splits.test.take(rows), titles, folder / f"{name}.png", caption))
    return pictures
