"""The summary of the data and its problems, as data.py prints it."""

from support.data.annotations.records import KINDS, Problem
from support.splits import Splits

import numpy as np

SHOWN = 5  # problems of each kind that are printed


def summary(splits: Splits, problems: list[Problem]) -> str:
    """What data.py prints: how many images and boxes of each class there are, how large they are, and the problems."""
    labels, side = splits.spec["labels"], splits.spec["shape"][0]
    lines = [
        f"Data: {splits.note}\nImages of {tuple(splits.spec['shape'])}, classes: {', '.join(labels)}",
        f"{'':12} {'images':>9} {'without':>8} {'boxes':>7}   of each class",
    ]
    for name, split in zip(
        ("train", "validation", "test"), (splits.train, splits.validation, splits.test), strict=True
    ):
        classes = split.y[..., 0].astype(int)
        counts = np.bincount(classes[classes >= 0], minlength=len(labels))
        each = ", ".join(f"{label} {count:,}" for label, count in zip(labels, counts, strict=True))
        without = int((classes < 0).all(axis=1).sum())
        lines.append(f"{name:12} {len(split):9,} {without:8,} {counts.sum():7,}   {each}")
    corners = splits.train.y[splits.train.y[..., 0] >= 0][:, 1:]
    small, middle, large = np.quantile((corners[:, 2:] - corners[:, :2]).max(axis=1) * side, (0.1, 0.5, 0.9))
    sizes = f"a tenth below {small:.0f} pixels, half below {middle:.0f}, a tenth above {large:.0f}"
    lines.append(f"Longest side of a box at {side}×{side}: {sizes}.")
    return "\n".join([*lines, *([report(problems)] if problems else [])])


def report(problems: list[Problem]) -> str:
    """The problems, counted by kind, with the first few of each; an empty text if there are none."""
    lines = []
    for kind, title in KINDS.items():
        found = [problem for problem in problems if problem.kind == kind]
        if found:
            lines.append(f"{'left out' if found[0].left_out else 'warning'}: {len(found)} {title}")
            lines += [f"  {problem}" for problem in found[:SHOWN]]
            lines += [f"  … and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return "\n".join(lines)
