"""After each epoch, how the same photo is painted by then: runs/<time>/epochs/0001.png, …

evaluate.py makes the animation of them. Nothing here is random or kept between epochs, so an interrupted training is not disturbed.
"""

from typing import Any

from support.reports import sheets
from support.runs import Run
from support.settings import Settings

LONGEST = 320  # pixels: enough to see strokes, little enough to be drawn after every epoch


def callbacks(options: Settings, run: Run) -> list[Any]:
    from config import Config
    from data import photographs
    from support import settings
    from support.data import photos

    import keras
    import numpy as np

    if run.spec["kind"] == "optimize":
        x = np.zeros((1, 1), np.float32)  # the picture is what is trained: it is asked for with any number
    else:
        found, _ = photographs(settings.only(Config, options))
        x = photos.padded(photos.shrunk(found[0], LONGEST))[None].astype(np.float32)
    folder = run.folder / "epochs"

    class Epochs(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
            if run.folder.is_dir():  # where it was deleted, training says so when it saves
                folder.mkdir(exist_ok=True)
                picture = np.asarray(self.model(x, training=False))[0]
                sheets.save(sheets.as_pixels(picture), folder / f"{epoch + 1:04}.png")

    return [Epochs()]
