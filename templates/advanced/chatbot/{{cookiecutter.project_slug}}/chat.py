"""Talk to the trained model in the terminal; an empty line is ignored, quit (or Ctrl-D, on Windows Ctrl-Z) ends it.

    python chat.py                                         the newest run answers
    python chat.py --decoding top-p --temperature 1.3      less predictable
    python chat.py --model runs/<time>/export/model.onnx   an exported file answers, without TensorFlow
    echo "What is dropout?" | python chat.py               for a program: one answer per line, nothing else

Each question stands alone: the model does not remember what was said before. Next: python export.py
"""

import sys

import metrics
from support import errors, settings
from support.data import qa_pairs
from support.exports import serving
from support.training import decoding
from support.training.decoding import DecodingOptions

import numpy as np
from pydantic import Field

ENDS = ("quit", "exit")


class Options(DecodingOptions):
    run: str | None = Field(None, description="name of the run; the newest by default")
    model: str | None = Field(None, description="an exported file or folder instead of a run")
    probability: bool = Field(False, description="show the probability of each answer")


def main() -> None:
    options = settings.read(Options, toml=False)
    model = serving.locate(options.model, options.run)
    if model.path.suffix == ".keras":
        from model import build_model  # noqa: F401  registers custom layers that the saved model may have
    step, rng = serving.load(model), np.random.default_rng(options.seed)
    someone = sys.stdin.isatty()  # and not a program
    if someone:
        print(f"Trained on {model.spec['note']}. quit ends.")
    while True:
        try:
            line = input("> " if someone else "").encode("utf-8", "replace").decode().strip()
        except EOFError:
            break
        if line.lower() in ENDS:
            break
        if not qa_pairs.key(line):
            if line:
                print("(there is no word in that)")
            continue
        reply = decoding.answer(step, [line], model.spec, options, rng)[0]
        found = metrics.to_record(reply, model.spec)
        print(metrics.to_text(found) if options.probability else found["answer"] or "(silence)", flush=True)


if __name__ == "__main__":
    errors.run(main)
