"""What safety costs on mnist-classifier: seconds per epoch with and without checkpoints, and with TensorFlow's deterministic operations.

    python benchmarks/checkpoints.py --data ../shared/data/mnist.npz [--epochs 4]

Trains the same project from the same seed in one process after another, in turns, since machines have moods: as it is; with
checkpoints left out; and with `tf.config.experimental.enable_op_determinism()`, which a CPU does not need to repeat its results (the
weights of the first are compared to prove it). The first epoch of each, which builds the graph, is not counted.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

VARIANTS = ("as it is", "no checkpoints", "TensorFlow's determinism")
CODE = """
import hashlib, json, sys, time
from config import Config
from data import load
from support import runs, settings
from support.training.recorder import Recorder
from model import build_model
from train import fit
import tensorflow as tf

variant, options = sys.argv[1], sys.argv[2:]
seconds, spent = [], []
save, end = Recorder.save, Recorder.on_epoch_end

def timed_save(self):
    begin = time.perf_counter()
    save(self)
    spent.append(time.perf_counter() - begin)

def timed_end(self, epoch, logs=None):
    end(self, epoch, logs)
    seconds.append(self.history[-1]["seconds"])

Recorder.save = (lambda self: None) if variant == "no checkpoints" else timed_save
Recorder.on_epoch_end = timed_end
if variant == "TensorFlow's determinism":
    tf.config.experimental.enable_op_determinism()
config = settings.read(Config, argv=options)
splits = load(config)
model = build_model(config, splits)
fit(model, splits, config, runs.start(config, splits), quiet=True)
weights = hashlib.sha256(b"".join(array.tobytes() for array in model.get_weights())).hexdigest()
print(json.dumps({"seconds": seconds[1:], "saving": spent[1:], "weights": weights}))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="MNIST as .npz with Keras's keys")
    parser.add_argument("--epochs", type=int, default=4, help="per training; the first is not counted")
    parser.add_argument("--rounds", type=int, default=2, help="trainings of each kind")
    options = parser.parse_args()
    found: dict[str, list[dict]] = {name: [] for name in VARIANTS}
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "digits"
        command = [sys.executable, "-m", "dlgen", "new", "mnist-classifier", str(project), "--no-input"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        arguments = ["--data", str(options.data.resolve()), "--epochs", str(options.epochs), "--patience", "0"]
        for _ in range(options.rounds):
            for name in VARIANTS:
                done = subprocess.run(
                    [sys.executable, "-c", CODE, name, *arguments],
                    cwd=project,
                    check=True,
                    capture_output=True,
                    text=True,
                )
                found[name].append(json.loads(done.stdout.splitlines()[-1]))
                print(f"{name}: {', '.join(f'{value:.2f}' for value in found[name][-1]['seconds'])} s", flush=True)

    medians = {
        name: statistics.median(value for each in rows for value in each["seconds"]) for name, rows in found.items()
    }
    print(f"\n{'':28} {'seconds per epoch':>18}")
    for name, value in medians.items():
        print(f"{name:28} {value:18.2f}")
    saving = statistics.median(value for each in found["as it is"] for value in each["saving"])
    print(f"A checkpoint takes {1000 * saving:.0f} ms: {saving / medians['no checkpoints']:.2%} of an epoch.")
    ratio = medians["TensorFlow's determinism"] / medians["as it is"]
    print(f"TensorFlow's deterministic operations: {ratio - 1:+.0%} per epoch.")
    hashes = {each["weights"] for name in VARIANTS[:2] for each in found[name]}
    print(f"Without them, {2 * options.rounds} trainings from one seed gave {len(hashes)} set of weights.")


if __name__ == "__main__":
    main()
