"""After each epoch, images of the averaged generator from the same latent vectors: runs/<time>/epochs/0001.png, …

evaluate.py makes the animation of them. Nothing here is random or kept between epochs, so a resumed training gives the
same result.
"""

from typing import Any

from support.data import latents
from support.reports import drawing
from support.runs import Run
from support.settings import Settings

ROWS = COLUMNS = 8
SEED = 0  # of the latent vectors, the same in every run, so that runs can be compared


def callbacks(options: Settings, run: Run) -> list[Any]:
    import keras
    import numpy as np

    folder, vectors = run.folder / "epochs", latents.many(ROWS * COLUMNS, run.spec["latent"], SEED)

    class Epochs(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
            if run.folder.is_dir():  # if it was deleted, training reports that when it saves
                folder.mkdir(exist_ok=True)
                images = np.asarray(self.model.average(vectors, training=False))
                drawing.save(drawing.sheet(images, COLUMNS), folder / f"{epoch + 1:04}.png")

    return [Epochs()]
