"""Step 1 for conversations: how many, how long, what is new in the test, what is left out and why."""

from pathlib import Path

from support import runs
from support.data import preprocessing, qa_pairs
from support.data.words import PAD, UNKNOWN
from support.reports import text_figures
from support.splits import Split, Splits

import numpy as np

SHOWN = 12  # lines of what is left out


def report(splits: Splits, intents: int, left_out: list[str]) -> None:
    """Print what is known about the pairs before any training, and draw it into runs/data.png."""
    spec, train, test = splits.spec, splits.train, splits.test
    print(f"Data: {splits.note}\n{'':12} {'pairs':>8} {'questions':>10} {'answers':>8}")
    for name, split in (("train", train), ("validation", splits.validation), ("test", test)):
        different = [len({qa_pairs.key(text) for text in split.x[part]}) for part in ("question", "answer")]
        print(f"{name:12} {len(split):8,} {different[0]:10,} {different[1]:8,}")
    if intents > 1:
        print(f"Intents: {intents:,}")
    lengths = {}
    for part in ("question", "answer"):
        counts = np.array([len(preprocessing.words(text)) for text in train.x[part]])
        lengths[part] = (counts, spec[f"{part}_length"])
        print(f"Words per {part}: {int(np.median(counts))} in the middle, {counts.max()} at most")
    asked = preprocessing.encode(test.x, spec)["question"]
    new = (asked == UNKNOWN).sum() / max(1, (asked != PAD).sum())
    known = len(spec["vocabulary"]) - len(preprocessing.MARKS)
    print(f"Vocabulary: {known:,} words of the training pairs; {new:.1%} of the words of test questions are new")
    seen = {qa_pairs.key(text) for text in train.x["answer"]}
    reachable = np.mean([qa_pairs.key(text) in seen for text in test.x["answer"]])
    print(f"Answers of the test that occur in training too: {reachable:.0%}; any other must be made up word by word")
    if left_out:
        print("\n".join([f"Left out or doubtful: {len(left_out):,}", *(f"    {line}" for line in left_out[:SHOWN])]))
    if len(left_out) > SHOWN:
        path = runs.FOLDER / "left_out.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(left_out) + "\n", encoding="utf-8", newline="\n")
        print(f"    … all of them: {runs.shown(path)}")
    path, _ = text_figures.lengths(lengths, runs.FOLDER / "data.png")
    print(f"Drawn: {runs.shown(path)}\nNext: python model.py")


def draw_examples(split: Split, titles: list[str], path: Path, caption: str) -> tuple[Path, str]:
    """Draw questions and answers below each other, each with its title."""
    rows = zip(titles, split.x["question"], split.x["answer"], strict=False)
    return text_figures.blocks(
        [[f"asked: {question}", f"known answer: {answer}", title] for title, question, answer in rows], path, caption
    )
