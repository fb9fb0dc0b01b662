"""CSV files as people have them: each read as it stands, or refused with its line and what to do."""

import os
from pathlib import Path
from typing import Any

from support.data import table
from support.data.numbers import NumberFormat
from support.errors import ProjectError

import numpy as np
import pytest

NAN = float("nan")


def read(tmp_path: Path, content: str | bytes, **how: Any) -> table.Table:
    path = tmp_path / "my.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return table.read(path, **how)


def lines(*rows: str) -> str:
    return "".join(f"{row}\n" for row in rows)


RIGHT: dict[str, tuple[str | bytes, dict[str, Any], dict[str, list[Any]], list[int]]] = {
    "plain": ("a,b\n1,x\n2.5,y\n", {}, {"a": [1, 2.5], "b": ["x", "y"]}, [2, 3]),
    "blanks around values": ("a , b\n 1, x \n2 ,y\n", {}, {"a": [1, 2], "b": ["x", "y"]}, [2, 3]),
    "blank lines": ("a,b\n\n1,x\n   \n2,y\n\n", {}, {"a": [1, 2], "b": ["x", "y"]}, [3, 5]),
    "line ends of Windows": ("a,b\r\n1,x\r\n2,y\r\n", {}, {"a": [1, 2], "b": ["x", "y"]}, [2, 3]),
    "line ends of old Macs": ("a,b\r1,x\r2,y\r", {}, {"a": [1, 2], "b": ["x", "y"]}, [2, 3]),
    "a mark at the beginning": (b"\xef\xbb\xbfa,b\n1,x\n", {}, {"a": [1], "b": ["x"]}, [2]),
    "UTF-16": ("a;b\n1;ä\n".encode("utf-16"), {}, {"a": [1], "b": ["ä"]}, [2]),
    "Windows-1252": ("a;b\n1;café\n".encode("cp1252"), {}, {"a": [1], "b": ["café"]}, [2]),
    "Excel's first line": ("sep=;\na;b\n1,5;x\n2,5;y\n", {}, {"a": [1.5, 2.5], "b": ["x", "y"]}, [3, 4]),
    "Excel's first line in quotes": ('"sep=;"\na;b\n1,5;x\n', {}, {"a": [1.5], "b": ["x"]}, [3]),
    "quotes around one word": ('a,b\n"good" film,1\nso "bad" a,2\n', {}, {"a": ['"good" film', 'so "bad" a'], "b": [1, 2]}, [2, 3]),
    "names in brackets": ("<DATE>,<CLOSE>\n20240131,1\n", {}, {"<DATE>": [20240131], "<CLOSE>": [1]}, [2]),
    "a skipped title": ("Sales\n\na,b\n1,x\n", {"skip_lines": 2}, {"a": [1], "b": ["x"]}, [4]),
    "no header, and said so": ("1,x\n2,y\n", {"header": False}, {"column_1": [1, 2], "column_2": ["x", "y"]}, [1, 2]),
    "names that are numbers": ("c,2019,2020,2021\nA,1,2,3\n", {}, {"c": ["A"], "2019": [1], "2020": [2], "2021": [3]}, [2]),
    "missing numbers": ("a,b\n1,x\n?,y\nNA,z\n,w\n", {}, {"a": [1, NAN, NAN, NAN], "b": ["x", "y", "z", "w"]}, [2, 3, 4, 5]),
    "None stays a text": ("a,b\n1,None\n2,\n3,x\n", {}, {"a": [1, 2, 3], "b": ["None", "", "x"]}, [2, 3, 4]),
    "leading zeros": ("a,b\n007,1\n12,2\n", {}, {"a": ["007", "12"], "b": [1, 2]}, [2, 3]),
    "1e1 beside 10": ("a,b\n1e1,1\n10,2\n", {}, {"a": ["1e1", "10"], "b": [1, 2]}, [2, 3]),
    "19 digits": ("a,b\n1234567890123456789,1\n1234567890123456780,2\n", {}, {"a": ["1234567890123456789", "1234567890123456780"], "b": [1, 2]}, [2, 3]),
    "infinities": ("a,b\ninf,1\n10,2\n", {}, {"a": ["inf", "10"], "b": [1, 2]}, [2, 3]),
    "true and false": ("a,b\nTrue,1\nFalse,2\n", {}, {"a": ["True", "False"], "b": [1, 2]}, [2, 3]),
    "text by wish": ("a,b\n1.0,1\n2,2\n", {"as_text": ["a"]}, {"a": ["1.0", "2"], "b": [1, 2]}, [2, 3]),
    "German": ("a;b\n1.234,50;1.234\n12,00;2.345\n", {}, {"a": [1234.5, 12], "b": [1234, 2345]}, [2, 3]),
    "American": ('a,b\n"1,234.50",$5\n12.00,$7\n', {}, {"a": [1234.5, 12], "b": [5, 7]}, [2, 3]),
    "by --decimal": ('a,b\n"1,234",x\n"5,678",y\n', {"decimal": ","}, {"a": [1.234, 5.678], "b": ["x", "y"]}, [2, 3]),
    "as in training": ("a,b\n593,x\n", {"formats": {"a": NumberFormat(",", ".")}}, {"a": [593], "b": ["x"]}, [2]),
    "quoted separators": ('a,b\n"x, y",1\n"say ""hi""",2\n', {}, {"a": ["x, y", 'say "hi"'], "b": [1, 2]}, [2, 3]),
    "a value of two lines": ('t,l\n"one, a\ntwo",1\nx,0\n', {}, {"t": ["one, a\ntwo", "x"], "l": [1, 0]}, [2, 4]),
    "values of two lines behind a number": ('n,t\n1,"one\ntwo"\n2,"three\nfour, five"\n', {}, {"n": [1, 2], "t": ["one\ntwo", "three\nfour, five"]}, [2, 4]),
    "inches": ('a;b\n10";x\n12";y\n', {}, {"a": ['10"', '12"'], "b": ["x", "y"]}, [2, 3]),
    "stray quotes": ('t\tl\n"good\t1\nbad\t0\nso "so"\t1\n', {}, {"t": ['"good', "bad", 'so "so"'], "l": [1, 0, 1]}, [2, 3, 4]),
    "a quote that swallows": ('t,l\n"a,1\nb,0\nc,1\nd 20",0\ne,1\n', {}, {"t": ['"a', "b", "c", 'd 20"', "e"], "l": [1, 0, 1, 0, 1]}, [2, 3, 4, 5, 6]),
    "an open quote": ('t,l\na,1\n"b,0\nc,1\n', {}, {"t": ["a", '"b', "c"], "l": [1, 0, 1]}, [2, 3, 4]),
}  # fmt: skip


