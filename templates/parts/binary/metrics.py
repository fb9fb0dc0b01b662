"""How good yes-or-no answers are: accuracy, AUC, precision, recall and F1 at a threshold."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.splits import Split, Splits

import numpy as np

METRIC = "accuracy"  # the number that runs are compared by


def score(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, float]:
    """Scores of predicted probabilities of yes (examples, 1) against answers (examples,) 0 or 1.

    `spec["threshold"]` is where yes begins, 0.5 where there is none. AUC needs no threshold: how often a yes is put above a no.
    """
    probability = np.asarray(prediction, np.float64).reshape(-1)
    (no_no, no_yes), (yes_no, yes_yes) = confusion(truth, probability, threshold(spec))
    precision, recall = yes_yes / max(1, yes_yes + no_yes), yes_yes / max(1, yes_yes + yes_no)
    right = np.where(truth > 0.5, probability, 1 - probability)
    return {
        "accuracy": float((yes_yes + no_no) / len(truth)),
        "auc": auc(truth, probability),
        "precision": float(precision),
        "recall": float(recall),
        "f1": float(2 * precision * recall / max(precision + recall, 1e-12)),
        "loss": float(-np.log(np.maximum(right, 1e-7)).mean()),
    }


def auc(truth: np.ndarray, probability: np.ndarray) -> float:
    """The share of (yes, no) pairs in which the yes has the higher probability, ties counting half; nan where one is missing.

    Equal to the area under the ROC curve (Hanley and McNeil 1982), by the ranks of Mann and Whitney.
    """
    _, inverse, counts = np.unique(probability, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    yes = truth > 0.5
    pairs = yes.sum() * (~yes).sum()
    return float((ranks[yes].sum() - yes.sum() * (yes.sum() + 1) / 2) / pairs) if pairs else float("nan")


def threshold(spec: dict[str, Any]) -> float:
    return float(spec.get("threshold", 0.5))


def choose_threshold(truth: np.ndarray, prediction: np.ndarray, config: Any) -> dict[str, Any]:
    """What spec keeps of the validation examples: the threshold, where the settings say what each error costs."""
    if not hasattr(config, "false_yes_cost"):
        return {}
    return {"threshold": cheapest_threshold(truth, prediction, config.false_yes_cost, config.false_no_cost)}


def cheapest_threshold(truth: np.ndarray, prediction: np.ndarray, false_yes_cost: float, false_no_cost: float) -> float:
    """The threshold at which the errors on these examples cost least.

    Few examples cannot tell neighbours apart, so of all thresholds within a standard error of the cheapest (Breiman et al. 1984)
    it is the one nearest to that of true probabilities: cost of a wrong yes / (cost of a wrong yes + of a wrong no).
    """
    probability = np.asarray(prediction, np.float64).reshape(-1, 1)
    ideal = false_yes_cost / (false_yes_cost + false_no_cost)
    candidates = np.unique(np.append(np.quantile(probability, np.linspace(0, 1, 101)), ideal))
    yes = truth.reshape(-1, 1) > 0.5
    said = probability >= candidates  # (examples, candidates)
    costs = false_yes_cost * (said & ~yes) + false_no_cost * (~said & yes)
    total = costs.sum(axis=0)
    error = costs[:, total.argmin()].std() * np.sqrt(len(costs))
    near = candidates[total <= total.min() + error]
    return float(near[np.abs(near - ideal).argmin()])


def details(truth: np.ndarray, prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """The threshold and the four counts (rows: true answer, columns: predicted answer)."""
    counts = confusion(truth, np.asarray(prediction).reshape(-1), threshold(spec))
    return {"threshold": threshold(spec), "labels": spec["labels"], "confusion": counts.tolist()}


def to_record(prediction: np.ndarray, spec: dict[str, Any]) -> dict[str, Any]:
    """One probability as an answer: the label, and how probable that label is."""
    yes = float(np.reshape(prediction, -1)[0])
    said = int(yes >= threshold(spec))
    return {
        "label": spec["labels"][said],
        "probability": round(yes if said else 1 - yes, 6),
        f"probability of {spec['labels'][1]}": round(yes, 6),
    }


def to_text(answer: dict[str, Any]) -> str:
    """An answer as a line for a person."""
    return f"{answer['label']}  {answer['probability']:.1%}"


def to_rows(metrics: dict[str, Any]) -> list[list[str]]:
    """The scores as a table: header, network and baselines, then the four counts."""
    names = list(metrics["test"])
    table = [["", *names, "examples"]]
    for title, values in {"network": metrics["test"], **metrics["baselines"]}.items():
        table.append([title, *(f"{values[name]:.4f}" for name in names), str(metrics["test_examples"])])
    for label, counts in zip(metrics["labels"], metrics["confusion"], strict=True):
        said = [f"{count} as {other}" for other, count in zip(metrics["labels"], counts, strict=True)]
        table.append([f"true {label}", *said, *[""] * (len(names) - len(said)), str(sum(counts))])
    return table


def to_table(metrics: dict[str, Any]) -> str:
    """What evaluate.py prints."""
    header, *lines = to_rows(metrics)[: 2 + len(metrics["baselines"])]
    width = max(len(line[0]) for line in lines)
    text = [
        f"Measured on {metrics['note']}: {metrics['test_examples']:,} test examples, yes from {metrics['threshold']:.2f}."
    ]
    text += [f"{line[0]:{width}}  " + "  ".join(f"{cell:>9}" for cell in line[1:-1]) for line in (header, *lines)]
    return "\n".join(text)


def plot(
    splits: Splits, prediction: np.ndarray, folder: Path, draw_examples: Callable[[Split, list[str], Path, str], Any]
) -> list[Any]:
    """Draw the ROC curve, precision and recall by threshold, and the worst mistakes; gives the files with their captions."""
    from support.reports import figures
    from support.reports.figures import plt

    truth, probability, labels = splits.test.y, np.asarray(prediction).reshape(-1), splits.spec["labels"]
    limits = np.unique(np.concatenate([[0.0], probability, [1.01]]))
    yes, no = max(1, (truth > 0.5).sum()), max(1, (truth < 0.5).sum())
    said = [probability >= limit for limit in limits]
    true_yes, false_yes = (np.array([(one & part).sum() for one in said]) for part in (truth > 0.5, truth < 0.5))
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6))
    left.plot(false_yes / no, true_yes / yes)
    left.plot([0, 1], [0, 1], ":", color="0.6")
    left.set(
        xlabel=f"share of {labels[0]} taken for {labels[1]}",
        ylabel=f"share of {labels[1]} found",
        title=f"ROC, area {auc(truth, probability):.3f}",
    )
    right.plot(limits, true_yes / np.maximum(1, true_yes + false_yes), label="precision")
    right.plot(limits, true_yes / yes, label="recall")
    right.axvline(threshold(splits.spec), color="0.6", linestyle=":")
    right.set(xlabel="threshold", xlim=(0, 1), title="precision and recall")
    right.legend()
    pictures = [
        figures.save(figure, folder / "threshold.png", "ROC curve, and what moving the threshold (dotted) would do.")
    ]

    surprise = np.abs(truth - probability)
    wrong = np.flatnonzero((probability >= threshold(splits.spec)) != (truth > 0.5))
    worst = wrong[np.argsort(-surprise[wrong], kind="stable")][:24]
    if len(worst):
        titles = [f"{labels[int(truth[i])]}, {labels[1]} {probability[i]:.0%}" for i in worst]
        caption = f"The worst of {len(wrong)} mistakes: what it is, what the network said, and the row."
        pictures.append(draw_examples(splits.test.take(worst), titles, folder / "mistakes.png", caption))
    return pictures


def confusion(truth: np.ndarray, probability: np.ndarray, limit: float) -> np.ndarray:
    """Counts (2, 2): rows are true answers no and yes, columns predicted ones."""
    return np.bincount(2 * (truth > 0.5).astype(int) + (probability >= limit), minlength=4).reshape(2, 2)
