"""Step 1: look at the data before anything else.

    python data.py                     the sample: questions and answers in conversations.py
    python data.py --data full         Cornell's film dialogues: 220,000 pairs, 10 MB to download once
    python data.py --data my.csv       your own: CSV, JSON lines, YAML, or a folder of such files

Prints what there is, what is left out and why, and draws it into runs/data.png. Next: python model.py
"""

import ast
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import conversations
from config import Config
from support import download, errors, settings
from support.data import conversation_files, qa_pairs
from support.data.qa_pairs import Pairs
from support.errors import ProjectError
from support.reports import inspection
from support.reports.inspection import draw_examples
from support.splits import Splits

import numpy as np

__all__ = ["draw_examples", "load", "read_inputs"]

CORNELL = (
    "https://www.cs.cornell.edu/~cristian/data/cornell_movie_dialogs_corpus.zip"  # Danescu-Niculescu-Mizil, Lee 2011
)
CORNELL_SHA256 = "3bde8a571f615201bc2d2453e22878090719638592f774720eddec739de8c900"
BETWEEN = " +++$+++ "  # the values of a line, in the files of that archive


def load(config: Config) -> Splits:
    """Training, validation and test pairs: x {"question", "answer"} (pairs,) str, y (pairs, answer_length) numbers of words."""
    pairs = read(config)
    if pairs.left_out:
        print(f"warning: left out or doubtful: {len(pairs.left_out):,}; python data.py --data {config.data} names them")
    return qa_pairs.load(pairs, config, config.data, note(config))


def read(config: Config) -> Pairs:
    """All pairs, and what was left out."""
    if config.data == "sample":
        found = conversations.write()
        rows = [(one.question, one.answer, f"exchange {number}") for number, one in enumerate(found, start=1)]
        return qa_pairs.checked(rows, config, [], [one.intent for one in found])
    if config.data == "full":
        path = download.fetch(CORNELL, CORNELL_SHA256, "cornell_movie_dialogs_corpus.zip")
        return qa_pairs.checked(list(read_archive(path)), config, [])
    return qa_pairs.read_own(config)


def note(config: Config) -> str:
    """What the data are, in a few words."""
    known = {
        "sample": "the sample (questions and answers written for this project, tested with other ways to ask the same)",
        "full": "Cornell's film dialogues",
    }
    return known.get(config.data, f"your own data, {config.data}")


def read_archive(path: Path) -> Iterator[tuple[str, str, str]]:
    """The lines of film dialogues, each with the one that answers it; read where they are, nothing is unpacked.

    Raises:
        ProjectError: where the archive is damaged.
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
    """Questions as `predict.py` takes them, and a name for each; no answer to them is known yet.

    A table of questions is read as in training, a .txt file line by line.

    Raises:
        ProjectError: where a question has no words, or a file cannot be read.
    """
    names: list[str] = []
    questions: list[str] = []
    for text in inputs:
        if conversation_files.is_file(text):
            places, found = conversation_files.read_questions(Path(text), spec)
            names += places
            questions += found
        else:
            questions.append(text.encode("utf-8", "replace").decode())  # a terminal may hand over broken characters
            names.append(questions[-1])
    for name, text in zip(names, questions, strict=True):
        if not qa_pairs.key(text):
            raise ProjectError(f"{name!r} has no words in it\nExpected a question in quotes.")
    return names, {
        "question": np.array([*questions, None], object)[:-1],  # None: or numpy might make one long type of all
        "answer": np.array([""] * len(questions), object),
    }


def main() -> None:
    config = settings.read(Config)
    pairs = read(config)
    inspection.report(qa_pairs.load(pairs, config, config.data, note(config)), pairs)


if __name__ == "__main__":
    errors.run(main)
