"""Step 1 for conversations: how many, how long, what is new in the test, what is left out and why."""

from pathlib import Path

from support import runs
from support.data import preprocessing, qa_pairs
from support.data.qa_pairs import Pairs
from support.splits import Split, Splits

import numpy as np

SHOWN = 12  # lines of what is left out


def report(splits: Splits, pairs: Pairs) -> None:
    """Print what is known about the pairs before any training, and draw it into runs/data.png."""
    spec = splits.spec
    print(f"Data: {splits.note}\n{'':12} {'pairs':>8} {'questions':>10} {'answers':>8}")
    for name, split in (("train", splits.train), ("validation", splits.validation), ("test", splits.test)):
        different = [len({qa_pairs.key(text) for text in split.x[part]}) for part in ("question", "answer")]
        print(f"{name:12} {len(split):8,} {different[0]:10,} {different[1]:8,}")
    print(f"Intents: {len(set(pairs.intents)):,}" if pairs.intents else "", end="\n" if pairs.intents else "")
    lengths = [
        np.array([len(preprocessing.words(text)) for text in splits.train.x[part]]) for part in ("question", "answer")
    ]
    print(
        f"Words per question: {int(np.median(lengths[0]))} in the middle, {lengths[0].max()} at most, the first {spec['question_length']} are read; "
        f"per answer: {int(np.median(lengths[1]))}, {lengths[1].max()} at most"
    )
    asked = preprocessing.encode(splits.test.x, spec)["question"]
    unknown = (asked == preprocessing.UNKNOWN).sum() / max(1, (asked != preprocessing.PAD).sum())
    print(
        f"Vocabulary: {len(spec['vocabulary']) - len(preprocessing.MARKS):,} words of the training pairs; "
        f"{unknown:.1%} of the words of test questions are new"
    )
    seen = {qa_pairs.key(text) for text in splits.train.x["answer"]}
    reachable = np.mean([qa_pairs.key(text) in seen for text in splits.test.x["answer"]])
    print(f"Answers of the test that occur in training too: {reachable:.0%}; any other must be made up word by word")
    if pairs.left_out:
        print(f"Left out or doubtful: {len(pairs.left_out):,}")
        print("\n".join(f"    {line}" for line in pairs.left_out[:SHOWN]))
        if len(pairs.left_out) > SHOWN:
            path = runs.FOLDER / "left_out.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_text("\n".join(pairs.left_out) + "\n", encoding="utf-8", newline="\n")
            print(f"    … all of them: {runs.shown(path)}")
    print(f"Drawn: {runs.shown(draw(lengths, spec))}\nNext: python model.py")


def draw(lengths: list[np.ndarray], spec: dict) -> Path:
    """Draw how long questions and answers are."""
    from support.reports import figures
    from support.reports.figures import plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 3))
    for axis, values, name in zip(axes, lengths, ("question", "answer"), strict=True):
        axis.hist(values, np.arange(values.max() + 2) - 0.5)
        axis.set(xlabel=f"words of a{'n' if name == 'answer' else ''} {name}", ylabel="training pairs")
    axes[0].axvline(spec["question_length"], color="C3", label=f"the first {spec['question_length']} are read")
    axes[0].legend(fontsize=7)
    return figures.save(figure, runs.FOLDER / "data.png", "How long the questions and the answers of training are.")[0]


def draw_examples(split: Split, titles: list[str], path: Path, caption: str) -> tuple[Path, str]:
    """Draw questions and answers below each other, each after its title."""
    import textwrap

    from support.reports import figures
    from support.reports.figures import plt

    lines = []
    for title, question, answer in zip(titles, split.x["question"], split.x["answer"], strict=False):
        texts = (f"asked: {question}", f"known answer: {answer}", title)
        lines += [part for text in texts for part in textwrap.wrap(text.replace("$", r"\$"), 110)] + [""]
    figure, axis = plt.subplots(figsize=(9, 0.18 * len(lines)))
    axis.set_ylim(-len(lines), 0)
    axis.axis("off")
    for row, line in enumerate(lines):
        axis.text(0, -row, line, size=8, va="top", weight="bold" if line.startswith("asked: ") else "normal")
    return figures.save(figure, path, caption)
