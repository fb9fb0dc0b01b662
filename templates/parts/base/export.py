"""Step 6: files that other programs can run, each proven to answer as the trained model does.

    python export.py                                   all formats
    python export.py --formats onnx,litert             some of them
    python export.py --run NAME                        another run than the newest

Writes runs/<time>/export/ with export_report.json. Exit code 1 where a file does not match the model.
"""

import os

from config import Config
from data import load
from support import errors, runs, settings
from support.errors import ProjectError
from support.settings import Settings

from pydantic import Field

FORMATS = ["keras", "savedmodel", "onnx", "litert", "litert-int8"]


class Options(Settings):
    run: str | None = Field(None, description="name of the run; the newest by default")
    formats: list[str] = Field(FORMATS, description="any of: " + ", ".join(FORMATS))


def main() -> None:
    options = settings.read(Options, toml=False)
    settings.check_choices("--formats", options.formats, FORMATS)
    run = runs.find(options.run)
    runs.check_model_file(run.model)
    run.warn_if_incomplete()
    if reason := run.spec.get("no_export"):  # what was made is no model that answers, but for example one picture
        raise ProjectError(reason)
    splits = load(run.config(Config))
    runs.check_same_data(run, splits)

    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # a visible GPU would put operations into the files that only a GPU runs
    from model import build_model  # noqa: F401  layers of our own, which the saved model may have
    from support.exports import exporting

    rows = exporting.export(run, splits, options.formats)
    print(exporting.table(rows))
    exporting.check(rows)
    print(
        f"Files: {runs.shown(run.exports)}/\nNext: python predict.py INPUT --model {runs.shown(run.exports)}/model.onnx"
    )


if __name__ == "__main__":
    errors.run(main)
