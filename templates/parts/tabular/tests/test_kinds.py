"""What the columns of a table are taken for, and which of their texts mean "not known"."""

from typing import Any

from support.data import columns, kinds, table, tabular, targets
from support.errors import ProjectError

import numpy as np
import pytest


def kind(cells: list[Any], name: str = "x", **how: Any) -> dict[str, Any]:
    made = table.from_columns({name: np.array(cells, object if isinstance(cells[0], str) else float)})
    return kinds.kind_of(name, made.columns[name], made, **how)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["red", "green", "red"], "category"),
        (["8_10", "9_10", "810"], "category"),
        (["007", "7", "12"], "category"),
        (["1e1", "10", "20"], "category"),
        (["yes", "no", "yes"], "category"),
        (["$5", "$7"], "number"),
        (["1.234,50", "3,00"], "number"),
        (["2021-01-31", "2021-02-01"], "date"),
        (["31/01/2021", "05/02/2021"], "date"),
        (["31.01.2021 10:30", "05.02.2021 11:00"], "date"),
        (["01/31/2021 10:30:05 PM", "02/05/2021 11:00:00 AM"], "date"),
        (["5 Mar 2021", "17 Apr 2021"], "date"),
        ([f"word{n} is here" for n in range(60)], "text"),
        ([1.0, 2.0, 5.0], "number"),
        ([float(n) for n in range(1, 30)], "left out"),
    ],
)
def test_a_column_is_taken_for_what_all_its_values_are(cells: list[Any], expected: str) -> None:
    assert kind(cells)["kind"] == expected


def test_a_slip_among_numbers_is_named_with_its_line_and_a_code_is_none() -> None:
    found = kind([*map(str, range(5, 30)), "much"])
    assert found["kind"] == "number"
    assert found["slips"] == "1 values are no numbers, first the sample:27: 'much'; read as missing"
    assert kind([*map(str, range(5, 30)), "007"])["kind"] == "category"


def test_several_units_are_named() -> None:
    found = kind(["5 kg", "7 lb", "9 kg", "3 kg", "4 lb"])
    assert found["kind"] == "category" and "x holds numbers with several units, kg, lb" in found["warning"]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["10,000+", "5,000+", "500+"], "numbers that no one reading fits, see the sample:2: '10,000+'"),
        (["1.5*", "2.3", "3.1 [1]"], "numbers that no one reading fits, see the sample:2: '1.5*'"),
        (["1.234,50 S", "20,00 H"], "numbers that no one reading fits, see the sample:2: '1.234,50 S'"),
        (["<5", "7", "8"], "numbers that no one reading fits, see the sample:2: '<5'"),
        (["１２", "３４"], "numbers that no one reading fits"),
        (["1:30", "12:45"], "times of day or durations, see the sample:2: '1:30'"),
        (
            ["2024-01-31 10:00 CET", "2024-02-01 10:00 CET"],
            "what may be dates, see the sample:2: '2024-01-31 10:00 CET'",
        ),
        (["T1 2024", "T2 2024"], "what may be dates"),
        (["1 lutego 2024", "2 lutego 2024"], "what may be dates"),
        (["31. Dezember 2024", "1. Mai 2024"], "what may be dates"),
        (["31 janv. 2024", "1 févr. 2024"], "what may be dates"),
        (["31 de enero de 2024", "1 de marzo de 2024"], "what may be dates"),
        (["2024年1月31日", "2024年2月1日"], "what may be dates"),
        (["31st January 2024", "1st of February 2024"], "what may be dates"),
        (["31/01/2024 10h30", "01/02/2024 09h05"], "what may be dates"),
        (["1.234,50-", "20,00-"], "numbers that no one reading fits"),
        (["1'200.–", "50.–"], "numbers that no one reading fits"),
        (["1500/-", "2300/-"], "numbers that no one reading fits"),
        (["A1", "B2"], ""),
        (["555-123-4567", "555-987-6543"], ""),
        (["10-20", "20-30"], ""),
        (["2024-0001", "2024-0002"], ""),
        (["iPhone 2019 Pro", "iPhone 2020 Pro"], ""),
    ],
)
def test_what_only_looks_like_numbers_times_or_dates_is_named_with_its_line(cells: list[str], said: str) -> None:
    found = kind(cells)
    assert found["kind"] == "category"
    assert found.get("warning", "").startswith(f"warning: x holds {said}" if said else "")
    assert ("warning" in found) == bool(said)


