"""Step 3: train the model.

    python train.py                    train on the sample
    python train.py --data full        train on the real thing
    python train.py --epochs 3         every field of Config in config.py is an option

Writes runs/<time>/. Next: python evaluate.py
"""

from config import Config
from data import load
from support import errors, runs, settings


def main() -> None:
    config = settings.read(Config)  # a wrong option, and then wrong data, is answered before TensorFlow is loaded
    splits = load(config)
    run = runs.start(config, splits)

    from model import build_model
    from support import training

    model = build_model(config, splits)
    training.fit(model, splits, config, run)
    print(f"Best model: {run}/model.keras\nNext: python evaluate.py")


if __name__ == "__main__":
    errors.run(main)
