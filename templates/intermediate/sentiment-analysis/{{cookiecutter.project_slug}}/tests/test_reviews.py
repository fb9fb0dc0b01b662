"""Tests of this kind of model and data: shapes, learning, the sample as it is described, and IMDB's archive."""

import io
import sys
import tarfile
from pathlib import Path

import data
import evaluate
import export
import reviews
import train
from config import Config
from model import build_model
from support import runs, settings
from support.data import preprocessing
from support.errors import ProjectError

import numpy as np
import pytest
import short

ARCHITECTURES = ["bag", "lstm", "transformer"]


@pytest.fixture(scope="module")
def config() -> Config:
    return settings.read(Config, argv=[])


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_handful_of_texts_can_be_memorised(architecture: str) -> None:
    config = settings.read(
        Config,
        argv=["--architecture", architecture, "--dropout", "0", "--schedule", "constant", "--learning-rate", "0.02"],
    )
    splits = data.load(config)
    few = splits.train.take(slice(0, 16))
    x, model = preprocessing.encode(few.x, splits.spec), build_model(config, splits)
    probabilities = model.predict(x, verbose=0)
    assert probabilities.shape == (16, 2)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    model.fit(x, few.y, epochs=40, batch_size=16, verbose=0)
    assert model.evaluate(x, few.y, verbose=0, return_dict=True)["accuracy"] == 1.0


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_long_texts_are_read_in_groups_of_words(architecture: str, config: Config) -> None:
    config = settings.read(Config, argv=["--architecture", architecture, "--steps", "10"])
    splits = data.load(config)
    x = preprocessing.encode(splits.train.x[:64], splits.spec)
    history = build_model(config, splits).fit(x, splits.train.y[:64], verbose=0)
    assert np.isfinite(history.history["loss"][0])


@pytest.mark.parametrize("architecture", ["lstm", "transformer"])
def test_every_export_of_the_other_architectures_answers_as_the_model_does(
    architecture: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "FOLDER", tmp_path / "runs")
    for step, arguments in ((train, ["--architecture", architecture, "--epochs", "4"]), (evaluate, []), (export, [])):
        monkeypatch.setattr(step, "load", short.load)
        monkeypatch.setattr(sys, "argv", ["step.py", *arguments])
        step.main()
    rows = runs.find(None).read("export/export_report.json")["formats"]
    assert [(row["format"], row["ok"]) for row in rows] == [(name, True) for name in export.FORMATS]


def test_the_sample_is_what_reviews_says(config: Config) -> None:
    written = reviews.write(config.seed)
    sentences = [sentence for review in written for sentence in review.sentences]
    assert written == reviews.write(config.seed) != reviews.write(config.seed + 1)
    assert len({sentence.text for sentence in sentences}) == len(sentences)
    for kind, share in reviews.SHARES.items():
        assert sum(sentence.kind == kind for sentence in sentences) / len(sentences) == pytest.approx(share, abs=0.03)
    assert np.mean([review.praise for review in written]) == 0.5
    assert all(sentence.praise == review.praise for review in written for sentence in review.sentences)


def test_no_sentence_of_the_test_reviews_is_in_training(config: Config) -> None:
    splits = data.load(config)
    by_text = {review.text: review for review in reviews.write(config.seed)}
    seen, asked = (
        {sentence.text.lower() for text in x for sentence in by_text[text].sentences}
        for x in ([*splits.train.x, *splits.validation.x], splits.test.x)
    )
    assert seen.isdisjoint(asked) and len(asked) > 1_000


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as file:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    return path


def test_the_archive_of_imdb_is_read_without_unpacking_it(tmp_path: Path) -> None:
    members = {
        "aclImdb/train/pos/0_9.txt": "Très good<br />film".encode(),
        "aclImdb/train/neg/0_1.txt": b"bad film",
        "aclImdb/train/unsup/0_0.txt": b"no label",
        "aclImdb/test/neg/1_2.txt": b"worse",
        "aclImdb/test/pos/10_10.txt": b"better",
        "aclImdb/train/pos/../../../../escaped.txt": b"out",
        "aclImdb/README": b"about",
    }
    train, test = data.read_archive(archive(tmp_path / "imdb.tar.gz", members))
    assert train.to_numpy().tolist() == [["bad film", "neg"], ["Très good<br />film", "pos"]]
    assert test.to_numpy().tolist() == [["worse", "neg"], ["better", "pos"]]
    assert [path.name for path in tmp_path.rglob("*")] == ["imdb.tar.gz"]


@pytest.mark.parametrize("damage", ["cut", "empty", "other"])
def test_a_damaged_archive_is_answered_in_a_sentence(damage: str, tmp_path: Path) -> None:
    path = archive(tmp_path / "imdb.tar.gz", {"something/else.txt": bytes(range(256)) * 50})
    path.write_bytes({"cut": path.read_bytes()[:-40], "empty": b"", "other": path.read_bytes()}[damage])
    with pytest.raises(ProjectError, match="cannot be read|holds no reviews of IMDB"):
        data.read_archive(path)
