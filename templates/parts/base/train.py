"""Step 3: train the model.

    python train.py                    train on the sample
    python train.py --data full        train on the public data set
    python train.py --epochs 3         every field of Config in config.py is an option
    python train.py --resume           go on with a training that was interrupted, to the same result

Ctrl-C finishes the batch and saves. Writes runs/<time>/. Next: python evaluate.py
"""

from config import Config
from data import load
from support import errors, plugins, runs, settings
from support.training import resuming

from pydantic import Field


@plugins.extended  # by the options of optional parts, such as --tracker
class Options(Config):
    """The settings, and which run to go on with."""

    resume: bool = Field(False, description="go on with the newest interrupted run, with its own settings")
    run: str | None = Field(None, description="with --resume: the name of the run to go on with")
    allow_changes: bool = Field(False, description="with --resume: go on although settings or data are others now")


def main() -> None:
    options = settings.read(Options)  # a wrong option, and then wrong data, is answered before TensorFlow is loaded
    if options.resume:
        run = resuming.unfinished(options.run)
        given = settings.read(Options, toml=False)  # what was typed; config.toml may have changed since
        config = resuming.same_settings(run, Config, given, options.allow_changes)
        splits = load(config)
        resuming.same_data(run, splits, options.allow_changes)
    else:
        config = settings.only(Config, options)
        splits = load(config)
        run = runs.start(config, splits)

    from model import build_model
    from support.training import fitting

    fitting.forget_models()
    fitting.fit(build_model(config, splits), splits, config, run, plugins.callbacks(options, run))
    print(f"Best model: {run}/model.keras\nNext: python evaluate.py")


if __name__ == "__main__":
    errors.run(main)
