"""What must hold for pictures with a class each: folders, .npz files, wrong inputs, and folders larger than memory."""

import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image

import data
import predict
import train
from config import Config
from model import build_model
from support import baselines, exporting, labelled_pictures, picture_files, portable, runs, settings, training
from support.errors import ProjectError
from support.picture_files import PictureFiles


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=[])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures of two classes, bright and dark."""
    for name, value in (("bright", 200), ("dark", 30)):
        (tmp_path / name).mkdir()
        for number in range(12):
            Image.fromarray(np.full((20 + number, 30, 3), value + number, np.uint8)).save(
                tmp_path / name / f"{number}.png"
            )
    return tmp_path


@pytest.mark.parametrize("shape", [(40, 40, 3), (20, 28, 1)])
def test_arrays_of_another_size_or_colour_are_brought_to_size_in_the_model(
    shape: tuple[int, ...], config: Config, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (30, *shape), np.uint8)
    np.savez(tmp_path / "own.npz", x_train=x, y_train=np.arange(30) % 2, x_test=x, y_test=np.arange(30) % 2)
    splits = labelled_pictures.load(tmp_path / "own.npz", (28, 28, 1), (0.2, 0.2), 0)
    model = build_model(config, splits)
    assert model.predict(splits.test.x, verbose=0).shape == (30, 2)
    portable.wrap(model, splits.spec).save(tmp_path / "model.keras")
    keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)


def test_predicting_the_test_pictures_as_files_gives_the_accuracy_of_evaluate(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import evaluate

    monkeypatch.setattr(runs, "FOLDER", tmp_path / "runs")
    for step, arguments in ((train, ["--epochs", "5"]), (evaluate, [])):
        monkeypatch.setattr(sys, "argv", ["step.py", *arguments])
        step.main()
    splits = data.load(config)
    test, labels = splits.test, splits.spec["labels"]
    (tmp_path / "pictures").mkdir()
    for number, picture in enumerate(test.x):
        Image.fromarray(picture.squeeze()).save(tmp_path / "pictures" / f"{number:04}.png")
    capsys.readouterr()
    monkeypatch.setattr(sys, "argv", ["predict.py", str(tmp_path / "pictures"), "--json"])
    predict.main()
    answers = json.loads(capsys.readouterr().out)
    right = [answer["label"] == labels[truth] for answer, truth in zip(answers, test.y, strict=True)]
    assert np.mean(right) == runs.find(None).read("metrics.json")["test"]["accuracy"]


def test_a_wrong_scaling_in_an_exported_file_is_caught(config: Config, tmp_path: Path) -> None:
    splits = data.load(config)
    model = build_model(config, splits)
    model.fit(splits.train.x, splits.train.y, epochs=2, batch_size=64, verbose=0)
    saved = portable.wrap(model, splits.spec)
    expected = saved.predict(splits.test.x, verbose=0)
    next(layer for layer in saved.layers if isinstance(layer, keras.layers.Rescaling)).scale *= 2
    saved.export(str(tmp_path / "model.onnx"), format="onnx", verbose=False)
    row = exporting.prove("onnx", tmp_path / "model.onnx", splits.spec, splits.test, expected)
    assert not row["ok"] and "its answers differ from the model's" in row["error"]


def test_a_folder_per_class_is_split_with_every_class_in_every_split(config: Config, folder: Path) -> None:
    splits = labelled_pictures.load(folder, (28, 28, 1), (0.2, 0.2), 0)
    assert splits.spec["labels"] == ["bright", "dark"]
    assert [np.bincount(split.y).tolist() for split in (splits.train, splits.validation, splits.test)] == [
        [8, 8],
        [2, 2],
        [2, 2],
    ]


def test_train_and_test_folders_are_kept(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    for part in ("train", "test"):
        for name in ("bright", "dark"):
            (own / part / name).mkdir(parents=True)
            for number in range(0, 12, 2 if part == "train" else 3):
                (own / part / name / f"{number}.png").write_bytes((folder / name / f"{number}.png").read_bytes())
    splits = labelled_pictures.load(own, (28, 28, 1), (0.2, 0.2), 0)
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (10, 2, 8)


def _cut_in_half(folder: Path) -> None:
    path = folder / "dark" / "3.png"
    Image.effect_noise((64, 64), 50).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _text(folder: Path) -> None:
    (folder / "dark" / "3.png").write_text("no picture")


def _one_class(folder: Path) -> None:
    for path in (folder / "dark").iterdir():
        path.unlink()
    (folder / "dark").rmdir()


def _empty_class(folder: Path) -> None:
    for path in (folder / "dark").iterdir():
        path.unlink()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_cut_in_half, "3.png is damaged"),
        (_text, "3.png is not a picture, whatever its name says"),
        (_one_class, "only one class in"),
        (_empty_class, "no pictures in"),
    ],
)
def test_wrong_folders_are_answered_in_a_sentence_that_names_the_file(spoil, message: str, folder: Path) -> None:
    spoil(folder)
    with pytest.raises(ProjectError, match=message):
        labelled_pictures.load(folder, (28, 28, 1), (0.2, 0.2), 0)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x_train": np.zeros((4, 8, 8))}, "has no y_train, x_test, y_test"),
        ({"x_train": np.zeros((4, 8)), "y_train": [0, 1, 0, 1]}, "x_train has the shape"),
        ({"x_train": np.zeros((4, 8, 8)), "y_train": [0, 1, 0]}, "x_train has 4 pictures, y_train 3 classes"),
        ({"x_train": np.zeros((4, 8, 8)), "y_train": [0, 0, 0, 0]}, "only one class in"),
        ({"x_train": np.full((4, 8, 8), 300), "y_train": [0, 1, 0, 1]}, "values outside 0..255"),
    ],
)
def test_wrong_npz_files_are_answered_in_a_sentence(arrays: dict, message: str, tmp_path: Path) -> None:
    if len(arrays) > 1:
        arrays |= {"x_test": np.zeros((2, 8, 8)), "y_test": arrays["y_train"][:2]}
    np.savez(tmp_path / "own.npz", allow_pickle=False, **{name: np.asarray(values) for name, values in arrays.items()})
    with pytest.raises(ProjectError, match=message):
        labelled_pictures.load(tmp_path / "own.npz", (28, 28, 1), (0.2, 0.2), 0)


@pytest.fixture
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if memory held no picture: every folder is read when it is asked for."""
    monkeypatch.setattr(picture_files, "IN_MEMORY", 0)
    monkeypatch.setattr(picture_files, "MANY", 1)


