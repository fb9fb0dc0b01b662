"""Tests of every project on series: no leakage, corrected dates are reported, errors in files are named by line."""

import json
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import data
import metrics
import predict
from config import Config
from support import runs, settings
from support.data import windows
from support.data.steps import read_step
from support.data.windows import SeriesSplits
from support.errors import ProjectError
from support.exports import serving
from support.training import baselines

import numpy as np
import pytest

SMALL = ["--horizon", "3", "--history", "8"]


def load(*arguments: str) -> SeriesSplits:
    config = settings.read(Config, argv=[*SMALL, *arguments])
    return windows.load(data.read_series(config), config)


def days(count: int, skip: tuple[int, ...] = ()) -> list[str]:
    """Rows of a daily series that repeats itself every seven days and rises."""
    rows = [(date(2024, 1, 1) + timedelta(i), 10 + i % 7 + 0.1 * i) for i in range(count) if i not in skip]
    return [f"{day},{value:.1f}" for day, value in rows]


def write(path: Path, rows: list[str], header: str = "date,sales") -> str:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "my.csv"


# --- no leakage ---


def test_changing_what_comes_after_a_moment_changes_no_window_and_no_statistic_before_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = [f"2024-01-{1 + i // 24:02} {i % 24:02}:00,{rng.normal():.3f},{rng.normal():.3f}" for i in range(240)]
    rows[100] = rows[100].split(",")[0] + ",,"  # a missing value, filled from the past
    header, options = "when,a,b", ["--target", "a", "--columns", "all"]
    first = load("--data", write(tmp_path / "one.csv", rows, header), *options)
    for moment in (90, 101, 180, 230):
        later = [f"{row.split(',')[0]},{1000 + i},-7" for i, row in enumerate(rows[moment:])]
        other = load("--data", write(tmp_path / "other.csv", rows[:moment] + later, header), *options)
        for one, same, origins in zip(parts(first), parts(other), first.origins, strict=True):
            seen = origins <= moment  # all that the window holds lies before the moment
            np.testing.assert_array_equal(one.x[seen], same.x[seen])
            whole = origins + 3 <= moment
            np.testing.assert_array_equal(one.y[whole], same.y[whole])
        if moment >= int(first.origins[0][-1]) + 3:  # the training part ends before it
            assert {**first.spec} == {**other.spec}