@pytest.mark.parametrize(
    ("name", "cells", "form"),
    [
        ("x", [20240131.0, 20240201.0], "%Y%m%d"),
        ("date", [45322.0, 45400.25], "excel"),
        ("created_at", [1704067200.0, 1704070800.0], "unix"),
        ("time", [1704067200000.0, 1704070800000.0], "unix-ms"),
    ],
)
def test_numbers_that_may_be_dates_are_named_and_the_option_reads_them_alone(
    name: str, cells: list[float], form: str
) -> None:
    assert kind(cells, name)["warning"].endswith(f"if it is one: --date-format {form}")
    assert kind(cells, name, date_format=form)["kind"] == "date"
    assert kind([22.0, 35.0], "age", date_format=form)["kind"] == "number"
    assert kind(["31.01.2024", "01.02.2024"], date_format=form)["kind"] == "date"
    assert "warning" not in kind([22.0, 35.0], name)


def test_negatives_in_brackets_beside_a_slip_are_numbers() -> None:
    found = kind([*[f"{n}.50" for n in range(14)], *[f"({n}.25)" for n in range(8)], "TBD"])
    assert found["kind"] == "number"
    assert found["slips"] == "1 values are no numbers, first the sample:24: 'TBD'; read as missing"


def test_what_is_called_a_number_must_be_one() -> None:
    assert kind(["007", "12"], forced=True)["kind"] == "number"
    with pytest.raises(ProjectError, match="the sample:2: x is 'red', which is no number"):
        kind(["red", "blue"], forced=True)


def made_of(target: list[str], feature: list[str]) -> table.Table:
    return table.from_columns({"y": np.array(target, object), "x": np.array(feature, object)})


def test_none_is_a_class_where_it_is_frequent_and_the_rows_are_counted() -> None:
    found, notes = kinds.without_missing(made_of(["None", "apnea", "None", "insomnia"] * 5, ["a"] * 20), "y", None)
    assert found.columns["y"].tolist() == ["None", "apnea", "None", "insomnia"] * 5
    assert notes == ["note: y: 'None' (10 rows) is taken as a class of its own; if it means missing: --missing None"]
    found, notes = kinds.without_missing(made_of(["None", "apnea", "None", "insomnia"] * 5, ["a"] * 20), "y", ("None",))
    assert found.columns["y"].tolist() == ["", "apnea", "", "insomnia"] * 5 and found.missing["y"] == {"None": 10}


def test_a_question_mark_in_the_target_is_not_known_and_its_rows_are_counted() -> None:
    found, notes = kinds.without_missing(made_of(["?", "a", "b"] * 4, ["u"] * 12), "y", None)
    assert found.columns["y"].tolist() == ["", "a", "b"] * 4
    assert notes[0].startswith("warning: y: '?' is taken as missing: 4 rows are left out")


def test_the_only_other_value_of_a_column_is_a_value() -> None:
    for word in ("NA", "-", "None", "null"):
        found, _ = kinds.without_missing(made_of(["a", "b"] * 4, ["pos", word] * 4), "y", None)
        assert found.columns["x"].tolist() == ["pos", word] * 4
    found, _ = kinds.without_missing(made_of(["a", "b", "a"] * 4, ["red", "NA", "blue"] * 4), "y", None)
    assert found.columns["x"].tolist() == ["red", "", "blue"] * 4 and found.missing["x"] == {"NA": 4}


def test_values_that_differ_in_capitals_or_blanks_are_named() -> None:
    cells = np.array(["setosa", "Setosa", "sleep apnea", "sleep  apnea", "virginica"], object)
    assert kinds.alike("y", cells) == [
        "warning: y: Setosa and setosa; sleep  apnea and sleep apnea differ in capitals or blanks only, and are taken as different values"
    ]
    assert kinds.alike("y", np.array(["a", "b"], object)) == []


def test_the_parts_of_a_date_are_those_of_the_calendar() -> None:
    cells = np.array(["1970-01-02 06:00", "2024-02-29 23:30", ""], object)
    column = {"name": "x", **kind(cells.tolist())}
    days = columns.read(cells, column, "days")
    assert days[:2].tolist() == [1.25, 19782 + 23.5 / 24] and np.isnan(days[2])
    assert columns.read(cells, column, "month")[:2].tolist() == [1, 2]
    assert columns.read(cells, column, "weekday")[:2].tolist() == [4, 3]  # a Friday and a Thursday
    assert columns.read(cells, column, "hour")[:2].tolist() == [6, 23]


def test_answers_that_may_be_none_are_named() -> None:
    made = table.from_columns({"y": np.array(["[-]", "a", "a", "b", "b"], object)}, path="my.csv")
    y = np.array([0, 1, 1, 2, 2]) if targets.TEXT else np.array([-999.0, 1, 1, 2, 2])
    said = (
        "my.csv:2: y is '[-]' in this row only: if it is no class, delete the row"
        if targets.TEXT
        else "y: 1 values are -999, far below all others: if that means missing, empty these values"
    )
    assert tabular.doubtful(y, made.columns["y"], made, "y") == [f"warning: {said}"]
    assert tabular.doubtful(y[1:], made.columns["y"][1:], made, "y") == []