@pytest.mark.parametrize("case", RIGHT)
def test_a_file_is_read_as_it_stands(case: str, tmp_path: Path) -> None:
    content, how, columns, where = RIGHT[case]
    found = read(tmp_path, content, **how)
    assert list(found.columns) == list(columns)
    for name, cells in columns.items():
        assert found.columns[name].dtype == (object if isinstance(cells[0], str) else np.float64), name
        np.testing.assert_array_equal(found.columns[name], np.array(cells, found.columns[name].dtype))
    assert found.lines.tolist() == where


IRIS = ["5.1,3.5,setosa", *["4.9,3.0,setosa", "6.2,2.9,virginica"] * 5]
WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "numbers for names": ("1,2\n3,4\n", {}, "FILE:1: the first line holds numbers, not the names"),
    "no header": (lines(*IRIS), {}, "FILE:1: the first line looks like data, not like the names of the columns: 5.1, 3.5, setosa"),
    "a label for a name": (lines("so bad a film,neg", *["nice,pos", "dull film,neg"] * 5), {}, "FILE:1: the first line looks like data"),
    "a date for a name": (lines("2011-01-01,5", *["2011-01-02,6", "2011-01-03,7"] * 5), {}, "FILE:1: the first line looks like data"),
    "one name twice": ("a,b,a\n1,2,3\n", {}, "FILE:1: two columns are named a"),
    "a title": ("Sales report\n\na,b,c\n" + "1,2,x\n" * 4, {}, "FILE:1: 'Sales report' is no line of names; line 3 looks like one: a, b, c\nSkip what stands above it: --skip-lines 2"),
    "a title with separators": ("Report,,,\na,b,c,d\n" + "1,2,x,1\n" * 4, {}, "line 2 looks like one: a, b, c, d\nSkip what stands above it: --skip-lines 1"),
    "names again": ("a,b\n1,x\na,b\n2,y\n", {}, "FILE:3: the names of the columns are repeated here"),
    "fewer values": ("a,b,c\n1,2,x\n1,2\n", {}, "FILE:3: 2 values, fewer than the 3 columns"),
    "more values": ("a,b\n1,2\n1,2,3\n", {}, "FILE:3: 3 values, more than the 2 columns"),
    "an open quote, and no other way": ('a,b\n1,"x\n2,y,z\n', {}, "FILE:2: a quote opens a value here and is never closed"),
    "a quote that swallows, and no other way": ('a,b\n"x,1\ny,2\nz",3\n"p,q",4\nr,5\n', {}, "FILE:2: a quote opens a value here that ends on line 4, and line 2 is a whole row without it"),
    "only names": ("a,b\n", {}, "FILE has a header but no rows"),
    "lines in quotes": ('"a,b"\n"1,x"\n', {}, "FILE:1: each line stands in quotes as a whole"),
    "a page of the web": ("<!DOCTYPE html>\n<p>a, b</p>\n", {}, "FILE:1: this looks like HTML, XML or JSON"),
    "backslashes before quotes": ('a,b\n"x, \\"y\\" z",1\nu,2\n', {}, "FILE:2: a quote opens a value here, and more text follows"),
    "JSON": ('[{"a": 1, "b": 2}]\n', {}, "FILE:1: this looks like HTML, XML or JSON"),
    "other quotes": ("a,b\n“x, y”,1\n", {}, "FILE:2: 3 values, more than the 2 columns of the header\nA value that holds ',' needs straight quotes"),
    "a separator of two": ("a,b\n1,2\n", {"separator": "ab"}, "--separator cannot be 'ab'"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named_with_its_line(case: str, tmp_path: Path) -> None:
    content, how, message = WRONG[case]
    with pytest.raises(ProjectError) as error:
        read(tmp_path, content, **how)
    assert message.replace("FILE", str(tmp_path / "my.csv")) in str(error.value)


def test_plain_quotes_and_doubtful_numbers_are_told(tmp_path: Path) -> None:
    found = read(tmp_path, 't;n\n"good;1.234\nbad;2,5\n')
    assert [note.split(": ", 1)[1] for note in found.notes] == [
        'a quote opens a value here and is never closed; so each " was read as a plain character, one row a line'
    ]
    assert found.columns["n"].tolist() == [1234, 2.5]
    doubtful = read(tmp_path, 'a,b\n"1,234",x\n593,y\n')
    assert doubtful.notes == ("warning: a: 1,234 is taken as 1234, but could be 1.234; then --decimal ','",)
    assert read(tmp_path, "a,b\n1,x\n?,y\n?,z\n").missing == {"a": {"?": 2}}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a;größe\n1;2\n".encode("cp1252"), "FILE is not UTF-8; it was read as Windows-1252, for example größe"),
        ("a,b\nx,1\ny,2\nTotal,3\n", "FILE:4: 'Total' in a: if this is a row of sums, delete it"),
    ],
)
def test_what_may_be_read_otherwise_is_told(content: str | bytes, said: str, tmp_path: Path) -> None:
    assert read(tmp_path, content).notes == ("warning: " + said.replace("FILE", str(tmp_path / "my.csv")),)


