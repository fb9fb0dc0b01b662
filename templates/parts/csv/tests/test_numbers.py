"""How numbers are read: by the grouping of all values of their column, codes never, and alike at every later time."""

import json
import math

from support.data import numbers
from support.data.numbers import NumberFormat

import numpy as np
import pytest

NAN = math.nan
READ: list[tuple[list[str], list[float]]] = [
    # thousands and decimals
    (["1,234.50", "593.62"], [1234.5, 593.62]),
    (["198,991", "82,958"], [198991, 82958]),
    (["1,234,567", "12"], [1234567, 12]),
    (["1.234,56", "-12,00"], [1234.56, -12]),
    (["1.234.567", "12"], [1234567, 12]),
    (["1.200,5", "3.400"], [1200.5, 3400]),
    (["1,200.5", "3,400"], [1200.5, 3400]),
    (["1,2", "3,45"], [1.2, 3.45]),
    (["0,125", "0,250"], [0.125, 0.25]),
    (["0.125", "1.250"], [0.125, 1.25]),
    (["5.843", "1.200"], [5.843, 1.2]),
    (["1 234 567", "1 000"], [1234567, 1000]),
    (["1 234.50"], [1234.5]),
    (["1\u00a0234,5", "3,25"], [1234.5, 3.25]),
    (["1\u202f234\u202f567,89"], [1234567.89]),
    (["1'234.50", "99.95"], [1234.5, 99.95]),
    (["1’234’567"], [1234567]),
    (["12,34,567.50", "1,00,000"], [1234567.5, 100000]),
    # signs and powers
    (["(1,234.00)", "20.00"], [-1234, 20]),
    (["\u22123.5", "2", "+5"], [-3.5, 2, 5]),
    ([".5", "-.25", "5."], [0.5, -0.25, 5]),
    (["1.5E+03", "2.5e-2"], [1500, 0.025]),
    (["1e5", "0.5"], [100000, 0.5]),
    # currencies, percent, units
    (["$1,830.86", "$5"], [1830.86, 5]),
    (["-$5.00", "$-7.00", "($9.00)"], [-5, -7, -9]),
    (["1.000,50 €", "7,00 €"], [1000.5, 7]),
    (["€1.000", "€12,50"], [1000, 12.5]),
    (["£1,000", "£20.50"], [1000, 20.5]),
    (["¥1,200,000", "¥500"], [1200000, 500]),
    (["₹12,34,567", "₹500"], [1234567, 500]),
    (["12.50 USD", "3.00 USD"], [12.5, 3]),
    (["R$ 1.234,56", "R$ 2,00"], [1234.56, 2]),
    (["CHF 1'200.50", "CHF 20.00"], [1200.5, 20]),
    (["1 500 kr", "100 kr"], [1500, 100]),
    (["86%", "7.5 %", "-3%"], [86, 7.5, -3]),
    (["120 m²", "85,5 m²"], [120, 85.5]),
    (["36.6°C", "-3 °C"], [36.6, -3]),
    (["4.5 hours", "1 hour"], [4.5, 1]),
    (["23.4 kmpl", "1 kmpl"], [23.4, 1]),
    (["1.2K", "3.4M", "950"], [1200, 3.4e6, 950]),
    (["$1.5M", "$900K"], [1.5e6, 9e5]),
    # not known
    (["5", "", "NA", "?", "None"], [5, NAN, NAN, NAN, NAN]),
    (["5", "\\N", "n.a.", "#REF!", "\u2014", "(null)", "#NV"], [5, *[NAN] * 6]),
]
NO_NUMBERS = [
    ["8_10", "30_10"],
    ["007", "12"],
    ["00", "0"],
    ["1e1", "10"],
    ["0x10", "16"],
    ["1_000", "1000"],
    ["1234567890123456789", "1234567890123456780"],
    ["12345678901234567", "5"],
    ["4111111111111111", "5500000000000004"],
    ["inf", "1"],
    ["12A", "13B"],
    ["12B", "14B"],
    ["1st", "2nd"],
    ["A1", "A2"],
    ["(1)", "(2)"],
    ["1-", "2-", "3"],
    ["1+", "2-"],
    ["1/2", "3/4"],
    ["10:30", "11:00"],
    ["2021-01-02", "2021-01-03"],
    ["192.168.0.1", "10.0.0.1"],
    ["1.234.56", "7"],
    ["12,34,56", "7"],
    ["0171 2345678", "030 123"],
    ["5 kg", "5 lb"],
    ["$5", "€6"],
    ["5%", "5"],
    ["<5", "7"],
    ["NA", "-"],
]


