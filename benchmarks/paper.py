"""MNIST's own test digits as ink on paper: how many the mnist-classifier project reads as they are, and how many from a photo.

    python benchmarks/paper.py --data ../shared/data/mnist.npz                 trains first, a minute or two
    python benchmarks/paper.py --data … --model runs/<time>/model.keras        asks a model that is trained already

150 test digits, drawn at random, are pasted as dark ink into grey paper of 640 by 480 pixels, at any place and 60 to 300 pixels high, with
light from one side and grain. A photo in which not exactly one digit is found counts as wrong. Needs the libraries of the project.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

COUNT = 150
ALLOWED = 0.01  # of accuracy that a photo may cost


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="MNIST as .npz with Keras's keys")
    parser.add_argument(
        "--model", type=Path, help="a trained model of the project, .keras or .onnx; trained anew without it"
    )
    parser.add_argument("--rounds", type=int, default=4, help="times that 150 digits are drawn")
    options = parser.parse_args()
    data, model = options.data.resolve(), options.model and options.model.resolve()

    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "digits"
        command = [sys.executable, "-m", "dlgen", "new", "mnist-classifier", str(project), "--no-input"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        if model is None:
            subprocess.run([sys.executable, "train.py", "--data", str(data)], cwd=project, check=True)
            (model,) = project.glob("runs/*/model.keras")
        sys.path.insert(0, str(project))
        return compare(data, model, options.rounds)


def compare(data: Path, model: Path, rounds: int) -> int:
    import numpy as np
    from support.data import paper
    from support.exports import serving

    with np.load(data) as file:
        x, y = file["x_test"], file["y_test"]
    answer = serving.load(serving.SavedModel(model, {}))
    right = np.zeros((rounds, 2))
    for number in range(rounds):
        rng = np.random.default_rng(number)
        chosen = rng.choice(len(x), COUNT, replace=False)
        found = [paper.digits(photo(x[position], rng)) for position in chosen]
        seen = np.stack([one[0] if len(one) == 1 else np.zeros((28, 28), np.uint8) for one in found])
        for column, images in enumerate((x[chosen], seen)):
            one_each = [column == 0 or len(one) == 1 for one in found]
            right[number, column] = np.mean((answer(images[..., None]).argmax(axis=1) == y[chosen]) & one_each)
        print(f"draw {number}: {right[number, 0]:.4f} as they are, {right[number, 1]:.4f} as ink on paper", flush=True)
    as_they_are, on_paper = right.mean(axis=0)
    print(f"{rounds} times {COUNT} digits: {as_they_are:.4f} as they are, {on_paper:.4f} as ink on paper")
    return int(on_paper < as_they_are - ALLOWED)


def photo(digit, rng):
    """A digit (28, 28) as ink on grey paper (480, 640), uint8."""
    import numpy as np
    from PIL import Image

    side = int(rng.integers(60, 301))
    share = np.asarray(Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC), float) / 255
    rows, columns = np.mgrid[0:480, 0:640] / 640
    angle = rng.uniform(0, 2 * np.pi)
    page = 175 + 60 * (np.cos(angle) * (columns - 0.5) + np.sin(angle) * (rows - 0.375))
    top, left = int(rng.integers(0, 481 - side)), int(rng.integers(0, 641 - side))
    part = page[top : top + side, left : left + side]
    part[:] = part * (1 - share) + rng.uniform(30, 90) * share
    return (page + rng.normal(0, 8, page.shape)).clip(0, 255).astype(np.uint8)


if __name__ == "__main__":
    sys.exit(main())
