"""Tests of every image classifier: any size and colour, files equal to arrays, folders larger than memory."""

import json
import sys
from pathlib import Path
from typing import Any

import data
import metrics
import predict
import train
from config import Config
from model import build_model
from support import runs, settings
from support.data import image_folders, preprocessing
from support.errors import ProjectError
from support.exports import exporting
from support.training import baselines

import keras
import numpy as np
import pytest
import short
from PIL import Image

pytest_plugins = ["sample_run"]


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=[])


@pytest.mark.parametrize("shape", [(40, 40, 3), (20, 28, 1)])
def test_arrays_of_another_size_or_colour_are_brought_to_size_in_the_model(
    shape: tuple[int, ...], config: Config, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (30, *shape), np.uint8)
    np.savez(tmp_path / "own.npz", x_train=x, y_train=np.arange(30) % 2, x_test=x, y_test=np.arange(30) % 2)
    splits = image_folders.load(tmp_path / "own.npz", (28, 28, 1), (0.2, 0.2), 0)
    model = build_model(config, splits)
    assert model.predict(splits.test.x, verbose=0).shape == (30, 2)
    preprocessing.with_preprocessing(model, splits.spec).save(tmp_path / "model.keras")
    keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)


def test_predicting_the_test_images_as_files_gives_the_accuracy_of_evaluate(
    sample_run: runs.Run,
    config: Config,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(runs, "FOLDER", sample_run.folder.parent)
    splits = data.load(config)
    test, labels = splits.test, splits.spec["labels"]
    (tmp_path / "images").mkdir()
    for number, image in enumerate(test.x):
        Image.fromarray(image.squeeze()).save(tmp_path / "images" / f"{number:04}.png")
    capsys.readouterr()
    monkeypatch.setattr(sys, "argv", ["predict.py", str(tmp_path / "images"), "--json"])
    predict.main()
    answers = json.loads(capsys.readouterr().out)
    right = [answer["label"] == labels[truth] for answer, truth in zip(answers, test.y, strict=True)]
    assert np.mean(right) == sample_run.read("metrics.json")["test"]["accuracy"]


def test_a_wrong_scaling_in_an_exported_file_is_caught(config: Config, tmp_path: Path) -> None:
    splits = short.load(config)
    model = build_model(config, splits)
    model.fit(splits.train.x, splits.train.y, epochs=2, batch_size=64, verbose=0)
    saved = preprocessing.with_preprocessing(model, splits.spec)
    expected = saved.predict(splits.test.x, verbose=0)
    next(layer for layer in saved.layers if isinstance(layer, keras.layers.Rescaling)).scale *= 2
    saved.export(str(tmp_path / "model.onnx"), format="onnx", verbose=False)
    path, score = tmp_path / "model.onnx", (metrics.score, metrics.METRIC)
    row = exporting.prove("onnx", path, splits.spec, splits.test, expected, *score)
    assert not row["ok"] and "its predictions differ from the model's" in row["error"]


@pytest.mark.usefixtures("nothing_kept")
def test_a_large_folder_is_trained_on_evaluated_and_predicted_for(
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import evaluate

    monkeypatch.setattr(runs, "FOLDER", tmp_path_factory.mktemp("runs"))
    for step, arguments in (
        (train, ["--data", str(folder), "--epochs", "2", "--batch-size", "4"]),
        (evaluate, []),
        (predict, [str(folder / "dark"), "--json"]),
    ):
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["step.py", *arguments])
        step.main()
    assert len(json.loads(capsys.readouterr().out)) == 12
    assert runs.find(None).read("metrics.json")["test_examples"] == 4


@pytest.mark.usefixtures("nothing_kept")
@pytest.mark.parametrize("spoil", ["removed", "damaged"])
def test_an_image_lost_in_the_middle_of_a_training_is_named_and_what_was_reached_is_saved(
    spoil: str, folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Lose(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            if epoch == 1:
                lost.unlink() if spoil == "removed" else lost.write_bytes(lost.read_bytes()[:60])

    monkeypatch.setattr(runs, "FOLDER", tmp_path_factory.mktemp("runs"))
    config = settings.read(Config, argv=["--data", str(folder), "--epochs", "3", "--batch-size", "4"])
    splits = data.load(config)
    lost = Path(splits.train.x.names[9])
    run = runs.start(config, splits)
    message = f"(there is no file .*{lost.name}|{lost.name} is damaged)(.|\n)*go on with: python train.py --resume"
    with pytest.raises(ProjectError, match=message):
        train.fit(build_model(config, splits), splits, config, run, [Lose()])
    assert run.read("training.json")["state"] == "stopped"
    assert run.read("training.json")["epochs"] == 1
    runs.load_model(run.model)


def test_the_baseline_sees_large_images_made_smaller(folder: Path) -> None:
    splits = image_folders.load(folder, (100, 90, 3), (0.2, 0.2), 0)
    assert baselines.flat(splits.test.x, np.arange(4)).shape == (4, 32 * 29 * 3)
    (probabilities,) = baselines.predict(splits, 0).values()
    assert (probabilities.argmax(axis=1) == splits.test.y).all()