@pytest.mark.parametrize(("cells", "values"), READ)
def test_a_column_of_numbers_is_read_whatever_its_marks_and_unit(cells: list[str], values: list[float]) -> None:
    form = numbers.detect(cells)
    assert form is not None
    assert numbers.parse(cells, form).tolist() == pytest.approx(values, rel=1e-12, nan_ok=True)
    kept = NumberFormat.from_record(json.loads(json.dumps(form.to_record())))
    assert kept == form


@pytest.mark.parametrize("cells", NO_NUMBERS)
def test_codes_and_mixed_units_are_no_numbers(cells: list[str]) -> None:
    assert numbers.detect(cells) is None


@pytest.mark.parametrize(
    ("cells", "hint", "values", "doubt"),
    [
        (["1,234", "593"], ".", [1234, 593], "1,234 is taken as 1234, but could be 1.234; then --decimal ','"),
        (["1,234", "593"], ";", [1.234, 593], "1,234 is taken as 1.234, but could be 1234; then --decimal '.'"),
        (["1.234", "2.345"], ",", [1234, 2345], "1.234 is taken as 1234, but could be 1.234; then --decimal '.'"),
        (["100.000", "101.000"], ";", [100, 101], "100.000 is taken as 100, but could be 100000; then --decimal ','"),
        (["1.234", "593"], ".", [1.234, 593], "1.234 is taken as 1.234, but could be 1234; then --decimal ','"),
    ],
)
def test_what_the_values_leave_open_is_said_with_the_option_that_decides(
    cells: list[str], hint: str, values: list[float], doubt: str
) -> None:
    form = numbers.detect(cells, hint=hint)
    assert form is not None and form.doubt == doubt and numbers.parse(cells, form).tolist() == values
    decided = numbers.detect(cells, decimal=doubt[-2])
    assert decided is not None and not decided.doubt and numbers.parse(cells, decided).tolist() != values


def test_many_values_grouped_by_three_beside_small_ones_are_thousands() -> None:
    cells = [f"{n}.{100 + n}" for n in range(1, 40)] + ["593", "7"]
    form = numbers.detect(cells)
    assert form is not None and form.thousands == "." and form.doubt
    assert numbers.parse(["1.101", "593"], form).tolist() == [1101, 593]


def test_what_does_not_fit_the_reading_of_training_is_no_number() -> None:
    form = numbers.detect(["1.234,50", "€ 3,00".removeprefix("€ ")])
    assert form is not None
    found = numbers.parse(["1234,5", "1234.5", "1,234.5", "$5", "NA", 7.25, "1,5e999"], form)
    assert found.tolist() == pytest.approx([1234.5, NAN, NAN, NAN, NAN, 7.25, NAN], nan_ok=True)


def test_a_bare_number_is_taken_in_the_unit_of_its_column_and_another_unit_is_not() -> None:
    form = numbers.detect(["5 kg", "7 kg"])
    assert form is not None and form.unit == "kg"
    assert numbers.parse(["6", "6kg", "6 lb"], form).tolist() == pytest.approx([6, 6, NAN], nan_ok=True)


def test_what_the_user_calls_numbers_may_have_leading_zeros() -> None:
    form = numbers.detect(["007", "12"], forced=True)
    assert form is not None and numbers.parse(["007", "12"], form).tolist() == [7, 12]


@pytest.mark.parametrize(("text", "name"), [("1.0", "1"), ("-2.00", "-2"), ("007", "007"), ("8_10", "8_10"), ("1e1", "1e1"), ("1.5", "1.5"), ("00.0", "00.0")])  # fmt: skip
def test_a_class_named_1_is_also_one_named_1_0_and_codes_stay_themselves(text: str, name: str) -> None:
    assert numbers.canonical(text) == name


def test_a_reading_is_told_in_words() -> None:
    cells = {"1,234.50": "1,234.50, comma for thousands", "1.234,5": "1.234,5, point for thousands, comma for decimals"}
    for cell, text in cells.items():
        form = numbers.detect([cell])
        assert form is not None and form.text() == text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1, 2, -999, -999, NAN], "2 values are -999, far below all others"),
        ([1, 2, -99.9], "1 values are -99.9, far below"),
        ([1, 2, 9999, 9999], "2 values are 9999, far above all others"),
        ([1, 2, 9999], ""),
        ([-990, -999], ""),
        ([600, 999, 999], ""),
        ([NAN], ""),
    ],
)
def test_a_code_far_from_all_other_values_is_named(values: list[float], said: str) -> None:
    found = numbers.code_for_missing(np.array(values, float))
    assert found.startswith(said) and bool(found) == bool(said)
