"""The classifier whose features generated and real images are compared in: train it for the data of config.py, where it is not there yet.

    python feature_classifier.py --data my-photos

train.py does so by itself; this is for a run that was brought from elsewhere without its data/. Next: python evaluate.py
"""

from config import Config
from data import labelled, load
from support import errors, runs, settings
from support.training import feature_classifier


def main() -> None:
    config = settings.read(Config)
    spec = load(config).spec
    feature_classifier.prepare(spec, lambda: labelled(config).train)
    print(f"The classifier of these images: {runs.shown(feature_classifier.path(spec))}\nNext: python evaluate.py")


if __name__ == "__main__":
    errors.run(main)
