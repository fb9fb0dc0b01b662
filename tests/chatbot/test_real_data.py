"""chatbot on chatterbot's English conversations, where shared/data is there: read as they are, a short training, every format alike."""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DIALOGUES = Path(__file__).parents[3] / "shared" / "data" / "dialogues"

needs_data = pytest.mark.skipif(not DIALOGUES.exists(), reason="no dialogues beside this repository")


@pytest.fixture
def project(rendered: Callable[[str], Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(rendered("chatbot"), tmp_path / "bot"))


def step(project: Path, *words: str, said: str = "") -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, *words], cwd=project, capture_output=True, text=True, env=environment, input=said
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@needs_data
def test_the_conversations_are_read_and_what_is_left_out_is_named_with_its_line(project: Path) -> None:
    shown = step(project, "data.py", "--data", str(DIALOGUES))
    assert "Left out" in shown and ".yml:" in shown
    lines = (project / "runs" / "left_out.txt").read_text(encoding="utf-8").splitlines()
    print(shown, len(lines))
    assert all(line.startswith(str(DIALOGUES)) and ".yml:" in line for line in lines)
    assert any("a conversation of one line" in line for line in lines)


@pytest.mark.slow
@needs_data
def test_a_short_training_on_real_conversations_beats_word_frequencies_and_answers_alike_from_every_format(
    project: Path,
) -> None:
    step(project, "train.py", "--data", str(DIALOGUES), "--epochs", "12", "--monitor", "token_accuracy")
    step(project, "evaluate.py")
    step(project, "export.py")
    run = next((project / "runs").glob("*/metrics.json")).parent
    found: dict[str, Any] = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    print(f"\ntest {found['test']}\nbaselines {found['baselines']}")
    assert found["test_examples"] > 100
    assert found["test"]["perplexity"] < found["baselines"]["words by how often they are said"]["perplexity"]
    with (run / "answers.csv").open(encoding="utf-8", newline="") as file:
        questions = [row["question"] for row in csv.DictReader(file)][:20]
    answers = [
        json.loads(step(project, "predict.py", *questions, "--json", *options))
        for options in (
            [],
            *(["--model", str(run / "export" / name)] for name in ("model.onnx", "model.tflite", "saved_model")),
        )
    ]
    texts = [[answer["answer"] for answer in each] for each in answers]
    assert any(texts[0]) and texts == [texts[0]] * 4
    said = "".join(" ".join(question.split()) + "\n" for question in questions)
    assert step(project, "chat.py", "--model", str(run / "export" / "model.onnx"), said=said).splitlines() == [
        text or "(silence)" for text in texts[0]
    ]
