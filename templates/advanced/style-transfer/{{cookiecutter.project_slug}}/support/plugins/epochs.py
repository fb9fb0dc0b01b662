"""After each epoch, paints the same photo: runs/<time>/epochs/0001.png, …

evaluate.py makes the animation of them. Nothing here is random or kept between epochs, so a resumed training gives the
same result.
"""

from typing import Any

from support.reports import drawing
from support.runs import Run
from support.settings import Settings


def callbacks(options: Settings, run: Run) -> list[Any]:
    import keras
    import numpy as np

    folder = run.folder / "epochs"

    class Epochs(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
            if run.folder.is_dir():  # if it was deleted, training reports that when it saves
                folder.mkdir(exist_ok=True)
                image = np.asarray(self.model(self.model.shown, training=False))[0]
                drawing.save(image, folder / f"{epoch + 1:04}.png")

    return [Epochs()]
