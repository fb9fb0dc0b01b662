"""What must hold for this kind of model and data: shapes, ranges, learning, and reading pictures of any kind."""

import json
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

import data
import predict
import train
from config import Config
from model import build_model
from support import exporting, labelled_pictures, runs, settings
from support.errors import ProjectError
from support.pictures import read_picture


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


def test_probabilities_have_one_column_per_digit_and_sum_to_one(config: Config) -> None:
    splits = data.load(config)
    probabilities = build_model(config, splits).predict(splits.test.x[:7], verbose=0)
    assert probabilities.shape == (7, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_a_handful_of_pictures_can_be_learned_by_heart() -> None:
    config = settings.read(Config, argv=["--dropout", "0", "--schedule", "constant", "--learning-rate", "0.001"])
    splits = data.load(config)
    few = splits.train.take(slice(0, 20))
    model = build_model(config, splits)
    model.fit(few.x, few.y, epochs=40, batch_size=20, verbose=0)
    assert model.evaluate(few.x, few.y, verbose=0, return_dict=True)["accuracy"] == 1.0


@pytest.mark.parametrize(
    "changes",
    [
        ["--no-batch-normalization"],
        ["--optimizer", "sgd", "--l2", "0.01"],
        ["--schedule", "exponential", "--channels", "3"],
    ],
)
def test_every_choice_of_settings_trains(changes: list[str]) -> None:
    config = settings.read(Config, argv=changes)
    splits = data.load(config)
    history = build_model(config, splits).fit(splits.train.x[:128], splits.train.y[:128], verbose=0)
    assert np.isfinite(history.history["loss"][0])


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
    model.save(tmp_path / "model.keras")
    keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)


def test_predicting_the_test_pictures_as_files_gives_the_accuracy_of_evaluate(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import evaluate

    monkeypatch.setattr(runs, "FOLDER", tmp_path / "runs")
    for step, arguments in ((train, ["--epochs", "5"]), (evaluate, [])):
        monkeypatch.setattr(sys, "argv", ["step.py", *arguments])
        step.main()
    test = data.load(config).test
    (tmp_path / "pictures").mkdir()
    for number, picture in enumerate(test.x):
        Image.fromarray(picture[..., 0]).save(tmp_path / "pictures" / f"{number:04}.png")
    capsys.readouterr()
    monkeypatch.setattr(sys, "argv", ["predict.py", str(tmp_path / "pictures"), "--json"])
    predict.main()
    answers = json.loads(capsys.readouterr().out)
    right = [answer["label"] == str(truth) for answer, truth in zip(answers, test.y, strict=True)]
    assert np.mean(right) == runs.find(None).read("metrics.json")["test"]["accuracy"]


def test_a_wrong_scaling_in_an_exported_file_is_caught(config: Config, tmp_path: Path) -> None:
    splits = data.load(config)
    model = build_model(config, splits)
    model.fit(splits.train.x, splits.train.y, epochs=2, batch_size=64, verbose=0)
    expected = model.predict(splits.test.x, verbose=0)
    next(layer for layer in model.layers if isinstance(layer, keras.layers.Rescaling)).scale = 1 / 128
    model.export(str(tmp_path / "model.onnx"), format="onnx", verbose=False)
    row = exporting.prove("onnx", tmp_path / "model.onnx", splits.spec, splits.test, expected)
    assert not row["ok"] and "its answers differ from the model's" in row["error"]


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "I;16", "1", "CMYK"])
def test_pictures_of_every_colour_mode_and_size_can_be_read(mode: str, tmp_path: Path) -> None:
    picture = (
        Image.fromarray(np.full((50, 70), 40_000, np.uint16))
        if mode == "I;16"
        else Image.new("RGB", (70, 50), "white").convert(mode)
    )
    path = tmp_path / ("picture.jpg" if mode == "CMYK" else "picture.png")
    picture.save(path)
    read = read_picture(path, (28, 28, 1))
    assert read.shape == (28, 28, 1) and read.dtype == np.uint8
    assert read.min() >= (150 if mode == "I;16" else 250)


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


def test_predicting_a_folder_without_pictures_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"no pictures in .*\nExpected files such as"):
        data.read_inputs([str(tmp_path)], {"shape": [28, 28, 1]})
