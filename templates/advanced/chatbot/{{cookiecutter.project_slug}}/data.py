"""Step 1: look at the data before anything else.

    python data.py                     the sample: questions and answers in conversations.py
    python data.py --data full         Cornell's film dialogues: 220,000 pairs, 10 MB to download once
    python data.py --data my.csv       your own: CSV, JSON lines, YAML, or a folder of such files

Prints a summary of the data, what is left out and why, and draws it into runs/data.png. Next: python model.py
"""

import ast
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import conversations
from config import Config
from support import download, errors, settings
from support.data import conversation_files, qa_pairs, text_tables
from support.data.conversation_files import Row
from support.errors import ProjectError
from support.reports import inspection
from support.reports.inspection import draw_examples
from support.splits import Splits

import numpy as np
import pandas as pd

__all__ = ["draw_examples", "load", "read_inputs"]

CORNELL = (
    "https://www.cs.cornell.edu/~cristian/data/cornell_movie_dialogs_corpus.zip"  # Danescu-Niculescu-Mizil, Lee 2011
)
CORNELL_SHA256 = "3bde8a571f615201bc2d2453e22878090719638592f774720eddec739de8c900"
BETWEEN = " +++$+++ "  # the values of a line, in the files of that archive


def load(config: Config) -> Splits:
    """Training, validation and test pairs: x {"question", "answer"} (pairs,) str, y (pairs, answer_length) numbers of words."""
    pairs, left_out = read(config)
    if left_out:
        print(f"warning: left out or doubtful: {len(left_out):,}; python data.py --data {config.data} names them")
    return qa_pairs.load(pairs, config, config.data, note(config))


def read(config: Config) -> tuple[pd.DataFrame, list[str]]:
    """All pairs, and what was left out."""
    left_out: list[str] = []
    intents: list[str] = []
    rows: Iterable[Row]
    if config.data == "sample":
        found = conversations.write()
        rows = [(one.question, one.answer, f"exchange {number}") for number, one in enumerate(found, start=1)]
        intents = [one.intent for one in found]
    elif config.data == "full":
        rows = read_archive(download.fetch(CORNELL, CORNELL_SHA256, "cornell_movie_dialogs_corpus.zip"))
    else:
        rows, left_out = conversation_files.read(config)
    return qa_pairs.checked(rows, config, left_out, intents), left_out


def note(config: Config) -> str:
    """A short description of the data."""
    known = {
        "sample": "the sample (questions and answers written for this project, tested with other ways to ask the same)",
        "full": "Cornell's film dialogues",
    }
    return known.get(config.data, f"your own data, {config.data}")


def read_archive(path: Path) -> Iterator[tuple[str, str, str]]:
    """The lines of film dialogues, each with its reply; read from the archive without unpacking it.

    Raises:
        ProjectError: if the archive is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = {Path(name).name: name for name in archive.namelist() if "__MACOSX" not in name}
            lines, order = (
                archive.read(names[name]).decode("cp1252", "replace").splitlines()
                for name in ("movie_lines.txt", "movie_conversations.txt")
            )
    except (zipfile.BadZipFile, OSError, EOFError, KeyError) as error:
        raise ProjectError(
            f"{path} cannot be read: {error}\nMove it away and run again, to download it anew."
        ) from None
    said = {cells[0]: cells[-1] for cells in (line.split(BETWEEN) for line in lines) if len(cells) == 5}
    for number, line in enumerate(order, start=1):
        spoken = [name for name in ast.literal_eval(line.split(BETWEEN)[-1]) if name in said]  # ['L194', 'L195', …]
        for one, other in zip(spoken, spoken[1:], strict=False):
            yield said[one], said[other], f"movie_conversations.txt:{number}"


def read_inputs(inputs: list[str], spec: dict[str, Any]) -> tuple[list[str], dict[str, np.ndarray]]:
    """Questions as `predict.py` takes them, and a name for each; their answers are not known.

    A table of questions is read as in training, a .txt file line by line.

    Raises:
        ProjectError: if a question has no words, or a file cannot be read.
    """
    names, questions = text_tables.read_inputs(
        inputs, spec.get("columns", {}), "question", conversation_files.QUESTION_NAMES, qa_pairs.key, by_line=True
    )
    return names, {"question": questions, "answer": np.array([""] * len(questions), object)}


def main() -> None:
    config = settings.read(Config)
    pairs, left_out = read(config)
    splits = qa_pairs.load(pairs, config, config.data, note(config))
    inspection.report(splits, pairs.intent.nunique(), left_out)


if __name__ == "__main__":
    errors.run(main)
