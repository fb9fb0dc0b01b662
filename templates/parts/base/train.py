"""Step 3: train the model.

    python train.py                    train on the sample
    python train.py --data full        train on the public data set
    python train.py --epochs 3         every field of Config in config.py is an option
    python train.py --resume           continue an interrupted training, to the same result

Ctrl-C finishes the batch and saves. Writes runs/<time>/. Next: python evaluate.py
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import metrics
from config import Config
from data import load
from support import errors, plugins, settings
from support.runs import Run
from support.splits import Splits
from support.training import resuming

from pydantic import Field

if TYPE_CHECKING:  # Keras is imported once the options and the data are known to be right
    import keras


@plugins.extended  # by the options of optional parts, such as --tracker
class Options(Config):
    """The settings, and which run to continue."""

    resume: bool = Field(False, description="continue the newest interrupted run, with its own settings")
    run: str | None = Field(None, description="name of the run to continue, with --resume")
    allow_changes: bool = Field(False, description="continue although settings or data have changed, with --resume")


def main() -> None:
    options = settings.read(Options)
    run, config, splits = resuming.start_or_resume(options, Config, load)

    from model import build_model

    import keras

    keras.utils.clear_session()  # a second training in this process names its layers as the first: gradients depend on it
    fit(build_model(config, splits), splits, config, run, plugins.callbacks(options, run))
    print(f"Best model: {run}/model.keras\nNext: python evaluate.py")


def fit(
    model: "keras.Model",
    splits: Splits,
    config: Config,
    run: Run,
    callbacks: Sequence["keras.callbacks.Callback"] = (),
    again: str = "python train.py --resume",  # what to type where it is stopped
    quiet: bool = False,
) -> None:
    """Train `model`, from the run's newest checkpoint if it has one, and save it with the weights of its best epoch."""
    from support.training import inference, preflight
    from support.training.batches import Batches
    from support.training.recorder import Recorder

    train, validation = (inference.encoded(split, splits.spec) for split in (splits.train, splits.validation))
    batches = Batches(train, config.batch_size, config.seed)
    looked_at = Batches(validation, inference.batch_size(validation.x))
    recorder = Recorder(run, config, splits.spec, again, quiet)  # history, best weights, patience, checkpoints
    with recorder.watching(batches, looked_at):
        preflight.make_deterministic(config)
        if not quiet:
            print(f"Training on {splits.note}.\n{preflight.summary(model, train, validation, config)}")
        recorder.take_up(model, batches)
        for last in recorder.rest(batches):  # an epoch that was interrupted is completed by a `fit` of its own
            model.fit(
                batches,
                validation_data=looked_at if len(validation) else None,
                initial_epoch=recorder.epoch,
                epochs=last,
                shuffle=False,  # Batches shuffles
                callbacks=[recorder, *callbacks],
                verbose=0,
            )
    if recorder.keep_best() and len(validation):
        run.add_to_spec(metrics.choose_threshold(validation.y, inference.predict(model, validation.x), config))
    recorder.finish()


if __name__ == "__main__":
    errors.run(main)
