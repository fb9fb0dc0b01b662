"""Scores as tables of text, for the terminal, the report and the model card."""

from collections.abc import Callable
from typing import Any

Show = Callable[[str, float], str]  # a score's name and value as they are shown


def four_digits(name: str, value: float) -> str:
    return f"{value:.4f}"


def scores(results: dict[str, Any], show: Show = four_digits) -> list[list[str]]:
    """A header, the network and each baseline: a row each, with the number of test examples at its end."""
    names = list(results["test"])
    systems = {"network": results["test"], **results["baselines"]}
    rows = [
        [title, *(show(name, values[name]) for name in names), str(results["test_examples"])]
        for title, values in systems.items()
    ]
    return [["", *names, "examples"], *rows]


def aligned(rows: list[list[str]]) -> str:
    """The rows below each other, without their last column."""
    width = max(len(row[0]) for row in rows)
    return "\n".join(f"{row[0]:{width}}  " + "  ".join(f"{cell:>9}" for cell in row[1:-1]) for row in rows)