def test_forecasts_before_a_moment_do_not_depend_on_what_comes_after_it() -> None:
    from model import build_model

    config = settings.read(Config, argv=SMALL)
    whole = data.read_series(config)
    splits = windows.load(whole, config)
    model = build_model(config, splits)
    origins = splits.origins[2]
    moment = int(origins[len(origins) // 2])
    changed = whole.values.copy()
    changed[moment:] *= 3
    other = windows.load(replace(whole, values=changed), config)
    early = origins <= moment
    np.testing.assert_array_equal(model(splits.test.x[early]), model(other.test.x[early]))
    season = [baselines.seasonal_naive(s.series, origins[early], s.spec["season"], 3) for s in (splits, other)]
    np.testing.assert_array_equal(season[0], season[1])


def test_the_parts_follow_each_other_in_time_and_share_no_answer() -> None:
    splits = load()
    train, validation, test = splits.origins
    assert train[-1] + 3 <= validation[0] and validation[-1] + 3 <= test[0]
    assert test[-1] + 3 == len(splits.series)
    for origins, part in zip(splits.origins, parts(splits), strict=True):
        for row in (0, -1):
            np.testing.assert_array_equal(part.x[row], splits.series.values[origins[row] - 8 : origins[row]])
            np.testing.assert_array_equal(part.y[row], splits.series.values[origins[row] : origins[row] + 3, 0])


def parts(splits: SeriesSplits):
    return splits.train, splits.validation, splits.test


# --- dates are corrected and reported ---


def test_a_gap_repeats_the_value_before_it_and_is_never_an_answer(file: Path) -> None:
    splits = load("--data", write(file, days(80, skip=(20, 21, 70))))
    whole = splits.series
    assert len(whole) == 80 and whole.values[19] == whole.values[20] == whole.values[21]
    assert "3 dates are missing, the longest gap at 2024-01-21, 2 long" in " ".join(whole.notes)
    unknown = ~whole.known
    assert list(np.flatnonzero(unknown)) == [20, 21, 70]
    for part, origins in zip(parts(splits), splits.origins, strict=True):
        rows = origins[:, None] + np.arange(3)
        np.testing.assert_array_equal(np.isnan(part.y), unknown[rows])


def test_rows_in_any_order_and_repeated_rows_give_the_same_series(file: Path) -> None:
    rows = days(60)
    straight = load("--data", write(file, rows)).series
    mixed = [*reversed(rows), rows[5], rows[9]]
    found = load("--data", write(file, mixed)).series
    np.testing.assert_array_equal(found.values, straight.values)
    assert any("they were sorted" in note for note in found.notes)
    assert any("2 dates occur again" in note and "count once" in note for note in found.notes)


def test_rows_of_one_date_that_differ_become_their_mean(file: Path) -> None:
    rows = days(60)
    found = load("--data", write(file, [*rows[:31], rows[30].split(",")[0] + ",100", *rows[31:]])).series
    assert found.values[30, 0] == pytest.approx((float(rows[30].split(",")[1]) + 100) / 2)
    assert any("1 dates occur again" in note and "the mean was taken" in note for note in found.notes)


def test_dates_a_little_off_are_taken_at_the_nearest_step(file: Path) -> None:
    rows = [f"2024-01-{1 + i // 24:02}T{i % 24:02}:{(i * 7) % 3:02}:00,{i % 5}" for i in range(120)]
    found = load("--data", write(file, rows)).series
    assert str(found.step) == "1 hour" and len(found) == 120
    assert any("lie between two steps" in note for note in found.notes)


@pytest.mark.parametrize(
    ("rows", "step", "second", "note"),
    [
        ([f"{1 + i % 28:02}.{1 + i // 28:02}.2024;{i},5" for i in range(84)], "1 day", "2024-01-02", "when: day.month.year"),
        ([f"{1 + i % 12}/01/{2000 + i // 12};{i},5" for i in range(60)], "1 month", "2000-02", "when: month/day/year"),
        ([f"01/{1 + i % 12:02}/{2000 + i // 12};{i},5" for i in range(60)], "1 month", "2000-02", "when: day/month/year"),
        ([f"{1900 + i};{i},5" for i in range(60)], "1 year", "1901", "when: year"),
        ([f"2024-01-{1 + i // 24:02}T{i % 24:02}:00:00+02:00;{i},5" for i in range(90)], "1 hour", "2023-12-31 23:00", "taken in UTC"),
    ],
)  # fmt: skip
def test_dates_and_decimal_commas_are_read_as_many_countries_write_them(
    rows: list[str], step: str, second: str, note: str, file: Path
) -> None:
    found = load("--data", write(file, rows, "when;value")).series
    assert str(found.step) == step and found.show(1).startswith(second)
    assert found.values[1, 0] == 1.5
    assert note in found.dates


def test_rows_are_averaged_over_a_step_that_is_asked_for(file: Path) -> None:
    rows = [f"2024-01-{1 + i // 24:02} {i % 24:02}:{i % 60:02}:00,{i // 24}" for i in range(24 * 30)]
    found = load("--data", write(file, rows), "--step", "day").series
    assert found.values[:, 0].tolist() == list(range(30))
    assert str(read_step("15min")) == "15 minutes" and str(read_step("quarter")) == "1 quarter"


# --- wrong files ---

GOOD = days(80)
WRONG: dict[str, tuple[list[str], str, list[str], str]] = {
    "no dates": ([f"{i}.5,x{i}" for i in range(80)], "a,b", [], "FILE:1: no column holds dates; there are: a, b"),
    "a broken date": ([*GOOD[:30], "2024-02-30,1", *GOOD[31:]], "date,sales", [], "FILE:32: date is '2024-02-30', which is no date"),
    "too short": (GOOD[:12], "date,sales", [], "FILE: 12 rows of 1 day are too few for a history of 8 and a horizon of 3"),
    "constant": ([row.split(",")[0] + ",5" for row in GOOD], "date,sales", [], "sales is 5 in every row of the training part"),
    "texts": ([row.split(",")[0] + ",much" for row in GOOD], "date,sales", [], "FILE:2: sales is 'much', which is no number"),
    "which target": ([row + ",1" for row in GOOD], "date,sales,visits", [], "which column of FILE is to be forecast?"),
    "wrong target": (GOOD, "date,sales", ["--target", "sale"], "there is no column sale; did you mean sales?"),
    "two zones": ([row.replace(",", "T00:00+01:00,") if i % 2 else row.replace(",", "T00:00,") for i, row in enumerate(GOOD)], "date,sales", [], "FILE:3: date is '2024-01-02T00:00+01:00': some dates have a time zone and others none"),
    "mixed steps": ([*GOOD[:40], *(f"{2025 + i // 12}-{1 + i % 12:02}-01,{i}" for i in range(30))], "date,sales", [], "the steps are mixed"),
    "no common step": ([f"2024-01-01 00:00:00,{0}", *(f"2024-{1 + i % 12:02}-{1 + (i * i) % 27:02} 0{i % 7}:11:00,{i}" for i in range(60))], "date,sales", [], "the dates have no common step"),
    "shares of zero": ([GOOD[0].split(",")[0] + ",0", *GOOD[1:]], "date,sales", ["--relative", "yes"], "--relative yes needs numbers above 0, but sales has 0"),
    "wrong step": (GOOD, "date,sales", ["--step", "fortnight"], "--step cannot be 'fortnight'"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_answered_in_a_sentence(case: str, file: Path) -> None:
    rows, header, options, message = WRONG[case]
    with pytest.raises(ProjectError) as error:
        load("--data", write(file, rows, header), *options)
    assert message.replace("FILE", str(file)) in str(error.value)
    assert str(error.value).count("\n") <= 1


def test_the_number_of_rows_that_are_said_to_be_needed_is_enough(file: Path) -> None:
    with pytest.raises(ProjectError) as error:
        load("--data", write(file, GOOD[:12]))
    needed = int(str(error.value).split(": ")[2].split()[0])
    assert len(load("--data", write(file, GOOD[:needed])).train) >= windows.FEWEST
    with pytest.raises(ProjectError, match="too few"):
        load("--data", write(file, GOOD[: needed - 2]))


# --- scores, intervals, forecasts ---


def test_scores_are_those_of_the_definitions() -> None:
    spec = {"seasonal_error": 2.0, "season": 1, "relative": False}
    truth, answer = np.array([[1.0, 2.0], [3.0, np.nan]]), np.array([[2.0, 2.0], [0.0, 9.0]])
    found = metrics.score(truth, answer, spec)
    assert found == pytest.approx({"mase": 4 / 3 / 2, "mae": 4 / 3, "rmse": np.sqrt(10 / 3)})
    assert [step["mae"] for step in metrics.details(truth, answer, spec)["by_horizon"]] == [2.0, 0.0]


def test_the_interval_holds_its_share_of_new_values_of_the_same_kind() -> None:
    config = settings.read(Config, argv=["--interval", "0.8"])
    rng = np.random.default_rng(0)
    spec = {
        "relative": False,
        **metrics.choose_threshold(rng.normal(0, [1.0, 3.0], (999, 2)), np.zeros((999, 2)), config),
    }
    ends = metrics.bounds(np.zeros((1, 2)), spec)
    assert ends is not None
    low, high = ends
    new = rng.normal(0, [1.0, 3.0], (20_000, 2))
    inside = ((new >= low) & (new <= high)).mean(axis=0)
    assert np.abs(inside - 0.8).max() < 0.04


def test_seasonal_naive_says_what_was_one_season_before_and_was_known() -> None:
    splits = load()
    answer = baselines.seasonal_naive(splits.series, np.array([50]), season=2, horizon=3)
    assert answer[0].tolist() == splits.series.values[[48, 49, 48], 0].tolist()


def test_a_forecast_goes_on_from_the_last_row_of_a_file(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    splits = load("--data", write(file, GOOD))
    spec = {**splits.spec, "interval": {"share": 0.9, "width": [1.0, 2.0, 3.0]}}
    monkeypatch.setattr(serving, "locate", lambda *_: serving.SavedModel(tmp_path, spec))
    monkeypatch.setattr(serving, "predict", lambda _, x: x[:, -3:, 0] + 1)
    monkeypatch.setattr(runs, "FOLDER", tmp_path)
    monkeypatch.setattr(sys, "argv", ["predict.py", str(file), "--json"])
    predict.main()
    (answer,) = json.loads(capsys.readouterr().out)
    last = [float(row.split(",")[1]) + 1 for row in GOOD[-3:]]
    assert answer["dates"] == ["2024-03-21", "2024-03-22", "2024-03-23"]
    assert answer["values"] == pytest.approx(last, abs=1e-4)
    assert answer["low"] == pytest.approx([last[0] - 1, last[1] - 2, last[2] - 3], abs=1e-4)
    monkeypatch.setattr(sys, "argv", ["predict.py", str(file)])
    predict.main()
    printed = capsys.readouterr().out
    assert f"2024-03-21  {metrics.amount(last[0]):>9}   {metrics.amount(last[0] - 1)} to" in printed
    assert (tmp_path / "forecast.png").stat().st_size > 1_000


def test_a_file_that_a_model_cannot_go_on_from_is_refused(file: Path, tmp_path: Path) -> None:
    spec = load("--data", write(file, GOOD)).spec
    short, other, hours = tmp_path / "short.csv", tmp_path / "other.csv", tmp_path / "hours.csv"
    with pytest.raises(ProjectError, match="has 5 rows of 1 day, but the model looks back over 8"):
        data.read_endings([write(short, GOOD[:5])], spec)
    with pytest.raises(ProjectError, match="there is no column sales"):
        data.read_endings([write(other, GOOD, "date,visits")], spec)
    with pytest.raises(ProjectError, match="its rows are 1 month apart, but the model was trained on steps of 1 day"):
        data.read_endings([write(hours, [f"{2000 + i // 12}-{1 + i % 12:02}-01,{i}" for i in range(60)])], spec)