def test_a_large_folder_stays_on_the_disk_and_gives_the_same_pictures(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = labelled_pictures.load(folder, (20, 20, 3), (0.2, 0.2), 0)
    monkeypatch.setattr(picture_files, "IN_MEMORY", 0)
    monkeypatch.setattr(picture_files, "MANY", 5)  # several rounds of reading
    files = labelled_pictures.load(folder, (20, 20, 3), (0.2, 0.2), 0)
    for one, other in ((kept.train, files.train), (kept.validation, files.validation), (kept.test, files.test)):
        assert isinstance(one.x, np.ndarray) and isinstance(other.x, PictureFiles)
        np.testing.assert_array_equal(one.x, other.x[:])
        np.testing.assert_array_equal(one.y, other.y)
    np.testing.assert_array_equal(kept.train.x[np.array([7, 2, 2])], files.train.x[np.array([7, 2, 2])])
    assert files.train.x.shape == kept.train.x.shape


@pytest.mark.usefixtures("nothing_kept")
def test_a_picture_that_changes_changes_the_fingerprint_of_a_folder_that_stays_on_the_disk(folder: Path) -> None:
    def fingerprint() -> str:
        return labelled_pictures.load(folder, (20, 20, 3), (0.2, 0.2), 0).fingerprint()

    first = fingerprint()
    assert fingerprint() == first
    Image.new("RGB", (20, 20), "red").save(folder / "dark" / "3.png")
    assert fingerprint() != first


@pytest.mark.usefixtures("nothing_kept")
def test_broken_pictures_of_a_large_folder_are_named_before_anything_is_trained(folder: Path) -> None:
    _cut_in_half(folder)
    with pytest.raises(ProjectError, match="3.png is damaged"):
        labelled_pictures.load(folder, (20, 20, 3), (0.2, 0.2), 0)


@pytest.mark.usefixtures("nothing_kept")
def test_test_pictures_that_are_also_trained_on_are_counted_in_a_large_folder(folder: Path) -> None:
    assert labelled_pictures.shared_pictures(labelled_pictures.load(folder, (20, 20, 3), (0.2, 0.2), 0)) == 0
    for number in range(12):
        Image.new("RGB", (20, 20), "white").save(folder / "bright" / f"{number}.png")
    assert labelled_pictures.shared_pictures(labelled_pictures.load(folder, (20, 20, 3), (0.2, 0.2), 0)) == 2


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
def test_a_picture_lost_in_the_middle_of_a_training_is_named_and_what_was_reached_is_saved(
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
        training.fit(build_model(config, splits), splits, config, run, [Lose()])
    assert run.read("training.json")["state"] == "stopped"
    assert run.read("training.json")["epochs"] == 1
    runs.load_model(run.model)


def test_the_baseline_sees_large_pictures_made_smaller(folder: Path) -> None:
    splits = labelled_pictures.load(folder, (100, 90, 3), (0.2, 0.2), 0)
    assert baselines._flat(splits.test).shape == (4, 25 * 22 * 3)
    (probabilities,) = baselines.predict(splits, 0).values()
    assert (probabilities.argmax(axis=1) == splits.test.y).all()