def test_bytes_of_neither_encoding_and_packed_files_are_named(tmp_path: Path) -> None:
    for content, message in (
        (b"a,b\n\xd0\x8f\xff,1\n", ":2: byte 0x8f is neither"),
        (b"\x1f\x8b\x08", ":1: this is a workbook"),
        ("a;b\n1;x\n".encode("utf-16-le"), ":1: this is a binary file"),
    ):
        with pytest.raises(ProjectError, match=message):
            read(tmp_path, content)


def test_a_name_cannot_write_over_the_terminal(tmp_path: Path) -> None:
    assert list(read(tmp_path, "a\x1b[2J,b\xa0c\n1,2\n").columns) == ["a\\x1b[2J", "b\xa0c"]


def test_a_long_file_is_the_same_read_whole_and_in_pieces(tmp_path: Path) -> None:
    """What only a late row shows still counts: pandas guesses by pieces."""
    many = 30_000
    rows = [f"{row},{row % 7}.5,k{row % 3}" for row in range(many)]
    found = read(tmp_path, lines("n,x,k", *rows))
    assert found.columns["n"].tolist() == list(range(many)) and set(found.columns["k"]) == {"k0", "k1", "k2"}
    late = read(tmp_path, lines("n,x,k", *rows, "007,?,None"))
    assert late.columns["n"][-1] == "007" and late.columns["n"][5] == "5"
    assert np.isnan(late.columns["x"][-1]) and late.columns["k"][-1] == "None" and late.lines[-1] == many + 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_or_a_device_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for path in (tmp_path / "pipe.csv", Path(os.devnull)):
        with pytest.raises(ProjectError) as error:
            table.read(path)
        assert str(error.value) == f"{path} is neither a file nor a folder\nExpected a CSV file."
