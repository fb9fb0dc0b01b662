"""From a probability per next word to whole answers: greedy, sampling among the most probable words (top-p), or the best of several answers (beam).

`step` is a model of any format (`serving.load`): questions and answers so far, as texts -> probabilities (batch,
answer_length, words) of the word at each position. Everything here is numpy, so an ONNX file works without TensorFlow.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from support.data import preprocessing
from support.data.words import FIRST, PAD, UNKNOWN
from support.settings import Settings

import numpy as np
from pydantic import Field

Step = Callable[[Any], np.ndarray]
NEVER = [PAD, UNKNOWN, preprocessing.START]  # tokens that are never generated


class DecodingOptions(Settings):
    """How an answer is generated from probabilities: the same options in predict.py and chat.py."""

    decoding: Literal["greedy", "top-p", "beam"] = Field(
        default="greedy",
        description="decoding strategy: the most probable word each time; a sample of the most probable words; or the best of several answers",
    )
    temperature: float = Field(
        default=1.0,
        gt=0,
        le=10,
        description="temperature of top-p; below 1 favours the most probable words, above 1 the rare ones",
    )
    top_p: float = Field(
        default=0.9,
        gt=0,
        le=1,
        description="probability that the words of top-p have together; less probable words are never taken",
    )
    beam_width: int = Field(default=4, ge=1, le=64, description="partial answers that beam keeps at each word")
    longest: int = Field(default=100, ge=1, description="most words of an answer; never more than in training")
    seed: int = Field(default=0, ge=0, description="random seed of top-p; the same seed gives the same answers")


@dataclass(frozen=True)
class Reply:
    """An answer so far, and the probability of each word (and of the end, once it is reached)."""

    words: tuple[str, ...] = ()
    probabilities: tuple[float, ...] = ()
    ended: bool = False

    @property
    def score(self) -> float:
        """The mean log-probability of a word: sums would favour short answers."""
        return float(np.mean(np.log(np.maximum(self.probabilities, 1e-30)))) if self.probabilities else 0.0

    def then(self, number: int, probability: float, spec: dict[str, Any]) -> "Reply":
        """This answer with one more word, or with its end."""
        ended = number == preprocessing.END
        said = self.words if ended else (*self.words, spec["vocabulary"][number - FIRST])
        return Reply(said, (*self.probabilities, probability), ended)


def answer(
    step: Step, questions: Sequence[str], spec: dict[str, Any], options: DecodingOptions, rng: np.random.Generator
) -> list[Reply]:
    """An answer to each question, word by word, all questions at once.

    `width` partial answers are kept at each word. One is greedy decoding or sampling; several are beam search, which
    can find answers that begin with a less probable word.
    """
    width = options.beam_width if options.decoding == "beam" else 1
    live = [[Reply()] for _ in questions]
    done: list[list[Reply]] = [[] for _ in questions]
    for _ in range(min(options.longest, spec["answer_length"])):  # its last position is for the end token
        rows = [(row, reply) for row, replies in enumerate(live) for reply in replies]
        if not rows:
            break
        grown: list[list[Reply]] = [[] for _ in questions]
        probabilities = next_words(step, [(questions[row], reply) for row, reply in rows], spec)
        if options.decoding == "top-p":
            best = drawn(probabilities, options.temperature, options.top_p, rng)[:, None]
        else:
            best = np.argsort(-probabilities, axis=1, kind="stable")[:, :width]
        for (row, reply), numbers, each in zip(rows, best, probabilities, strict=True):
            grown[row] += [reply.then(int(number), float(each[number]), spec) for number in numbers if each[number] > 0]
        for row, replies in enumerate(grown):
            kept = sorted(replies, key=lambda reply: -reply.score)[:width]
            done[row] += [reply for reply in kept if reply.ended]
            live[row] = [reply for reply in kept if not reply.ended] if len(done[row]) < width else []
    return [
        max(ended or going or [Reply()], key=lambda reply: reply.score) for ended, going in zip(done, live, strict=True)
    ]


def greedy(step: Step, questions: Sequence[str], spec: dict[str, Any]) -> list[Reply]:
    """The answers that always continue with the most probable word."""
    return answer(step, questions, spec, DecodingOptions(), np.random.default_rng(0))


def next_words(step: Step, so_far: Sequence[tuple[str, Reply]], spec: dict[str, Any]) -> np.ndarray:
    """Probabilities (batch, words) of the next word, for questions and their answers so far."""
    x = {
        "question": np.array([*(question for question, _ in so_far), None], object)[:-1],
        "answer": np.array([*(" ".join(reply.words) for _, reply in so_far), None], object)[:-1],
    }
    everywhere = step(x)  # (batch, answer_length, words): of the word at each place, the known ones too
    last = [len(reply.words) for _, reply in so_far]
    probabilities = everywhere[np.arange(len(last)), last].astype(np.float64)  # (batch, words)
    probabilities[:, NEVER] = 0
    return probabilities / np.maximum(probabilities.sum(axis=1, keepdims=True), 1e-30)


def drawn(probabilities: np.ndarray, temperature: float, top_p: float, rng: np.random.Generator) -> np.ndarray:
    """A word for each row of (batch, words), sampled among the most probable ("nucleus sampling", Holtzman et al. 2020)."""
    changed = np.maximum(probabilities, 1e-30) ** (1 / temperature)
    changed /= changed.sum(axis=1, keepdims=True)
    order = np.argsort(-changed, axis=1, kind="stable")
    likely = np.take_along_axis(changed, order, axis=1)  # (batch, words), falling
    likely[np.cumsum(likely, axis=1) - likely >= top_p] = (
        0  # the words before it already reach the probability; the first one always stays
    )
    reached = np.cumsum(likely, axis=1)
    place = (reached < rng.random((len(reached), 1)) * reached[:, -1:]).sum(axis=1)
    return np.take_along_axis(order, place[:, None], axis=1)[:, 0]
