"""What must hold for photos of handwriting: one digit, several, none; any light, size and ink; MNIST's own images stay unchanged."""

import json
import sys
from pathlib import Path

import data
import predict
from config import Config
from support import settings
from support.data import paper
from support.errors import ProjectError

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

SPEC = {"kind": "picture", "shape": [28, 28, 1], "labels": list("0123456789"), "form": "mnist"}


def ink(digit: np.ndarray, side: int) -> np.ndarray:
    """A digit (28, 28) as the share of ink in each pixel (side, side), 0..1."""
    large = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
    return np.asarray(large, np.float64) / 255


def sheet(rng: np.random.Generator, height: int = 480, width: int = 640) -> np.ndarray:
    """Grey paper, brighter on one side."""
    rows, columns = np.mgrid[0:height, 0:width] / max(height, width)
    angle = rng.uniform(0, 2 * np.pi)
    return 170 + 50 * (np.cos(angle) * (columns - 0.5) + np.sin(angle) * (rows - 0.5))


def written(page: np.ndarray, share: np.ndarray, top: int, left: int, colour: float = 60) -> np.ndarray:
    """The page with ink at a place."""
    page = page.copy()
    part = page[top : top + len(share), left : left + share.shape[1]]
    part[:] = part * (1 - share) + colour * share
    return page


def photo(page: np.ndarray, rng: np.random.Generator, noise: float = 6) -> np.ndarray:
    return (page + rng.normal(0, noise, page.shape)).clip(0, 255).astype(np.uint8)


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Of 255, the mean difference of two images that may lie a pixel apart."""
    first, second = (ndimage.gaussian_filter(each.astype(float), 1) for each in (one, other))
    moved = [np.roll(first, (down, across), (0, 1)) for down in (-1, 0, 1) for across in (-1, 0, 1)]
    return min(float(np.abs(each - second).mean()) for each in moved)


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    """One of each digit (10, 28, 28), in MNIST's form."""
    x, y = data.sample()
    return np.stack([x[np.flatnonzero(y == digit)[3], :, :, 0] for digit in range(10)])


def test_images_of_mnists_form_stay_exactly_as_they_are(tmp_path: Path) -> None:
    x, _ = data.sample()
    for number, image in enumerate(x[:50]):
        Image.fromarray(image[..., 0]).save(tmp_path / f"{number:02}.png")
    _, read = data.read_inputs([str(tmp_path)], SPEC)
    np.testing.assert_array_equal(read, x[:50])


def test_the_samples_strokes_fill_20_pixels_with_their_centre_of_mass_in_the_middle() -> None:
    for image in data.sample()[0][:200, :, :, 0]:
        inked = image > 25  # a tenth: the blur around strokes is no part of them
        longer = max(int(np.ptp(np.flatnonzero(inked.any(axis=axis)))) + 1 for axis in (0, 1))
        assert 18 <= longer <= 20
        centre = np.array(ndimage.center_of_mass(image)) + 0.5  # of pixels whose middles are at 0.5, 1.5, …
        assert np.abs(centre - 14).max() <= 1.01


