"""Train the feature classifier for the data of config.py, if it is missing; generated and real images are compared in its features.

    python feature_classifier.py --data my-photos

train.py does this by itself; the command is for a run that was copied from elsewhere without its data/. Next: python
evaluate.py
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