@pytest.mark.parametrize(
    "kind", ["as written", "chalk", "faint", "in shadow", "on a table", "large", "small", "a cut-out", "enlarged"]
)
def test_a_digit_on_paper_is_found_and_looks_as_mnist_has_it(kind: str, digits: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    for digit in (0, 4, 7, 8):
        image = digits[digit]
        page = sheet(rng)
        if kind == "as written":
            shot = photo(written(page, ink(image, 200), 40 + 20 * digit, 30 * digit), rng)
        elif kind == "chalk":
            shot = photo(written(page - 110, ink(image, 200), 100, 200, 240), rng)
        elif kind == "faint":
            shot = photo(written(page, ink(image, 250), 100, 200, 130), rng, 3)
        elif kind == "in shadow":
            page[:, :250] *= 0.6
            shot = photo(written(ndimage.gaussian_filter(page, 3), ink(image, 200), 150, 300, 30), rng, 4)
        elif kind == "on a table":
            table = np.full((600, 800), 50.0)
            table[70:550, 80:720] = written(page, ink(image, 220), 120, 200)
            shot = photo(table, rng, 4)
        elif kind == "large":
            shot = photo(written(sheet(rng, 1500, 2000), ink(image, 700), 300, 600), rng)
        elif kind == "small":
            shot = photo(written(sheet(rng, 100, 80), ink(image, 60), 20, 10), rng, 3)
        elif kind == "a cut-out":
            shot = photo(255 - 230 * ink(image, 200), rng, 3)
        else:
            shot = np.asarray(Image.fromarray(image).resize((280, 280), Image.Resampling.BICUBIC))
        found = paper.digits(shot)
        assert len(found) == 1, digit
        assert found[0].shape == (28, 28) and found[0].dtype == np.uint8 and found[0].max() == 255
        assert difference(found[0], image) < 12, digit  # no other digit is as near, as the next test says
        assert int(np.argmin([difference(found[0], each) for each in digits])) == digit


def test_the_difference_that_is_asked_for_tells_digits_apart(digits: np.ndarray) -> None:
    others = [difference(one, other) for row, one in enumerate(digits) for other in digits[:row]]
    assert min(others) > 12


def test_a_thin_pen_gives_strokes_as_thick_as_a_network_knows() -> None:
    rng = np.random.default_rng(0)
    line = np.zeros((300, 300))
    line[20:280, 148:152] = 1  # a 1, as thick as a hundredth of the photo
    (found,) = paper.digits(photo(written(sheet(rng), ndimage.gaussian_filter(line, 1), 90, 150), rng))
    assert [int((row > 100).sum()) for row in found[6:22]] == [2] * 16


@pytest.mark.parametrize("kind", ["blank", "grain", "gradient", "white", "black"])
def test_paper_without_ink_is_said_to_hold_no_digit(kind: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    page = {
        "blank": np.full((480, 640), 180, np.uint8),
        "grain": photo(np.full((480, 640), 180.0), rng, 12),
        "gradient": photo(sheet(rng), rng),
        "white": np.full((28, 28), 255, np.uint8),
        "black": np.zeros((300, 300), np.uint8),
    }[kind]
    Image.fromarray(page).save(tmp_path / "page.png")
    with pytest.raises(ProjectError, match=r"no digit found on .*page\.png\nExpected ink"):
        data.read_inputs([str(tmp_path / "page.png")], SPEC)


def test_several_digits_are_read_from_left_to_right_and_a_blank_page_beside_them_is_left_out(
    digits: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(0)
    page = sheet(rng)
    for place, digit in enumerate((7, 0, 4)):
        page = written(page, ink(digits[digit], 180), 100 + 20 * place, 40 + 170 * place)
    Image.fromarray(photo(page, rng)).save(tmp_path / "a.png")
    Image.fromarray(photo(sheet(rng), rng)).save(tmp_path / "b.png")
    names, x = data.read_inputs([str(tmp_path)], SPEC)
    assert names == [f"{tmp_path / 'a.png'} ({number} of 3)" for number in (1, 2, 3)]
    assert [int(np.argmin([difference(image[..., 0], each) for each in digits])) for image in x] == [7, 0, 4]
    warned = capsys.readouterr().err
    assert f"warning: 3 digits in {tmp_path / 'a.png'}: read one by one, from left to right" in warned
    assert f"warning: no digit found on {tmp_path / 'b.png'}: left out" in warned


def test_a_photo_from_a_phone_held_sideways_and_ink_on_a_transparent_ground_are_read(
    digits: np.ndarray, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    upright = photo(written(sheet(rng), ink(digits[7], 200), 100, 200), rng)
    exif = Image.Exif()
    exif[274] = 6  # to be turned clockwise by 90 degrees
    Image.fromarray(np.rot90(upright)).save(tmp_path / "phone.jpg", exif=exif)
    drawn = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    drawn.putalpha(Image.fromarray((ink(digits[7], 200) * 255).astype(np.uint8)))
    drawn.save(tmp_path / "tablet.png")
    _, x = data.read_inputs([str(tmp_path)], SPEC)
    assert len(x) == 2 and all(difference(image[..., 0], digits[7]) < 12 for image in x)


def test_other_images_are_not_taken_for_ink(tmp_path: Path) -> None:
    assert paper.is_mnist_form(data.sample()[0])
    assert not paper.is_mnist_form(255 - data.sample()[0])
    noise = np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    own = {name: value for name, value in SPEC.items() if name != "form"}
    _, x = data.read_inputs([str(tmp_path / "noise.png")], own)
    np.testing.assert_array_equal(x[0, ..., 0], noise)


def test_show_draws_what_the_network_saw_and_replaces_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    x, _ = data.sample()
    Image.fromarray(255 - x[0, ..., 0]).save(tmp_path / "digit.png")
    saved = predict.serving.SavedModel(tmp_path / "model.onnx", SPEC)
    monkeypatch.setattr(predict.serving, "locate", lambda *_: saved)
    monkeypatch.setattr(predict.serving, "predict", lambda _, images: np.eye(10)[[3] * len(images)])
    arguments = ["predict.py", str(tmp_path / "digit.png"), "--show", str(tmp_path / "seen.png"), "--json"]
    monkeypatch.setattr(sys, "argv", arguments)
    predict.main()
    assert json.loads(capsys.readouterr().out)[0]["label"] == "3"
    drawn = (tmp_path / "seen.png").read_bytes()
    assert Image.open(tmp_path / "seen.png").size[0] > 100
    with pytest.raises(ProjectError, match=r"seen\.png is there already\nGive --show the name of a new file"):
        predict.main()
    assert (tmp_path / "seen.png").read_bytes() == drawn
    monkeypatch.setattr(sys, "argv", [*arguments[:3], "seen.jpg"])
    with pytest.raises(ProjectError, match=r"--show 'seen\.jpg' does not end in \.png"):
        predict.main()


def test_150_test_digits_as_ink_on_paper_cost_a_trained_network_at_most_one_point_of_accuracy() -> None:
    from model import build_model

    config = settings.read(Config, argv=[])
    splits = data.load(config)
    model = build_model(config, splits)
    model.fit(splits.train.x, splits.train.y, epochs=config.epochs, batch_size=config.batch_size, verbose=0)
    rng = np.random.default_rng(0)
    some = splits.test.take(rng.choice(len(splits.test), 150, replace=False))
    on_paper = np.zeros_like(some.x)  # a photo on which not exactly one digit is found stays black, and counts as wrong
    counted = np.zeros(len(some), bool)
    for row, image in enumerate(some.x[..., 0]):
        side = int(rng.integers(60, 301))
        top, left = int(rng.integers(0, 481 - side)), int(rng.integers(0, 641 - side))
        found = paper.digits(photo(written(sheet(rng), ink(image, side), top, left, rng.uniform(30, 90)), rng))
        if len(found) == 1:
            on_paper[row, :, :, 0], counted[row] = found[0], True
    as_it_is, photographed = (model.predict(x, verbose=0).argmax(axis=1) == some.y for x in (some.x, on_paper))
    assert as_it_is.mean() >= 0.95  # or the comparison would say nothing
    assert (photographed & counted).mean() >= as_it_is.mean() - 0.01
